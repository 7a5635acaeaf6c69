"""The log from one end to the other: what a review, an extract or a projection reads of it.

Entries stand in the order in which they were written, which is that of their moments but for
minutes. A period is read with a day on either side, so that none is passed over. All reading and
opening is done in threads, a step at a time: the event loop goes on.
"""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Final
from uuid import UUID

from audit.bundle import files, with_open
from audit.evidence import EvidenceError
from audit.policy import Witnessed
from audit.shelf import Shelf
from audit.storage import LogStorage, PayloadSealer, StoredRow
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.logbook import LoggedEvent, Sought
from gateway.store.log_reader import STEP, LogReader, event_of

_SLACK: Final = timedelta(days=1)
_EVERYTHING: Final = Sought(None)


class LogArchive:
    """Reads one log through; see ``gateway.domain.archive.LogArchive``."""

    def __init__(
        self,
        storage: LogStorage,
        sealer: PayloadSealer,
        shelf: Shelf,
        witnessed: Callable[[], Witnessed | None] = lambda: None,
    ) -> None:
        self._storage = storage
        self._sealer = sealer
        self._shelf = shelf
        self._witnessed = witnessed
        self._reader = LogReader(storage, sealer, shelf)

    async def period(self, sought: Sought) -> AsyncIterator[LoggedEvent]:
        """Read all that is sought, in the order of the log."""
        rows = await asyncio.to_thread(self._rows, sought)
        while step := await asyncio.to_thread(list, islice(rows, STEP)):
            for event in await asyncio.to_thread(self._selected, step, sought):
                yield event

    async def each(self, indexes: Sequence[int]) -> Sequence[LoggedEvent]:
        """Read entries by their indexes, opened where the key still lives."""
        return await asyncio.to_thread(self._each, indexes)

    async def named(self, event_id: UUID) -> LoggedEvent | None:
        """Read the entry of an event id; ``None`` when the log has none."""
        return await asyncio.to_thread(self._named, event_id)

    def tag(self, subject: SubjectId) -> bytes:
        """Return the tag under which the log knows a subject."""
        return self._sealer.tag(subject.bytes)

    async def root_after(self, moment: datetime) -> tuple[int, bytes] | None:
        """Return size and root of the shard with the first entry made at or after a moment."""
        return await asyncio.to_thread(self._root_after, moment)

    async def evidence(self, indexes: Sequence[int], opened: frozenset[int]) -> Mapping[str, bytes]:
        """Gather entries with their proofs into the files of a bundle, by name."""
        return await asyncio.to_thread(self._evidence, indexes, opened)

    def _selected(self, rows: Iterable[StoredRow], sought: Sought) -> list[LoggedEvent]:
        return [event for row in rows for event in self._reader.select(row, sought)]

    def _each(self, indexes: Sequence[int]) -> list[LoggedEvent]:
        rows = chain.from_iterable(self._storage.rows(*stretch) for stretch in _stretches(indexes))
        return self._selected(rows, _EVERYTHING)

    def _named(self, event_id: UUID) -> LoggedEvent | None:
        row = self._storage.one(event_id.bytes)
        return None if row is None else next(self._reader.select(row, _EVERYTHING))

    def _root_after(self, moment: datetime) -> tuple[int, bytes] | None:
        size = self._storage.head().end
        for row in self._storage.rows(self._place(moment, -_SLACK, size), size):
            if event_of(row).at >= moment:
                shard = self._shelf.holding(row.index)
                reached = row.index - shard.base + 1
                return reached, self._shelf.publication(shard).root_at(reached)
        return None

    def _evidence(self, indexes: Sequence[int], opened: frozenset[int]) -> Mapping[str, bytes]:
        known = self._witnessed()
        try:
            whole = self._shelf.evidence(indexes, self._sealer, known)
        except EvidenceError:
            raise InvalidRequestError("selectie", "holds no entry") from None
        shown = [with_open(one, opened) for one in whole]
        return files(shown, known.policy if known else None)

    def _rows(self, sought: Sought) -> Iterator[StoredRow]:
        filters, size = sought.filters, self._storage.head().end
        if filters.about is not None:
            return chain.from_iterable(map(self._storage.about, sorted(filters.about)))
        start = 0 if filters.since is None else self._place(filters.since, -_SLACK, size)
        stop = size if filters.until is None else self._place(filters.until, _SLACK, size)
        return self._storage.rows(start, stop)

    def _place(self, moment: datetime, shift: timedelta, size: int) -> int:
        """Return the index at which the entries of a shifted moment begin."""
        try:
            shifted = moment + shift
        except OverflowError:
            return 0 if shift < timedelta() else size

        def at(index: int) -> datetime:
            (row,) = self._storage.rows(index, index + 1)
            return event_of(row).at

        return bisect_left(range(size), shifted, key=at)


def _stretches(indexes: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Join indexes that follow each other: what waits to be told was mostly written in a row."""
    start = stop = 0
    for index in indexes:
        if index != stop:
            yield from ((start, stop),) if start < stop else ()
            start = index
        stop = index + 1
    if start < stop:
        yield start, stop
