"""A whole log over the records a fake ledger took, read through a fake reader."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.logbook import LoggedEvent, Sought
from tests.fakes.log_reader import LogReader, tag_of
from tests.fakes.world import LawBrokenError


@dataclass(frozen=True, slots=True)
class LogArchive:
    """Reads what a fake reader would."""

    reader: LogReader

    async def period(self, sought: Sought) -> AsyncIterator[LoggedEvent]:
        """Read all that is sought, oldest first."""
        for event in self.reader.all():
            if sought.concerns(event) and sought.matches(event):
                yield event

    async def each(self, indexes: Sequence[int]) -> Sequence[LoggedEvent]:
        """Read entries by index."""
        events = self.reader.all()
        return [events[index] for index in indexes]

    async def named(self, event_id: UUID) -> LoggedEvent | None:
        """Find the entry of an event id."""
        return next((one for one in self.reader.all() if one.event_id == event_id), None)

    def tag(self, subject: SubjectId) -> bytes:
        """Return a tag."""
        return tag_of(subject)

    async def root_after(self, moment: datetime) -> tuple[int, bytes] | None:
        """Make what looks like the root of the log at the first entry from a moment on."""
        size = next((e.index + 1 for e in self.reader.all() if e.at >= moment), None)
        return None if size is None else (size, sha256(size.to_bytes(8)).digest())

    async def evidence(self, indexes: Sequence[int], opened: frozenset[int]) -> Mapping[str, bytes]:
        """Name the entries, and which of them are opened."""
        if not indexes:
            raise InvalidRequestError("selectie", "holds no entry")
        if not opened <= set(indexes):
            raise LawBrokenError("what is opened is not among what is gathered")
        return {"evidence.json": f"{sorted(indexes)} {sorted(opened)}".encode()}
