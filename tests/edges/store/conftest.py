"""A store on each database, and a log over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.log import Log
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from tests import servers
from tests.edges.store.appender import signer
from tests.fakes.payload_sealer import MemoryPayloadSealer
from tests.gates import lay


@pytest.fixture(name="files")
def fixture_files(tmp_path: Path) -> Iterator[Database]:
    """Make an empty store on SQLite."""
    lay(tmp_path)
    database = Database.open(tmp_path)
    yield database
    database.close()


@pytest.fixture(name="served")
def fixture_served() -> servers.Clone:
    """Give an empty database on a server of today."""
    clone = servers.shared(servers.newest())
    clone.empty()
    return clone


@pytest.fixture(name="gate")
def fixture_gate(served: servers.Clone) -> Iterator[Database]:
    """Connect to a server's database with the rights of a gate."""
    database = Database.connect(served.server())
    yield database
    database.close()


@pytest.fixture(name="database", params=["files", "gate"])
def fixture_database(request: pytest.FixtureRequest) -> Database:
    """Make an empty store on each database."""
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture(name="log")
def fixture_log(database: Database) -> Iterator[Log]:
    """Open the store's log for writing."""
    log = Log(LogStorage(database), MemoryPayloadSealer(), signer())
    yield log
    log.close()
