"""The quarantine desk: what could not be accepted is looked at, corrected, released or discarded.

Each is on record.

1. A row's values leave only once the log says that they do, and to who may deliver.
2. A correction replaces the whole row. It runs the same checks as any row, and comes in as a delivery
   of its own; what is still not right is refused by field and reason and changes nothing.
3. A row is released as it came where nothing is wrong with the row itself: only other rows or events
   spoke against it, and a person judged which is right. It comes in as a delivery of its own too.
4. Where what is stored of that person does not open the row waits on, and the attempt is on record.
5. A settled row's values are deleted; that it was there, why, and what became of it stays for its term.
"""

import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.disclose import Disclose
from gateway.actions.gate import Gate, commit
from gateway.actions.ingest import KEY, Delivered, Ingest, place_of
from gateway.actions.profiles import SHUT
from gateway.domain.breakglass import checked_words
from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import JsonValue, RowOutcome
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.intake import judge
from gateway.domain.partners import Caller
from gateway.domain.ports import Deliveries, Entry, Source
from gateway.domain.quarantine import Fate, QuarantinedRow, SettleQuarantined
from gateway.domain.records import RecordKind

JSON: Final = "application/json"
OUTCOMES: Final = {
    Fate.CORRECTED: "corrected",
    Fate.DISCARDED: "discarded",
    Fate.RELEASED: "released",
}


@dataclass(frozen=True, slots=True)
class Spot:
    """Which row of which delivery."""

    delivery: UUID
    row: int


class RowLayout(Protocol):
    """Writes a row for whom it is shown to."""

    @property
    def media_type(self) -> str:
        """What the bytes are."""
        ...

    def render(self, row: QuarantinedRow, values: bytes) -> bytes:
        """Return the row; ``values`` are JSON."""
        ...


class AsItCame:
    """The values of a row and nothing else."""

    media_type = JSON

    def render(self, row: QuarantinedRow, values: bytes) -> bytes:  # noqa: ARG002 - as a layout does
        """Return the values."""
        return values


_AS_IT_CAME: Final = AsItCame()


class QuarantineDesk:
    """Where quarantined rows are settled; ``source`` reads a correction as a delivery in JSON."""

    def __init__(  # noqa: PLR0913, PLR0917 - a desk names each of its neighbours
        self,
        gate: Gate,
        disclose: Disclose,
        deliveries: Deliveries,
        ingest: Ingest,
        source: Source,
        codes: CodeLists,
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._deliveries = deliveries
        self._ingest = ingest
        self._source = source
        self._codes = codes

    async def rows(self, caller: Caller, delivery: UUID) -> Sequence[QuarantinedRow]:
        """List the rows of a delivery that were quarantined, by number; no values."""
        await self._ingest.admit(caller)
        return await self._deliveries.quarantined(delivery)

    @asynccontextmanager
    async def shown(
        self, caller: Caller, spot: Spot, layout: RowLayout = _AS_IT_CAME
    ) -> AsyncIterator[Released]:
        """Disclose the values of a row as they came (1); raises ``InvalidRequestError``."""
        context = await self._ingest.admit(caller)
        found = await self._waiting(spot)

        async def values() -> bytes:
            where = place_of(spot.delivery, spot.row)
            return layout.render(found, self._gate.vault.open_blob(KEY, where, found.sealed))

        entry = self._entry(context, spot, "shown")
        async with self._disclose.whole(context, entry, values, layout.media_type) as released:
            yield released

    async def correct(
        self, caller: Caller, spot: Spot, profile: Mapping[str, JsonValue]
    ) -> Delivered:
        """Take in a whole row in the place of one that waits (2); raises ``InvalidRequestError``."""
        context = await self._ingest.admit(caller)
        await self._waiting(spot)
        document = _document(spot, profile)
        await self._check(context, document)
        delivered = await self._ingest(caller, io.BytesIO(document), self._source)
        detail = {"by": str(delivered.delivery)}
        await self._settle(context, spot, Fate.CORRECTED, detail)
        return delivered

    async def release(self, caller: Caller, spot: Spot, reason: str) -> Delivered:
        """Accept a row as it came (3); raises ``InvalidRequestError`` with what is wrong with it."""
        why = checked_words("reden", reason)
        context = await self._ingest.admit(caller)
        found = await self._waiting(spot)
        plain = self._gate.vault.open_blob(KEY, place_of(spot.delivery, spot.row), found.sealed)
        document = _document(spot, json.loads(plain), "vrijgaveVan")
        await self._check(context, document)
        delivered = await self._ingest(caller, io.BytesIO(document), self._source)
        detail = {"by": str(delivered.delivery), "why": why}
        await self._settle(context, spot, Fate.RELEASED, detail)
        return delivered

    async def discard(self, caller: Caller, spot: Spot) -> None:
        """Give a row up and delete its values; raises ``InvalidRequestError``."""
        context = await self._ingest.admit(caller)
        await self._waiting(spot)
        await self._settle(context, spot, Fate.DISCARDED, {})

    async def _waiting(self, spot: Spot) -> QuarantinedRow:
        rows = await self._deliveries.quarantined(spot.delivery)
        found = next((one for one in rows if one.row == spot.row), None)
        if found is None or found.fate is not None:
            raise InvalidRequestError("rij", "does not wait in quarantine")
        return found

    async def _check(self, context: Context, document: bytes) -> None:
        """Refuse what would be quarantined again (4)."""
        with self._source.read(io.BytesIO(document)) as read:
            (row,) = judge(read.rows, self._gate.fields, self._codes)
        if row.outcome is RowOutcome.QUARANTINED:
            raise InvalidRequestError("klantprofiel", "; ".join(row.reasons))
        if not await self._ingest.opens(context, row):
            raise InvalidRequestError("klantprofiel", SHUT)

    async def _settle(
        self, context: Context, spot: Spot, fate: Fate, detail: Mapping[str, str | int]
    ) -> None:
        change = SettleQuarantined(spot.delivery, spot.row, fate, context.moment)
        entry = self._entry(context, spot, OUTCOMES[fate], detail)
        await commit(self._gate, Entry(entry.record, (change,)))

    @staticmethod
    def _entry(
        context: Context, spot: Spot, outcome: str, more: Mapping[str, str | int] | None = None
    ) -> Entry:
        detail = {"row": spot.row, "in": str(spot.delivery), **(more or {})}
        return Entry(context.record(RecordKind.QUARANTINE, outcome, detail=detail))


def _document(spot: Spot, profile: Mapping[str, JsonValue], why: str = "correctieVan") -> bytes:
    """Write a row as a delivery of one; the same correction of one row is the same bytes."""
    where = {"levering": str(spot.delivery), "rij": spot.row}
    whole = {why: where, "klantprofielen": [profile]}
    return json.dumps(whole, ensure_ascii=True, sort_keys=True).encode()
