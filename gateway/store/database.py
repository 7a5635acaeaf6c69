"""The two stores of one gate, data and keys, and how they are read and written.

Reads run in one place, ``Database.read``, so that a database over a network can wait there; SQLite
answers faster than a thread can be woken and is read inline.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import sqlalchemy as sa

from gateway.store import sqlite

Answer = TypeVar("Answer")

DATA_FILE: Final = "gateway.db"
KEYS_FILE: Final = "keys.db"


class Store:
    """One database file: a reading connection for each thread, and writing transactions."""

    def __init__(self, path: Path, attached: dict[str, Path] | None = None) -> None:
        self._engine = sqlite.open_engine(path)
        self._attached = attached or {}
        self._of_thread = threading.local()
        self._held: list[sa.Connection] = []

    @property
    def driver_error(self) -> type[Exception]:
        """What the driver below SQLAlchemy raises."""
        return sqlite.ERROR

    def reading(self) -> sa.Connection:
        """Return this thread's connection for reading; each statement sees all that is committed."""
        connection: sa.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._engine.connect()
            for name, path in self._attached.items():
                sqlite.attach(connection, path, name)
            self._of_thread.connection = connection
            self._held.append(connection)
        return connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Hold the write lock; commit durably on leaving, or roll back on an error."""
        with self._engine.connect() as connection:
            sqlite.begin(connection)
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                sqlite.roll_back(connection)
                raise

    def scrub(self) -> bool:
        """Leave no deleted byte in the write-ahead log; ``False`` when a reader was in the way."""
        with self._engine.connect() as connection:
            return sqlite.empty_wal(connection)

    def close(self) -> None:
        """Close every connection."""
        for connection in self._held:
            connection.invalidate()
            connection.close()
        self._held.clear()
        self._of_thread = threading.local()
        self._engine.dispose()


class Database:
    """The data, and apart from it the keys that open it."""

    def __init__(self, data: Store, keys: Store) -> None:
        self.data = data
        self.keys = keys

    @classmethod
    def open(cls, folder: Path) -> "Database":
        """Open, or make, both files in an existing folder; raises ``SettingsError``."""
        keys = Store(folder / KEYS_FILE)
        try:
            data = Store(folder / DATA_FILE, {"keys": folder / KEYS_FILE})
        except BaseException:
            keys.close()
            raise
        return cls(data, keys)

    async def read(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Run ``work`` on a connection that sees every committed change of data and keys."""
        return work(self.data.reading())

    def close(self) -> None:
        """Close both files."""
        self.data.close()
        self.keys.close()
