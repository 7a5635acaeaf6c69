"""The log at rest, in the same database as what its entries change: one commit holds both.

1. ``locked`` locks the head's row first; whoever holds it is alone to move the head. Many gateways
   may write one log, and two logs of a database do not wait for each other where it can tell.
2. Entries are only ever added, and so are the heads of closed shards (``audit.shards``): triggers
   refuse to change or delete them. An entry's index here is its place.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from audit.storage import LogTransaction, StoredHead, StoredLeaf, StoredRow, Tail, UnavailableError
from gateway.domain.errors import StoreUnavailableError
from gateway.domain.policy_versions import policy_needed
from gateway.domain.ports import Entry
from gateway.store import log_tables
from gateway.store.changes import carry_out
from gateway.store.database import Database
from gateway.store.policy_versions import ActivePolicy
from gateway.store.prepared import Prepared, PreparedIn, PreparedRows, together
from gateway.store.versions import NewVersions

PAGE: Final = 1_000
_HASH: Final = 32
_NO_END: Final = 2**63 - 1
_NO_PAYLOAD: Final = (None, None, None)
_EMPTY: Final = StoredHead(0, (), "")

_h, _c, _e, _p = (
    log_tables.log_head.c,
    log_tables.log_closed.c,
    log_tables.log_entry.c,
    log_tables.log_payload.c,
)
_HEAD_COLUMNS: Final = ("size", "frontier", "checkpoint", "frozen", "instance")
_SHARD_COLUMNS: Final = ("base", "label")
_head_of = sa.select(*(_h[name] for name in _HEAD_COLUMNS + _SHARD_COLUMNS)).where(
    _h.log == sa.bindparam("of")
)
_HEAD = Prepared(_head_of)
_LOCK_HEAD = Prepared(_head_of.with_for_update())  # SQLite leaves it out: its lock is the file's
# What both databases call ON CONFLICT DO NOTHING: who else makes the row first is waited for.
_FIRST_HEAD = Prepared(
    insert(log_tables.log_head).on_conflict_do_nothing(),
    "log",
    "size",
    "frontier",
    "checkpoint",
    "instance",
)
_SAVE_HEAD = Prepared(
    sa.update(log_tables.log_head)
    .where(_h.log == sa.bindparam("of"))
    .values({name: sa.bindparam("new_" + name) for name in _HEAD_COLUMNS})
)
_NEXT_SHARD = Prepared(
    sa.update(log_tables.log_head)
    .where(_h.log == sa.bindparam("of"))
    .values({name: sa.bindparam("new_" + name) for name in _SHARD_COLUMNS})
)
_CLOSE = Prepared(
    sa.insert(log_tables.log_closed),
    "log", "base", "label", "size", "frontier", "checkpoint", "instance",
)  # fmt: skip
_CLOSED = Prepared(
    sa.select(_c.size, _c.frontier, _c.checkpoint, sa.null(), _c.instance, _c.base, _c.label)
    .where(_c.log == sa.bindparam("of"))
    .order_by(_c.base)
)


def _last_of(tags: Sequence[sa.BindParameter[bytes]]) -> sa.Select[Any]:
    """Find each tag's last entry by a step into the index: its cost grows with no tag's history.

    In the list of columns a subquery is asked for each tag; as a condition a planner turns it around.
    """
    asked = sa.values(sa.column("tag", _p.tag.type), name="asked").data([(tag,) for tag in tags])
    each = asked.cte("asked").c.tag

    def last(column: sa.Column[int]) -> sa.ScalarSelect[int]:
        about = sa.select(column).where(_p.log == sa.bindparam("of"), _p.tag == each)
        return about.order_by(_p.counter.desc()).limit(1).scalar_subquery()

    return sa.select(each, last(_p.counter), last(_p.index))


_TAILS = PreparedIn(_last_of, _p.tag.type)
_COUNTED = Prepared(
    sa.select(_p.tag, _p.counter, _p.index)
    .where(
        _p.log == sa.bindparam("of"),
        _p.index >= sa.bindparam("start"),
        _p.index < sa.bindparam("stop"),
        _p.tag.is_not(None),
    )
    .order_by(_p.index)
)
_ADD_ENTRIES = PreparedRows(log_tables.log_entry, "log", "index", "event_id", "leaf_hash", "leaf")
_ADD_PAYLOADS = PreparedRows(log_tables.log_payload, "log", "index", "tag", "counter", "payload")
_ADD_OUTBOX = PreparedRows(log_tables.outbox, "log", "index")
_rows = (
    sa.select(_e.index, _e.event_id, _e.leaf_hash, _e.leaf, _p.payload, _p.tag, _p.counter)
    .join_from(
        log_tables.log_entry,
        log_tables.log_payload,
        (_p.log == _e.log) & (_p.index == _e.index),
        isouter=True,
    )
    .where(_e.log == sa.bindparam("of"))
    .limit(PAGE)
)
_PAYLOADS = Prepared(
    sa.select(_p.index, _p.payload, _p.tag, _p.counter).where(
        _p.log == sa.bindparam("of"),
        _p.index >= sa.bindparam("start"),
        _p.index < sa.bindparam("stop"),
    )
)
_LEAVES = Prepared(
    sa.select(_e.index, _e.event_id, _e.leaf_hash, _e.leaf)
    .where(
        _e.log == sa.bindparam("of"),
        _e.index >= sa.bindparam("start"),
        _e.index < sa.bindparam("stop"),
    )
    .order_by(_e.index)
    .limit(PAGE)
)
_BY_ID = Prepared(_rows.where(_e.event_id == sa.bindparam("event")))
_ABOUT = Prepared(
    _rows.where(
        _p.log == sa.bindparam("of"),
        _p.tag == sa.bindparam("tagged"),
        _p.counter > sa.bindparam("past"),
    ).order_by(_p.counter)
)
_LATEST = Prepared(
    _rows.where(
        _p.log == sa.bindparam("of"),
        _p.tag == sa.bindparam("tagged"),
        _p.counter < sa.bindparam("below"),
    )
    .order_by(_p.counter.desc())
    .limit(sa.bindparam("most"))
)


class LogStorage:
    """One log of a database, by its number; see ``audit.storage.LogStorage``.

    With ``told`` each new entry is put in the outbox of another logbook, in the same commit.
    """

    def __init__(self, database: Database, log: int = 1, *, told: bool = False) -> None:
        self._store = database.data
        self._log = log
        self._told = told

    @contextmanager
    def locked(self) -> Iterator[LogTransaction]:
        """Hold the head's lock; ``UnavailableError`` when the database fails at any point."""
        try:
            with self._store.writing(alone=False) as connection:
                head = _locked_head(connection, self._log)
                yield _Transaction(connection, self._log, head, told=self._told)
        except StoreUnavailableError as error:
            raise UnavailableError(str(error)) from None
        except (sa.exc.SQLAlchemyError, self._store.driver_error) as error:
            # From None: a driver's error can quote values.
            raise UnavailableError(f"the database failed ({type(error).__name__})") from None

    def head(self) -> StoredHead:
        """Read the head without locking."""
        found = self._store.read(lambda connection: _HEAD.rows(connection, of=self._log))
        return _head(found[0]) if found else _EMPTY

    def closed(self) -> Sequence[StoredHead]:
        """Read the last heads of the shards that are closed, oldest first."""
        found = self._store.read(lambda connection: _CLOSED.rows(connection, of=self._log))
        return [_head(row) for row in found]

    def rows(self, start: int, stop: int) -> Iterator[StoredRow]:
        """Read entries ``start`` up to but not including ``stop``, a page at a time."""
        for page in self.leaves(start, stop):
            yield from self._with_payloads(page)

    def _with_payloads(self, page: Sequence[StoredLeaf]) -> Iterator[StoredRow]:
        """Add what the payloads' table has; a join may be planned for a table that was small once."""
        stretch = {"start": page[0][0], "stop": page[-1][0] + 1}
        found = self._store.read(lambda c: _PAYLOADS.rows(c, of=self._log, **stretch))
        payloads = {index: rest for index, *rest in found}
        for leaf in page:
            yield StoredRow(*leaf, *payloads.get(leaf[0], _NO_PAYLOAD))

    def leaves(self, start: int, stop: int) -> Iterator[Sequence[StoredLeaf]]:
        """Read the leaves of entries ``start`` up to ``stop`` alone, a page at a time."""

        def page(connection: sa.Connection) -> Sequence[tuple[Any, ...]]:
            return _LEAVES.rows(connection, of=self._log, start=at, stop=stop)

        at = start
        while found := self._store.read(page):
            yield found
            at = found[-1][0] + 1

    def one(self, event_id: bytes) -> StoredRow | None:
        """Read the entry of an event id; ``None`` when the log has none."""
        found = self._store.read(
            lambda connection: _BY_ID.rows(connection, of=self._log, event=event_id)
        )
        return StoredRow(*found[0]) if found else None

    def about(self, tag: bytes) -> Iterator[StoredRow]:
        """Read all entries about one subject, in order of her count, a page at a time."""

        def page(connection: sa.Connection) -> Sequence[StoredRow]:
            found = _ABOUT.rows(connection, of=self._log, tagged=tag, past=past)
            return [StoredRow(*row) for row in found]

        past = 0
        while rows := self._store.read(page):
            yield from rows
            past = rows[-1].counter or 0

    def latest(self, tag: bytes, below: int | None, limit: int) -> Sequence[StoredRow]:
        """Read at most ``limit`` entries about one subject, newest first, below a count of hers."""
        end = _NO_END if below is None else below

        def page(connection: sa.Connection) -> Sequence[StoredRow]:
            found = _LATEST.rows(connection, of=self._log, tagged=tag, below=end, most=limit)
            return [StoredRow(*row) for row in found]

        return self._store.read(page)


