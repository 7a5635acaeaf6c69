"""Take in a delivery (levering): nothing lost, nothing twice, nothing replaced by something older.

1. A file is known by the digest of its bytes: the same file again changes nothing and answers with
   the first report; one that stopped midway goes on where it was.
2. Every row is judged. A delivery holds a whole profile: what it leaves out is cleared.
3. What cannot be accepted is kept under the delivery key, with its reasons; so is a row about
   someone whose stored profile does not open.
4. Each stored version commits together with its log entry, its facts, relations and search terms.
5. A file that cannot be read at all leaves nothing but the record that it was refused.
"""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import BinaryIO, Final
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.desk import admit
from gateway.actions.gate import Gate
from gateway.actions.profiles import OLDER, UNREADABLE, ProfileWriter
from gateway.domain.acknowledgements import COUNTS, acknowledged
from gateway.domain.changes import Change, CloseDelivery, OpenDelivery, QuarantineRow
from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import JsonValue, JudgedRow, RowOutcome
from gateway.domain.errors import DeliveryRefusedError, LedgerUnavailableError
from gateway.domain.events import DeliveryProcessed
from gateway.domain.intake import DeliveryReport, ReportLine, judge
from gateway.domain.partners import Caller
from gateway.domain.ports import Deliveries, DeliveryState, Entry, Source
from gateway.domain.records import Receipt, RecordKind

