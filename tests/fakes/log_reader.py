"""A log reader over the records a fake ledger took.

``erased`` holds whose payloads are gone, ``lost`` the indexes that a broken store leaves out;
``opened_one`` lists the single entries that were asked for opened, ``read`` those of one person that
were read newest first, a few at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final
from uuid import UUID

from gateway.domain.identifiers import SubjectId
from gateway.domain.logbook import NO_ENTRY, LoggedEvent, LogPage, Proven, Sought, Told
from gateway.domain.records import AuditRecord
from tests.fakes.ledger import Ledger
from tests.fakes.world import LawBrokenError

FEW: Final = 3


@dataclass(slots=True)
class LogReader:
    """Reads what was appended; it opens nothing that is not asked for."""

    ledger: Ledger
    erased: set[SubjectId] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    opened_one: list[int | UUID] = field(default_factory=list)
    read: list[int] = field(default_factory=list)

    async def back(self, sought: Sought, before: int | None, limit: int) -> LogPage:
        """Read what is sought below an index, newest first."""
        if limit < 1:
            raise LawBrokenError("a page has at least one place")
        events = [e for e in self.all() if before is None or e.index < before]
        found = [e for e in reversed(events) if sought.concerns(e) and sought.matches(e)]
        more = len(found) >= limit and found[limit - 1].index
        return LogPage(tuple(found[:limit]), more or None)

    async def about(self, subject: SubjectId) -> Sequence[LoggedEvent]:
        """Read every entry about a subject."""
        own = [event for event in self.all() if event.tag == tag_of(subject)]
        return [event for event in own if event.index not in self.lost]

    async def latest(
        self, subject: SubjectId, only: Callable[[LoggedEvent], bool], below: int | None
    ) -> LogPage:
        """Read the newest few entries about a subject; they are judged shut."""
        own = [e for e in await self.about(subject) if below is None or (e.count or 0) < below]
        few = [(event, replace(event, told=None)) for event in own[::-1][:FEW]]
        self.read += [event.index for event, _ in few]
        events = tuple(event if only(shut) else shut for event, shut in few)
        return LogPage(events, events[-1].count if len(own) > FEW else None)

    async def one(self, index: int) -> LoggedEvent | None:
        """Read one entry, shut."""
        events = self.all()
        return replace(events[index], told=None) if 0 <= index < len(events) else None

    async def opened(self, place: int | UUID) -> LoggedEvent | None:
        """Read one entry with what it told."""
        self.opened_one.append(place)
        return next((e for e in self.all() if place in {e.index, e.event_id}), None)

    async def prove(self, index: int) -> Proven:
        """Make what looks like a proof."""
        record = self.ledger.records[index]
        return Proven(index, record.kind.encode(), f"proof of {index}")

    def all(self) -> list[LoggedEvent]:
        """Read everything, opened."""
        last: dict[SubjectId, tuple[int, int]] = {}
        events = []
        for index, record in enumerate(self.ledger.records):
            event = _event(index, record)
            link = (0, NO_ENTRY)
            if record.subject is not None:
                link = last.get(record.subject, link)
                last[record.subject] = (link[0] + 1, index)
                event = replace(event, tag=tag_of(record.subject), count=link[0] + 1)
            if record.subject not in self.erased:
                event = replace(event, told=_told(record, link[1] if record.subject else None))
            events.append(event)
        return events


def tag_of(subject: SubjectId) -> bytes:
    """Return the tag under which this log knows a subject."""
    return sha256(subject.bytes).digest()[:16]


def _event(index: int, record: AuditRecord) -> LoggedEvent:
    return LoggedEvent(
        index,
        record.event_id,
        record.at,
        record.kind,
        record.outcome,
        record.purpose,
        record.basis,
        record.policy,
        record.recipient,
    )


def _told(record: AuditRecord, before: int | None) -> Told:
    return Told(
        record.actor,
        record.role,
        record.fields,
        tuple(map(str, record.consents)),
        record.reason,
        record.parent,
        record.trace_id,
        record.detail or None,
        before,
        record.rests_on or None,
        record.subject,
    )
