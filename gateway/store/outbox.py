"""The outbox at rest: an entry's row is written with it, and goes when the entry was told."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa

from gateway.domain.projection import Waiting
from gateway.store.database import Database
from gateway.store.log_tables import outbox
from gateway.store.prepared import Prepared

_o = outbox.c
_WAITING: Final = (
    sa.select(_o.index)
    .where(_o.log == sa.bindparam("of"), _o.refused.is_(sa.false()))
    .order_by(_o.index)
)
_DONE: Final = Prepared(
    sa.delete(outbox).where(_o.log == sa.bindparam("of"), _o.index == sa.bindparam("nth"))
)
_REFUSE: Final = Prepared(
    sa.update(outbox)
    .where(_o.log == sa.bindparam("of"), _o.index == sa.bindparam("nth"))
    .values(refused=sa.true())
)
_RESTORE: Final = Prepared(
    sa.update(outbox)
    .where(_o.log == sa.bindparam("of"), _o.refused.is_(sa.true()))
    .values(refused=sa.false())
)
_COUNT: Final = Prepared(
    sa.select(_o.refused, sa.func.count()).where(_o.log == sa.bindparam("of")).group_by(_o.refused)
)


class Outbox:
    """The outbox of one log; see ``gateway.domain.projection.Outbox``.

    Its writes wait for the write lock in a thread of their own, never in the event loop.
    """

    def __init__(self, database: Database, log: int = 1) -> None:
        self._database = database
        self._log = log

    async def waiting(self, limit: int) -> Sequence[int]:
        """Return the first indexes that wait, in order."""
        query = _WAITING.limit(limit)
        return await self._database.read(
            lambda connection: list(connection.execute(query, {"of": self._log}).scalars())
        )

    async def done(self, indexes: Sequence[int]) -> None:
        """Forget entries; durable on return."""
        rows = [{"of": self._log, "nth": index} for index in indexes]
        await self._write(lambda connection: _DONE.many(connection, rows))

    async def refuse(self, indexes: Sequence[int]) -> None:
        """Keep entries aside; durable on return."""
        rows = [{"of": self._log, "nth": index} for index in indexes]
        await self._write(lambda connection: _REFUSE.many(connection, rows))

    async def restore(self) -> int:
        """Let what was refused wait again; return how many."""
        counts: list[int] = []
        await self._write(lambda c: counts.append(_RESTORE.run(c, of=self._log)))
        return counts[0]

    async def count(self) -> Waiting:
        """Count what waits and what was refused."""
        rows = await self._database.read(lambda connection: _COUNT.rows(connection, of=self._log))
        counts = {bool(refused): count for refused, count in rows}
        return Waiting(counts.get(False, 0), counts.get(True, 0))

    async def _write(self, work: Callable[[sa.Connection], None]) -> None:
        def write() -> None:
            with self._database.data.writing() as connection:
                work(connection)

        await asyncio.to_thread(write)
