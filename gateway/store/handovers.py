"""Warm handovers at rest: written once or closed once, read by person and by municipality."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar, assert_never
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.handovers import (
    AnswerQuestion,
    AskCoa,
    Assign,
    Assignment,
    Cancelled,
    CloseTalk,
    Confirmation,
    ConfirmReceipt,
    File,
    HandedOn,
    HandOn,
    Handover,
    HandoverChange,
    Outcome,
    Plan,
    PlanTalk,
    Question,
    Scenario,
    TakeBack,
    Talk,
    TalkForm,
    TalkState,
    Topic,
    gathered,
)
from gateway.domain.identifiers import ActorId, FieldName, GemeenteCode, SubjectId
from gateway.domain.relations import MUNICIPAL, RelationKind
from gateway.store import handover_tables as tables
from gateway.store.caseload import renew
from gateway.store.database import Database
from gateway.store.events import relations_of
from gateway.store.tables import relation_event, subject

_T = TypeVar("_T")
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


def _each(
    where: Callable[[sa.Table], sa.ColumnElement[bool]],
) -> Mapping[sa.Table, sa.Select[Any]]:
    """Ask each table of which a file is gathered; written once, as writing costs more than asking."""
    gathered_of = (
        tables.confirmation, tables.talk, tables.question, tables.handed_on, tables.assignment,
    )  # fmt: skip
    return {table: sa.select(table).where(where(table)) for table in gathered_of}


_OF_PEOPLE: Final = _each(lambda table: table.c.subject.in_(sa.bindparam("people", expanding=True)))
_LASTING: Final = _each(
    lambda table: (
        table.c.subject.in_(sa.bindparam("people", expanding=True))
        & table.c.gemeente.in_(sa.bindparam("gemeenten", expanding=True))
        & lasts(table)
    )
)
_LEFT: Final = (
    sa.select(tables.handed_on)
    .where(
        tables.handed_on.c.before.in_(sa.bindparam("gemeenten", expanding=True)),
        ~tables.handed_on.c.back,
        lasts(tables.handed_on),
        ~sa.exists(1).where(
            *(
                tables.confirmation.c[name] == tables.handed_on.c[name]
                for name in ("subject", "gemeente", "since")
            )
        ),
    )
    .order_by(tables.handed_on.c.since.desc(), tables.handed_on.c.id)
    .limit(sa.bindparam("most"))
)


class StoredHandovers:
    """Handovers at rest; see ``gateway.domain.handovers.Handovers``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def files(self, handovers: Sequence[Handover]) -> Mapping[Handover, File]:
        """Read the files of these handovers."""
        wanted = set(handovers)
        people = [one.subject for one in wanted]
        found = await self._gathered(_OF_PEOPLE, people=people) if people else {}
        return {one: file for one, file in found.items() if one in wanted}

    async def current(
        self, people: Sequence[SubjectId], gemeenten: Sequence[GemeenteCode], moment: datetime
    ) -> Mapping[SubjectId, File]:
        """Read the files of those whose handover to one of these lasts still."""
        asked = {"people": people, "gemeenten": gemeenten, "moment": moment}
        found = await self._gathered(_LASTING, **asked)
        return {one.subject: file for one, file in found.items()}

    async def departures(
        self, gemeenten: Sequence[GemeenteCode], moment: datetime, limit: int
    ) -> Sequence[HandedOn]:
        """List whom these municipalities handed on and nobody has received yet, newest first."""
        query = _LEFT.params(gemeenten=list(gemeenten), moment=moment, most=limit)
        return await self._read(query, _handed_on)

    async def talk(self, talk_id: UUID) -> Talk | None:
        """Find a talk."""
        query = sa.select(tables.talk).where(tables.talk.c.id == talk_id)
        return next(iter(await self._read(query, _talk)), None)

    async def question(self, question_id: UUID) -> Question | None:
        """Find a question."""
        query = sa.select(tables.question).where(tables.question.c.id == question_id)
        return next(iter(await self._read(query, _question)), None)

    async def open_at(
        self, sites: Sequence[str], after: UUID | None, limit: int
    ) -> Sequence[Question]:
        """List questions without answer about residents of these sites, in order of id."""
        columns = tables.question.c
        here = sa.select(subject.c.id).where(subject.c.reception_site.in_(sites))
        query = sa.select(tables.question).where(
            columns.answer.is_(None), columns.subject.in_(here)
        )
        if after is not None:
            query = query.where(columns.id > after)
        return await self._read(query.order_by(columns.id).limit(limit), _question)

    async def _gathered(
        self, queries: Mapping[sa.Table, sa.Select[Any]], **values: object
    ) -> Mapping[Handover, File]:
        def read(connection: sa.Connection) -> Mapping[Handover, File]:
            def rows(table: sa.Table, make: Callable[[Any], _T]) -> list[_T]:
                return [make(row) for row in connection.execute(queries[table], values)]

            return gathered(
                rows(tables.confirmation, _confirmation),
                rows(tables.talk, _talk),
                rows(tables.question, _question),
                rows(tables.handed_on, _handed_on),
                rows(tables.assignment, _assignment),
            )

        return await self._database.read(read)

    async def _read(self, query: sa.Select[Any], make: Callable[[Any], _T]) -> Sequence[_T]:
        return await self._database.read(
            lambda connection: [make(row) for row in connection.execute(query)]
        )


