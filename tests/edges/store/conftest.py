"""A store on SQLite, and a log over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.log import Log
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from gateway.store.migrations import upgrade
from tests.edges.store.appender import signer
from tests.fakes.payload_sealer import MemoryPayloadSealer


@pytest.fixture(name="database")
def fixture_database(tmp_path: Path) -> Iterator[Database]:
    """Make an empty store."""
    database = Database.open(tmp_path)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture(name="log")
def fixture_log(database: Database) -> Iterator[Log]:
    """Open the store's log for writing."""
    log = Log(LogStorage(database), MemoryPayloadSealer(), signer())
    yield log
    log.close()
