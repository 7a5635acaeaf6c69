"""Used tokens at rest: a digest each, until they could not be used any more."""

import asyncio
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from gateway.store.database import Database
from gateway.store.replay_tables import used_token

_t: Final = used_token.c


class StoredReplays:
    """Used tokens at rest; see ``gateway.domain.replays.Replays``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def first(self, token: bytes, until: datetime, now: datetime) -> bool:
        """Remember a token; the store's write lock makes one of two at once the first."""
        return await asyncio.to_thread(self._first, token, until, now)

    def _first(self, token: bytes, until: datetime, now: datetime) -> bool:
        with self._database.data.writing() as connection:
            connection.execute(sa.delete(used_token).where(_t.until <= now))
            if connection.execute(sa.select(_t.token).where(_t.token == token)).first():
                return False
            connection.execute(sa.insert(used_token).values(token=token, until=until))
            return True