def change_handover(connection: sa.Connection, change: HandoverChange, moment: datetime) -> None:
    """Write one change, and what follows for the list she stands on; raises ``RefusedError`` when it does not hold.

    What is written again under the same id breaks on its key: the log then answers for the entry.
    """
    match change:
        case ConfirmReceipt(one):
            _confirm(connection, one)
        case PlanTalk(talk):
            _plan(connection, talk)
        case CloseTalk(talk):
            _close(connection, talk)
        case AskCoa(question):
            _insert(connection, tables.question, question.question_id, question, _asked(question))
        case AnswerQuestion(question):
            _answer(connection, question)
        case HandOn() | TakeBack():
            _move(connection, change)
        case Assign():
            _assign(connection, change)
        case _:
            assert_never(change)
    who = _whose(change)
    renew(connection, who, relations_of(connection, who), moment)


def _whose(change: HandoverChange) -> SubjectId:
    match change:
        case Assign(which):
            return which.subject
        case HandOn(one) | TakeBack(one) | ConfirmReceipt(one):
            return one.handover.subject
        case PlanTalk(one) | CloseTalk(one) | AskCoa(one) | AnswerQuestion(one):
            return one.handover.subject


def _confirm(connection: sa.Connection, one: Confirmation) -> None:
    columns = tables.confirmation.c
    other = _of(columns, one.handover) & (columns.id != one.confirmation_id)
    if connection.execute(sa.select(columns.id).where(other)).first():
        raise RefusedError("handover: its receipt was confirmed before")
    said = {"at": one.at, "actor": one.by}
    _insert(connection, tables.confirmation, one.confirmation_id, one, said)


def _plan(connection: sa.Connection, one: Talk) -> None:
    columns = tables.talk.c
    planned = _of(columns, one.handover) & (columns.state == TalkState.GEPLAND)
    other = planned & (columns.id != one.talk_id)
    if connection.execute(sa.select(columns.id).where(other)).first():
        raise RefusedError("handover: another talk is planned")
    plan = one.plan
    said = {
        "scenario": plan.scenario,
        "form": plan.form,
        "moment": plan.moment,
        "agreed": plan.agreed,
        "at": one.at,
        "actor": one.by,
        "state": one.state,
        "outcomes": one.outcomes,
    }
    _insert(connection, tables.talk, one.talk_id, one, said)


def _close(connection: sa.Connection, one: Talk) -> None:
    columns = tables.talk.c
    planned = _of(columns, one.handover) & (columns.state == TalkState.GEPLAND)
    touched = connection.execute(
        sa.update(tables.talk)
        .where(columns.id == one.talk_id, planned)
        .values(state=one.state, closed=one.closed, cancelled=one.cancelled, outcomes=one.outcomes)
    )
    if not touched.rowcount:
        raise RefusedError("handover: no such talk is planned")


