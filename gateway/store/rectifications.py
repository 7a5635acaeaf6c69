"""Requests for rectification: written, closed once, and found by the site where she stays."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.rectification import (
    AskRectification,
    CloseRectification,
    Rectification,
    RectificationState,
)
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import rectification, subject

_r = rectification.c
_OPEN = RectificationState.OPEN
_NEW = Prepared(sa.insert(rectification), "id", "subject", "field", "asked_by", "at", "state")
_CLOSE = Prepared(
    sa.update(rectification)
    .where(
        _r.id == sa.bindparam("of"),
        _r.subject == sa.bindparam("hers"),
        _r.closed.is_(None),
    )
    .values(state=sa.bindparam("state_"), closed=sa.bindparam("at_"))
)


class Rectifications:
    """Requests at rest; see ``gateway.domain.rectification.Rectifications``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, rectification_id: UUID) -> Rectification | None:
        """Find one; ``None`` when there is no such request."""
        return next(iter(await self._found(_r.id == rectification_id, 1)), None)

    async def open_at(
        self, sites: Sequence[str], after: UUID | None, limit: int
    ) -> Sequence[Rectification]:
        """List open requests about residents of these sites, in order of id."""
        here = sa.select(subject.c.id).where(subject.c.reception_site.in_(sites))
        which = sa.and_(_r.state == _OPEN, _r.subject.in_(here))
        return await self._found(which if after is None else which & (_r.id > after), limit)

    async def _found(self, which: sa.ColumnElement[bool], limit: int) -> Sequence[Rectification]:
        query = sa.select(rectification).where(which).order_by(_r.id).limit(limit)
        return await self._database.read(
            lambda connection: [_rectification(row) for row in connection.execute(query)]
        )


def ask(connection: sa.Connection, change: AskRectification) -> None:
    """Keep a request."""
    one = change.rectification
    _NEW.run(
        connection,
        id=one.rectification_id,
        subject=one.subject,
        field=one.field,
        asked_by=one.asked_by,
        at=one.at,
        state=one.state,
    )


def close(connection: sa.Connection, change: CloseRectification) -> None:
    """Note what became of it, once."""
    touched = _CLOSE.run(
        connection,
        of=change.rectification_id,
        hers=change.subject,
        state_=change.state,
        at_=change.at,
    )
    if not touched:
        raise RefusedError("rectification: not about her, or closed before")


def _rectification(row: sa.Row[Any]) -> Rectification:
    return Rectification(
        row.id,
        SubjectId(row.subject),
        FieldName(row.field) if row.field else None,
        Oin(row.asked_by),
        row.at,
        RectificationState(row.state),
        row.closed,
    )
