"""Kill the database's side of an append at every step: nothing that was acknowledged is lost.

Where the answer to a commit is lost nobody knows whether it happened: its caller hears so, comes
again with the same event, and gets the place that it has, once.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import Any, cast

import psycopg
import pytest
import sqlalchemy as sa

from audit.log import Log, Receipt, Submission
from audit.storage import LogTransaction, UnavailableError
from audit.verify import verify_store
from gateway.store import postgres
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from gateway.store.tables import search_spent
from tests import servers
from tests.edges.store.appender import signer, submission
from tests.fakes.payload_sealer import MemoryPayloadSealer

FAULTS = 60
DEEP_FAULTS = 3_000
AT_ONCE = 3
STEPS = (
    "before", "head", "admit", "tails", "find", "insert", "save_head", "commit", "committed",
)  # fmt: skip


class Assassin:
    """Ends the backend that serves a connection, at one step of the next append."""

    def __init__(self, url: str) -> None:
        self._superuser = psycopg.connect(url, autocommit=True)
        self.step = ""
        self.struck = 0

    def at(self, step: str, connection: psycopg.Connection[object]) -> None:
        """Strike when the step is the chosen one."""
        if step != self.step:
            return
        self.step = ""
        self.struck += 1
        pid = connection.info.backend_pid
        self._superuser.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    def close(self) -> None:
        """Go."""
        self._superuser.close()


class WatchedTransaction:
    """A transaction of the log that tells which step comes next."""

    def __init__(self, inner: LogTransaction, tell: Callable[[str], None]) -> None:
        self._inner = inner
        self._tell = tell

    def __getattr__(self, step: str) -> Any:  # noqa: ANN401 - whatever the step gives
        self._tell(step)
        return getattr(self._inner, step)


class WatchedStorage(LogStorage):
    """The log at rest, each step of its transactions told to the assassin."""

    def __init__(self, database: Database, assassin: Assassin) -> None:
        super().__init__(database)
        self._assassin = assassin

    @contextmanager
    def locked(self) -> Iterator[LogTransaction]:
        """Hold the head's lock."""
        for writer in getattr(self._store, "_writers", ()):
            self._assassin.at("before", writer.driver)
        with super().locked() as transaction:
            driver = postgres._driver(getattr(transaction, "_connection"))  # noqa: B009 - below the protocol
            watched = WatchedTransaction(transaction, lambda step: self._assassin.at(step, driver))
            yield cast("LogTransaction", watched)


@pytest.fixture(name="clone")
def fixture_clone() -> servers.Clone:
    """Give an empty database of its own."""
    clone = servers.shared(servers.newest())
    clone.empty()
    return clone


@pytest.fixture(name="assassin")
def fixture_assassin(clone: servers.Clone, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assassin]:
    """Place an assassin who can strike before a commit is sent, and before its answer is read."""
    assassin = Assassin(clone.url("postgres"))
    commit = postgres._Writer.commit

    def watched(writer: postgres._Writer) -> None:
        assassin.at("commit", writer.driver)
        commit(writer)
        if assassin.step == "committed":
            assassin.at("committed", writer.driver)
            raise psycopg.OperationalError("the answer was lost")

    monkeypatch.setattr(postgres._Writer, "commit", watched)
    yield assassin
    assassin.close()


def _insist(log: Log, asked: Sequence[Submission]) -> list[Receipt]:
    """Ask again, with the same events, until each has its receipt."""
    for _ in range(10):
        try:
            answers = log.append(asked)
        except UnavailableError:
            asked = [one._replace(retry=True) for one in asked]
            continue
        return [answer for answer in answers if isinstance(answer, Receipt)]
    raise AssertionError("no answer after ten tries")


def test_no_acknowledged_entry_is_lost(
    clone: servers.Clone, assassin: Assassin, *, deep: bool
) -> None:
    """After each fault the log goes on; in the end it is whole and holds every event once."""
    database = Database.connect(clone.server())
    storage, sealer = WatchedStorage(database, assassin), MemoryPayloadSealer()
    log = Log(storage, sealer, signer())
    acknowledged: list[Receipt] = []
    faults, steps = DEEP_FAULTS if deep else FAULTS, cycle(STEPS)
    met: Counter[str] = Counter()
    while assassin.struck < faults:
        assassin.step = step = next(steps)
        # One subject is new each time: the last entries of the others are known by then.
        subjects = (AT_ONCE + len(acknowledged), *range(1, AT_ONCE))
        asked = [submission()._replace(subject=one.to_bytes(16)) for one in subjects]
        receipts = _insist(log, asked)
        assert [one.event_id for one in receipts] == [one.event_id for one in asked]
        acknowledged += receipts
        met[step] += not assassin.step
    log.close()
    assert all(met[step] for step in STEPS if step != "find")
    assert verify_store(storage, sealer, signer().key) == []
    rows = list(storage.rows(0, sys.maxsize))
    assert [row.index for row in rows] == list(range(storage.head().size))
    assert {row.event_id: (row.index, row.leaf_hash) for row in rows} == {
        one.event_id: (one.index, one.leaf_hash) for one in acknowledged
    }
    deeds = sa.select(sa.func.count()).select_from(search_spent)
    assert database.data.read(lambda connection: connection.scalar(deeds)) == len(rows)
    database.close()
