"""Writes the statement of a search: who, of a stretch of ids, holds a term of every group and may be found.

A file is asked person by person: the first group's rows lead, and each is looked for in the next
group's, which lie in the same order. A server takes longer over each step from person to person than
over the step itself: it is asked group by group, of all whom the one before left. Neither order can be
changed by a planner, which would begin with what it thinks cheap. Who may find someone is asked last,
and of everyone.

A statement is written once for its shape, and gives rows of an id and the terms that she holds, each
with its seal; without groups, ids alone.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from gateway.domain.criteria import Wanted
from gateway.store.prepared import Prepared
from gateway.store.tables import candidate, candidate_term

_SHAPES_KEPT: Final = 512
_MOMENT: Final = sa.bindparam("moment", type_=candidate.c.since.type)
_BEGIN: Final = sa.bindparam("begin", type_=sa.LargeBinary)
_END: Final = sa.bindparam("end", type_=sa.LargeBinary)

Column = sa.ColumnElement[Any]
Part = sa.ColumnElement[bool]
Binds = Sequence[sa.BindParameter[Any]]
Row = tuple[Any, ...]


def rows_met(connection: sa.Connection, wanted: Wanted, begin: bytes, end: bytes) -> Sequence[Row]:
    """Return a row or more of everyone between two ids, both included, who meets all that is wanted."""
    lists = [*wanted.groups, wanted.recipients, wanted.besides]
    shape = tuple(_length(len(one)) for one in lists)
    statement = _statement(shape, at_once=connection.dialect.name != "sqlite")
    values = {name: value for place, one in enumerate(lists) for name, value in _fill(place, one)}
    return statement.rows(connection, begin=begin, end=end, moment=wanted.moment, **values)


def _length(size: int) -> int:
    """Round up to a power of two, so that statements have few shapes."""
    return 1 << (size - 1).bit_length() if size else 0


def _fill(place: int, values: Sequence[object]) -> Iterator[tuple[str, object]]:
    """Name the values of a list, its last as often as the list is too short."""
    for number in range(_length(len(values))):
        yield f"of_{place}_{number}", values[min(number, len(values) - 1)]


@lru_cache(_SHAPES_KEPT)
def _statement(shape: tuple[int, ...], *, at_once: bool) -> Prepared:
    """Write the statement; the last lengths of ``shape`` are those of recipients and of besides."""
    term, recipient = candidate_term.c.term.type, candidate.c.recipient.type
    types = [*[term] * (len(shape) - 2), recipient, recipient]
    lists = [
        [sa.bindparam(f"of_{place}_{number}", type_=kind) for number in range(length)]
        for place, (length, kind) in enumerate(zip(shape, types, strict=True))
    ]
    *groups, recipients, besides = lists
    if not groups:
        return Prepared(_anyone(recipients, besides))
    return Prepared((_group_by_group if at_once else _one_by_one)(groups, recipients, besides))


def _anyone(recipients: Binds, besides: Binds) -> sa.Select[Any]:
    """Ask for whoever may be found, with any terms."""
    one = candidate.alias("one")
    subject = one.c.subject
    query = sa.select(subject).where(_within(subject), _open(one, recipients))
    return query.where(*_apart(besides, subject))


def _one_by_one(groups: Sequence[Binds], recipients: Binds, besides: Binds) -> sa.Select[Any]:
    """Look for each person of the first group in all others."""
    lanes = [candidate_term.alias(f"lane_{place}") for place in range(len(groups))]
    first, last = lanes[0].c, lanes[-1].c
    held = [column for lane in lanes for column in (lane.c.term, lane.c.seal)]
    source: sa.FromClause = lanes[0]
    for lane in lanes[1:]:
        source = _Then(source, lane, sa.true())
    return (
        sa.select(first.subject, *held)
        .select_from(source)
        .where(_within(first.subject))
        .where(*(lane.c.term.in_(group) for lane, group in zip(lanes, groups, strict=True)))
        .where(*(lane.c.subject == before.c.subject for before, lane in pairwise(lanes)))
        .where(_findable(recipients, last.subject), *_apart(besides, last.subject))
    )


def _group_by_group(groups: Sequence[Binds], recipients: Binds, besides: Binds) -> sa.Select[Any]:
    """Ask of each group at once who holds it of those that the one before left, then for the seals."""
    holders = [candidate_term.alias(f"held_{place}").c for place in range(len(groups) + 1)]
    first, last, sealed = holders[0], holders[-2], holders[-1]
    left = sa.select(first.subject).where(first.term.in_(groups[0]), _within(first.subject))
    for held, group in zip(holders[1:-1], groups[1:], strict=True):
        left = sa.select(held.subject).where(held.term.in_(group), _among(left, held.subject))
    left = left.where(_findable(recipients, last.subject), *_apart(besides, last.subject))
    every = [term for group in groups for term in group]
    return sa.select(sealed.subject, sealed.term, sealed.seal).where(
        sealed.term.in_(every), _among(left, sealed.subject)
    )


def _within(subject: Column) -> Part:
    return subject.between(_BEGIN, _END)


def _among(left: sa.Select[Any], subject: Column) -> Part:
    """Ask by an array, which an index is asked for in one go; ``IN`` would be a join, in any order."""
    return subject == sa.any_(sa.func.array(left.scalar_subquery()))


def _findable(recipients: Binds, subject: Column) -> Part:
    """Ask person by person: the offset keeps a planner from joining whole lists instead."""
    window = candidate.alias()
    one: sa.Select[Any] = sa.select(sa.literal_column("1"))
    one = one.where(_open(window, recipients), window.c.subject == subject)
    return one.offset(sa.literal_column("0")).exists()


def _apart(besides: Binds, subject: Column) -> tuple[Part, ...]:
    return (~_findable(besides, subject),) if besides else ()


def _open(window: sa.FromClause, recipients: Binds) -> Part:
    return sa.and_(
        window.c.recipient.in_(recipients),
        window.c.since <= _MOMENT,
        window.c.until > _MOMENT,
    )


class _Then(sa.Join):
    """A join whose left side is read first; what joins them stands among the conditions."""

    inherit_cache: bool | None = True


@compiles(_Then)
def _in_order(join: _Then, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    left, right = (compiler.process(side, **how) for side in (join.left, join.right))
    return f"{left} CROSS JOIN {right}"
