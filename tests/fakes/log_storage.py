"""A log storage in memory that polices the law of its port more strictly than a database would."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from audit.storage import (
    LogTransaction,
    RefusedError,
    StoredHead,
    StoredLeaf,
    StoredRow,
    Tail,
    UnavailableError,
)


class LawBrokenError(AssertionError):
    """The caller did what the port forbids."""


class CommitError(Exception):
    """The store answered a commit with an error, whether it happened or not."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A change that is carried out with its entry, or refuses it."""

    name: str
    holds: bool = True


@dataclass(slots=True)
class MemoryLogStorage:
    """A log at rest; ``lose`` and ``keep`` make that many of the next commits fail, each its way."""

    state: StoredHead = field(default_factory=lambda: StoredHead(0, (), ""))
    stored: list[StoredRow] = field(default_factory=list)
    past: list[StoredHead] = field(default_factory=list)
    carried_out: list[str] = field(default_factory=list)
    lose: int = 0
    keep: int = 0
    down: bool = False
    commits: int = 0
    lookups: int = 0
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def locked(self) -> Iterator[LogTransaction]:
        """Hold the lock, let the transaction work on its own copy, and commit it whole."""
        if self.down:
            raise UnavailableError("the head cannot be locked")
        with self.lock:
            before = self.state
            transaction = _Transaction(self)
            try:
                yield transaction
            finally:
                transaction.over = True
            if self.state is not before:
                raise LawBrokenError("the head moved while the lock was held")
            self._commit(transaction)

    def head(self) -> StoredHead:
        """Read the head."""
        return self.state

    def closed(self) -> Sequence[StoredHead]:
        """Read the last heads of closed shards."""
        return list(self.past)

    def rows(self, start: int, stop: int) -> Iterator[StoredRow]:
        """Read entries by their index, whatever their place in the list."""
        found = (row for row in list(self.stored) if start <= row.index < stop)
        return iter(sorted(found, key=lambda row: row.index))

    def leaves(self, start: int, stop: int) -> Iterator[Sequence[StoredLeaf]]:
        """Read the leaves alone, in pages of five."""
        rows = [row[:4] for row in self.rows(start, stop)]
        return (rows[at : at + 5] for at in range(0, len(rows), 5))

    def one(self, event_id: bytes) -> StoredRow | None:
        """Read the entry of an event id."""
        return next((row for row in list(self.stored) if row.event_id == event_id), None)

    def about(self, tag: bytes) -> Iterator[StoredRow]:
        """Read the entries about one subject."""
        found = (row for row in list(self.stored) if row.tag == tag)
        return iter(sorted(found, key=lambda row: row.counter or 0))

    def latest(self, tag: bytes, below: int | None, limit: int) -> Sequence[StoredRow]:
        """Read the newest entries about one subject."""
        found = [row for row in self.about(tag) if below is None or (row.counter or 0) < below]
        return found[::-1][:limit]

    def damage(self, place: int, /, **changes: object) -> None:
        """Change a stored row behind the log's back."""
        self.stored[place] = self.stored[place]._replace(**changes)  # type: ignore[arg-type]  # a fault has any shape

    def _commit(self, transaction: "_Transaction") -> None:
        if self.lose:
            self.lose -= 1
            raise CommitError
        transaction.require_whole()
        if transaction.saved is not None:
            self.state = transaction.saved
            self.stored = [*self.stored, *transaction.inserted]
            self.past = [*self.past, *transaction.past]
            self.commits += 1
        self.carried_out = [*self.carried_out, *transaction.carried_out]
        if self.keep:
            self.keep -= 1
            raise CommitError


@dataclass(slots=True)
class _Transaction:
    storage: MemoryLogStorage
    inserted: list[StoredRow] = field(default_factory=list)
    carried_out: list[str] = field(default_factory=list)
    saved: StoredHead | None = None
    past: list[StoredHead] = field(default_factory=list)
    over: bool = False

    def head(self) -> StoredHead:
        self._require_lock()
        return self.storage.state

    def admit(self, companions: Sequence[object]) -> None:
        self._require_lock()
        names = []
        for companion in companions:
            if not isinstance(companion, Companion):
                raise LawBrokenError("this companion is not known")
            if not companion.holds:
                raise RefusedError(companion.name)
            names.append(companion.name)
        self.carried_out.extend(names)

    def tails(self, tags: Collection[bytes]) -> Mapping[bytes, Tail]:
        self._require_lock()
        return {
            row.tag: Tail(row.counter, row.index)
            for row in self.storage.stored
            if row.tag is not None and row.tag in tags and row.counter is not None
        }

    def counted(self, start: int, stop: int) -> Iterable[tuple[bytes, Tail]]:
        self._require_lock()
        return [
            (row.tag, Tail(row.counter, row.index))
            for row in self.storage.rows(start, stop)
            if row.tag is not None and row.counter is not None
        ]

    def find(self, event_ids: Collection[bytes]) -> Mapping[bytes, StoredRow]:
        self._require_lock()
        if not event_ids:
            raise LawBrokenError("the store was asked for nothing")
        self.storage.lookups += 1
        return {row.event_id: row for row in self.storage.stored if row.event_id in event_ids}

    def insert(self, rows: Sequence[StoredRow]) -> None:
        self._require_lock()
        known = {row.event_id for row in (*self.storage.stored, *self.inserted)}
        for row in rows:
            if row.index != self.storage.state.end + len(self.inserted):
                raise LawBrokenError("an index was left out or used again")
            if row.event_id in known:
                raise CommitError
            known.add(row.event_id)
            self.inserted.append(row)

    def save_head(self, head: StoredHead) -> None:
        self._require_lock()
        if self.saved is not None:
            raise LawBrokenError("the head was saved twice")
        if (head.base, head.label) != (self.storage.state.base, self.storage.state.label):
            raise LawBrokenError("a head was saved in the place of another shard's")
        self.saved = head

    def turn(self, closed: StoredHead, opened: StoredHead) -> None:
        """Close a shard and open the next."""
        self._require_lock()
        if self.saved is not None or opened.base != closed.end or opened.label <= closed.label:
            raise LawBrokenError("a shard was not closed where the next one begins")
        if not (closed.checkpoint and opened.checkpoint):
            raise LawBrokenError("a head was not signed")
        self.past.append(closed)
        self.saved = opened

    def closed(self) -> Sequence[StoredHead]:
        """Read the last heads of closed shards."""
        self._require_lock()
        return list(self.storage.past)

    def require_whole(self) -> None:
        """Refuse rows without their head, and a head without its rows."""
        end = self.storage.state.end + len(self.inserted)
        if (self.saved or self.storage.state).end != end:
            raise LawBrokenError("the head and the entries do not fit")

    def _require_lock(self) -> None:
        if self.over:
            raise LawBrokenError("the transaction is over")
