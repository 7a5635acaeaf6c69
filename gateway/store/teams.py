"""Teams at rest: who signed in lately and which lists each saved, written beside the log."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from gateway.domain.clocks import View
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.teams import Colleague, SavedList, Whose
from gateway.store.database import Database
from gateway.store.team_tables import colleague, saved_list

_c, _s = colleague.c, saved_list.c
_SINCE: Final = sa.select(colleague).where(
    _c.partner == sa.bindparam("partner"),
    _c.role == sa.bindparam("role"),
    _c.seen >= sa.bindparam("since"),
)
_SAVED: Final = sa.select(saved_list).where(
    _s.partner == sa.bindparam("partner"), _s.actor == sa.bindparam("actor")
)
_Deed = sa.Insert | sa.Delete


class StoredTeams:
    """Teams at rest; see ``gateway.domain.teams.Teams``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def meet(self, colleague_: Colleague) -> None:
        """Write that someone signed in."""
        one = colleague_
        same = (_c.partner == one.partner) & (_c.actor == one.actor) & (_c.role == one.role)
        values = {name: getattr(one, name) for name in ("partner", "actor", "role", "seen", "name")}
        await self._write(sa.delete(colleague).where(same), sa.insert(colleague).values(**values))

    async def of(self, partner: Oin, role: RoleId, since: datetime) -> Sequence[Colleague]:
        """List who signed in since a moment."""
        found = await self._read(_SINCE, partner=partner, role=role, since=since)
        return [
            Colleague(Oin(row.partner), ActorId(row.actor), RoleId(row.role), row.seen, row.name)
            for row in found
        ]

    async def forget(self, before: datetime) -> int:
        """Delete who last signed in before a moment."""
        return await self._write(sa.delete(colleague).where(_c.seen < before))

    async def saved(self, partner: Oin, actor: ActorId) -> Sequence[SavedList]:
        """List what someone saved."""
        found = await self._read(_SAVED, partner=partner, actor=actor)
        return [SavedList(View(row.view), Whose(row.whose)) for row in found]

    async def save(self, partner: Oin, actor: ActorId, one: SavedList) -> None:
        """Write a list once."""
        values = {"partner": partner, "actor": actor, "view": one.view, "whose": one.whose}
        await self._write(
            sa.delete(saved_list).where(_is(partner, actor, one)),
            sa.insert(saved_list).values(**values),
        )

    async def drop(self, partner: Oin, actor: ActorId, one: SavedList) -> None:
        """Delete a list."""
        await self._write(sa.delete(saved_list).where(_is(partner, actor, one)))

    async def _read(self, query: sa.Select[Any], **values: object) -> Sequence[sa.Row[Any]]:
        return await self._database.read(lambda connection: connection.execute(query, values).all())

    async def _write(self, *deeds: _Deed) -> int:
        return await asyncio.to_thread(self._written, deeds)

    def _written(self, deeds: Sequence[_Deed]) -> int:
        with self._database.data.writing() as connection:
            return sum(connection.execute(deed).rowcount for deed in deeds)


def _is(partner: Oin, actor: ActorId, one: SavedList) -> sa.ColumnElement[bool]:
    return sa.and_(
        _s.partner == partner, _s.actor == actor, _s.view == one.view, _s.whose == one.whose
    )
