"""The sequencer: a place for every entry, an answer after every commit, and no half-state."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue
from typing import NoReturn

import pytest

from audit.checkpoint import sign_checkpoint, verify_checkpoint
from audit.entry import EntryError
from audit.export import Publication
from audit.log import Answer, Limits, Receipt
from audit.proof import TlogProof
from audit.storage import RefusedError, StoredHead, Tail, UnavailableError
from audit.tree import append, leaf_hash, root
from audit.trust import Cause, Freeze
from audit.verify import verify_store
from tests.audit.worlds import World, received, signer, submission
from tests.fakes.log_storage import Companion

Heard = SimpleQueue[list[Answer] | UnavailableError]


def faults(world: World) -> list[str]:
    """Check the whole store, and say what is wrong."""
    found = verify_store(world.storage, world.sealer, world.signer.key)
    return [str(fault) for fault in found]


def test_a_receipt_proves_its_entry() -> None:
    """Each receipt names index and leaf hash, and its checkpoint includes the entry."""
    world = World()
    with world.open() as log:
        receipts = received(log.append([submission(n, b"s") for n in range(5)]))
    for index, receipt in enumerate(receipts):
        stored = world.storage.stored[index]
        assert receipt == Receipt(
            stored.event_id, index, leaf_hash(stored.leaf), world.storage.head().checkpoint
        )
    assert verify_checkpoint(receipts[0].checkpoint, world.signer.verifier).size == 5


def test_every_entry_has_a_proof() -> None:
    """Each stored leaf is proven under the last checkpoint."""
    world = World().fill(70)
    public = Publication(world.storage, world.signer.verifier)
    for row in world.storage.stored:
        proof = TlogProof.decode(public.prove(row.index))
        assert proof.verify(row.leaf, world.signer.verifier).size == 70


def test_what_gathers_while_the_lock_is_held_shares_one_commit() -> None:
    """The lock comes first and then all that waits, so that a commit grows with its load (1)."""
    world, heard = World(), Heard()
    with world.open() as log:
        with world.storage.lock:
            for number in range(10):
                log.submit([submission(number)], heard.put)
        answers = [received_from(heard)[0] for _ in range(10)]
    assert world.storage.commits == 1
    assert [receipt.index for receipt in answers] == list(range(10))


def test_a_commit_takes_whole_calls_up_to_its_cap() -> None:
    """A call is never split, and a call above the cap is taken whole."""
    world, heard = World(), Heard()
    with world.open(Limits(batch=4)) as log:
        with world.storage.lock:
            for first, length in ((0, 2), (10, 2), (20, 1), (30, 9), (40, 1)):
                log.submit([submission(first + n) for n in range(length)], heard.put)
        checkpoints = [{r.checkpoint for r in received_from(heard)} for _ in range(5)]
    sizes = [
        verify_checkpoint(note, world.signer.verifier).size
        for notes in checkpoints
        for note in notes
    ]
    assert sizes == [4, 4, 5, 14, 15]


def test_many_writers_leave_no_gap() -> None:
    """Two processes' logs on one store, eight threads each, give every entry one place."""
    world = World()
    with world.open() as one, world.open() as two, ThreadPoolExecutor(16) as pool:
        logs = (one, two)

        def write(number: int) -> Receipt:
            return received(logs[number % 2].append([submission(number, b"s%d" % (number % 3))]))[0]

        receipts = list(pool.map(write, range(300)))
    assert sorted(receipt.index for receipt in receipts) == list(range(300))
    assert faults(world) == []


def test_an_empty_call_is_answered() -> None:
    """No submissions give no answers, and nothing is saved."""
    world = World()
    with world.open() as log:
        assert log.append([]) == []
    assert world.storage.head() == StoredHead(0, (), "")


def test_a_refused_companion_refuses_its_entry_alone() -> None:
    """One entry is refused with its reason, its companions undone; the others go on."""
    world = World()
    given = [
        submission(0, b"s", Companion("first")),
        submission(1, b"s", Companion("second"), Companion("epoch moved", holds=False)),
        submission(2, b"s", Companion("third")),
    ]
    with world.open() as log:
        answers = log.append(given)
    assert isinstance(answers[1], RefusedError)
    assert str(answers[1]) == "epoch moved"
    assert [answer.index for answer in (answers[0], answers[2]) if isinstance(answer, Receipt)] == [
        0,
        1,
    ]
    assert world.storage.carried_out == ["first", "third"]
    assert faults(world) == []


def test_a_batch_of_refusals_saves_nothing() -> None:
    """When nothing is admitted no checkpoint is signed."""
    world = World().fill(3)
    before = world.storage.head()
    with world.open() as log:
        answers = log.append([submission(9, None, Companion("no", holds=False))])
    assert [type(answer) for answer in answers] == [RefusedError]
    assert world.storage.head() is before


