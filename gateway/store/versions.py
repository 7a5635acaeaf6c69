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
_ENTRIES = Prepared(
    sa.select(_e.log, _e.index, _e.leaf, _p.tag, _v.tag, _v.version)
    .select_from(
        log_entry.outerjoin(log_payload, (_p.log == _e.log) & (_p.index == _e.index)).outerjoin(
            logged_version, (_v.log == _e.log) & (_v.index == _e.index)
        )
    )
    .where(
        sa.tuple_(_e.log, _e.index)
        > sa.tuple_(
            sa.bindparam("after_log", type_=_e.log.type),
            sa.bindparam("after_index", type_=_e.index.type),
        )
    )
    .order_by(_e.log, _e.index)
    .limit(PAGE)
)
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

        def page(connection: sa.Connection) -> list[tuple[Any, ...]]:
            return _ENTRIES.rows(connection, after_log=after[0], after_index=after[1])

        after = _FIRST
        while rows := self._store.read(page):
            for _, index, leaf, about, tag, version in rows:
                stores = _stores(leaf)
                if stores or tag is not None:
                    kept = None if tag is None else Kept(tag, version)
                    yield VersionEntry(index, about, stores, kept)
            after = rows[-1][0], rows[-1][1]

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
