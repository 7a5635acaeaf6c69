"""Finds candidates by blind terms; who may be found, by whom and when is part of every question.

The rarest group of terms leads: its list is walked in order of id, each person on it is asked for the
other terms and for whom may find her, and the walk ends at the limit. So a broad search ends early,
and a narrow one is short. Ids are random: how far into them a term's first few reach tells how rare
it is, without counting.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import groupby, islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import ActorId, SubjectId
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import candidate, candidate_term, search_spent

FEW: Final = 64
_ALL: Final = 2**128
_BEGIN: Final = SubjectId(UUID(int=0))
_term = candidate_term.c
_NTH = Prepared(
    sa.select(_term.subject)
    .where(_term.term == sa.bindparam("of"))
    .order_by(_term.subject)
    .limit(1)
    .offset(FEW - 1)
)


class Candidates:
    """The narrow index of people who may be found; see ``gateway.domain.ports.Candidates``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, wanted: Wanted) -> Sequence[SubjectId]:
        """Return the subjects that have one term of every group, in order of id from its start on."""
        return await self._database.read(partial(_found, wanted))

    async def searches_since(self, actor: ActorId, since: datetime) -> int:
        """Count the actor's searches since a moment."""
        spent = search_spent.c
        query = sa.select(sa.func.count()).where(spent.actor == actor, spent.at >= since)
        return await self._database.read(lambda connection: connection.scalar(query) or 0)


def _found(wanted: Wanted, connection: sa.Connection) -> tuple[SubjectId, ...]:
    groups = sorted(wanted.groups, key=lambda group: sum(_often(connection, t) for t in group))
    found: list[SubjectId] = []
    for part in _around(wanted.start):
        if left := wanted.limit - len(found):
            lanes = [
                connection.execute(lane.where(part).limit(left)).scalars().all()
                for lane in _lanes(wanted, groups)
            ]
            found += islice(_once(merge(*lanes)), left)
    return tuple(found)


def _often(connection: sa.Connection, term: bytes) -> int:
    """Estimate how many people have a term; 0 stands for few."""
    rows = _NTH.rows(connection, of=term)
    return FEW * _ALL // (int.from_bytes(rows[0][0], "big") + 1) if rows else 0


Part = sa.ColumnElement[bool]


def _around(start: SubjectId) -> Iterator[Part]:
    """Cut the ids in those from the start on, and those before it."""
    ids = sa.literal_column("lane.subject", _term.subject.type)
    yield ids >= start
    if start != _BEGIN:
        yield ids < start


def _lanes(wanted: Wanted, groups: Sequence[Sequence[bytes]]) -> Iterator[sa.Select[Any]]:
    """Give one walk for each term of the rarest group; without groups, for each recipient."""
    if not groups:
        lane = candidate.alias("lane")
        for recipient in wanted.recipients:
            yield _walk(lane, lane.c.recipient == recipient, wanted, ())
    else:
        lane = candidate_term.alias("lane")
        for term in groups[0]:
            yield _walk(lane, lane.c.term == term, wanted, groups[1:])


def _walk(
    lane: sa.FromClause, along: Part, wanted: Wanted, others: Iterable[Sequence[bytes]]
) -> sa.Select[Any]:
    subject = lane.c.subject
    query = sa.select(subject).where(along, *(_has(group, subject) for group in others))
    if wanted.besides:
        query = query.where(~_open_to(wanted.besides, wanted.moment, subject))
    return query.where(_open_to(wanted.recipients, wanted.moment, subject)).order_by(subject)


def _has(group: Sequence[bytes], subject: sa.ColumnElement[Any]) -> Part:
    return _exists(_term.term.in_(group), _term.subject == subject)


def _open_to(recipients: Sequence[str], moment: datetime, subject: sa.ColumnElement[Any]) -> Part:
    window = candidate.c
    return _exists(
        window.recipient.in_(recipients),
        window.subject == subject,
        window.since <= moment,
        window.until > moment,
    )


def _exists(*conditions: Part) -> Part:
    """Ask person by person: the offset keeps a planner from joining whole lists instead."""
    return sa.select(sa.literal(1)).where(*conditions).offset(0).exists()


def _once(ordered: Iterable[SubjectId]) -> Iterator[SubjectId]:
    return (subject for subject, _ in groupby(ordered))
