"""The log at rest: pages, tails, erased payloads, and a transaction that ends whole."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from audit.log import Log, Receipt
from audit.storage import StoredHead, StoredRow, Tail, UnavailableError
from audit.verify import verify_store
from gateway.domain.changes import RequireEpoch
from gateway.domain.identifiers import SubjectId
from gateway.store import log_storage
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from gateway.store.tables import search_spent
from tests import servers
from tests.edges.store.appender import signer, submission
from tests.fakes.payload_sealer import MemoryPayloadSealer

TAG, OTHER = b"t" * 16, b"o" * 16


def row(index: int, tag: bytes | None = None, counter: int | None = None) -> StoredRow:
    """Make a row."""
    return StoredRow(index, uuid4().bytes, b"h" * 32, b"leaf", b"sealed", tag, counter)


def store(storage: LogStorage, *rows: StoredRow) -> None:
    """Insert rows in a transaction of their own."""
    with storage.locked() as transaction:
        transaction.insert(rows)


def test_an_empty_log_has_an_empty_head(database: Database) -> None:
    """Before the first entry the head is that of an empty tree, and there are no rows."""
    storage = LogStorage(database)
    assert storage.head() == StoredHead(0, (), "")
    assert list(storage.rows(0, 10)) == []
    assert list(storage.about(TAG)) == []


def test_the_head_comes_back_as_saved(database: Database) -> None:
    """Every part of the head comes back, replaced by each save."""
    storage = LogStorage(database)
    for head in (
        StoredHead(5, (b"a" * 32, b"b" * 32), "note", None, "born"),
        StoredHead(7, (b"c" * 32,) * 3, "later", "stopped"),
    ):
        with storage.locked() as transaction:
            transaction.save_head(head)
            assert transaction.head() == head
        assert storage.head() == head


def test_a_turn_keeps_the_closed_head_and_opens_the_next(database: Database) -> None:
    """What is closed comes back whole and in order, of each log its own; the open head goes on."""
    storage, other = LogStorage(database, 1), LogStorage(database, 2)
    first = StoredHead(5, (b"a" * 32, b"b" * 32), "note", None, "born")
    later = StoredHead(3, (b"c" * 32,) * 2, "next", None, "born", 5, "2027")
    last = StoredHead(1, (b"d" * 32,), "last", None, "born", 8, "2028")
    for closed, opened in ((first, later), (later, last)):
        with storage.locked() as transaction:
            transaction.turn(closed, opened)
            assert (transaction.head(), transaction.closed()[-1]) == (opened, closed)
        assert storage.head() == opened
    assert storage.closed() == [first, later]
    assert (other.closed(), other.head().end, storage.head().end) == ([], 0, 9)
    with storage.locked() as transaction:
        transaction.save_head(replace(last, size=2))
    assert storage.head() == replace(last, size=2)
    with pytest.raises(UnavailableError), storage.locked() as transaction:
        transaction.turn(first, last)
    assert storage.closed() == [first, later]


def test_rows_come_in_order_across_pages(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A range comes back whole and in order of index, however many pages it takes."""
    storage = LogStorage(database)
    count = 2 * log_storage.PAGE + 3
    rows = [row(index, TAG, index + 1) for index in range(count)]
    store(storage, *rows)
    assert list(storage.rows(0, count)) == rows
    assert list(storage.rows(7, log_storage.PAGE + 9)) == rows[7 : log_storage.PAGE + 9]
    assert list(storage.rows(5, 5)) == []
    assert list(storage.about(TAG)) == rows


def test_entries_about_a_subject_come_in_order_of_her_count(database: Database) -> None:
    """Only entries under the tag are given, from her first to her last."""
    storage = LogStorage(database)
    rows = [row(0, TAG, 1), row(1, OTHER, 1), row(2), row(3, TAG, 2)]
    store(storage, *rows)
    assert list(storage.about(TAG)) == [rows[0], rows[3]]
    with storage.locked() as transaction:
        assert transaction.tails([TAG, OTHER, b"n" * 16]) == {TAG: Tail(2, 3), OTHER: Tail(1, 1)}


def test_a_subject_is_counted_without_gap_or_double(database: Database) -> None:
    """The same count for one tag twice is an error, and nothing of that transaction stays."""
    storage = LogStorage(database)
    with pytest.raises(UnavailableError):
        store(storage, row(0, TAG, 1), row(1, TAG, 1))
    assert list(storage.rows(0, 10)) == []


