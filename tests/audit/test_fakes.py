"""The fakes police their ports: what a store would let pass, they refuse."""

from collections.abc import Callable

import pytest

from audit.storage import LogTransaction, StoredHead, StoredRow
from tests.audit.worlds import World
from tests.fakes.log_storage import CommitError, LawBrokenError

ROW = StoredRow(0, b"\x01" * 16, b"", b"", None, None, None)
HEAD = StoredHead(1, (bytes(32),), "note")


def _skip_an_index(transaction: LogTransaction) -> None:
    transaction.insert([ROW._replace(index=1)])


def _use_an_index_again(transaction: LogTransaction) -> None:
    transaction.insert([ROW])
    transaction.insert([ROW._replace(event_id=b"\x02" * 16)])


def _save_twice(transaction: LogTransaction) -> None:
    transaction.save_head(HEAD)
    transaction.save_head(HEAD)


def _save_without_rows(transaction: LogTransaction) -> None:
    transaction.save_head(HEAD)


def _insert_without_head(transaction: LogTransaction) -> None:
    transaction.insert([ROW])


def _ask_for_nothing(transaction: LogTransaction) -> None:
    transaction.find(())


def _bring_a_stranger(transaction: LogTransaction) -> None:
    transaction.admit(["not a companion"])


@pytest.mark.parametrize(
    "deed",
    [
        _skip_an_index,
        _use_an_index_again,
        _save_twice,
        _save_without_rows,
        _insert_without_head,
        _bring_a_stranger,
        _ask_for_nothing,
    ],
)
def test_the_storage_refuses_what_the_law_forbids(deed: Callable[[LogTransaction], None]) -> None:
    """Each breach of the port is an error, and nothing is stored."""
    world = World()
    with pytest.raises(LawBrokenError), world.storage.locked() as transaction:
        deed(transaction)
    assert (world.storage.head(), world.storage.stored) == (StoredHead(0, (), ""), [])


def test_the_storage_refuses_a_head_moved_under_the_lock() -> None:
    """Nobody else moves the head while the lock is held."""
    world = World()
    with pytest.raises(LawBrokenError), world.storage.locked():
        world.storage.state = HEAD


def test_the_storage_refuses_use_after_the_end() -> None:
    """A transaction that is over does nothing more."""
    world = World()
    with world.storage.locked() as transaction:
        pass
    with pytest.raises(LawBrokenError):
        transaction.head()


def test_the_storage_takes_an_event_once() -> None:
    """An event id that exists fails, as a unique index would."""
    world = World().fill(1)
    again = world.storage.stored[0]._replace(index=1)
    with pytest.raises(CommitError), world.storage.locked() as transaction:
        transaction.insert([again])


def test_the_storage_lists_a_subject_in_order() -> None:
    """Entries about one subject come by her count."""
    world = World().fill(12, subjects=2)
    found = world.storage.about(world.sealer.tag(b"subject-1"))
    assert [(row.index, row.counter) for row in found] == [(1, 1), (4, 2), (7, 3), (10, 4)]
