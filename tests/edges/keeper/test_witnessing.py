"""The witnesses get every head with its proof; what they have seen can stop the log, never their word alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from audit.note import VerifierKey, signatures_of
from audit.policy import Witnessed
from audit.trust import Cause
from audit.witness import Witness, build_request
from audit.witness_store import FolderWitnessStore
from gateway.api.witness import create_witness_app
from gateway.domain.anchors import Reply
from gateway.keeper.witnessing import seen_by
from tests.audit.worlds import ORIGIN, World, copied, submission
from tests.edges.keeper.outside import NOON, PLACE, Case, Wire, cosigner, policy_of
from tests.fakes.clock import Clock


@pytest.fixture(name="case")
def fixture_case(tmp_path: Path) -> Case:
    """Make a log with two witnesses of which one is enough."""
    world = World().fill(5)
    key = world.signer.verifier
    witnesses = {
        f"{PLACE}/{n}": Witness([key], [cosigner(n)], FolderWitnessStore(tmp_path / str(n)))
        for n in (1, 2)
    }
    return Case(world, Wire(witnesses), policy_of((1, 2), "any"))


def signers(note: str) -> set[VerifierKey]:
    """List whose signatures of the test's witnesses stand on a note."""
    keys = [cosigner(n).verifier for n in (1, 2)]
    return {signature.key for signature in signatures_of(note, keys)[1]}


def test_each_head_is_cosigned_by_all(case: Case) -> None:
    """From the first head on, and as the log grows; the note that is kept carries both lines."""
    ask = case.witnessing()
    for size in (5, 8):
        done = ask()
        assert done is not None
        assert (done.size, done.cosigned, done.failed, done.quorum) == (
            size,
            ("w1", "w2"),
            (),
            True,
        )
        kept = case.heads.newest_cosigned()
        assert kept is not None
        assert kept.size == size
        assert signers(kept.note) == {cosigner(1).verifier, cosigner(2).verifier}
        case.grow(3)
        ask = case.witnessing()
    assert not case.court.found


def test_an_empty_log_asks_nobody(case: Case) -> None:
    """There is nothing to witness yet."""
    empty = Case(World(), case.wire, case.policy)
    assert empty.witnessing()() is None
    assert case.wire.asked == []


def test_a_witness_that_does_not_answer_stops_nothing(case: Case) -> None:
    """The other one's cosignature is kept; the one that failed is named; later it catches up."""
    case.wire.broken.add(f"{PLACE}/1")
    done = case.witnessing()()
    assert done is not None
    assert (done.cosigned, done.quorum) == (("w2",), True)
    assert done.failed == ("w1: no answer (ConnectError)",)
    case.wire.broken.clear()
    case.grow(4)
    again = case.witnessing()()
    assert again is not None
    assert again.cosigned == ("w1", "w2")


def test_without_quorum_it_says_so(case: Case) -> None:
    """When nobody cosigned, nothing is kept and the quorum is not met."""
    case.wire.broken |= {f"{PLACE}/1", f"{PLACE}/2"}
    done = case.witnessing()()
    assert done is not None
    assert not done.quorum
    assert case.heads.all() == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"\xe2\x80\x94 witness.example/1 AAAAAAAA\n", "text/plain"),
        Reply(200, b"", "text/plain"),
        Reply(403, b"no\n", "text/plain"),
        Reply(404, b"unknown log\n", "text/plain"),
        Reply(409, b"9999\n", "text/x.tlog.size"),
        Reply(409, b"\xff", "text/plain"),
        Reply(422, b"no\n", "text/plain"),
        Reply(500, b"", ""),
    ],
)
def test_a_lying_witness_cannot_stop_the_log(case: Case, reply: Reply) -> None:
    """Whatever it answers: without a head that this log signed, nothing is held against the log."""
    case.witnessing()()
    case.grow(1)
    case.wire.forged[f"{PLACE}/1"] = reply
    done = case.witnessing()()
    assert done is not None
    assert done.cosigned == ("w2",)
    assert done.failed[0].startswith("w1: ")
    assert case.court.found == []


def cosigned_at(case: Case, *times: int) -> Reply:
    """Answer as the first witness would, with a line for each of several times."""
    text = case.world.storage.head().checkpoint.rpartition("\n\n")[0] + "\n"
    lines = "".join(cosigner(1).cosign(text, time) for time in times)
    return Reply(200, lines.encode(), "text/plain")


