"""Finds candidates by blind terms; who may be found, by whom and when is part of every question.

Ids are random, and what holds for a stretch of them holds for all. A search walks from stretch to
stretch: the first is as long as some hundred people of the rarest group of terms take, each next one
as long as those before it say is needed. So a broad search ends early, and a narrow one is short. How
far into the ids a term's first few reach tells how rare it is, without counting.

Some hold a term as cover only (``gateway.store.covering``): whoever is met is shown by the seals on
her terms, or left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.blind import version_of
from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import ActorId, SubjectId
from gateway.domain.ports import BlindIndex
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.questions import Row, findable, rows_met
from gateway.store.tables import candidate_term, search_spent

FEW: Final = 32
GROWTH: Final = 8
_ALL: Final = 2**128
_term = candidate_term.c
_few = (
    sa.select(_term.subject)
    .where(_term.term == sa.bindparam("of"))
    .order_by(_term.subject)
    .limit(FEW)
    .subquery()
)
_LAST_OF_FEW = Prepared(
    sa.select(sa.func.count().over(), _few.c.subject).order_by(_few.c.subject.desc()).limit(1)
)

Seals = dict[bytes, bytes | None]


class Candidates:
    """The narrow index of people who may be found; see ``gateway.domain.ports.Candidates``."""

    def __init__(self, database: Database, index: BlindIndex) -> None:
        self._database = database
        self._index = index

    async def find(self, wanted: Wanted) -> Sequence[SubjectId]:
        """Return the subjects that have one term of every group, in order of id from its start on."""
        return await self._database.read(partial(_found, wanted, self._index))

    async def searches_since(self, actor: ActorId, since: datetime) -> int:
        """Count the actor's searches since a moment."""
        spent = search_spent.c
        query = sa.select(sa.func.count()).where(spent.actor == actor, spent.at >= since)
        return await self._database.read(lambda connection: connection.scalar(query) or 0)


def _found(wanted: Wanted, index: BlindIndex, connection: sa.Connection) -> tuple[SubjectId, ...]:
    groups = sorted(_held(connection, wanted.groups), key=lambda group: sum(group.values()))
    if not wanted.recipients or not all(groups):
        return ()
    wanted = replace(wanted, groups=[tuple(group) for group in groups])
    found: list[bytes] = []
    for begin, end in _stretches(wanted, sum(groups[0].values()) if groups else 0, found):
        if groups:
            found += _true(index, wanted, rows_met(connection, wanted, begin, end))
        else:
            found += sorted(findable(connection, wanted, begin, end))
    return tuple(SubjectId(UUID(bytes=one)) for one in found[: wanted.limit])


def _held(
    connection: sa.Connection, groups: Sequence[Sequence[bytes]]
) -> Sequence[Mapping[bytes, int]]:
    """Tell of the terms of each group how many people hold them, as far as a few rows tell.

    Terms that nobody holds are left out, unless the key of the index is being turned over: who is
    indexed anew before the next statement would be met under neither term.
    """
    terms = [term for group in groups for term in group]
    last = _LAST_OF_FEW.firsts(connection, [(term,) for term in terms])
    holders = {term: _holders(*row) if row else 0 for term, row in zip(terms, last, strict=True)}
    turned = len({version_of(term) for term in terms}) > 1
    return [{term: holders[term] for term in group if turned or holders[term]} for group in groups]


def _holders(few: int, last: bytes) -> int:
    """Take the share of all ids that the first few reach to be their share of all who hold a term."""
    return few if few < FEW else FEW * _ALL // (int.from_bytes(last, "big") + 1)


def _stretches(
    wanted: Wanted, rarest: int, found: Sequence[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    """Cut the ids, from the start on and around, in stretches, until enough are found.

    ``rarest`` is how many people hold a term of the first group; 0 where that is not known.
    """
    first = step = _more(_ALL) * wanted.limit // rarest if rarest else _ALL // FEW
    met = 0
    while met < _ALL and len(found) < wanted.limit:
        begin = (wanted.start.int + met) % _ALL
        size = min(step, _ALL - begin, _ALL - met)
        yield _stored(begin), _stored(begin + size - 1)
        met += size
        left = wanted.limit - len(found)
        step = min(GROWTH * met, max(first, _more(met) * left // (len(found) or 1)))


def _more(length: int) -> int:
    """Add a quarter, so that one stretch mostly does."""
    return length * 5 // 4


def _stored(number: int) -> bytes:
    return number.to_bytes(16, "big")


def _true(index: BlindIndex, wanted: Wanted, rows: Iterable[Row]) -> Sequence[bytes]:
    """Return in order of id whoever has a true seal for a term of each group."""
    held: list[dict[bytes, Seals]] = [{term: {} for term in group} for group in wanted.groups]
    left: set[bytes] = set()
    for place, subject, term, seal in rows:
        held[place][term][subject] = seal
        left.add(subject)
    for group in held:
        left = set[bytes]().union(
            *(_sealed(index, term, seals, left) for term, seals in group.items())
        )
    return sorted(left)


def _sealed(index: BlindIndex, term: bytes, seals: Seals, of: AbstractSet[bytes]) -> set[bytes]:
    """Return those of some people whose seal is true; one of before there were seals counts as that."""
    held = {subject: seals[subject] for subject in seals.keys() & of}
    true = zip(held.items(), index.seals(term, held), strict=True)
    return {subject for (subject, seal), right in true if seal is None or seal == right}
