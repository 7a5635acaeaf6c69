"""Versions of profiles as the log knows them: written with their entry, read with every profile."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
import sqlalchemy as sa

from audit.storage import StoredRow
from gateway.domain.changes import ReviseProfile, StoreProfile
from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import Entry
from gateway.domain.records import RecordKind
from gateway.domain.versions import Kept, Standing, VersionEntry, stores_version
from gateway.store.database import Database
from gateway.store.log_tables import log_entry, log_payload
from gateway.store.prepared import Prepared, PreparedIn, PreparedRows
from gateway.store.tables import subject
from gateway.store.version_tables import logged_version

PAGE: Final = 1_000
Tag = Callable[[bytes], bytes]
"""Gives the tag under which the log knows a subject."""

_v, _e, _p, _s = logged_version.c, log_entry.c, log_payload.c, subject.c
_SAYS: Final = f'"type":"{RecordKind.PROFILE}"'.encode()
_FIRST: Final = (0, -1)

newest_logged = (
    sa.select(sa.func.max(_v.version))
    .where(_v.tag == sa.bindparam("tag", type_=_v.tag.type))
    .scalar_subquery()
)
"""The newest version that the log knows of whom ``tag`` stands for; ``None`` for nobody."""

_NEWEST = PreparedIn(
    lambda among: (
        sa.select(_v.tag, sa.func.max(_v.version)).where(_v.tag.in_(among)).group_by(_v.tag)
    ),
    _v.tag.type,
)
_ADD = PreparedRows(logged_version, "log", "index", "tag", "version")


def _bound(name: str) -> sa.Tuple:
    """Return a place that is given, by its log and its index."""
    kinds = {"log": _e.log.type, "index": _e.index.type}
    return sa.tuple_(*(sa.bindparam(f"{name}_{part}", type_=kind) for part, kind in kinds.items()))


def _within(table: sa.Table, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Read a stretch of a table: each by itself, as a join of all three may be planned for few rows."""
    place = sa.tuple_(table.c.log, table.c.index)
    query = sa.select(table.c.log, table.c.index, *columns)
    return query.where(place > _bound("after"), place <= _bound("last"))


_ENTRIES = Prepared(
    sa.select(_e.log, _e.index, _e.leaf)
    .where(sa.tuple_(_e.log, _e.index) > _bound("after"))
    .order_by(_e.log, _e.index)
    .limit(PAGE)
)
_TAGS = Prepared(_within(log_payload, _p.tag))
_KEPT = Prepared(_within(logged_version, _v.tag, _v.version))
_IDS = Prepared(
    sa.select(_s.id)
    .where(_s.id > sa.bindparam("after", type_=sa.LargeBinary()))
    .order_by(_s.id)
    .limit(PAGE)
)
_VERSIONS = PreparedIn(
    lambda among: sa.select(_s.id, _s.version).where(_s.id.in_(among)), sa.LargeBinary()
)


def newest(connection: sa.Connection, tags: Collection[bytes]) -> Mapping[bytes, int]:
    """Return the newest version that the log knows of each tag; read before the profiles are."""
    return {bytes(tag): version for tag, version in _NEWEST.rows(connection, tuple(tags))}


class NewVersions:
    """Keeps, in the transaction of their entries, which versions of profiles were stored."""

    def __init__(self) -> None:
        self._of_event: dict[bytes, int] = {}

    def after(self, entry: Entry) -> None:
        """Note which version an entry stores that was carried out."""
        for change in entry.changes:
            if isinstance(change, StoreProfile | ReviseProfile):
                self._of_event[entry.record.event_id.bytes] = change.version

    def write(self, connection: sa.Connection, log: int, rows: Sequence[StoredRow]) -> None:
        """Keep those among the rows, which have their places now."""
        of_event = self._of_event
        if of_event:
            stored = [row for row in rows if row.event_id in of_event]
            kept = [(log, row.index, row.tag, of_event[row.event_id]) for row in stored]
            _ADD.run(connection, kept)


class StoredVersions:
    """Versions at rest; see ``gateway.domain.versions.VersionBook``."""

    def __init__(self, database: Database, tag: Tag) -> None:
        self._store = database.data
        self._tag = tag

    def entries(self) -> Iterator[VersionEntry]:
        """Read every entry that stores a version or of which one is kept, in order of the log."""

        def page(connection: sa.Connection) -> Sequence[Any]:
            stretch = {"after_log": after[0], "after_index": after[1]}
            rows = _ENTRIES.rows(connection, **stretch)
            if not rows:
                return ()
            stretch |= {"last_log": rows[-1][0], "last_index": rows[-1][1]}
            tags = {(log, index): tag for log, index, tag in _TAGS.rows(connection, **stretch)}
            kept = {
                (log, index): Kept(*one) for log, index, *one in _KEPT.rows(connection, **stretch)
            }
            return [
                ((log, index), leaf, tags.get((log, index)), kept.get((log, index)))
                for log, index, leaf in rows
            ]

        after = _FIRST
        while rows := self._store.read(page):
            for (_, index), leaf, tag, kept in rows:
                stores = _stores(leaf)
                if stores or kept is not None:
                    yield VersionEntry(index, tag, stores, kept)
            after = rows[-1][0]

    def standing(self) -> Iterator[Standing]:
        """Read how everyone stands, a page at a time: first what is logged, then the store."""

        def page(connection: sa.Connection) -> list[Standing]:
            ids = [bytes(id_) for (id_,) in _IDS.rows(connection, after=after)]
            tags = {id_: self._tag(id_) for id_ in ids}
            logged = newest(connection, tags.values())
            stands = dict(_VERSIONS.rows(connection, ids)) if ids else {}
            return [
                Standing(
                    SubjectId(UUID(bytes=id_)), tags[id_], stands[id_], logged.get(tags[id_], 0)
                )
                for id_ in ids
            ]

        after = b""
        while found := self._store.read(page):
            yield from found
            after = found[-1].subject.bytes


def _stores(leaf: bytes) -> bool:
    return _SAYS in leaf and stores_version(orjson.loads(leaf))