def test_a_witness_that_signs_a_hundred_times_leaves_room_for_others(case: Case) -> None:
    """A note has a hundred lines at most: of each witness one is kept, and the next one's stands too."""
    case.wire.forged[f"{PLACE}/1"] = cosigned_at(case, *range(1, 100))
    done = case.witnessing()()
    assert done is not None
    assert (done.cosigned, done.failed) == (("w1", "w2"), ())
    kept = case.heads.newest_cosigned()
    assert kept is not None
    assert len(kept.note.rpartition("\n\n")[2].splitlines()) == 3


def test_a_witness_does_not_sign_tomorrow(case: Case) -> None:
    """A cosignature whose time has not come is no answer; clocks may differ by some minutes."""
    now = int(NOON.timestamp())
    for time, signed in ((now + 60, True), (now + 3_600, False), (2**63 - 1, False)):
        case.wire.forged[f"{PLACE}/1"] = cosigned_at(case, time)
        done = case.witnessing()()
        assert done is not None
        assert ("w1" in done.cosigned) is signed


def test_a_head_that_too_few_cosigned_replaces_none_that_enough_did(case: Case) -> None:
    """While one witness of two is away, the last head that both cosigned stays the one to show."""
    both = replace(case, policy=policy_of((1, 2), "all"))
    both.witnessing()()
    both.grow(3)
    both.wire.broken.add(f"{PLACE}/1")
    done = both.witnessing()()
    assert done is not None
    assert (done.size, done.cosigned, done.quorum) == (8, ("w2",), False)
    kept = both.heads.newest_cosigned()
    assert kept is not None
    assert Witnessed(both.policy, kept.note).size == 5


def test_a_log_that_was_rolled_back_is_accused(case: Case) -> None:
    """The witness has seen more entries than the store has, under the log's own signature."""
    before = copied(case.world)
    case.grow(4)
    case.witnessing()()
    back = Case(before, case.wire, case.policy)
    done = back.witnessing()()
    assert done is not None
    assert done.cosigned == ()
    assert {found.cause for found in back.court.found} == {Cause.ROLLBACK}


def test_a_log_that_forked_is_accused(case: Case) -> None:
    """The witness refuses the proof (422), and shows a head that the store does not go on from."""
    before = copied(case.world)
    case.grow(4)
    case.witnessing()()
    with before.open() as log:
        log.append([submission(number) for number in range(100, 110)])
    fork = Case(before, case.wire, case.policy)
    done = fork.witnessing()()
    assert done is not None
    assert done.cosigned == ()
    assert {found.cause for found in fork.court.found} == {Cause.FORK}


def test_a_refusal_of_the_root_may_be_a_conflict_without_a_size(case: Case) -> None:
    """Some witnesses answer 409 for another root of the same size: they too are asked what they saw."""
    fork = Case(copied(case.world), case.wire, case.policy)
    case.grow(1)
    with fork.world.open() as log:
        log.append([submission(100)])
    case.witnessing()()
    case.wire.forged[f"{PLACE}/1"] = Reply(409, b"another root\n", "text/plain; charset=utf-8")
    case.wire.broken.add(f"{PLACE}/2")
    fork.witnessing()()
    assert {found.cause for found in fork.court.found} == {Cause.FORK}


def test_the_size_that_a_witness_has_seen_bears_its_own_type(case: Case) -> None:
    """Clients look for exactly ``text/x.tlog.size``; with more behind it they read no size."""
    witness = case.wire.witnesses[f"{PLACE}/1"]
    client = TestClient(create_witness_app(witness, "", Clock(NOON)))
    note = case.world.storage.head().checkpoint
    sent = [client.post("/add-checkpoint", content=build_request(0, (), note)) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [200, 409]
    assert (sent[1].headers["content-type"], sent[1].text) == ("text/x.tlog.size", "5\n")


def test_a_head_that_another_gate_sent_first_is_no_accusation(case: Case) -> None:
    """Two gates on one log: the witness may be ahead of the head at hand, and nothing is wrong."""
    ask = case.witnessing()
    ask()
    older = case.world.storage.state
    case.grow(4)
    case.witnessing()()
    newer, case.world.storage.state = case.world.storage.state, older
    late = case.witnessing()
    late._published.newest()
    case.world.storage.state = newer
    done = late()
    assert done is not None
    assert done.cosigned == ()
    assert case.court.found == []


def test_the_guard_can_ask_what_witnesses_have_seen(case: Case) -> None:
    """At the start of a gate each witness shows its newest head; one that has none shows nothing."""
    places = seen_by(case.policy, case.wire)
    assert [place.latest(ORIGIN) for place in places] == [None, None]
    case.witnessing()()
    assert all(place.latest(ORIGIN) for place in places)
    case.wire.broken.add(f"{PLACE}/1")
    with pytest.raises(OSError, match="no answer"):
        places[0].latest(ORIGIN)
