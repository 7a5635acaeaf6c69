"""The store starts only on a database that keeps its promises, and in files nobody else can read."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from gateway.domain.errors import SettingsError
from gateway.store import sqlite
from gateway.store.database import DATA_FILE, KEYS_FILE, Database
from gateway.store.sqlite import PROMISES, check

INSERT = "INSERT INTO wrapped_key (handle, kind, version, wrapped) VALUES ({}, 'log', 1, x'02')"


def test_every_connection_keeps_every_promise(files: Database) -> None:
    """Readers and writers, of data and of keys, have each setting that durability rests on."""
    for store in (files.data, files.keys):
        with store.writing() as writer:
            for connection in (writer, store.reading()):
                for setting, wanted in PROMISES.items():
                    assert connection.exec_driver_sql(f"PRAGMA {setting}").scalar() == wanted


@pytest.mark.parametrize(
    ("setting", "weak"),
    [
        ("journal_mode", "delete"),
        ("synchronous", "normal"),
        ("foreign_keys", "off"),
        ("secure_delete", "off"),
        ("temp_store", "file"),
        ("busy_timeout", "5"),
    ],
)
def test_a_weak_setting_is_named(tmp_path: Path, setting: str, weak: str) -> None:
    """A connection with one weaker setting is refused, and the refusal names it."""
    connection = sqlite3.connect(tmp_path / "weak.db", isolation_level=None)
    for name, value in (PROMISES | {setting: weak}).items():
        connection.execute(f"PRAGMA {name} = {value}")
    with pytest.raises(SettingsError, match=setting):
        check(connection)
    connection.close()


def test_a_database_without_a_write_ahead_log_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the journal mode does not take, as when another holds the file, the gate does not start."""
    monkeypatch.setitem(sqlite.PROMISES, "busy_timeout", 10)
    other = sqlite3.connect(tmp_path / DATA_FILE, isolation_level=None)
    other.executescript("CREATE TABLE theirs (a); BEGIN EXCLUSIVE;")
    with pytest.raises(SettingsError, match=DATA_FILE):
        Database.open(tmp_path)
    other.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file with other content is named and left as it is."""
    (tmp_path / KEYS_FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(SettingsError, match=KEYS_FILE):
        Database.open(tmp_path)
    assert (tmp_path / KEYS_FILE).read_bytes() == b"not a database" * 100


def test_files_are_for_their_owner_alone(files: Database, tmp_path: Path) -> None:
    """Data, keys and their write-ahead logs can be read by nobody else."""
    with files.data.writing(), files.keys.writing():
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert {DATA_FILE, KEYS_FILE, f"{DATA_FILE}-wal", f"{KEYS_FILE}-wal"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_keys_can_be_written_while_the_data_is_locked(files: Database) -> None:
    """The log's writer holds the data's lock while it makes keys, so the locks must be two."""
    with files.data.writing() as data, files.keys.writing() as keys:
        keys.exec_driver_sql(INSERT.format("x'01'"))
        data.exec_driver_sql("SELECT 1")
    found = files.data.reading().exec_driver_sql("SELECT wrapped FROM doelpoort_keys.wrapped_key")
    assert found.scalar() == b"\x02"


def test_an_error_rolls_back(files: Database) -> None:
    """What fails within a writing transaction leaves nothing behind."""
    insert = INSERT.format("?")
    with pytest.raises(IntegrityError), files.keys.writing() as keys:
        keys.exec_driver_sql(insert, [(b"same",), (b"same",)])
    assert files.keys.reading().exec_driver_sql("SELECT * FROM wrapped_key").all() == []


def test_reading_connections_cannot_write(files: Database) -> None:
    """The connection that reads for actions refuses a change."""
    reading = files.data.reading().connection.driver_connection
    assert isinstance(reading, sqlite3.Connection)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reading.execute("DELETE FROM subject")
