"""Writers of one file take turns, and nobody waits for a turn without end."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from gateway.store.turns import Door

LONGEST = 5_000
SHORT = 20


@contextmanager
def writer(file: Path, longest: int = LONGEST) -> Iterator[tuple[Door, sqlite3.Connection]]:
    """Open a connection that writes, and its place at the door."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    with closing(connection), closing(Door(file, longest)) as door:
        yield door, connection


@pytest.fixture(name="file")
def fixture_file(tmp_path: Path) -> Path:
    """Give a file with a table of names."""
    with closing(sqlite3.connect(tmp_path / "some.db")) as made:
        made.execute("CREATE TABLE name (name TEXT)")
    return tmp_path / "some.db"


def wait_for_someone(file: Path) -> None:
    """Return when someone stands at the door."""
    with (file.parent / "some.db-turn").open("wb") as door:
        while True:
            try:
                flock(door, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                return
            flock(door, LOCK_UN)
            sleep(0.001)


def test_who_has_just_written_lets_whoever_waits_go_first(file: Path) -> None:
    """Beginning anew at once does not keep out the one who waited meanwhile."""
    with writer(file) as (first, one), writer(file) as (second, other):

        def write_once() -> None:
            second.begin(other)
            other.execute("INSERT INTO name VALUES ('waited')")
            other.execute("COMMIT")

        first.begin(one)
        waits = Thread(target=write_once)
        waits.start()
        wait_for_someone(file)
        one.execute("COMMIT")
        first.begin(one)
        assert one.execute("SELECT name FROM name").fetchall() == [("waited",)]
        one.execute("COMMIT")
        waits.join()


def test_a_door_held_too_long_is_passed(file: Path) -> None:
    """What keeps writers apart is the file's own lock, not the door."""
    with writer(file, SHORT) as (door, connection), (file.parent / "some.db-turn").open() as held:
        flock(held, LOCK_EX)
        door.begin(connection)
        assert connection.in_transaction


def test_a_file_locked_too_long_is_an_error(file: Path) -> None:
    """Nobody waits longer than a writer may, and SQLite waits as long as before for all else."""
    with writer(file) as (first, one), writer(file, SHORT) as (second, other):
        first.begin(one)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.begin(other)
        assert other.execute("PRAGMA busy_timeout").fetchone() == (SHORT,)
