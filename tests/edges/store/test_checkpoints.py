"""SQLite's write-ahead log is folded in beside the writer, and the log's end is never in its way."""

from pathlib import Path
from time import monotonic, sleep

from gateway.store.checkpoints import AFTER
from gateway.store.database import KEYS_FILE, Database

INSERT = "INSERT INTO wrapped_key (handle, kind, version, wrapped) VALUES (?, 'log', 1, x'02')"
WITHIN = 60.0
"""Seconds."""


def _write(database: Database, first: int) -> bytes:
    """Commit often enough that folding is due; return what the last commit wrote."""
    for number in range(first, first + AFTER):
        with database.keys.writing() as keys:
            keys.exec_driver_sql(INSERT, (b"handle of commit %04d" % number,))
    return b"handle of commit %04d" % (first + AFTER - 1)


def test_what_is_committed_comes_into_the_file_by_itself(files: Database, tmp_path: Path) -> None:
    """After enough commits, far fewer than a commit folds in by itself, the file has what they wrote."""
    written = _write(files, 0)
    until = monotonic() + WITHIN
    while written not in (tmp_path / KEYS_FILE).read_bytes() and monotonic() < until:
        sleep(0.02)
    assert written in (tmp_path / KEYS_FILE).read_bytes()


def test_scrubbing_is_not_turned_away_by_folding(files: Database) -> None:
    """Whoever empties the log while its folding is due, or under way, succeeds each time."""
    assert all(_write(files, AFTER * turn) and files.keys.scrub() for turn in range(20))


def test_closing_ends_what_folds(tmp_path: Path, files: Database) -> None:
    """A store closed with its folding due leaves no thread behind, and no log beside its file."""
    _write(files, 0)
    files.close()
    assert not (tmp_path / f"{KEYS_FILE}-wal").exists()