def test_counts_go_on_within_and_across_batches() -> None:
    """Each subject's entries count from 1, each knowing the one before."""
    world = World()
    with world.open() as log:
        log.append([submission(0, b"a"), submission(1, b"a"), submission(2, b"b")])
        log.append([submission(3), submission(4, b"a"), submission(5, b"b")])
    assert [row.counter for row in world.storage.stored] == [1, 2, 1, None, 3, 2]
    with world.storage.locked() as transaction:
        tag = world.sealer.tag(b"a")
        assert transaction.tails([tag]) == {tag: Tail(3, 4)}
    assert faults(world) == []


def test_a_lost_commit_leaves_nothing() -> None:
    """A commit that failed and did not happen is answered as unavailable, and leaves no trace."""
    world = World().fill(3)
    with world.open() as log:
        world.storage.lose = 1
        with pytest.raises(UnavailableError, match="CommitError"):
            log.append([submission(10, b"s")])
        assert received(log.append([submission(10, b"s")]))[0].index == 3
    assert faults(world) == []


def test_a_retry_of_what_happened_gets_its_receipt() -> None:
    """An event that the store has is answered from the store, and not taken twice (5)."""
    world = World().fill(3)
    with world.open() as log:
        world.storage.keep = 1
        with pytest.raises(UnavailableError):
            log.append([submission(10, b"s")])
        again = received(log.append([submission(10, b"s")]))[0]
        later = received(log.append([submission(11, b"s")]))[0]
        known = received(log.append([submission(10, b"s")]))[0]
    stored = world.storage.stored[3]
    assert (again.index, again.leaf_hash, later.index) == (3, stored.leaf_hash, 4)
    assert again.checkpoint != known.checkpoint == later.checkpoint
    assert known._replace(checkpoint=again.checkpoint) == again
    assert faults(world) == []


def test_a_known_event_is_looked_up_for_retries_only() -> None:
    """New events cost no look-up; a retry that says so costs one, and no second commit."""
    world = World().fill(3)
    assert world.storage.lookups == 0
    with world.open() as log:
        answers = log.append([submission(2, b"subject-2")._replace(retry=True), submission(10)])
    assert [receipt.index for receipt in received(answers)] == [2, 3]
    assert (world.storage.lookups, world.storage.commits) == (1, 2)
    assert faults(world) == []


def test_the_companions_of_a_known_event_are_not_carried_out_again() -> None:
    """They stood with the entry the first time, and may no longer hold."""
    world = World()
    with world.open() as log:
        log.append([submission(0, b"s", Companion("once"))])
        again = log.append([submission(0, b"s", Companion("once", holds=False))])
    assert received(again)[0].index == 0
    assert world.storage.carried_out == ["once"]


@pytest.mark.parametrize(
    "changes",
    [
        {"leaf": {"type": "t", "at": 1}},
        {"payload": {"actor": "another"}},
        {"subject": b"another"},
        {"subject": None},
    ],
)
def test_an_event_id_is_not_lent_to_another_content(changes: dict[str, object]) -> None:
    """Who uses a known event id for something else is refused, alone in the call."""
    world = World()
    with world.open() as log:
        log.append([submission(0, b"s")])
        other = submission(0, b"s")._replace(**changes)  # type: ignore[arg-type]  # any field
        refused, taken = log.append([other, submission(1)])
    assert (str(refused), len(received([taken]))) == (
        "event id: stands in the log with another content",
        1,
    )
    assert faults(world) == []


def test_a_retry_of_an_erased_entry_gets_its_receipt() -> None:
    """Of a payload that is gone only the leaf is compared."""
    world = World()
    with world.open() as log:
        log.append([submission(0, b"s"), submission(1, b"s")])
        world.storage.damage(0, payload=None)
        world.sealer.destroy(b"s")
        answers = log.append([submission(0, b"s"), submission(1, b"s")])
    assert [receipt.index for receipt in received(answers)] == [0, 1]


def test_one_bad_call_fails_alone() -> None:
    """Calls that share a commit with a broken one are answered as if it were not there (5)."""
    world, heard = World(), [Heard() for _ in range(5)]
    world.sealer.destroy(b"gone")
    calls = [
        [submission(0, b"a")],
        [submission(1, b"a"), submission(2, b"gone")],
        [submission(0, b"a")],
        [submission(3, b"a", Companion("broken", holds=True))],
        [submission(4, b"a", Companion("no", holds=False))],
    ]
    with world.open() as log:
        with world.storage.lock:
            for call, place in zip(calls, heard, strict=True):
                log.submit(call, place.put)
        first, broken, twin, last, refused = [place.get(timeout=60) for place in heard]
    assert isinstance(broken, UnavailableError)
    assert not any(isinstance(outcome, UnavailableError) for outcome in (first, twin, last))
    assert isinstance(refused, list)
    assert isinstance(refused[0], RefusedError)
    assert [row.event_id for row in world.storage.stored] == [
        submission(n).event_id for n in (0, 3)
    ]
    assert world.storage.carried_out == ["broken"]
    assert faults(world) == []


