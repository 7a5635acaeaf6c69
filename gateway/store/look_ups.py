"""Requests to look a person up: written, approved once, and found again; the reason is sealed."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import ActorId, Oin, SubjectId
from gateway.domain.look_ups import ApproveLookUp, AskLookUp, LookUp
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import look_up

MOST: Final = 50
_l = look_up.c
_NEW = Prepared(sa.insert(look_up), "id", "partner", "actor", "subject", "at", "reason")
_APPROVE = Prepared(
    sa.update(look_up)
    .where(
        _l.id == sa.bindparam("of"),
        _l.approved_at.is_(None),
        _l.actor != sa.bindparam("by_"),
    )
    .values(approved_at=sa.bindparam("at_"), approved_by=sa.bindparam("by_"))
)


class LookUps:
    """Requests at rest; see ``gateway.domain.look_ups.LookUps``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, look_up_id: UUID) -> LookUp | None:
        """Find one; ``None`` when there is no such request."""
        return next(iter(await self._found(_l.id == look_up_id)), None)

    async def of_partner(self, partner: Oin) -> Sequence[LookUp]:
        """List the newest requests of one organisation."""
        return await self._found(_l.partner == partner)

    async def _found(self, which: sa.ColumnElement[bool]) -> Sequence[LookUp]:
        query = sa.select(look_up).where(which).order_by(_l.at.desc(), _l.id).limit(MOST)
        return await self._database.read(
            lambda connection: [_look_up(row) for row in connection.execute(query)]
        )


def ask(connection: sa.Connection, change: AskLookUp) -> None:
    """Keep a request."""
    one = change.look_up
    _NEW.run(
        connection,
        id=one.look_up_id,
        partner=one.partner,
        actor=one.actor,
        subject=one.subject,
        at=one.at,
        reason=one.reason,
    )


def approve(connection: sa.Connection, change: ApproveLookUp) -> None:
    """Note who approved it, once, and never who asked."""
    if not _APPROVE.run(connection, of=change.look_up_id, at_=change.at, by_=change.by):
        raise RefusedError("look-up: not there, approved before, or one's own")


def _look_up(row: sa.Row[Any]) -> LookUp:
    return LookUp(
        row.id,
        Oin(row.partner),
        ActorId(row.actor),
        SubjectId(row.subject),
        row.at,
        row.reason,
        ActorId(row.approved_by) if row.approved_by else None,
        row.approved_at,
    )
