"""A writer remembers its subjects' last entries, and counts on from what another one has written."""

import pytest

from audit.log import Log, Receipt
from audit.storage import StoredRow, UnavailableError
from tests.audit.worlds import signer, submission
from tests.fakes.log_storage import MemoryLogStorage
from tests.fakes.payload_sealer import MemoryPayloadSealer

SUBJECT = b"subject"


def _counters(storage: MemoryLogStorage) -> list[int | None]:
    rows: list[StoredRow] = list(storage.rows(0, 100))
    return [row.counter for row in rows]


def _write(log: Log, number: int) -> None:
    (answer,) = log.append([submission(number, SUBJECT)])
    assert isinstance(answer, Receipt)


def test_a_subject_that_two_writers_write_about_is_counted_on() -> None:
    """Two logs over one store, in turn and twice each, count one subject's entries without a gap."""
    storage, sealer = MemoryLogStorage(), MemoryPayloadSealer()
    one, other = (Log(storage, sealer, signer()) for _ in range(2))
    for number, log in enumerate((one, one, other, one, other, other, one)):
        _write(log, number)
    one.close()
    other.close()
    assert _counters(storage) == [1, 2, 3, 4, 5, 6, 7]


def test_after_a_commit_that_failed_the_store_says_how_far_it_counted() -> None:
    """A commit that was lost counts nothing, one that happened unheard does: the next goes on from it."""
    storage = MemoryLogStorage()
    log = Log(storage, MemoryPayloadSealer(), signer())
    _write(log, 0)
    storage.lose = 1
    with pytest.raises(UnavailableError):
        _write(log, 1)
    _write(log, 2)
    storage.keep = 1
    with pytest.raises(UnavailableError):
        _write(log, 3)
    _write(log, 4)
    log.close()
    assert _counters(storage) == [1, 2, 3, 4]
