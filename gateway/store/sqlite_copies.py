"""Copies database files while they are in use (SQLite's online backup), and puts copies in their place."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from gateway.store.copies import PRIVATE, BackupError, Copied

_HEAD: Final = "SELECT size, checkpoint FROM log_head WHERE log = 1"
_BESIDE: Final = ("-wal", "-shm")


def copy_out(path: Path, to: Path) -> Copied:
    """Copy a database as one moment sees it, while others write; durable on return."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
    with to.open("rb") as file:
        os.fsync(file.fileno())
    with closing(_unchanging(to)) as copy:
        ((schema,),) = copy.execute("SELECT version_num FROM alembic_version").fetchall()
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
        heads = copy.execute(_HEAD).fetchall() if "log_head" in tables else []
    return Copied(schema, *(heads[0] if heads else ()))


def bring_in(copy: Path, to: Path) -> None:
    """Copy a part of a backup to a new file, readable by its owner only."""
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "wb") as target, copy.open("rb") as source:
        while chunk := source.read(1 << 20):
            target.write(chunk)


def at_rest(path: Path) -> None:
    """Fold the write-ahead log of a file in; refuses while anyone has it open.

    A file that is damaged is left as it is: it is about to be replaced.
    """
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise BackupError(f"{path.name}: is in use; stop the gate first") from None


def take_place(fresh: Path, path: Path) -> None:
    """Put a file in the place of another one, with nothing of the other left beside it; durable."""
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    for suffix in _BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def destroyed_in(path: Path) -> frozenset[tuple[bytes, str]]:
    """Read which keys a key store knows as destroyed; none where it is gone or damaged."""
    if path.exists():
        with suppress(sqlite3.DatabaseError), closing(_unchanging(path)) as keys:
            rows = keys.execute("SELECT handle, kind FROM destroyed_key").fetchall()
            return frozenset((handle, kind) for handle, kind in rows)
    return frozenset()


def _unchanging(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
