"""Requests for an introduction: one row each, with the answer of either recipient in it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import ActorId, Oin, SubjectId
from gateway.domain.introductions import (
    TERM,
    Answer,
    CloseIntroduction,
    Introduction,
    IntroductionState,
)
from gateway.store.database import Database
from gateway.store.tables import introduction, subject

_i = introduction.c
_OPEN = IntroductionState.GEVRAAGD


class Introductions:
    """Introductions at rest; see ``gateway.domain.introductions.Introductions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, introduction: UUID) -> Introduction | None:
        """Find a request by its id."""
        return next(iter(await self._read(_all().where(_i.id == introduction))), None)

    async def awaiting(
        self, subject: SubjectId, recipient: str, moment: datetime
    ) -> Sequence[Introduction]:
        """List the requests about a subject that wait for her answer to ``recipient``."""
        own = (_i.requester == recipient) & (_i.state == _OPEN)
        employer = (_i.employer == recipient) & (_i.employer_state == _OPEN)
        of_her = _all().where(_i.subject == subject, _i.at > moment - TERM)
        return await self._read(of_her.where(own | employer))

    async def of_requester(
        self, requester: Oin, after: UUID | None, limit: int
    ) -> Sequence[Introduction]:
        """List an organisation's own requests, however they stand."""
        return await self._page(_all().where(_i.requester == requester), after, limit)

    async def open_at(
        self, sites: Sequence[str], moment: datetime, after: UUID | None, limit: int
    ) -> Sequence[Introduction]:
        """List requests that wait for an answer, about residents of these reception sites."""
        here = sa.select(subject.c.id).where(subject.c.reception_site.in_(sites))
        query = _all().where(
            _i.at > moment - TERM,
            (_i.state == _OPEN) | (_i.employer_state == _OPEN),
            _i.subject.in_(here),
        )
        return await self._page(query, after, limit)

    async def _page(
        self, query: sa.Select[tuple[object, ...]], after: UUID | None, limit: int
    ) -> Sequence[Introduction]:
        last = await self.by_id(after) if after else None
        if last is not None:
            same = (_i.at == last.at) & (_i.id < last.introduction_id)
            query = query.where((_i.at < last.at) | same)
        return await self._read(query.limit(limit))

    async def _read(self, query: sa.Select[tuple[object, ...]]) -> Sequence[Introduction]:
        return await self._database.read(
            lambda connection: tuple(_introduction(row) for row in connection.execute(query))
        )


def add(connection: sa.Connection, asked: Introduction) -> None:
    """Keep a request; raises ``RefusedError`` when its subject is not known."""
    if connection.scalar(sa.select(subject.c.id).where(subject.c.id == asked.subject)) is None:
        raise RefusedError("subject: not known")
    employer = asked.employer
    connection.execute(
        sa.insert(introduction),
        {
            "id": asked.introduction_id,
            "subject": asked.subject,
            "requester": asked.requester,
            "actor": asked.actor,
            "at": asked.at,
            "state": asked.own.state,
            "employer": employer.recipient if employer else None,
            "employer_state": employer.state if employer else None,
            "function": asked.function,
            "group_name": asked.group,
        },
    )


def close(connection: sa.Connection, change: CloseIntroduction) -> None:
    """Write one recipient's answer; raises ``RefusedError`` when none is awaited (any more)."""
    found = connection.execute(_all().where(_i.id == change.introduction)).first()
    known = _introduction(found) if found else None
    if known is None or change.recipient not in known.open_to(change.at):
        raise RefusedError("introduction: no answer is awaited")
    own = change.recipient == known.requester
    state, closed = (_i.state, _i.closed) if own else (_i.employer_state, _i.employer_closed)
    connection.execute(
        sa.update(introduction)
        .where(_i.id == change.introduction)
        .values({state: change.state, closed: change.at})
    )


def _all() -> sa.Select[tuple[object, ...]]:
    return sa.select(introduction).order_by(_i.at.desc(), _i.id.desc())


def _introduction(row: sa.Row[tuple[object, ...]]) -> Introduction:
    employer = row.employer and Answer(
        Oin(row.employer), IntroductionState(row.employer_state), row.employer_closed
    )
    return Introduction(
        row.id,
        SubjectId(row.subject),
        Oin(row.requester),
        ActorId(row.actor),
        row.at,
        Answer(Oin(row.requester), IntroductionState(row.state), row.closed),
        employer,
        row.function,
        row.group_name,
    )
