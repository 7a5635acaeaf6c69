"""What SQLite does its own way: how a file is opened, what it must promise, and how rows nest."""

import os
import sqlite3
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.domain.errors import SettingsError

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
}


def open_engine(path: Path) -> sa.Engine:
    """Open a database file, made with mode 0600; each connection keeps all ``PROMISES``.

    Raises ``SettingsError`` where one does not take, as on a network disk.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        isolation_level="AUTOCOMMIT",
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


def begin(connection: sa.Connection) -> None:
    """Begin a transaction that holds the write lock from its first moment."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def roll_back(connection: sa.Connection) -> None:
    """Undo the transaction, unless the failure that led here undid it already."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and driver.in_transaction:
        driver.rollback()


def empty_wal(connection: sa.Connection) -> bool:
    """Bring everything into the database file and empty the write-ahead log; tell whether it is."""
    return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one() == 0)


def nested(*columns: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Gather a subquery's rows as one JSON list of lists; order is the reader's to restore."""
    return sa.func.json_group_array(sa.func.json_array(*columns))


def hexed(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Write bytes as hexadecimal digits, so that they fit in JSON."""
    return sa.func.hex(column)


def _promise(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    for setting, value in PROMISES.items():
        connection.execute(f"PRAGMA {setting} = {value}")
    check(connection)