class _Transaction:
    """The writer's view while it holds the lock."""

    def __init__(
        self, connection: sa.Connection, log: int, head: StoredHead, *, told: bool
    ) -> None:
        self._connection = connection
        self._log = log
        self._head = head
        self._told = told
        self._policy = ActivePolicy(connection)
        self._versions = NewVersions()

    def head(self) -> StoredHead:
        return self._head

    def admit(self, companions: Sequence[object]) -> None:
        for entry in companions:
            if not isinstance(entry, Entry):
                raise TypeError("a companion is an entry with its changes")
            policy = policy_needed(entry.record)
            if policy is not None:
                self._policy.require(policy, entry.record.at)
            if entry.changes:
                carry_out(self._connection, entry)
                self._policy.after(entry)
                self._versions.after(entry)

    def tails(self, tags: Collection[bytes]) -> Mapping[bytes, Tail]:
        found = _TAILS.rows(self._connection, tuple(tags), of=self._log)
        return {tag: Tail(*last) for tag, *last in found if last[0] is not None}

    def counted(self, start: int, stop: int) -> Iterable[tuple[bytes, Tail]]:
        found = _COUNTED.rows(self._connection, of=self._log, start=start, stop=stop)
        return [(tag, Tail(*last)) for tag, *last in found]

    def find(self, event_ids: Collection[bytes]) -> Mapping[bytes, StoredRow]:
        found = {}
        for event_id in event_ids:
            for row in _BY_ID.rows(self._connection, of=self._log, event=event_id):
                found[event_id] = StoredRow(*row)
        return found

    def insert(self, rows: Sequence[StoredRow]) -> None:
        log = self._log
        entries = [(log, index, event, hashed, leaf) for index, event, hashed, leaf, *_ in rows]
        payloads = [(log, index, tag, count, sealed) for index, _, _, _, sealed, tag, count in rows]
        with together(self._connection):
            _ADD_ENTRIES.run(self._connection, entries)
            _ADD_PAYLOADS.run(self._connection, payloads)
            self._versions.write(self._connection, log, rows)
            if self._told:
                _ADD_OUTBOX.run(self._connection, [(log, r.index) for r in rows])

    def save_head(self, head: StoredHead) -> None:
        _SAVE_HEAD.run(
            self._connection,
            of=self._log,
            new_size=head.size,
            new_frontier=b"".join(head.frontier),
            new_checkpoint=head.checkpoint,
            new_frozen=head.frozen,
            new_instance=head.instance,
        )
        self._head = head

    def turn(self, closed: StoredHead, opened: StoredHead) -> None:
        _CLOSE.run(
            self._connection,
            log=self._log,
            base=closed.base,
            label=closed.label,
            size=closed.size,
            frontier=b"".join(closed.frontier),
            checkpoint=closed.checkpoint,
            instance=closed.instance,
        )
        _NEXT_SHARD.run(
            self._connection, of=self._log, new_base=opened.base, new_label=opened.label
        )
        self.save_head(opened)

    def closed(self) -> Sequence[StoredHead]:
        return [_head(row) for row in _CLOSED.rows(self._connection, of=self._log)]


def _locked_head(connection: sa.Connection, log: int) -> StoredHead:
    """Lock the head's row, made where this log has none yet, and read it."""
    found = _LOCK_HEAD.rows(connection, of=log)
    if not found:
        _FIRST_HEAD.run(connection, log=log, size=0, frontier=b"", checkpoint="", instance="")
        found = _LOCK_HEAD.rows(connection, of=log)
    return _head(found[0])


def _head(row: tuple[Any, ...]) -> StoredHead:
    size, frontier, checkpoint, frozen, instance, base, label = row
    hashes = tuple(frontier[at : at + _HASH] for at in range(0, len(frontier), _HASH))
    return StoredHead(size, hashes, checkpoint, frozen, instance, base, label)
