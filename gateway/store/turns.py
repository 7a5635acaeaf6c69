"""Lets all who write one SQLite file take turns, whatever process they are in.

1. SQLite lets who finds the file locked sleep, up to 100 ms, and then try again: who has just
   written and begins anew at once is there first, over and over.
2. So a writer first stands at a door, a lock on a small file beside it, and lets go of it once she
   has the file's own lock. Whoever comes back finds the door held by whoever waits.
3. What keeps writers apart is the file's lock alone. Who finds the door held too long goes past it.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path
from time import monotonic, sleep
from typing import Final

BETWEEN: Final = 0.000_3
"""Seconds from one try to the next: short beside a batch, which is what is waited for."""


class Door:
    """One writer's hold on the door; its own descriptor, so that threads are kept apart too."""

    def __init__(self, file: Path, longest: int) -> None:
        self._file = os.open(file.with_name(f"{file.name}-turn"), os.O_CREAT | os.O_RDWR, 0o600)
        self._longest = longest  # milliseconds

    def begin(self, connection: sqlite3.Connection) -> None:
        """Begin a transaction that holds the file's lock; raises ``sqlite3.OperationalError``."""
        until = monotonic() + self._longest / 1000
        with self._held(until):
            connection.execute("PRAGMA busy_timeout = 0")  # as it would sleep too long (1)
            try:
                came = _came(lambda: _begun(connection), until)
            finally:
                connection.execute(f"PRAGMA busy_timeout = {self._longest}")
        if not came:
            raise sqlite3.OperationalError("database is locked")

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    @contextmanager
    def _held(self, until: float) -> Iterator[None]:
        _came(self._is_mine, until)
        try:
            yield
        finally:
            flock(self._file, LOCK_UN)

    def _is_mine(self) -> bool:
        try:
            flock(self._file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _came(tried: Callable[[], bool], until: float) -> bool:
    """Try until it works; ``False`` when the time is over (3)."""
    while not (came := tried()) and monotonic() < until:
        sleep(BETWEEN)
    return came


def _begun(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