def test_two_logs_keep_apart(database: Database) -> None:
    """Each number is a log of its own, with its own head, rows and counts."""
    one, two = LogStorage(database, 1), LogStorage(database, 2)
    rows = row(0, TAG, 1), row(0, TAG, 1)
    store(one, rows[0])
    store(two, rows[1])
    with two.locked() as transaction:
        transaction.save_head(StoredHead(1, (b"a" * 32,), "two"))
    assert (list(one.rows(0, 9)), list(two.rows(0, 9))) == ([rows[0]], [rows[1]])
    assert (one.head().size, two.head().size) == (0, 1)
    assert list(one.about(TAG)) == [rows[0]]


@pytest.fixture(name="eraser")
def fixture_eraser(database: Database, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Connect to the same store as whoever may delete payloads."""
    if request.node.callspec.params["database"] == "files":
        yield database
        return
    clone: servers.Clone = request.getfixturevalue("served")
    retention = Database.connect(clone.server("test_retention"))
    yield retention
    retention.close()


def test_an_erased_payload_leaves_the_entry(database: Database, eraser: Database) -> None:
    """Once its payload row is gone an entry has a leaf, and neither payload, tag nor count."""
    storage = LogStorage(database)
    kept = row(0, TAG, 1)
    store(storage, kept)
    with eraser.data.writing() as connection:
        connection.exec_driver_sql("DELETE FROM log_payload")
    assert list(storage.rows(0, 1)) == [
        StoredRow(0, kept.event_id, kept.leaf_hash, kept.leaf, None, None, None)
    ]


def test_the_same_event_is_taken_once(database: Database, log: Log) -> None:
    """An event that comes again gets its first place, and its deed is not done twice."""
    storage, again, other = LogStorage(database), submission(), submission()
    (first,) = log.append([again])
    repeated, new = log.append([again, other])
    assert isinstance(first, Receipt)
    assert isinstance(repeated, Receipt)
    assert isinstance(new, Receipt)
    assert (first.index, repeated.index, new.index) == (0, 0, 1)
    spent = sa.select(sa.func.count()).select_from(search_spent)
    assert database.data.read(lambda connection: connection.scalar(spent)) == 2
    assert verify_store(storage, MemoryPayloadSealer(), signer().key) == []


def test_entries_are_found_by_their_event(database: Database) -> None:
    """Known events give their rows, unknown ones are absent."""
    storage = LogStorage(database)
    rows = [row(0, TAG, 1), row(1), row(2)]
    store(storage, *rows)
    asked = [rows[0].event_id, rows[1].event_id, b"unknown event id"]
    with storage.locked() as transaction:
        found = transaction.find(asked)
    assert found == {rows[0].event_id: rows[0], rows[1].event_id: rows[1]}


def test_a_failing_database_is_unavailable_and_quotes_nothing(database: Database) -> None:
    """An error of the driver becomes ``UnavailableError`` without a value in its text or chain."""
    with pytest.raises(UnavailableError) as caught:
        store(LogStorage(database), row(0), row(0))
    assert str(caught.value) in {
        "the database failed (IntegrityError)",
        "the database failed (UniqueViolation)",
    }
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_only_entries_can_come_along(database: Database) -> None:
    """A companion that is not an entry is a fault of the program, not a refusal."""
    change = RequireEpoch(SubjectId(uuid4()), 1)
    with pytest.raises(TypeError), LogStorage(database).locked() as transaction:
        transaction.admit([change])


def test_a_last_entry_is_found_without_reading_those_before(
    served: servers.Clone, gate: Database
) -> None:
    """A server finds the last of 3,000 entries about someone in a few blocks, statistics or none."""
    store(LogStorage(gate), *(row(index, TAG, index + 1) for index in range(3_000)))
    few = 30
    assert blocks(gate, (TAG, OTHER)) < few
    served.run("ANALYZE doelpoort.log_payload")
    assert blocks(gate, (TAG, OTHER)) < few


def blocks(database: Database, tags: tuple[bytes, ...]) -> int:
    """Count the blocks that a server looks at to find the last entry of each tag."""
    with LogStorage(database).locked() as transaction:
        assert isinstance(transaction, log_storage._Transaction)
        connection = transaction._connection
        ready = log_storage._TAILS._of_length[4]._for(connection)
        among = dict.fromkeys((f"among_{place}" for place in range(4)), tags[0]) | {
            "among_3": tags[1]
        }
        cursor = connection.connection.cursor()
        explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {ready.text}"
        cursor.execute(explained, ready.bind({"of": 1, **among}))
        ((found,),) = cursor.fetchall()
    plan = found[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
