"""What is erased leaves no byte behind, in the file or in its write-ahead log."""

import secrets
import sqlite3
from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.domain.keys import WrappedKey
from gateway.settings import Settings
from gateway.store import sqlite
from gateway.store.database import DATA_FILE, KEYS_FILE, Database
from gateway.store.key_store import KeysNotScrubbedError, KeyStore
from gateway.store.key_tables import wrapped_key
from gateway.wiring.stores import bury


def on_disk(folder: Path, name: str) -> bytes:
    """Read a database file and what belongs to it."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob(name + "*")))


def test_a_destroyed_key_is_gone_from_the_disk(files: Database, tmp_path: Path) -> None:
    """Destroying a key removes its bytes at once, while its neighbours stay."""
    keys = KeyStore(files)
    made = [WrappedKey(bytes([n]) * 16, "profile", 1, secrets.token_bytes(70)) for n in range(40)]
    keys.add(made)
    assert all(key.wrapped in on_disk(tmp_path, KEYS_FILE) for key in made)
    assert keys.destroy(made[7].handle, "profile")
    left = on_disk(tmp_path, KEYS_FILE)
    assert made[7].wrapped not in left
    assert all(key.wrapped in left for key in made if key is not made[7])


def test_a_reader_in_the_way_is_said_and_destroying_again_helps(
    files: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process reads, bytes may stay: the caller hears so and can finish later."""
    monkeypatch.setitem(sqlite.PROMISES, "busy_timeout", 10)
    files.keys.close()
    keys = KeyStore(files)
    key = WrappedKey(b"h" * 16, "profile", 1, secrets.token_bytes(70))
    keys.add([key])
    reader = sqlite3.connect(tmp_path / KEYS_FILE, isolation_level=None)
    reader.executescript("BEGIN; SELECT * FROM wrapped_key;")
    with pytest.raises(KeysNotScrubbedError):
        keys.destroy(key.handle, "profile")
    assert keys.get(key.handle, "profile") is None
    reader.close()
    assert not keys.destroy(key.handle, "profile")
    assert key.wrapped not in on_disk(tmp_path, KEYS_FILE)


def test_a_destroyed_key_that_came_back_is_destroyed_at_the_next_start(
    files: Database, tmp_path: Path
) -> None:
    """Whoever puts back the table of keys alone, from an older copy, brings nobody back."""
    keys = KeyStore(files)
    gone, stays = (
        WrappedKey(bytes([n]) * 16, "profile", 1, secrets.token_bytes(70)) for n in (1, 2)
    )
    keys.add([gone, stays])
    keys.destroy(gone.handle, gone.kind)
    assert not keys.returned()
    with files.keys.writing() as connection:
        connection.execute(sa.insert(wrapped_key), asdict(gone))
    assert keys.get(gone.handle, gone.kind) == gone
    assert bury(Settings(data=tmp_path), keys) == 1
    assert keys.get(gone.handle, gone.kind) is None
    assert keys.get(stays.handle, stays.kind) == stays


def test_removed_search_terms_are_gone_from_the_disk(files: Database, tmp_path: Path) -> None:
    """Rows deleted from the data leave no byte after the write-ahead log is brought in."""
    term = secrets.token_bytes(16)
    with files.data.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO subject (id, v_tag, epoch, version, shielded, held, created)"
            " VALUES (x'01', x'02', 1, 1, 0, '0', 3)"
        )
        connection.exec_driver_sql(
            "INSERT INTO candidate_term (term, subject) VALUES (?, x'01')", (term,)
        )
    assert files.data.scrub()
    assert term in on_disk(tmp_path, DATA_FILE)
    with files.data.writing() as connection:
        connection.exec_driver_sql("DELETE FROM candidate_term")
    assert files.data.scrub()
    assert term not in on_disk(tmp_path, DATA_FILE)
