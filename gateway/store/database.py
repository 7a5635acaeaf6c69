"""The two stores of one gate, data and keys, and how they are read and written.

Reads run in one place, ``Database.read``: a database over a network waits there in a thread of its
own, and the event loop goes on; SQLite answers faster than a thread can be woken and is read inline.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

import sqlalchemy as sa

from gateway.store.postgres import Server, ServerStore
from gateway.store.sqlite import FileStore
from gateway.store.tables import DATA_SCHEMA, KEYS_SCHEMA

Answer = TypeVar("Answer")

DATA_FILE: Final = "gateway.db"
KEYS_FILE: Final = "keys.db"


class Store(Protocol):
    """One store, of data or of keys: a connection to read for each thread, and transactions."""

    @property
    def driver_error(self) -> type[Exception]:
        """What the driver below SQLAlchemy raises."""
        ...

    def reading(self) -> sa.Connection:
        """Return this thread's connection for reading; each statement sees all that is committed."""
        ...

    def read(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Run ``work`` on this thread's connection, and once more where the first was lost."""
        ...

    def writing(self, *, alone: bool = True) -> AbstractContextManager[sa.Connection]:
        """Hold the write lock; commit durably on leaving, or roll back on an error.

        Who says ``alone=False`` takes a lock of its own, on the row that stands for its subject;
        where a database has one writer only, it is alone all the same.
        """
        ...

    def building(self) -> AbstractContextManager[sa.Connection]:
        """Hold the write lock while the schema changes; raise all fences around it on leaving."""
        ...

    def scrub(self) -> bool:
        """Leave no deleted byte in the write-ahead log; ``False`` when that was not possible now."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Database:
    """The data, and apart from it the keys that open it; ``readers`` threads read where that waits."""

    def __init__(self, data: Store, keys: Store, readers: int = 0) -> None:
        self.data = data
        self.keys = keys
        self._threads = ThreadPoolExecutor(readers, "store-reader") if readers else None

    @classmethod
    def open(cls, folder: Path) -> "Database":
        """Open, or make, both files in an existing folder; raises ``SettingsError``."""
        keys = FileStore(folder / KEYS_FILE)
        try:
            data = FileStore(folder / DATA_FILE, {KEYS_SCHEMA: folder / KEYS_FILE})
        except BaseException:
            keys.close()
            raise
        return cls(data, keys)

    @classmethod
    def connect(cls, server: Server) -> "Database":
        """Connect to both schemas of a PostgreSQL database; raises ``SettingsError``."""
        keys = ServerStore(server, KEYS_SCHEMA)
        try:
            data = ServerStore(server, DATA_SCHEMA)
        except BaseException:
            keys.close()
            raise
        return cls(data, keys, server.readers)

    async def read(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Run ``work`` on a connection that sees every committed change of data and keys."""
        return await self.aside(partial(self.data.read, work))

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Run work that reads by itself where its waiting holds up nobody."""
        if self._threads is None:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Let what is being read end, and close both."""
        if self._threads is not None:
            self._threads.shutdown()
        self.data.close()
        self.keys.close()
