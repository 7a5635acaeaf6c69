"""The whole log, as a review, an extract or a projection goes through it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from gateway.domain.identifiers import SubjectId
from gateway.domain.logbook import LoggedEvent, Sought


class LogArchive(Protocol):
    """Long stretches of the log, in its own order."""

    def period(self, sought: Sought) -> AsyncIterator[LoggedEvent]:
        """Read all that is sought, in the order of the log; others go on in between.

        Raises ``UnreadableValueError`` when a payload was changed.
        """
        ...

    async def each(self, indexes: Sequence[int]) -> Sequence[LoggedEvent]:
        """Read entries by their indexes, opened where the key still lives."""
        ...

    async def named(self, event_id: UUID) -> LoggedEvent | None:
        """Read the entry of an event id; ``None`` when the log has none."""
        ...

    def tag(self, subject: SubjectId) -> bytes:
        """Return the tag under which the log knows a subject."""
        ...

    async def root_after(self, moment: datetime) -> tuple[int, bytes] | None:
        """Return size and root of the shard with the first entry made at or after a moment.

        ``None`` while there is no such entry. Every later checkpoint goes on from that root.
        """
        ...

    async def evidence(self, indexes: Sequence[int], opened: frozenset[int]) -> Mapping[str, bytes]:
        """Gather entries with their proofs into the files of a bundle, by name.

        The payloads of ``opened`` are shown where their keys still live. Raises
        ``InvalidRequestError`` when there is nothing to gather.
        """
        ...