def test_a_store_that_fails_while_calls_are_tried_again_fails_the_rest() -> None:
    """Calls are not tried one by one on a store that is down."""
    world, heard = World(), [Heard() for _ in range(3)]
    world.sealer.destroy(b"gone")

    def stop(_: object) -> None:
        world.storage.down = True

    with world.open() as log:
        with world.storage.lock:
            log.submit([submission(0, b"gone")], heard[0].put)
            log.submit([submission(1)], stop)
            log.submit([submission(2)], heard[1].put)
            log.submit([submission(3)], heard[2].put)
        answers = [place.get(timeout=60) for place in heard]
    assert [type(answer) for answer in answers] == [UnavailableError] * 3
    assert len(world.storage.stored) == 1


def test_an_event_twice_in_one_call_is_the_callers_error() -> None:
    """One call cannot ask for two places of one event."""
    with World().open() as log, pytest.raises(EntryError, match="twice"):
        log.append([submission(0), submission(0)])


def test_two_failures_in_a_row_leave_the_log_whole() -> None:
    """Lost, then kept, then good: every entry stands once."""
    world = World()
    with world.open() as log:
        world.storage.lose, world.storage.keep = 1, 1
        for number in (1, 2):
            with pytest.raises(UnavailableError):
                log.append([submission(number)])
        received(log.append([submission(3)]))
    assert [row.event_id for row in world.storage.stored] == [
        submission(2).event_id,
        submission(3).event_id,
    ]
    assert faults(world) == []


def forged(head: StoredHead) -> StoredHead:
    """Sign with another key under our name."""
    return replace(head, checkpoint=sign_checkpoint(head.size, root(head.frontier), signer(2)))


def lengthened(head: StoredHead) -> StoredHead:
    """Grow the tree without a signature."""
    return replace(head, size=head.size + 1, frontier=append(head.size, head.frontier, [bytes(32)]))


def bent(head: StoredHead) -> StoredHead:
    """Change a hash of the frontier."""
    return replace(head, frontier=(bytes(32), *head.frontier[1:]))


def cut(head: StoredHead) -> StoredHead:
    """Drop a hash of the frontier."""
    return replace(head, frontier=head.frontier[1:])


def emptied(head: StoredHead) -> StoredHead:
    """Keep the checkpoint of a log that has no entries."""
    return StoredHead(0, (), head.checkpoint)


def garbled(head: StoredHead) -> StoredHead:
    """Cut the signature short."""
    return replace(head, checkpoint=head.checkpoint[:-3] + "\n")


def flagged(head: StoredHead) -> StoredHead:
    """Freeze the log by hand."""
    return replace(head, frozen="stopped by hand")


UNTRUE: dict[Callable[[StoredHead], StoredHead], str] = {
    lengthened: "checkpoint: it does not fit the size and the frontier",
    bent: "checkpoint: it does not fit the size and the frontier",
    cut: "head: the frontier does not fit the size",
    emptied: "checkpoint: one stands on an empty log",
    garbled: "checkpoint: a signature line has no signature",
    flagged: "stopped by hand",
}


@pytest.mark.parametrize("change", UNTRUE)
def test_an_untrue_head_freezes_the_log(change: Callable[[StoredHead], StoredHead]) -> None:
    """It is never signed on, the cause is saved with it, and the process keeps refusing."""
    world = World().fill(5)
    true_head, rows = world.storage.head(), len(world.storage.stored)
    world.storage.state = untrue = change(true_head)
    with world.open() as log:
        with pytest.raises(UnavailableError, match="frozen: "):
            log.append([submission(10)])
        assert world.storage.head() == replace(untrue, frozen=UNTRUE[change])
        world.storage.state = true_head
        with pytest.raises(UnavailableError, match="frozen: "):
            log.append([submission(11)])
        assert log.frozen == UNTRUE[change]
    assert (world.storage.head(), len(world.storage.stored)) == (true_head, rows)


def test_a_saved_freeze_outlives_the_process() -> None:
    """The next process refuses too, though the head is whole again but for the flag."""
    world = World().fill(5)
    true_head = world.storage.head()
    world.storage.state = bent(true_head)
    with world.open() as log, pytest.raises(UnavailableError):
        log.append([submission(10)])
    world.storage.state = replace(true_head, frozen=world.storage.head().frozen)
    with world.open() as log, pytest.raises(UnavailableError, match="frozen: checkpoint: "):
        log.append([submission(10)])


