"""The ledger between two worlds: an event loop that may end or lose interest, and a writer thread."""

import asyncio
import json
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest

from audit.log import Limits, Log
from gateway.domain.errors import LedgerUnavailableError
from gateway.domain.identifiers import (
    ConsentId,
    FieldName,
    Oin,
    PurposeCode,
    RuleId,
    SubjectId,
)
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.store.database import Database
from gateway.store.ledger import LogLedger
from gateway.store.log_storage import LogStorage
from tests.edges.store.appender import NOON, signer
from tests.fakes.log_storage import MemoryLogStorage
from tests.fakes.payload_sealer import MemoryPayloadSealer

SUBJECT = SubjectId(UUID(int=7))
RECORD = AuditRecord(
    UUID(int=1),
    RecordKind.INTENT,
    NOON,
    "permit",
    PurposeCode("P02_intake"),
    (RuleId("P02-a"), RuleId("P02-b")),
    "policy-digest",
    Oin("00000099000000000001"),
    SUBJECT,
    "worker-7",
    "gemeente_klantmanager",
    (FieldName("nt2_uren"), FieldName("roepnaam")),
    (ConsentId(UUID(int=3)),),
    "because",
    UUID(int=4),
    "trace",
    {"row": 5},
)


def entry() -> Entry:
    """Make an entry without a subject."""
    return Entry(AuditRecord(uuid4(), RecordKind.DENIED, NOON, "deny"))


@pytest.fixture(name="storage")
def fixture_storage() -> MemoryLogStorage:
    """Make a log in memory; while its lock is held, the writer thread waits."""
    return MemoryLogStorage()


@pytest.fixture(name="log")
def fixture_log(storage: MemoryLogStorage) -> Iterator[Log]:
    """Open it for writing, with room for thirty."""
    log = Log(storage, MemoryPayloadSealer(), signer(), Limits(waiting=30))
    yield log
    log.close()


def test_the_leaf_names_no_person(database: Database) -> None:
    """Only the closed list stands in the leaf; the rest is in the payload, and comes back from it."""
    storage, sealer = LogStorage(database), MemoryPayloadSealer()
    log = Log(storage, sealer, signer())
    asyncio.run(LogLedger(log).append([Entry(RECORD)]))
    log.close()
    (row,) = storage.about(sealer.tag(SUBJECT.bytes))
    leaf = json.loads(row.leaf)
    commitment = bytes.fromhex(leaf.pop("c"))
    assert leaf == {
        "v": 1,
        "log": "gateway.example.nl/audit/test/2026",
        "id": RECORD.event_id.hex,
        "type": "disclosure.intent",
        "at": 1_772_452_800_000,
        "outcome": "permit",
        "purpose": "P02_intake",
        "basis": "P02-a,P02-b",
        "policy": "policy-digest",
        "recipient": "00000099000000000001",
    }
    opened = sealer.open(row.tag, commitment, row.payload or b"")
    assert json.loads((opened or b"")[32:]) == {
        "id": RECORD.event_id.hex,
        "count": 1,
        "prev": -1,
        "subject": str(SUBJECT),
        "actor": "worker-7",
        "role": "gemeente_klantmanager",
        "fields": ["nt2_uren", "roepnaam"],
        "consents": [str(UUID(int=3))],
        "reason": "because",
        "parent": str(UUID(int=4)),
        "trace": "trace",
        "detail": {"row": 5},
    }


def test_a_failed_commit_is_unavailable(storage: MemoryLogStorage, log: Log) -> None:
    """A commit that is not certain is one error, and the next call works."""
    ledger = LogLedger(log)
    storage.lose = 1
    with pytest.raises(LedgerUnavailableError):
        asyncio.run(ledger.append([entry()]))
    assert isinstance(asyncio.run(ledger.append([entry()]))[0], Receipt)


def test_a_full_log_is_unavailable(storage: MemoryLogStorage, log: Log) -> None:
    """A log with too many waiting says so at once, and those who wait are served."""
    ledger = LogLedger(log)

    calls = [[entry() for _ in range(30)], [entry()]]

    async def overload() -> list[object]:
        with storage.lock:
            tasks = [asyncio.create_task(ledger.append(call)) for call in calls]
            await asyncio.sleep(0)
        return await asyncio.gather(*tasks, return_exceptions=True)

    served, turned_away = asyncio.run(overload())
    assert isinstance(served, list)
    assert len(served) == 30
    assert isinstance(turned_away, LedgerUnavailableError)


def test_a_closed_log_is_unavailable(log: Log) -> None:
    """After its close a log takes nothing more."""
    log.close()
    with pytest.raises(LedgerUnavailableError, match="closed"):
        asyncio.run(LogLedger(log).append([entry()]))


def test_who_stops_waiting_stops_nothing(storage: MemoryLogStorage, log: Log) -> None:
    """A cancelled call is still written, and the call beside it gets its own answer."""
    ledger, given_up = LogLedger(log), entry()

    async def cancel_one() -> object:
        with storage.lock:
            leaving = asyncio.create_task(ledger.append([given_up]))
            staying = asyncio.create_task(ledger.append([entry()]))
            await asyncio.sleep(0)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
        return (await staying)[0]

    answer = asyncio.run(cancel_one())
    assert isinstance(answer, Receipt)
    assert answer.index == 1
    assert storage.stored[0].event_id == given_up.record.event_id.bytes


def test_a_loop_that_ended_does_not_stop_the_log(storage: MemoryLogStorage, log: Log) -> None:
    """An answer for an event loop that is closed is dropped, and the next loop is served."""
    ledger = LogLedger(log)

    with storage.lock, pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(ledger.append([entry()]), 0.01))
    assert isinstance(asyncio.run(ledger.append([entry()]))[0], Receipt)


def test_answers_that_come_together_wake_the_loop_once(
    storage: MemoryLogStorage, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty answers of one commit cost one call into the loop."""
    ledger = LogLedger(log)
    woken = []

    async def crowd() -> None:
        loop = asyncio.get_running_loop()
        wake = loop.call_soon_threadsafe

        def counted(callback: Callable[..., object]) -> object:
            woken.append(callback)
            return wake(callback)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
        with storage.lock:
            calls = [asyncio.create_task(ledger.append([entry()])) for _ in range(20)]
            await asyncio.sleep(0)
        log.close()  # the loop stands still until all is answered, as in a long step
        await asyncio.gather(*calls)

    asyncio.run(crowd())
    assert len(woken) == 1
