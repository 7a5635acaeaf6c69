"""A ledger that carries changes out in a small world and remembers every record it took."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from gateway.domain.blind import BARE_SIZE, MARK_SIZE, RaiseIndexFloor, RekeySubject
from gateway.domain.breakglass import BreakGlass, ReviewGlass
from gateway.domain.changes import (
    Change,
    LiftWithholding,
    RecordConsent,
    RecordRelations,
    RequireEpoch,
    Shield,
    StoreProfile,
    Unshield,
    Withhold,
)
from gateway.domain.counting import PublishCounts
from gateway.domain.errors import LedgerUnavailableError
from gateway.domain.notices import ConfirmNotice, IssueNotice, RemindNotice
from gateway.domain.ports import Entry, Rejected
from gateway.domain.quarantine import ReleaseHeld
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from tests.fakes.world import DoesNotHoldError, LawBrokenError, World

LONGEST: Final = 1024
TERM_BYTES: Final = {BARE_SIZE, MARK_SIZE + BARE_SIZE}
_OF_THE_KEYS = RequireEpoch | RekeySubject | RaiseIndexFloor | PublishCounts
_About = (
    RequireEpoch
    | StoreProfile
    | RecordConsent
    | RecordRelations
    | Withhold
    | LiftWithholding
    | Shield
    | Unshield
    | IssueNotice
    | ConfirmNotice
    | RemindNotice
    | BreakGlass
    | ReviewGlass
    | ReleaseHeld
)


@dataclass(slots=True)
class Ledger:
    """Answers at once and in order; ``lose`` and ``keep`` make that many next calls fail.

    After ``lose`` nothing happened; after ``keep`` it happened, but the caller does not hear so.
    """

    world: World
    records: list[AuditRecord] = field(default_factory=list)
    lose: int = 0
    keep: int = 0

    async def append(self, entries: Sequence[Entry]) -> Sequence[Receipt | Rejected]:
        """Take each entry with its changes, or reject it."""
        known = {record.event_id: index for index, record in enumerate(self.records)}
        _police(entries, {event_id: self.records[index] for event_id, index in known.items()})
        await asyncio.sleep(0)
        if self.lose:
            self.lose -= 1
            raise LedgerUnavailableError("the commit failed")
        new = [e for e in entries if e.record.event_id not in known]
        refused = {e.record.event_id: why for e in new if (why := self._refusal(e)) is not None}
        taken = [e.record for e in new if e.record.event_id not in refused]
        first = len(self.records)
        self.records += taken
        if self.keep:
            self.keep -= 1
            raise LedgerUnavailableError("the commit is not certain")
        places = known | {record.event_id: index for index, record in enumerate(taken, first)}
        return [self._answer(e.record, places, refused) for e in entries]

    def _refusal(self, entry: Entry) -> str | None:
        try:
            self.world.carry_out(entry)
        except DoesNotHoldError as error:
            return str(error)
        return None

    def _answer(
        self, record: AuditRecord, places: dict[UUID, int], refused: dict[UUID, str]
    ) -> Receipt | Rejected:
        event_id = record.event_id
        if event_id in refused:
            return Rejected(event_id, refused[event_id])
        checkpoint = f"fake.example/log\n{len(self.records)}\n"
        digest = sha256(event_id.bytes).digest()
        return Receipt(event_id, places[event_id], digest, checkpoint)


def _police(entries: Sequence[Entry], known: Mapping[UUID, AuditRecord]) -> None:
    if len({entry.record.event_id for entry in entries}) != len(entries):
        raise LawBrokenError("an event id stands twice in one call")
    for entry in entries:
        if known.get(entry.record.event_id, entry.record) != entry.record:
            raise LawBrokenError("an event id was used for another event")
        for fault in (*_record_faults(entry.record), *_change_faults(entry)):
            raise LawBrokenError(fault)


def _record_faults(record: AuditRecord) -> Iterator[str]:
    if record.at.utcoffset() != timedelta(0):
        yield "a record's moment is not in UTC"
    basis = ",".join(record.basis)
    for text in (record.outcome, basis, record.policy or "", record.recipient or ""):
        if len(text) > LONGEST or not text.isprintable():
            yield "a leaf takes short plain text only"
    for value in record.detail.values():
        if type(value) not in {str, int}:
            yield "a record's detail holds more than texts and whole numbers"


def _change_faults(entry: Entry) -> Iterator[str]:
    of_the_keys = entry.record.kind is RecordKind.KEYS
    for change in entry.changes:
        if of_the_keys and not isinstance(change, _OF_THE_KEYS):
            yield "a record about keys changes nobody"
        if isinstance(change, RekeySubject | RaiseIndexFloor) and not of_the_keys:
            yield "what is indexed anew stands with a record about keys"
        if (
            isinstance(change, _About)
            and not of_the_keys
            and change.subject != entry.record.subject
        ):
            yield "a change about one subject stands with a record about another"
        yield from _shape_faults(change)


def _shape_faults(change: Change) -> Iterator[str]:
    match change:
        case (
            StoreProfile(terms=terms)
            | RecordConsent(terms=terms)
            | Unshield(terms=terms)
            | RekeySubject(terms=terms)
        ):
            if any(len(one.term) not in TERM_BYTES for one in terms):
                yield "a term is 16 bytes, with or without its version"
        case RecordRelations(events=()):
            yield "a change without an event changes nothing"
        case _:
            return
