"""Writes the statement of a search: who, of a stretch of ids, holds a term of every group and may be found.

A file is asked person by person: the first group's rows lead, and each is looked for in the next
group's, which lie in the same order. A server takes longer over each step from person to person than
over the step itself: it is asked group by group, of all whom the one before left. Neither order can be
changed by a planner, which would begin with what it thinks cheap. Who may find someone is asked last,
and of everyone.

A statement is written once for its shape. It sees one state of the store: nobody who is indexed anew
meanwhile is missed.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
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
Row = tuple[int, bytes, bytes, bytes | None]


def rows_met(connection: sa.Connection, wanted: Wanted, begin: bytes, end: bytes) -> Iterable[Row]:
    """Return of everyone between two ids, both included, who meets all that is wanted, what she holds.

    A row has the place of a group, her id, a term of that group, and its seal. Whoever lacks a row
    for some group meets a part only.
    """
    at_once = connection.dialect.name != "sqlite"
    rows = _rows(connection, wanted, begin, end, at_once=at_once)
    return rows if at_once else _turned(rows, len(wanted.groups))


def findable(
    connection: sa.Connection, wanted: Wanted, begin: bytes, end: bytes
) -> AbstractSet[bytes]:
    """Return everyone between two ids, both included, who may be found, with any terms."""
    return {row[0] for row in _rows(connection, wanted, begin, end)}


def _rows(
    connection: sa.Connection, wanted: Wanted, begin: bytes, end: bytes, *, at_once: bool = False
) -> Sequence[Any]:
    lists = [*wanted.groups, wanted.recipients, wanted.besides]
    statement = _statement(tuple(_length(len(one)) for one in lists), at_once=at_once)
    values = {name: value for place, one in enumerate(lists) for name, value in _fill(place, one)}
    return statement.rows(connection, begin=begin, end=end, moment=wanted.moment, **values)


def _turned(wide: Sequence[Any], groups: int) -> Iterator[Row]:
    """Make a row for each group of one that has them all."""
    for place in range(groups):
        at = 2 * place + 1
        for row in wide:
            yield place, row[0], row[at], row[at + 1]


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


def _group_by_group(
    groups: Sequence[Binds], recipients: Binds, besides: Binds
) -> sa.CompoundSelect[Any]:
    """Ask of each group at once who holds it of those that the one before left.

    The first group has rows of those only who are left at last and may be found. Her window is looked
    at in her own rows (``IS true``): to walk the index by recipient takes four times as long.
    """
    first, *others = (candidate_term.alias(f"held_{place}") for place in range(len(groups)))
    left = sa.select(first.c.subject).where(first.c.term.in_(groups[0]), _within(first.c.subject))
    met: list[sa.CTE] = []
    for place, (held, group) in enumerate(zip(others, groups[1:], strict=True), 1):
        rows = _row(place, held).where(held.c.term.in_(group), _among(left, held.c.subject))
        met.append(rows.cte(f"met_{place}"))
        left = sa.select(met[-1].c.subject)
    window = candidate.alias("open_to")
    subject = window.c.subject
    left = sa.select(subject).where(_among(left, subject), _open(window, recipients).is_(sa.true()))
    left = left.where(*_apart(besides, subject))
    sealed = candidate_term.alias("sealed")
    rows = _row(0, sealed).where(sealed.c.term.in_(groups[0]), _among(left, sealed.c.subject))
    return sa.union_all(rows, *(sa.select(one) for one in met))


def _row(place: int, held: sa.FromClause) -> sa.Select[Any]:
    place_of: sa.Label[int] = sa.literal_column(str(place), sa.Integer).label("place")
    return sa.select(place_of, held.c.subject, held.c.term, held.c.seal)


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
