"""Sessions of workers on the screens: found by the digest of their id, the rest sealed by the caller.

They change nothing about a resident, so they are written beside the log's transactions; a thread
waits for the write lock, not the loop.
"""

import asyncio
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from gateway.domain.identifiers import ActorId
from gateway.domain.sessions import KeptSession
from gateway.store.columns import to_moment
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import web_session

_s = web_session.c
_COLUMNS: Final = ("key", "actor", "provider_session", "opened", "seen", "content")
_FIND: Final = Prepared(
    sa.select(*(_s[name] for name in _COLUMNS)).where(_s.key == sa.bindparam("of"))
)
_NEW: Final = Prepared(sa.insert(web_session), *_COLUMNS)
_SEEN: Final = Prepared(
    sa.update(web_session).where(_s.key == sa.bindparam("of")).values(seen=sa.bindparam("at_"))
)
_END: Final = Prepared(sa.delete(web_session).where(_s.key == sa.bindparam("of")))
_END_OF_PROVIDER: Final = Prepared(
    sa.delete(web_session).where(_s.provider_session == sa.bindparam("of"))
)
_END_OF_WORKER: Final = Prepared(sa.delete(web_session).where(_s.actor == sa.bindparam("of")))
_END_UNNAMED: Final = Prepared(
    sa.delete(web_session).where(_s.actor == sa.bindparam("of"), _s.provider_session.is_(None))
)
_SWEEP: Final = Prepared(sa.delete(web_session).where(_s.opened < sa.bindparam("before")))


class Sessions:
    """Sessions at rest; see ``gateway.domain.sessions.Sessions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, session: KeptSession) -> None:
        """Write a new session."""
        values = {name: getattr(session, name) for name in _COLUMNS}
        await self._write(_NEW, **values)

    async def find(self, key: bytes) -> KeptSession | None:
        """Find one by the digest of its id."""
        rows = await self._database.read(lambda connection: _FIND.rows(connection, of=key))
        if not rows:
            return None
        key, actor, provider, opened, seen, content = rows[0]
        return KeptSession(
            bytes(key), ActorId(actor), provider, to_moment(opened), to_moment(seen), bytes(content)
        )

    async def see(self, key: bytes, moment: datetime) -> None:
        """Note that it was used."""
        await self._write(_SEEN, of=key, at_=moment)

    async def end(self, key: bytes) -> None:
        """Delete one."""
        await self._write(_END, of=key)

    async def end_of_provider(self, provider_session: str | None, actor: ActorId | None) -> int:
        """Delete all that rest on one session at the provider, or on any of a worker."""
        ended = 0
        if provider_session is not None:
            ended += await self._write(_END_OF_PROVIDER, of=provider_session)
        if actor is not None:
            hers = _END_OF_WORKER if provider_session is None else _END_UNNAMED
            ended += await self._write(hers, of=actor)
        return ended

    async def sweep(self, opened_before: datetime) -> int:
        """Delete those opened before a moment."""
        return await self._write(_SWEEP, before=opened_before)

    async def _write(self, statement: Prepared, **values: object) -> int:
        return await asyncio.to_thread(self._written, statement, values)

    def _written(self, statement: Prepared, values: dict[str, object]) -> int:
        with self._database.data.writing(alone=False) as connection:
            return statement.run(connection, **values)
