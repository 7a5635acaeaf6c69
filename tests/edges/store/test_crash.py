"""What was acknowledged survives the death of its process, and writers at once leave no gap."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from audit.verify import verify_store
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from gateway.store.migrations import upgrade
from gateway.store.tables import search_spent
from tests import servers
from tests.edges.store.appender import opened, signer
from tests.fakes.payload_sealer import MemoryPayloadSealer

ROOT = Path(__file__).parents[3]


@contextmanager
def appender(place: str, count: int) -> Iterator[subprocess.Popen[str]]:
    """Run an appender in a process of its own."""
    command = [sys.executable, "-m", "tests.edges.store.appender", place, str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own words
        yield process


@pytest.fixture(name="place", params=["sqlite", "postgres"])
def fixture_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Make an empty store on each database and close it; say where it is."""
    if request.param == "postgres":
        clone = servers.shared(servers.newest())
        clone.empty()
        return clone.url()
    database = Database.open(tmp_path)
    upgrade(database)
    database.close()
    return str(tmp_path)


def acknowledged(process: subprocess.Popen[str], stop_after: int | None = None) -> list[str]:
    """Read which entries were said to be durable; kill the process after so many, without warning."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if len(lines) == stop_after:
            os.kill(process.pid, signal.SIGKILL)
    # The last line of a killed process may be cut off.
    return [line.split()[0] for line in lines if line.endswith("\n")]


def stored(place: str) -> list[str]:
    """Reopen the store, find it whole, and list its event ids; each entry has its deed."""
    database = opened(place)
    storage = LogStorage(database)
    assert verify_store(storage, MemoryPayloadSealer(), signer().key) == []
    rows = list(storage.rows(0, sys.maxsize))
    assert [row.index for row in rows] == list(range(storage.head().size))
    counted = sa.select(sa.func.count()).select_from(search_spent)
    deeds = database.data.read(lambda connection: connection.scalar(counted))
    assert deeds == len(rows)
    database.close()
    return [row.event_id.hex() for row in rows]


def test_what_was_acknowledged_survives_a_kill(place: str) -> None:
    """After each of several kills every acknowledged entry is there, once, in a log that verifies."""
    promised: list[str] = []
    for stop_after in (1, 7, 30):
        with appender(place, 100_000) as process:
            promised += acknowledged(process, stop_after)
        ids = stored(place)
        assert set(promised) <= set(ids)
        assert len(ids) == len(set(ids))


def test_two_processes_at_once_leave_no_gap(place: str) -> None:
    """Two gateways that append at the same time make one log without gap or double."""
    with appender(place, 60) as one, appender(place, 60) as two:
        promised = acknowledged(one) + acknowledged(two)
    assert len(promised) == 120
    assert sorted(stored(place)) == sorted(promised)
