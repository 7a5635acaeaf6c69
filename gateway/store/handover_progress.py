"""How far the handovers to a municipality are: what a list of everyone there needs of their files."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.handovers import Cancelled, Progress, TalkState, settles
from gateway.domain.identifiers import GemeenteCode, SubjectId
from gateway.domain.relations import MUNICIPAL, RelationKind
from gateway.store import handover_tables as tables
from gateway.store.prepared import Prepared
from gateway.store.tables import relation_event

_later: Final = relation_event.alias("later")


def lasts(table: sa.Table) -> sa.ColumnElement[bool]:
    """Tell that no other municipality came, and this one was not unlinked, since the tie began."""
    kinds = sorted(MUNICIPAL - {RelationKind.ONTKOPPELD})
    own = _later.c.party == table.c.gemeente
    other = ~own & sa.or_(*(_later.c.kind == kind.value for kind in kinds))
    return ~sa.exists(1).where(
        _later.c.subject == table.c.subject,
        _later.c.at > table.c.since,
        _later.c.at <= sa.bindparam("moment"),
        other | (own & (_later.c.kind == RelationKind.ONTKOPPELD.value)),
    )


def _of_town(table: sa.Table, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    here = table.c.gemeente == sa.bindparam("gemeente")
    return sa.select(table.c.subject, *columns).where(here, lasts(table))


_t = tables.talk.c
_CONFIRMED: Final = Prepared(_of_town(tables.confirmation))
_WAITING: Final = Prepared(_of_town(tables.question).where(tables.question.c.answer.is_(None)))
_WORKERS: Final = Prepared(_of_town(tables.assignment, tables.assignment.c.worker))
_TALKS: Final = Prepared(
    _of_town(tables.talk, _t.state, _t.cancelled).order_by(_t.subject, _t.at, _t.id)
)


def progress(
    gemeenten: Sequence[GemeenteCode], moment: datetime, connection: sa.Connection
) -> Mapping[SubjectId, Progress]:
    """Read how far each handover is that lasts and of which anything is known."""

    def rows(asked: Prepared) -> list[tuple[Any, ...]]:
        return [
            row for one in gemeenten for row in asked.rows(connection, gemeente=one, moment=moment)
        ]

    confirmed = {subject for (subject,) in rows(_CONFIRMED)}
    waiting = Counter(subject for (subject,) in rows(_WAITING))
    workers = dict[Any, Any](rows(_WORKERS))
    talks: dict[bytes, list[tuple[TalkState, Cancelled | None]]] = defaultdict(list)
    for subject, state, why in rows(_TALKS):
        talks[subject].append((TalkState(state), Cancelled(why) if why else None))
    return {
        SubjectId(UUID(bytes=one)): Progress(
            one in talks and settles(talks[one]), one in confirmed, waiting[one], workers.get(one)
        )
        for one in {*confirmed, *waiting, *workers, *talks}
    }
