"""Nobody waits for the log without end, and who cannot be served is turned away at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from time import monotonic
from uuid import uuid4

import pytest

from audit.log import Limits, Log
from audit.storage import LogTransaction
from gateway.domain.errors import LedgerUnavailableError
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.store.ledger import LogLedger
from tests.edges.store.appender import signer
from tests.fakes.log_storage import MemoryLogStorage
from tests.fakes.payload_sealer import MemoryPayloadSealer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(slots=True)
class SlowStorage(MemoryLogStorage):
    """A store whose lock is held elsewhere until the test lets go."""

    free: Event = field(default_factory=Event)
    reached: Event = field(default_factory=Event)

    @contextmanager
    def locked(self) -> Iterator[LogTransaction]:
        """Wait for whoever holds the lock."""
        self.reached.set()
        assert self.free.wait(120)
        with MemoryLogStorage.locked(self) as transaction:
            yield transaction


def entry() -> Entry:
    """Make an entry about nobody."""
    return Entry(AuditRecord(uuid4(), RecordKind.OVERSIGHT, NOON, "read"))


@pytest.fixture(name="storage")
def fixture_storage() -> Iterator[SlowStorage]:
    """Give a store that is stuck, and free it at the end."""
    storage = SlowStorage()
    yield storage
    storage.free.set()


def test_an_append_waits_no_longer_than_it_may(storage: SlowStorage) -> None:
    """The log does not answer in time: the caller hears so, and must not act as if it had."""
    log = Log(storage, MemoryPayloadSealer(), signer())
    ledger = LogLedger(log, longest=0.05)
    began = monotonic()
    with pytest.raises(LedgerUnavailableError, match=r"did not answer in 0\.05 seconds"):
        asyncio.run(ledger.append([entry()]))
    assert monotonic() - began < 60
    storage.free.set()
    log.close()
    assert storage.head().size == 1  # an unknown outcome counts as sent


def test_too_many_waiting_are_turned_away_at_once(storage: SlowStorage) -> None:
    """Beyond the limit nobody queues; those who waited are answered when the log moves again."""
    log = Log(storage, MemoryPayloadSealer(), signer(), Limits(waiting=3))
    ledger = LogLedger(log, longest=30)

    async def crowd() -> tuple[list[object], int]:
        first = asyncio.create_task(ledger.append([entry()]))
        await asyncio.to_thread(storage.reached.wait, 120)
        waiting = [asyncio.create_task(ledger.append([entry()])) for _ in range(9)]
        await asyncio.sleep(0.05)
        turned_away = sum(task.done() for task in waiting)
        storage.free.set()
        return await asyncio.gather(first, *waiting, return_exceptions=True), turned_away

    answers, turned_away = asyncio.run(crowd())
    log.close()
    refused = [answer for answer in answers if isinstance(answer, LedgerUnavailableError)]
    taken = [answer for answer in answers if isinstance(answer, list)]
    assert len(refused) == turned_away >= 6
    assert len(refused) + len(taken) == 10
    assert all(isinstance(answer[0], Receipt) for answer in taken)
    assert storage.head().size == len(taken)