def test_a_freeze_that_could_not_be_saved_is_saved_later() -> None:
    """A commit that fails while it freezes does not forget the cause."""
    world = World().fill(5)
    world.storage.state = bent(world.storage.head())
    with world.open() as log:
        world.storage.lose = 1
        for number in (10, 11):
            with pytest.raises(UnavailableError):
                log.append([submission(number)])
    assert world.storage.head().frozen == UNTRUE[bent]


def test_a_log_of_another_key_is_not_ours_to_freeze() -> None:
    """Who was given the wrong key refuses to sign, and leaves a healthy log as it is."""
    world = World().fill(5)
    world.storage.state = whole = forged(world.storage.head())
    with world.open() as log, pytest.raises(UnavailableError, match="frozen: foreign: "):
        log.append([submission(10)])
    assert world.storage.head() == whole


def test_an_accusation_freezes_the_log() -> None:
    """What a witness found is saved as the cause, and nothing more is signed."""
    world = World().fill(5)
    with world.open() as log:
        log.accuse(Freeze(Cause.FORK, "a partner holds another head"))
        with pytest.raises(UnavailableError, match="frozen: fork: a partner"):
            log.append([submission(10)])
    assert world.storage.head().frozen == "fork: a partner holds another head"


@pytest.mark.parametrize("size", [0, 4])
def test_a_store_that_went_back_freezes_the_log(size: int) -> None:
    """An older head, signed by ourselves, is refused by a process that saw a later one."""
    world = World().fill(size)
    older = world.storage.head()
    with world.open() as log:
        log.append([submission(10)])
        world.storage.state = older
        with pytest.raises(UnavailableError, match="behind or beside"):
            log.append([submission(11)])


def test_a_head_beside_the_last_freezes_the_log() -> None:
    """Another signed head of the same size, as from a copy of the store, is refused."""
    world, copy = World().fill(4), World().fill(4)
    with world.open() as log:
        log.append([submission(10)])
        with copy.open() as other:
            other.append([submission(11)])
        world.storage.state = copy.storage.head()
        with pytest.raises(UnavailableError, match="behind or beside"):
            log.append([submission(12)])


def test_overload_is_turned_away() -> None:
    """Above the limit a submission is refused at once, and what waits is still answered."""
    world, heard = World(), Heard()
    with world.open(Limits(waiting=3)) as log:
        with world.storage.lock:
            log.submit([submission(0), submission(1)], heard.put)
            log.submit([submission(2)], heard.put)
            with pytest.raises(UnavailableError, match="waiting"):
                log.submit([submission(3)], heard.put)
        assert len(received_from(heard)) + len(received_from(heard)) == 3
        assert received(log.append([submission(3)]))[0].index == 3


def test_closing_answers_all_that_waits() -> None:
    """A closed log has answered everything and takes nothing more."""
    world, heard = World(), Heard()
    with world.open() as log:
        for number in range(20):
            log.submit([submission(number)], heard.put)
    assert heard.qsize() == 20
    with pytest.raises(UnavailableError, match="closed"):
        log.append([submission(99)])
    assert len(world.storage.stored) == 20


def test_a_caller_who_is_gone_stops_nobody() -> None:
    """An answer that cannot be given does not keep the others waiting."""
    world = World()

    def gone(_: object) -> NoReturn:
        raise RuntimeError("the loop is closed")

    with world.open() as log:
        log.submit([submission(0)], gone)
        assert received(log.append([submission(1)]))[0].index == 1


def test_a_store_that_cannot_be_locked_is_unavailable() -> None:
    """Who waits for a store that is down hears so."""
    world = World()
    with world.open() as log:
        world.storage.down = True
        with pytest.raises(UnavailableError, match="locked"):
            log.append([submission(0)])
        world.storage.down = False
        assert received(log.append([submission(0)]))[0].index == 0


def test_a_destroyed_key_takes_no_more_entries() -> None:
    """A payload that cannot be sealed is not logged in clear or at all."""
    world = World().fill(2)
    world.sealer.destroy(b"s")
    with world.open() as log, pytest.raises(UnavailableError):
        log.append([submission(10, b"s")])
    assert len(world.storage.stored) == 2


@pytest.mark.parametrize(
    "changes", [{"event_id": b"short"}, {"leaf": {"type": "x"}}, {"payload": {"half": 0.5}}]
)
def test_a_malformed_submission_is_the_callers_error(changes: dict[str, object]) -> None:
    """It is refused before it is queued, and harms no other."""
    world = World()
    with world.open() as log:
        with pytest.raises(EntryError):
            log.append([submission(0), submission(1)._replace(**changes)])  # type: ignore[arg-type]  # wrong on purpose
        assert received(log.append([submission(0)]))[0].index == 0


def received_from(heard: Heard) -> list[Receipt]:
    """Wait for one answer that holds receipts."""
    answers = heard.get(timeout=60)
    assert not isinstance(answers, UnavailableError)
    return received(answers)
