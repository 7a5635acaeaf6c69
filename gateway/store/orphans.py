"""Finds keys of nobody by looking at keys, subjects and log together, and destroys them under the log's lock."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import KeyStore
from gateway.domain.orphans import Orphan
from gateway.store import key_tables, tables
from gateway.store.database import Database
from gateway.store.log_tables import log_head, log_payload
from gateway.store.orphan_tables import orphan_key
from gateway.store.prepared import PreparedIn
from gateway.store.versions import Tag

_key = key_tables.wrapped_key.to_metadata(sa.MetaData(), schema=tables.KEYS_SCHEMA)
_s, _o, _p = tables.subject.c, orphan_key.c, log_payload.c
_UNKNOWN: Final = (
    sa.select(_key.c.handle)
    .distinct()
    .where(
        _key.c.kind == "profile",
        ~sa.select(_s.id).where(_s.id == _key.c.handle).exists(),
    )
)
_KNOWN = PreparedIn(lambda among: sa.select(_s.id).where(_s.id.in_(among)), sa.LargeBinary())
_TOLD = PreparedIn(lambda among: sa.select(_p.tag).distinct().where(_p.tag.in_(among)), _p.tag.type)
_LOCK: Final = sa.select(log_head.c.log).with_for_update()


class StoredOrphans:
    """Orphans at rest; see ``gateway.domain.orphans.OrphanKeys``."""

    def __init__(self, database: Database, keys: KeyStore, tag: Tag) -> None:
        self._data = database.data
        self._keys = keys
        self._tag = tag

    def count(self) -> int:
        """Count them, as they are now."""
        return len(self._data.read(self._found))

    def look(self, now: datetime) -> Sequence[Orphan]:
        """Find all, and remember since when each is one."""
        found = self._data.read(self._found)
        with self._data.writing() as connection:
            noted = {row.subject: row.since for row in connection.execute(sa.select(orphan_key))}
            _forget(connection, noted.keys() - found)
            fresh = [{"subject": one, "since": now} for one in found - noted.keys()]
            if fresh:
                connection.execute(sa.insert(orphan_key), fresh)
        return [Orphan(one, noted.get(one, now)) for one in sorted(found)]

    def destroy(self, subjects: Collection[SubjectId]) -> int:
        """Look again while the log's head is locked, so that nobody becomes known meanwhile; destroy."""
        with self._data.writing(alone=False) as connection:
            connection.execute(_LOCK).all()
            ids = [one.bytes for one in subjects]
            known = {bytes(id_) for (id_,) in _KNOWN.rows(connection, ids)}
            gone = self._untold(connection, [id_ for id_ in ids if id_ not in known])
            destroyed = sum(self._drop(one) for one in gone)
            _forget(connection, subjects)
        self._keys.scrub()
        return destroyed

    def _found(self, connection: sa.Connection) -> set[SubjectId]:
        ids = [bytes(handle) for handle in connection.scalars(_UNKNOWN)]
        return self._untold(connection, ids)

    def _untold(self, connection: sa.Connection, ids: Sequence[bytes]) -> set[SubjectId]:
        """Leave out of whom the log tells anything."""
        tags = {self._tag(id_): id_ for id_ in ids}
        told = {bytes(tag) for (tag,) in _TOLD.rows(connection, tuple(tags))}
        return {SubjectId(UUID(bytes=id_)) for tag, id_ in tags.items() if tag not in told}

    def _drop(self, one: SubjectId) -> bool:
        """Destroy her keys; nothing of them is remembered, as nothing was ever sealed under them."""
        places = ((one.bytes, "profile"), (self._tag(one.bytes), "log"))
        rows = [row for place in places for row in self._keys.versions(*place)]
        return sum(self._keys.drop(row) for row in rows) > 0


def _forget(connection: sa.Connection, subjects: Iterable[SubjectId]) -> None:
    for one in subjects:
        connection.execute(sa.delete(orphan_key).where(_o.subject == one))
