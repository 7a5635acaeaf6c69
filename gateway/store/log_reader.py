"""The log, read back: what ``ledger`` wrote, opened where the key still lives; its indexes are places.

1. A page back reads so many entries at most, its cursor tells where to look further, found or not.
   All reading and opening is done in a thread: the event loop goes on.
2. A payload that does not open though its key lives was changed: that is an error, never a gap.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from audit.entry import Payload, read_leaf, read_payload
from audit.shelf import Shelf
from audit.storage import LogStorage, PayloadSealer, StoredRow
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import FieldName, Oin, PurposeCode, SubjectId
from gateway.domain.logbook import LoggedEvent, LogPage, Proven, Sought, Told
from gateway.domain.records import RecordKind
from gateway.store.columns import EPOCH

FEW: Final = 16
STEP: Final = 500
REACH: Final = 20_000
_MILLISECOND: Final = timedelta(milliseconds=1)


class LogReader:
    """Reads one log back; see ``gateway.domain.ports.LogReader``."""

    def __init__(self, storage: LogStorage, sealer: PayloadSealer, shelf: Shelf) -> None:
        self._storage = storage
        self._sealer = sealer
        self._shelf = shelf

    async def back(self, sought: Sought, before: int | None, limit: int) -> LogPage:
        """Read what is sought below an index, newest first (1)."""
        size = self._storage.head().end
        stop = size if before is None else max(0, min(before, size))
        floor = max(0, stop - REACH)
        found: list[LoggedEvent] = []
        while stop > floor:
            start = max(floor, stop - STEP)
            left = limit - len(found)
            found += await asyncio.to_thread(self._step_back, start, stop, sought, left)
            if len(found) == limit:
                return LogPage(tuple(found), found[-1].index or None)
            stop = start
        return LogPage(tuple(found), floor or None)

    async def about(self, subject: SubjectId) -> tuple[LoggedEvent, ...]:
        """Read every entry about a subject, in order of her count."""
        rows = self._storage.about(self._sealer.tag(subject.bytes))
        events: list[LoggedEvent] = []
        while step := await asyncio.to_thread(self._step, rows):
            events += step
        return tuple(events)

    async def latest(
        self, subject: SubjectId, only: Callable[[LoggedEvent], bool], below: int | None
    ) -> LogPage:
        """Read a few entries about a subject, newest first; open those that are wanted."""
        tag = self._sealer.tag(subject.bytes)
        return await asyncio.to_thread(self._latest, tag, only, below)

    def _latest(
        self, tag: bytes, only: Callable[[LoggedEvent], bool], below: int | None
    ) -> LogPage:
        rows = self._storage.latest(tag, below, FEW)
        shut = [(row, event_of(row)) for row in rows]
        events = tuple(self._opened(row) if only(event) else event for row, event in shut)
        return LogPage(events, events[-1].count if len(events) == FEW else None)

    async def one(self, index: int) -> LoggedEvent | None:
        """Read one entry, its payload left shut; ``None`` when the log has no such index."""
        row = await asyncio.to_thread(self._row, index)
        return None if row is None else event_of(row)

    async def opened(self, place: int | UUID) -> LoggedEvent | None:
        """Read one entry with what it told, once it is proven that the log holds it."""
        return await asyncio.to_thread(self._proven, place)

    def _proven(self, place: int | UUID) -> LoggedEvent | None:
        row = self._row(place)
        if row is None:
            return None
        try:
            self._shelf.prove(row.index)
        except ValueError:
            raise UnreadableValueError(f"log entry {row.index} was changed") from None
        return self._opened(row)

    async def prove(self, index: int) -> Proven:
        """Prove that the log holds an entry it has."""
        proof = await asyncio.to_thread(self._shelf.prove, index)
        (row,) = await asyncio.to_thread(list, self._storage.rows(index, index + 1))
        return Proven(index, row.leaf, proof)

    def _step_back(self, start: int, stop: int, sought: Sought, limit: int) -> list[LoggedEvent]:
        rows = reversed(list(self._storage.rows(start, stop)))
        return list(islice((event for row in rows for event in self.select(row, sought)), limit))

    def _step(self, rows: Iterator[StoredRow]) -> list[LoggedEvent]:
        return [self._opened(row) for row in islice(rows, STEP)]

    def _row(self, place: int | UUID) -> StoredRow | None:
        if isinstance(place, UUID):
            return self._storage.one(place.bytes)
        known = 0 <= place < self._storage.head().end
        rows = self._storage.rows(place, place + 1) if known else ()
        return next(iter(rows), None)

    def select(self, row: StoredRow, sought: Sought) -> Iterator[LoggedEvent]:
        """Yield the entry of a row, opened, if it is sought."""
        if sought.concerns(event_of(row)):
            opened = self._opened(row)
            if sought.matches(opened):
                yield opened

    def _opened(self, row: StoredRow) -> LoggedEvent:
        event = event_of(row)
        if row.payload is None:
            return event
        try:
            commitment = read_leaf(row.leaf).commitment
            salted = self._sealer.open(row.tag, commitment, row.payload)
        except ValueError:  # (2)
            raise UnreadableValueError(f"log entry {row.index} cannot be opened") from None
        return event if salted is None else replace(event, told=_told(read_payload(salted)))


def event_of(row: StoredRow) -> LoggedEvent:
    """Read an entry's leaf, its payload left shut."""
    leaf = read_leaf(row.leaf)
    said: Mapping[str, Any] = leaf.content
    purpose, recipient, basis = said.get("purpose"), said.get("recipient"), said.get("basis")
    return LoggedEvent(
        row.index,
        UUID(bytes=leaf.event_id),
        EPOCH + said["at"] * _MILLISECOND,
        RecordKind(said["type"]),
        said.get("outcome", ""),
        PurposeCode(purpose) if purpose else None,
        tuple(basis.split(",")) if basis else (),
        said.get("policy"),
        Oin(recipient) if recipient else None,
        row.tag,
        row.counter,
    )


def _told(payload: Payload) -> Told:
    said: Mapping[str, Any] = payload.content
    parent, subject = said.get("parent"), said.get("subject")
    return Told(
        said.get("actor"),
        said.get("role"),
        tuple(map(FieldName, _listed(said, "fields"))),
        tuple(_listed(said, "consents")),
        said.get("reason"),
        UUID(parent) if parent else None,
        said.get("trace"),
        said.get("detail"),
        payload.link[1] if payload.link else None,
        said.get("rests_on"),
        SubjectId(UUID(subject)) if subject else None,
    )


def _listed(said: Mapping[str, Any], key: str) -> Iterable[str]:
    names: Iterable[str] = said.get(key, ())
    return names