BATCH = 250
AT_ONCE = 2
RECENT = 50
TALLIED = 20
CHUNK = 1 << 20
KEY = "delivery"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a delivery comes, beside its bytes.

    ``closing`` makes from its id what commits as it closes; ``against`` quarantines all its rows.
    """

    closing: Callable[[UUID], tuple[Change, ...]] = lambda _: ()
    against: str | None = None


ALONE: Final = Arrival()


@dataclass(frozen=True, slots=True)
class Delivered:
    """A processed delivery: its id, its report as JSON, and whether the file had come before.

    ``digest`` is the SHA-256 of the file.
    """

    delivery: UUID
    report: dict[str, JsonValue]
    seen_before: bool
    digest: bytes

    @property
    def acknowledgement(self) -> dict[str, JsonValue]:
        """What the source may be told: no value, and nobody's number."""
        return acknowledged(self.delivery, self.digest, self.report)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows came to what; duplicates are among the accepted."""
        found = {name: self.report[name] for name in (*COUNTS, "duplicates")}
        return {name: count for name, count in found.items() if isinstance(count, int)}


@dataclass(frozen=True, slots=True)
class Tally:
    """What a delivery came to: counts by outcome, ``None`` while it is unfinished.

    ``waiting`` counts its rows in quarantine that nobody settled yet.
    """

    delivery: UUID
    at: datetime
    counts: Mapping[str, int] | None
    waiting: int


class Ingest:
    """Processes deliveries of a source, row by row, in batches that commit whole."""

    def __init__(
        self, gate: Gate, deliveries: Deliveries, profiles: ProfileWriter, codes: CodeLists
    ) -> None:
        self._gate = gate
        self._deliveries = deliveries
        self._profiles = profiles
        self._codes = codes

    async def __call__(
        self,
        caller: Caller,
        stream: BinaryIO,
        source: Source,
        progress: Callable[[int], None] = lambda _: None,
        arrival: Arrival = ALONE,
    ) -> Delivered:
        """Process a delivery; raises ``DeliveryRefusedError`` when the file cannot be read at all."""
        context = await self.admit(caller)
        digest = digest_of(stream)
        known = await self._deliveries.by_digest(digest)
        if known and known.report is not None:
            return self._again(known, known.report)  # who sends the file has all of it
        try:
            with source.read(stream) as read:
                delivery = known.delivery if known else await self._open(context, digest)
                rows = judge(read.rows, self._gate.fields, self._codes, arrival.against)
                lines = await self._process(context, delivery, rows, progress)
                columns = read.blocked_columns, read.unknown_columns
        except DeliveryRefusedError as error:
            await self._refuse(context, digest, error)
            raise
        report = DeliveryReport.of(lines, *columns)
        await self._close(context, delivery, report, arrival)
        return Delivered(delivery, report.as_json(), seen_before=False, digest=digest)

    async def admit(self, caller: Caller) -> Context:
        """Let in who delivers for COA; raises ``DisclosureRefusedError`` for anyone else."""
        return await admit(self._gate, caller)

    async def opens(self, context: Context, row: JudgedRow) -> bool:
        """Tell whether what a row would replace opens: else it would be kept once more (3)."""
        return await self._profiles.opens(context, row)

    async def report(self, caller: Caller, delivery: UUID) -> Delivered | None:
        """Return what became of an earlier delivery; ``None`` when unknown or unfinished.

        A report names people by V-nummer, so the reading is on record first.
        """
        context = await self.admit(caller)
        state = await self._deliveries.by_id(delivery)
        if state is None or state.report is None:
            return None
        record = context.record(RecordKind.DELIVERY, "report read", detail={"in": str(delivery)})
        await self._gate.ledger.append([Entry(record)])
        return self._again(state, state.report)

    async def acknowledgement(self, caller: Caller, delivery: UUID) -> dict[str, JsonValue] | None:
        """Acknowledge an earlier delivery again; ``None`` when unknown or unfinished.

        It names nobody, so reading it is no look at anyone.
        """
        await self.admit(caller)
        state = await self._deliveries.by_id(delivery)
        if state is None or state.report is None:
            return None
        return self._again(state, state.report).acknowledgement

    async def held_rows(self, delivery: UUID) -> Mapping[int, str]:
        """Return the V-nummer of each row with a text held for review: for desks, never for an answer."""
        state = await self._deliveries.by_id(delivery)
        if state is None or state.report is None:
            return {}
        lines = self._again(state, state.report).report["rows"]
        return {
            int(str(line["row"])): str(line["vNummer"])
            for line in (lines if isinstance(lines, list) else ())
            if isinstance(line, dict) and line["outcome"] == RowOutcome.HELD
        }

    def _again(self, known: DeliveryState, sealed: bytes) -> Delivered:
        opened = self._gate.vault.open_blob(KEY, known.delivery.bytes, sealed)
        report: dict[str, JsonValue] = json.loads(opened)
        return Delivered(known.delivery, report, seen_before=True, digest=known.digest)

    async def recent(self, caller: Caller) -> Sequence[DeliveryState]:
        """List the newest deliveries, finished or not."""
        await self.admit(caller)
        return await self._deliveries.recent(RECENT)

    async def tallies(self, caller: Caller) -> Sequence[Tally]:
        """Count what the newest deliveries came to; it names nobody."""
        await self.admit(caller)
        states = await self._deliveries.recent(TALLIED)
        waiting = await self._deliveries.waiting()
        return await asyncio.to_thread(
            lambda: [self._tally(one, waiting.get(one.delivery, 0)) for one in states]
        )

    def _tally(self, state: DeliveryState, waiting: int) -> Tally:
        counts = self._again(state, state.report).counts if state.report is not None else None
        return Tally(state.delivery, state.at, counts, waiting)

    async def _open(self, context: Context, digest: bytes) -> UUID:
        delivery = uuid4()
        record = context.record(RecordKind.DELIVERY, "received", detail={"sha256": digest.hex()})
        change = OpenDelivery(delivery, digest, context.moment)
        answer = (await self._gate.ledger.append([Entry(record, (change,))]))[0]
        if isinstance(answer, Receipt):
            return delivery
        known = await self._deliveries.by_digest(digest)
        if known is None:
            raise LedgerUnavailableError(answer.why)
        return known.delivery

    async def _refuse(self, context: Context, digest: bytes, error: DeliveryRefusedError) -> None:
        detail: dict[str, str | int] = {"sha256": digest.hex(), "why": str(error)}
        record = context.record(RecordKind.DELIVERY, "refused", detail=detail)
        await self._gate.ledger.append([Entry(record)])

    async def _process(
        self,
        context: Context,
        delivery: UUID,
        rows: Iterator[JudgedRow],
        progress: Callable[[int], None],
    ) -> list[ReportLine]:
        """Take batch after batch; while one waits for the log, the next is judged and sealed."""
        lines: list[ReportLine] = []
        waiting: deque[asyncio.Task[list[ReportLine]]] = deque()
        try:
            for batch in _batches(rows):
                waiting.append(asyncio.create_task(self._take(context, delivery, batch)))
                await asyncio.sleep(0)  # let it begin
                if len(waiting) == AT_ONCE:
                    lines += await _next(waiting, progress)
            while waiting:
                lines += await _next(waiting, progress)
        finally:
            await _give_up(waiting)
        return lines

    async def _take(
        self, context: Context, delivery: UUID, batch: Sequence[JudgedRow]
    ) -> list[ReportLine]:
        sound = [r for r in batch if r.outcome is not RowOutcome.QUARANTINED and not r.duplicate]
        passed = await self._profiles.store(context, delivery, sound)
        batch = [_unreadable(row) if row.row in passed.unreadable else row for row in batch]
        entries = [
            self._quarantine(context, delivery, row)
            for row in batch
            if row.outcome is RowOutcome.QUARANTINED
        ]
        if entries:
            await self._gate.ledger.append(entries)  # a row refused here is kept already: resumed
        return [ReportLine.of(_late(row) if row.row in passed.late else row) for row in batch]

    def _quarantine(self, context: Context, delivery: UUID, row: JudgedRow) -> Entry:
        where = place_of(delivery, row.row)
        plain = json.dumps(dict(row.values), ensure_ascii=False).encode()
        sealed = self._gate.vault.seal_blob(KEY, where, plain)
        change = QuarantineRow(delivery, row.row, context.moment, row.reasons, sealed)
        record = context.record(
            RecordKind.QUARANTINE, "quarantined", detail={"row": row.row, "in": str(delivery)}
        )
        return Entry(record, (change,))

    async def _close(
        self, context: Context, delivery: UUID, report: DeliveryReport, arrival: Arrival
    ) -> None:
        sealed = self._gate.vault.seal_blob(
            KEY, delivery.bytes, json.dumps(report.as_json(), ensure_ascii=False).encode()
        )
        counts: dict[str, str | int] = {
            "accepted": report.accepted,
            "warnings": report.warnings,
            "held": report.held,
            "quarantined": report.quarantined,
            "in": str(delivery),
        }
        record = context.record(RecordKind.DELIVERY, "processed", detail=counts)
        change = CloseDelivery(delivery, context.moment, sealed)
        await self._gate.ledger.append([Entry(record, (change, *arrival.closing(delivery)))])
        self._gate.telemetry.tell(
            DeliveryProcessed(
                report.accepted,
                report.warnings,
                report.held,
                report.quarantined,
                report.duplicates,
            )
        )


def _late(row: JudgedRow) -> JudgedRow:
    return replace(row, signals=(*row.signals, OLDER))


def _unreadable(row: JudgedRow) -> JudgedRow:
    """Keep a row (3) until what is stored of that person opens again, or is erased."""
    reasons = (*row.reasons, UNREADABLE)
    return replace(row, outcome=RowOutcome.QUARANTINED, reasons=reasons, held=frozenset())


async def _next(
    waiting: "deque[asyncio.Task[list[ReportLine]]]", progress: Callable[[int], None]
) -> list[ReportLine]:
    """Await the batch that was begun first."""
    lines = await waiting[0]
    del waiting[0]
    progress(len(lines))
    return lines


async def _give_up(waiting: Iterable[asyncio.Task[list[ReportLine]]]) -> None:
    """End what is under way: whatever of it is stored is found again the next time."""
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def _batches(rows: Iterator[JudgedRow]) -> Iterator[Sequence[JudgedRow]]:
    while batch := tuple(islice(rows, BATCH)):
        yield batch


def place_of(delivery: UUID, row: int) -> bytes:
    """Return to which row of which delivery the seal on quarantined values is bound."""
    return delivery.bytes + row.to_bytes(4, "big")


def digest_of(stream: BinaryIO) -> bytes:
    """Return the SHA-256 of a whole stream, and leave it at its start."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.digest()