def _answer(connection: sa.Connection, one: Question) -> None:
    columns = tables.question.c
    waiting = _of(columns, one.handover) & columns.answer.is_(None)
    touched = connection.execute(
        sa.update(tables.question)
        .where(columns.id == one.question_id, waiting)
        .values(answer=one.answer, answered=one.answered)
    )
    if not touched.rowcount:
        raise RefusedError("handover: no such question waits")


def _move(connection: sa.Connection, change: HandOn | TakeBack) -> None:
    if isinstance(change, TakeBack):
        _go_on(connection, change)
    one = change.handed_on
    said = {"before": one.before, "actor": one.by, "back": one.back}
    _insert(connection, tables.handed_on, one.entry_id, one, said)


def _go_on(connection: sa.Connection, change: TakeBack) -> None:
    columns = tables.confirmation.c
    if connection.execute(sa.select(columns.id).where(_of(columns, change.taken))).first():
        raise RefusedError("handover: its receipt was confirmed before")
    for table in (tables.confirmation, tables.talk, tables.question, tables.assignment):
        connection.execute(
            sa.update(table)
            .where(_of(table.c, change.before))
            .values(since=change.handed_on.handover.since)
        )


def _assign(connection: sa.Connection, change: Assign) -> None:
    columns, after = tables.assignment.c, change.after
    current = sa.select(columns.id).where(_of(columns, change.handover))
    if connection.execute(current).scalar() != change.before:
        raise RefusedError("handover: someone else was given it meanwhile")
    connection.execute(sa.delete(tables.assignment).where(_of(columns, change.handover)))
    if after is not None:
        said = {"worker": after.worker, "at": after.at, "actor": after.by}
        _insert(connection, tables.assignment, after.assignment_id, after, said)


def _asked(one: Question) -> dict[str, object]:
    return {"topic": one.topic, "field": one.field, "at": one.at, "actor": one.by}


def _insert(
    connection: sa.Connection,
    table: sa.Table,
    id_: UUID,
    one: Confirmation | Talk | Question | HandedOn | Assignment,
    said: Mapping[str, object],
) -> None:
    which = one.handover
    known = sa.select(subject.c.id).where(subject.c.id == which.subject)
    if connection.execute(known).first() is None:
        raise RefusedError("subject: not known")
    named = {"subject": which.subject, "gemeente": which.gemeente, "since": which.since}
    connection.execute(sa.insert(table), {"id": id_, **named, **said})


def _of(columns: Any, one: Handover) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a table's columns have no better type
    return sa.and_(
        columns.subject == one.subject,
        columns.gemeente == one.gemeente,
        columns.since == one.since,
    )


def _handover(row: sa.Row[Any]) -> Handover:
    return Handover(SubjectId(row.subject), GemeenteCode(row.gemeente), row.since)


def _confirmation(row: sa.Row[Any]) -> Confirmation:
    return Confirmation(row.id, _handover(row), row.at, ActorId(row.actor))


def _talk(row: sa.Row[Any]) -> Talk:
    plan = Plan(Scenario(row.scenario), TalkForm(row.form), row.moment, row.agreed)
    return Talk(
        row.id,
        _handover(row),
        plan,
        row.at,
        ActorId(row.actor),
        TalkState(row.state),
        row.closed,
        Cancelled(row.cancelled) if row.cancelled else None,
        tuple(Outcome(one) for one in row.outcomes),
    )


def _question(row: sa.Row[Any]) -> Question:
    return Question(
        row.id,
        _handover(row),
        Topic(row.topic),
        FieldName(row.field) if row.field else None,
        row.at,
        ActorId(row.actor),
        row.answer,
        row.answered,
    )


def _handed_on(row: sa.Row[Any]) -> HandedOn:
    by = None if row.actor is None else ActorId(row.actor)
    return HandedOn(row.id, _handover(row), GemeenteCode(row.before), by, row.back)


def _assignment(row: sa.Row[Any]) -> Assignment:
    return Assignment(row.id, _handover(row), ActorId(row.worker), row.at, ActorId(row.actor))
