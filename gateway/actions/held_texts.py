"""Texts held for review: someone looks, and lets one through as it is or keeps it back, on record.

1. A text leaves only once the log says so, in the log of the person it is about.
2. What is released is what was looked at: the version is named, and nothing about her may have
   changed until the release commits.
3. What was released stays so until its words change (``ProfileWriter``). What was kept back waits
   as it did: the decision stands in her log, and can still be taken otherwise.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.disclose import Disclose
from gateway.actions.gate import Gate, commit
from gateway.actions.ingest import Ingest
from gateway.actions.quarantine import JSON, Spot
from gateway.actions.references import NUMBER
from gateway.domain.breakglass import checked_words
from gateway.domain.changes import RequireEpoch
from gateway.domain.deliveries import JsonValue
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName
from gateway.domain.partners import Caller
from gateway.domain.ports import BlindIndex, Entry
from gateway.domain.quarantine import ReleaseHeld
from gateway.domain.records import AuditRecord, RecordKind
from gateway.domain.subjects import Dossier, SealedProfile


@dataclass(frozen=True, slots=True)
class HeldText:
    """Which fields of which version of a profile wait, by the row of the delivery that told it."""

    row: int
    version: int
    fields: tuple[FieldName, ...]


class TextLayout(Protocol):
    """Writes what is held for whom it is shown to."""

    @property
    def media_type(self) -> str:
        """What the bytes are."""
        ...

    def render(self, row: int, version: int, texts: Mapping[FieldName, JsonValue]) -> bytes:
        """Return the texts of a version, by field."""
        ...


class AsItStands:
    """Row, version and texts, and nothing else."""

    media_type = JSON

    def render(self, row: int, version: int, texts: Mapping[FieldName, JsonValue]) -> bytes:
        """Return them as JSON."""
        whole = {"rij": row, "versie": version, "velden": texts}
        return json.dumps(whole, ensure_ascii=False).encode()


_AS_IT_STANDS: Final = AsItStands()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A profile of which something is held."""

    dossier: Dossier
    profile: SealedProfile

    @property
    def held(self) -> int:
        return self.dossier.situation.held


class TextDesk:
    """Where held texts are looked at and released."""

    def __init__(self, gate: Gate, disclose: Disclose, ingest: Ingest, index: BlindIndex) -> None:
        self._gate = gate
        self._disclose = disclose
        self._ingest = ingest
        self._index = index

    async def texts(self, caller: Caller, delivery: UUID) -> Sequence[HeldText]:
        """List which rows of a delivery are of someone with a text that waits still; no values."""
        await self._ingest.admit(caller)
        found = await self._found(await self._ingest.held_rows(delivery))
        names = self._gate.fields.names
        return [HeldText(row, o.profile.version, names(o.held)) for row, o in sorted(found.items())]

    @asynccontextmanager
    async def shown(
        self, caller: Caller, spot: Spot, layout: TextLayout = _AS_IT_STANDS
    ) -> AsyncIterator[Released]:
        """Disclose the texts that wait, with their version (1); raises ``InvalidRequestError``."""
        context = await self._ingest.admit(caller)
        found = await self._at(spot)

        async def texts() -> bytes:
            opened = self._gate.vault.open(found.profile, found.held)
            names = self._gate.fields.names
            held = {names(1 << number)[0]: json.loads(text) for number, text in opened.items()}
            return layout.render(spot.row, found.profile.version, held)

        entry = Entry(self._record(context, spot, found, "text shown"))
        async with self._disclose.whole(context, entry, texts, layout.media_type) as released:
            yield released

    async def release(self, caller: Caller, spot: Spot, version: int, reason: str) -> None:
        """Let the texts of a version through as they are; raises ``InvalidRequestError``."""
        await self._decide(caller, spot, version, reason, passes=True)

    async def keep(self, caller: Caller, spot: Spot, version: int, reason: str) -> None:
        """Keep the texts of a version back, for a reason (3); raises ``InvalidRequestError``."""
        await self._decide(caller, spot, version, reason, passes=False)

    async def _decide(
        self, caller: Caller, spot: Spot, version: int, reason: str, *, passes: bool
    ) -> None:
        why = checked_words("reden", reason)
        context = await self._ingest.admit(caller)
        found = await self._at(spot)
        if found.profile.version != version:
            raise InvalidRequestError("versie", "is not the one that waits now; look again")
        outcome = "text released" if passes else "text kept back"
        record = self._record(context, spot, found, outcome, {"why": why})
        situation = found.dossier.situation
        same = RequireEpoch(situation.subject, situation.epoch)
        release = (ReleaseHeld(situation.subject),) if passes else ()
        await commit(self._gate, Entry(record, (same, *release)))

    async def _at(self, spot: Spot) -> _Waiting:
        rows = await self._ingest.held_rows(spot.delivery)
        found = await self._found({spot.row: rows[spot.row]} if spot.row in rows else {})
        if not found:
            raise InvalidRequestError("rij", "has no text that waits")
        return found[spot.row]

    async def _found(self, rows: Mapping[int, str]) -> Mapping[int, _Waiting]:
        """Find by V-nummer whose current profile has something held."""
        tags = {row: self._index.terms(NUMBER, number) for row, number in rows.items()}
        stored = await self._gate.subjects.stored([tag for hers in tags.values() for tag in hers])
        whose = {
            row: next((stored[tag].subject for tag in hers if tag in stored), None)
            for row, hers in tags.items()
        }
        known = [subject for subject in whose.values() if subject is not None]
        dossiers = await self._gate.subjects.load(known) if known else {}
        return {
            row: _Waiting(dossier, dossier.profile)
            for row, subject in whose.items()
            if subject is not None
            and (dossier := dossiers.get(subject)) is not None
            and dossier.profile is not None
            and dossier.situation.held
        }

    def _record(
        self,
        context: Context,
        spot: Spot,
        found: _Waiting,
        outcome: str,
        more: Mapping[str, str | int] | None = None,
    ) -> AuditRecord:
        version = found.profile.version
        where: dict[str, str | int] = {
            "row": spot.row,
            "in": str(spot.delivery),
            "version": version,
        }
        return context.record(
            RecordKind.QUARANTINE,
            outcome,
            subject=found.profile.subject,
            fields=self._gate.fields,
            mask=found.held,
            detail={**where, **(more or {})},
        )
