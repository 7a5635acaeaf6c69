"""Keeps who waits for a municipality as it follows from all that is known; see ``caseload_tables``."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Final

import orjson
import sqlalchemy as sa

from gateway.domain.clocks import TALK_TOLD, Running
from gateway.domain.handovers import Cancelled, TalkState, settles
from gateway.domain.identifiers import ActorId, SubjectId
from gateway.domain.relations import MUNICIPAL, MunicipalTie, RelationEvent, municipal_ties
from gateway.store import handover_tables, tables
from gateway.store.caseload_tables import caseload
from gateway.store.columns import FOREVER
from gateway.store.nesting import Hexed, Nested
from gateway.store.prepared import Prepared


def _of(table: sa.Table) -> sa.ColumnElement[bool]:
    """Compare with one handover."""
    columns = table.c
    return sa.and_(
        columns.subject == sa.bindparam("of"),
        columns.gemeente == sa.bindparam("here"),
        columns.since == sa.bindparam("tied"),
    )


_s, _q, _a, _t = (
    tables.subject.c, handover_tables.question.c, handover_tables.assignment.c,
    handover_tables.talk.c,
)  # fmt: skip
_WAITING: Final = sa.select(sa.func.count()).where(
    _of(handover_tables.question), _q.answer.is_(None)
)
_WORKER: Final = sa.select(_a.worker).where(_of(handover_tables.assignment))
_TALKS: Final = sa.select(Nested(_t.at, Hexed(_t.id), _t.state, _t.cancelled)).where(
    _of(handover_tables.talk)
)
_STANDS: Final = Prepared(
    sa.select(
        _s.koppel_datum,
        _s.pip_deadline,
        _s.overdracht_status,
        sa.exists(1).where(_of(handover_tables.confirmation)),
        _WAITING.scalar_subquery(),
        _WORKER.scalar_subquery(),
        _TALKS.scalar_subquery(),
    ).where(_s.id == sa.bindparam("of"), _s.shielded.is_(sa.false()))
)
_DROP: Final = Prepared(sa.delete(caseload).where(caseload.c.subject == sa.bindparam("of")))
_ADD: Final = Prepared(sa.insert(caseload), *(column.name for column in caseload.c))


def renew(
    connection: sa.Connection,
    subject: SubjectId,
    relations: Iterable[RelationEvent],
    moment: datetime,
) -> None:
    """Write anew for whom she waits from ``moment`` on, by all events of her relations."""
    _DROP.run(connection, of=subject)
    lasting = [one for one in _periods(relations) if one[1] > moment]
    rows = [row for one in lasting for row in _rows(connection, subject, *one)]
    _ADD.many(connection, rows)


def _rows(
    connection: sa.Connection,
    subject: SubjectId,
    since: datetime,
    until: datetime,
    tie: MunicipalTie,
) -> Iterator[Mapping[str, object]]:
    """Yield how she stands in a period, unless she is shielded."""
    for linked, pip, told, confirmed, asked, worker, talks in _STANDS.rows(
        connection, of=subject, here=tie.gemeente, tied=tie.since
    ):
        talked = told in TALK_TOLD or settles(_talks(talks))
        days, handled = (_day(linked), tie.housed, _day(pip)), ActorId(worker) if worker else None
        stands = write_stands(Running(*days, talked, bool(confirmed), asked, handled))
        yield {
            "gemeente": tie.gemeente,
            "subject": subject,
            "since": since,
            "until": until,
            "stands": stands,
        }


def write_stands(one: Running) -> str:
    """Write how someone stands; who stand alike have the same text."""
    deeds = one.talked, one.confirmed, one.asked, one.worker
    return orjson.dumps((one.linked, one.housed, one.pip, *deeds)).decode()


def read_stands(stored: str) -> Running:
    """Read how people stand."""
    linked, housed, pip, *deeds = orjson.loads(stored)
    return Running(_day(linked), housed, _day(pip), *deeds)


def _day(stored: str | None) -> date | None:
    """Read a day; a date that is not whole starts no clock."""
    try:
        return None if stored is None else date.fromisoformat(stored)
    except ValueError:
        return None


def _talks(nested: str) -> list[tuple[TalkState, Cancelled | None]]:
    """Read how each talk stands, oldest first."""
    return [
        (TalkState(state), Cancelled(why) if why else None)
        for _, _, state, why in sorted(orjson.loads(nested))
    ]


def _periods(
    relations: Iterable[RelationEvent],
) -> Iterator[tuple[datetime, datetime, MunicipalTie]]:
    """Yield from when until when which tie stands, and stands unchanged."""
    told = [event for event in relations if event.kind in MUNICIPAL]
    turns = sorted({event.at for event in told})
    for since, until in pairwise((*turns, FOREVER)):
        last = municipal_ties(told, since)[-1:]
        if last and last[0].until is None:
            yield since, until, last[0]
