"""Finds candidates by blind terms; who may be found, by whom and when is part of every question.

The rarest group of terms leads: its list is walked in order of id, each person on it is asked for the
other terms and for whom may find her, and the walk ends at the limit. So a broad search ends early,
and a narrow one is short. Ids are random: how far into them a term's first few reach tells how rare
it is, without counting.

Some hold a term as cover only (``gateway.store.covering``): whoever is found is shown by the seals on
her terms, or left out. A term has less than ``COVER`` of these, so a few more are looked up than asked.

The statement of a question is written once for its shape, the number of terms in each group, and then
run by the driver; groups are filled up to a few lengths, so that shapes are few.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial, reduce
from heapq import merge
from itertools import groupby, islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.blind import COVER
from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import ActorId, SubjectId
from gateway.domain.ports import BlindIndex
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import candidate, candidate_term, search_spent

FEW: Final = 64
CHUNK: Final = 256
_ALL: Final = 2**128
_BEGIN: Final = UUID(int=0)
_LAST: Final = UUID(int=_ALL - 1)
_SHAPES_KEPT: Final = 512
_term = candidate_term.c
_NTH = Prepared(
    sa.select(_term.subject)
    .where(_term.term == sa.bindparam("of"))
    .order_by(_term.subject)
    .limit(1)
    .offset(FEW - 1)
)

Part = sa.ColumnElement[bool]
Binds = Sequence[sa.BindParameter[Any]]


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
    if not wanted.recipients or not all(wanted.groups):
        return ()
    groups = _rarest_first(connection, wanted.groups)
    covers = COVER * sum(map(len, groups))
    found: list[SubjectId] = []
    for begin, end in _around(wanted.start):
        if left := wanted.limit - len(found):
            most = left + covers
            walk = {"begin": begin, "end": end, "most": most}
            met = list(islice(_once(merge(*_lanes(connection, wanted, groups, walk))), most))
            found += islice(_true(connection, index, groups, met), left)
    return tuple(found)


def _rarest_first(
    connection: sa.Connection, groups: Sequence[Sequence[bytes]]
) -> Sequence[Sequence[bytes]]:
    """Order groups by how many people have any of their terms, as far as a few rows tell."""
    terms = [term for group in groups for term in group]
    nth = _NTH.firsts(connection, [(term,) for term in terms])
    often = {
        term: FEW * _ALL // (int.from_bytes(row[0], "big") + 1) if row else 0
        for term, row in zip(terms, nth, strict=True)
    }
    return sorted(groups, key=lambda group: sum(often[term] for term in group))


def _around(start: SubjectId) -> Iterator[tuple[UUID, UUID]]:
    """Cut the ids in those from the start on, and those before it."""
    yield start, _LAST
    if start != _BEGIN:
        yield _BEGIN, UUID(int=start.int - 1)


def _lanes(
    connection: sa.Connection,
    wanted: Wanted,
    groups: Sequence[Sequence[bytes]],
    walk: Mapping[str, object],
) -> Iterator[Sequence[SubjectId]]:
    """Walk the list of each term of the rarest group; without groups, of each recipient."""
    lanes, others = (groups[0], groups[1:]) if groups else (wanted.recipients, ())
    filled = [*others, wanted.recipients, *([wanted.besides] if wanted.besides else [])]
    lengths = tuple(_length(len(one)) for one in filled)
    statement = _walk(lengths, named=bool(groups), besides=bool(wanted.besides))
    values = {name: value for place, one in enumerate(filled) for name, value in _fill(place, one)}
    for lane in lanes:
        rows = statement.rows(connection, along=lane, moment=wanted.moment, **values, **walk)
        yield [SubjectId(UUID(bytes=subject)) for (subject,) in rows]


def _length(size: int) -> int:
    """Round up to a power of two, so that statements have few shapes."""
    return 1 << max(size - 1, 0).bit_length()


def _fill(place: int, values: Sequence[object]) -> Iterator[tuple[str, object]]:
    """Name the values of a list, its last as often as the list is too short."""
    for number in range(_length(len(values))):
        yield f"of_{place}_{number}", values[min(number, len(values) - 1)]


@lru_cache(_SHAPES_KEPT)
def _walk(lengths: tuple[int, ...], *, named: bool, besides: bool) -> Prepared:
    """Write the walk along one list; ``lengths`` are those of the other groups and of recipients."""
    listed = candidate_term if named else candidate
    lane = listed.alias("lane")
    along = lane.c.term if named else lane.c.recipient
    subject, lists = lane.c.subject, len(lengths) - (2 if besides else 1)
    asked = [_has(_names(place, lengths[place], _term.term), subject) for place in range(lists)]
    asked.append(_open_to(_names(lists, lengths[lists], candidate.c.recipient), subject))
    if besides:
        place = lists + 1
        asked.append(~_open_to(_names(place, lengths[place], candidate.c.recipient), subject))
    query = sa.select(subject).where(
        along == sa.bindparam("along"),
        subject >= sa.bindparam("begin"),
        subject <= sa.bindparam("end"),
        reduce(_then, reversed(asked)),
    )
    return Prepared(query.order_by(subject).limit(sa.bindparam("most", type_=sa.Integer)))


def _names(place: int, length: int, column: sa.ColumnElement[Any]) -> list[sa.BindParameter[Any]]:
    return [sa.bindparam(f"of_{place}_{number}", type_=column.type) for number in range(length)]


def _has(group: Binds, subject: sa.ColumnElement[Any]) -> Part:
    return _exists(_term.term.in_(group), _term.subject == subject)


def _open_to(recipients: Binds, subject: sa.ColumnElement[Any]) -> Part:
    window = candidate.c
    return _exists(
        window.recipient.in_(recipients),
        window.subject == subject,
        window.since <= sa.bindparam("moment", type_=window.since.type),
        window.until > sa.bindparam("moment", type_=window.until.type),
    )


def _then(later: Part, first: Part) -> Part:
    """Ask the second only of whom the first holds: a planner would begin with what it thinks cheap."""
    return sa.case((first, later), else_=sa.false())


def _exists(*conditions: Part) -> Part:
    """Ask person by person: the offset keeps a planner from joining whole lists instead."""
    one: sa.Select[Any] = sa.select(sa.literal_column("1")).where(*conditions)
    return one.offset(sa.literal_column("0")).exists()


def _true(
    connection: sa.Connection,
    index: BlindIndex,
    groups: Sequence[Sequence[bytes]],
    met: Sequence[SubjectId],
) -> Iterator[SubjectId]:
    """Leave out whoever holds all terms of some group as cover only."""
    if not groups:
        yield from met
        return
    terms = [term for group in groups for term in group]
    for part in (met[at : at + CHUNK] for at in range(0, len(met), CHUNK)):
        known = {one.bytes: one for one in part}
        hers: dict[bytes, set[bytes]] = {one: set() for one in known}
        statement = _seals(_length(len(part)), _length(len(terms)))
        values = {**dict(_fill(0, part)), **dict(_fill(1, terms))}
        for subject, term, seal in statement.rows(connection, **values):
            if seal is None or seal == index.seal(term, known[subject]):
                hers[subject].add(term)
        for one, terms_of_hers in hers.items():
            if not any(terms_of_hers.isdisjoint(group) for group in groups):
                yield known[one]


@lru_cache(_SHAPES_KEPT)
def _seals(subjects: int, terms: int) -> Prepared:
    return Prepared(
        sa.select(_term.subject, _term.term, _term.seal).where(
            _term.subject.in_(_names(0, subjects, _term.subject)),
            _term.term.in_(_names(1, terms, _term.term)),
        )
    )


def _once(ordered: Iterable[SubjectId]) -> Iterator[SubjectId]:
    return (subject for subject, _ in groupby(ordered))
