"""Counts for analysts: the last publication only, under keyed terms, and who was told of it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from types import MappingProxyType

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.counting import BlindCube, PublishCounts, TellTable
from gateway.domain.identifiers import ActorId, FieldName, Oin, SubjectId
from gateway.domain.statistics import Dimensions, Told
from gateway.store.database import Database
from gateway.store.indexing import require_current
from gateway.store.prepared import Prepared
from gateway.store.tables import statistics_count, statistics_cube, statistics_told, subject

_c, _n, _t = statistics_cube.c, statistics_count.c, statistics_told.c
_CUBES = (
    sa.select(_c.cube, _c.day, _c.at, _n.term, _n.count)
    .select_from(statistics_cube.outerjoin(statistics_count))
    .order_by(_c.cube)
)
_LATER = Prepared(sa.select(_c.cube).where(_c.at > sa.bindparam("than")))
_DROP_COUNTS = Prepared(sa.delete(statistics_count))
_DROP_CUBES = Prepared(sa.delete(statistics_cube))
_NEW_CUBE = Prepared(sa.insert(statistics_cube), "cube", "day", "at")
_NEW_COUNT = Prepared(sa.insert(statistics_count), "cube", "term", "count")
_TOLD = Prepared(
    sa.select(sa.func.count()).where(
        _t.recipient == sa.bindparam("to"), _t.actor == sa.bindparam("whom")
    )
)
_NEW_TOLD = Prepared(sa.insert(statistics_told), "recipient", "actor", "cube", "at")


class Statistics:
    """Counts at rest; see ``gateway.domain.counting.Statistics``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def people(self, after: SubjectId | None, limit: int) -> Sequence[SubjectId]:
        """List everyone the gate knows, in order of id."""
        query = sa.select(subject.c.id).order_by(subject.c.id).limit(limit)
        if after is not None:
            query = query.where(subject.c.id > after)
        return await self._database.read(
            lambda connection: tuple(map(SubjectId, connection.execute(query).scalars()))
        )

    async def published(self) -> Sequence[BlindCube]:
        """Read all cubes of the last publication in one statement."""
        return await self._database.read(_published)

    async def told(self, recipient: Oin, actor: ActorId) -> Sequence[Told]:
        """List what an analyst of a partner was ever told, in order of time."""
        query = (
            sa.select(_t.at, _t.cube)
            .where(_t.recipient == recipient, _t.actor == actor)
            .order_by(_t.at, _t.id)
        )
        return await self._database.read(
            lambda connection: [
                Told(at, _dimensions(cube)) for at, cube in connection.execute(query)
            ]
        )


def publish(connection: sa.Connection, change: PublishCounts) -> None:
    """Replace what was published; refused when something later is there."""
    if _LATER.rows(connection, than=change.at):
        raise RefusedError("statistics: later counts were published meanwhile")
    require_current(connection, (term for cube in change.cubes for term in cube.counts))
    _DROP_COUNTS.run(connection)
    _DROP_CUBES.run(connection)
    for cube in change.cubes:
        name = ",".join(cube.dimensions)
        _NEW_CUBE.run(connection, cube=name, day=cube.day.isoformat(), at=cube.at)
        rows = [(name, term, count) for term, count in sorted(cube.counts.items())]
        _NEW_COUNT.many_as_stored(connection, rows)


def tell(connection: sa.Connection, change: TellTable) -> None:
    """Note what an analyst is told; refused when she was told something else meanwhile."""
    whom = {"to": change.recipient, "whom": change.actor}
    if _TOLD.rows(connection, **whom) != [(change.earlier,)]:
        raise RefusedError("statistics: she was told another table meanwhile")
    _NEW_TOLD.run(
        connection,
        recipient=change.recipient,
        actor=change.actor,
        cube=",".join(change.told.cube),
        at=change.told.at,
    )


def _published(connection: sa.Connection) -> tuple[BlindCube, ...]:
    counts: defaultdict[str, dict[bytes, int | None]] = defaultdict(dict)
    made: dict[str, tuple[date, datetime]] = {}
    for name, day, at, term, count in connection.execute(_CUBES):
        made[name] = date.fromisoformat(day), at
        if term is not None:  # a cube of nobody has no counts
            counts[name][term] = count
    return tuple(
        BlindCube(_dimensions(name), *when, MappingProxyType(counts[name]))
        for name, when in made.items()
    )


def _dimensions(name: str) -> Dimensions:
    return tuple(map(FieldName, name.split(",")))
