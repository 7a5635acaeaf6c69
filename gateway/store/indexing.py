"""What stands under which version of the index key: the floor, what is left below it, indexing anew.

1. Below the floor nothing is written any more: a term that was made long before it commits is refused.
2. Someone is left as long as her number, a digest of her profile or one of her search terms is.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.blind import (
    BARE_SIZE,
    FIRST,
    MARK_SIZE,
    Indexed,
    RaiseIndexFloor,
    RekeySubject,
    mark,
    version_of,
)
from gateway.domain.identifiers import SubjectId
from gateway.store.covering import hold, terms_held
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import candidate_term, index_floor, profile_version, subject

_s, _p, _t, _f = subject.c, profile_version.c, candidate_term.c, index_floor.c
_FLOOR = Prepared(sa.select(_f.version))
_DROP_FLOOR = Prepared(sa.delete(index_floor))
_NEW_FLOOR = Prepared(sa.insert(index_floor), "version")
_TAGGED = Prepared(
    sa.select(_s.id).where(_s.v_tag == sa.bindparam("tag"), _s.id != sa.bindparam("of"))
)
_SET_TAG = Prepared(
    sa.update(subject).where(_s.id == sa.bindparam("of")).values(v_tag=sa.bindparam("tag"))
)
_CURRENT = (
    sa.select(_s.version).where(_s.id == _p.subject).correlate(profile_version).scalar_subquery()
)
_of_her = _p.subject == sa.bindparam("of")
_SET_CONTENT = Prepared(
    sa.update(profile_version)
    .where(_of_her, _p.version == _CURRENT)
    .values(content=sa.bindparam("digest"))
)
_EMPTY_CONTENTS = Prepared(
    sa.update(profile_version)
    .where(_of_her, _p.version < _CURRENT)
    .values(content=sa.bindparam("digest"))
)


class IndexStock:
    """The index at rest, by version; see ``gateway.domain.blind.IndexStock``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def floor(self) -> int:
        """Return the oldest version under which terms may still be written."""
        return await self._database.read(floor_of)

    async def before(self, version: int, after: SubjectId | None, limit: int) -> Sequence[Indexed]:
        """List subjects with anything under versions older than ``version`` (2), in order of id."""
        query = (
            sa.select(_s.id, _s.epoch, _p.content)
            .join_from(
                subject,
                profile_version,
                (_p.subject == _s.id) & (_p.version == _s.version),
            )
            .where(_left(version))
            .order_by(_s.id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(_s.id > after)
        return await self._database.read(partial(_indexed, query))

    async def left(self, version: int) -> int:
        """Count the subjects with anything under versions older than ``version``."""
        query = sa.select(sa.func.count()).select_from(subject).where(_left(version))
        return await self._database.read(lambda connection: connection.scalar(query) or 0)


def require_current(connection: sa.Connection, terms: Iterable[bytes]) -> None:
    """Refuse terms below the floor (1)."""
    oldest = min(map(version_of, terms), default=None)
    if oldest is not None and oldest < floor_of(connection):
        raise RefusedError("index: its key was turned over since the terms were made")


def raise_floor(connection: sa.Connection, change: RaiseIndexFloor) -> None:
    """Raise the floor; what is as high already stays."""
    if floor_of(connection) < change.version:
        _DROP_FLOOR.run(connection)
        _NEW_FLOOR.run(connection, version=change.version)


def rekey(connection: sa.Connection, change: RekeySubject) -> None:
    """Index one subject anew."""
    terms = [one.term for one in change.terms]
    require_current(connection, (change.v_tag, change.content, *terms))
    if _TAGGED.rows(connection, tag=change.v_tag, of=change.subject):
        raise RefusedError("subject: this number is someone else's")
    if not _SET_TAG.run(connection, of=change.subject, tag=change.v_tag):
        raise RefusedError("subject: not known")
    _SET_CONTENT.run(connection, of=change.subject, digest=change.content)
    _EMPTY_CONTENTS.run(connection, of=change.subject, digest=b"")
    if terms_held(connection, change.subject):
        hold(connection, change.subject, change.terms, floor_of(connection))


def floor_of(connection: sa.Connection) -> int:
    """Return the oldest version of the index key under which terms may still be written."""
    rows = _FLOOR.rows(connection)
    return int(rows[0][0]) if rows else FIRST


def _left(version: int) -> sa.ColumnElement[bool]:
    digests = sa.select(_p.subject).where(
        _p.subject == _s.id, sa.func.length(_p.content) > 0, _older(_p.content, version)
    )
    terms = sa.select(_t.subject).where(_t.subject == _s.id, _older(_t.term, version))
    of_hers = (one.correlate(subject).exists() for one in (digests, terms))
    return sa.or_(_older(_s.v_tag, version), *of_hers)


def _older(column: sa.ColumnElement[bytes], version: int) -> sa.ColumnElement[bool]:
    if version == FIRST:
        return sa.false()
    begins = sa.func.substr(column, 1, MARK_SIZE, type_=sa.LargeBinary)
    return (sa.func.length(column) != MARK_SIZE + BARE_SIZE) | (begins < mark(version))


def _indexed(query: sa.Select[Any], connection: sa.Connection) -> tuple[Indexed, ...]:
    return tuple(Indexed(*row) for row in connection.execute(query))
