"""What SQLite does its own way: how a file is opened, what it must promise, how it is locked."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.domain.errors import SettingsError
from gateway.store.checkpoints import Checkpoints
from gateway.store.of_thread import OfThread
from gateway.store.turns import Door

Answer = TypeVar("Answer")

ERROR: Final = sqlite3.Error
BUSY_MS: Final = 10_000
PROMISES: Final[dict[str, str | int]] = {
    "busy_timeout": BUSY_MS,  # first: the others may have to wait for it
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit returns after the disk has it
    "fullfsync": 1,  # the same on macOS
    "foreign_keys": 1,
    "secure_delete": 1,  # what is deleted is overwritten
    "temp_store": 2,  # sorting never spills to a file
    "wal_autocheckpoint": 8_000,  # pages: how long a commit's own log gets where nobody else folds it in
}


class FileStore:
    """One database file: a reading connection for each thread, and writing transactions.

    The port is ``gateway.store.database.Store``.
    """

    def __init__(self, path: Path, attached: dict[str, Path] | None = None) -> None:
        self._engine = open_engine(path)
        self._attached = attached or {}
        self._of_thread = OfThread(self._open, _drop)
        self._path = path
        self._writers: list[_Writer] = []
        self._checkpoints = Checkpoints(self._engine.connect)

    @property
    def driver_error(self) -> type[Exception]:
        """What the driver below SQLAlchemy raises."""
        return ERROR

    def reading(self) -> sa.Connection:
        """Return this thread's connection for reading; each statement sees all that is committed."""
        return self._of_thread.get()

    def read(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Run ``work`` on this thread's connection."""
        return work(self.reading())

    @contextmanager
    def writing(self, *, alone: bool = True) -> Iterator[sa.Connection]:  # noqa: ARG002 - a file has one writer anyway
        """Hold the write lock; commit durably on leaving, or roll back on an error.

        SQLAlchemy's own way in and out would cost a small batch of the log as much as its rows.
        """
        writer = self._writers.pop() if self._writers else _Writer(self._engine, self._path)
        try:
            writer.begin()
            yield writer.connection
            writer.commit()
        except BaseException:
            writer.close()
            raise
        self._writers.append(writer)
        self._checkpoints.committed()

    @contextmanager
    def building(self) -> Iterator[sa.Connection]:
        """Hold the write lock while the schema changes."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(
                "BEGIN IMMEDIATE"
            )  # so that Alembic begins nothing of its own
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                roll_back(connection)
                raise

    def scrub(self) -> bool:
        """Leave no deleted byte in the write-ahead log; ``False`` when a reader was in the way."""
        with self._checkpoints.held(), self._engine.connect() as connection:
            return empty_wal(connection)

    def close(self) -> None:
        """Close every connection."""
        self._checkpoints.close()
        self._of_thread.close()
        while self._writers:
            self._writers.pop().close()
        self._engine.dispose()

    def _open(self) -> sa.Connection:
        connection = self._engine.connect()
        for name, path in self._attached.items():
            attach(connection, path, name)
        return connection


class _Writer:
    """A connection kept for writing, and its place at the door."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        self.connection = engine.connect()
        self._driver = _driver(self.connection)
        self._door = Door(path, BUSY_MS)

    def begin(self) -> None:
        self._door.begin(self._driver)

    def commit(self) -> None:
        self._driver.execute("COMMIT")
        self.connection.rollback()  # what SQLAlchemy thinks has begun

    def close(self) -> None:
        """Undo what was begun, if anything was, and let go."""
        with suppress(ERROR):
            roll_back(self.connection)
        self.connection.close()
        self._door.close()


def _drop(connection: sa.Connection) -> None:
    connection.invalidate()
    connection.close()


def open_engine(path: Path) -> sa.Engine:
    """Open a database file, made with mode 0600; each connection keeps all ``PROMISES``.

    Raises ``SettingsError`` where one does not take, as on a network disk.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        isolation_level="AUTOCOMMIT",
        max_overflow=-1,  # each thread keeps its own: the writer must never wait for a reader's
        connect_args={"check_same_thread": False, "cached_statements": 256},
    )
    sa.event.listen(engine, "connect", _promise)
    try:
        with engine.connect():
            return engine
    except sa.exc.DBAPIError:
        engine.dispose()
        raise SettingsError(f"{path.name}: is in use, or is not a database") from None


def attach(connection: sa.Connection, path: Path, name: str) -> None:
    """Make another database file readable under ``name``, and the connection read-only."""
    connection.exec_driver_sql("ATTACH DATABASE ? AS " + name, (str(path),))
    connection.exec_driver_sql("PRAGMA query_only = ON")


def check(connection: sqlite3.Connection) -> None:
    """Raise ``SettingsError`` naming the first promise that this connection does not keep."""
    for setting, wanted in PROMISES.items():
        (found,) = connection.execute(f"PRAGMA {setting}").fetchone()
        if found != wanted:
            raise SettingsError(f"SQLite {setting} is {found}, must be {wanted}")


def roll_back(connection: sa.Connection) -> None:
    """Undo the transaction, unless the failure that led here undid it already."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and driver.in_transaction:
        driver.rollback()


def empty_wal(connection: sa.Connection) -> bool:
    """Bring everything into the database file and empty the write-ahead log; tell whether it is."""
    return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one() == 0)


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - narrows for mypy
    return driver


def _promise(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    for setting, value in PROMISES.items():
        connection.execute(f"PRAGMA {setting} = {value}")
    check(connection)
