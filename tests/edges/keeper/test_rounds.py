"""The keeper's rounds come again and again; one that fails is counted and stops no other."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest

from audit.trust import Cause
from gateway.domain.events import LogStopped, RoundFailed
from gateway.keeper.rounds import Rounds, Work
from gateway.keeper.witnessing import QuorumMissedError
from tests.audit.worlds import World
from tests.edges.keeper.gates import opened, tamper, write
from tests.edges.keeper.outside import Case, Wire, policy_of
from tests.fakes.telemetry import Telemetry


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that a thread does."""
    late = monotonic() + 120
    while not holds():
        assert monotonic() < late
        sleep(0.01)


def test_work_is_done_again_and_again() -> None:
    """Each at its own pace, the first time at once; after leaving nothing more is done."""
    done: list[str] = []
    works = [Work("a", 0.01, lambda: done.append("a")), Work("b", 3600, lambda: done.append("b"))]
    with Rounds(works, Telemetry()):
        until(lambda: done.count("a") > 3)
    assert done.count("b") == 1
    after = len(done)
    sleep(0.05)
    assert len(done) == after


def test_no_work_is_no_thread_for_long() -> None:
    """Without anything to do the thread ends by itself."""
    with Rounds([], Telemetry()) as rounds:
        until(lambda: not rounds._thread.is_alive())


def test_a_round_that_fails_is_counted_and_tried_again() -> None:
    """Operators hear which one and the kind of error, never its text; the others go on."""
    telemetry, other = Telemetry(), Event()
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        raise OSError("http://partner.example/secret")

    with Rounds([Work("witness", 0.01, fail), Work("check", 0.01, other.set)], telemetry):
        until(lambda: len(tries) > 2 and other.is_set())
    assert set(telemetry.events) == {RoundFailed("witness", "OSError")}


def test_missing_the_quorum_is_a_round_that_failed() -> None:
    """Witnesses that do not answer are told as such, round after round."""
    case = Case(World().fill(2), Wire(), policy_of((1,), "all"))
    case.wire.broken.add("http://witness.example/1")
    with pytest.raises(QuorumMissedError):
        case.witnessing().demand()
    empty = Case(World(), case.wire, case.policy)
    empty.witnessing().demand()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_entry SET leaf = CAST(leaf || ' ' AS BLOB) WHERE \"index\" = 17",
        'UPDATE log_entry SET leaf = CAST(leaf AS TEXT) WHERE "index" = 17',
    ],
)
def test_an_entry_changed_at_rest_stops_the_gate_that_serves(tmp_path: Path, change: str) -> None:
    """The rolling check finds it within a pass: frozen, the cause saved, and told once."""
    folder = tmp_path / "data"
    with opened(folder) as door:
        write(door, 30)
        tamper(folder, change)
        log, telemetry = door.gateway.log, Telemetry()
        log.watch._telemetry = telemetry
        with log.rounds(door.gateway.settings, telemetry):
            until(lambda: door.gateway.audit.head().frozen is not None)
            until(lambda: bool(telemetry.events))
        frozen = door.gateway.ready()
        assert frozen is not None
        assert f"{Cause.ENTRY}: entry 17 is missing, out of place" in frozen
        assert telemetry.events == [LogStopped(Cause.ENTRY)]
        assert door.deliver().status_code in {400, 503}
        with pytest.raises(Exception, match="frozen"):
            write(door)
    with opened(folder) as again:
        assert (again.gateway.log.settled() or "").startswith(Cause.ENTRY)


def test_the_check_can_be_left_out(tmp_path: Path) -> None:
    """With a rate of zero stored entries are not read again by themselves."""
    with opened(tmp_path / "data", log_check_rate=0) as door:
        rounds = door.gateway.log.rounds(door.gateway.settings, door.gateway.telemetry)
        assert [work.name for work in rounds.works] == ["watch"]


def test_an_answer_that_takes_too_long_is_503(tmp_path: Path) -> None:
    """The store is locked elsewhere: who asks hears within seconds that nothing was sent."""
    with opened(tmp_path / "data", log_wait_seconds=0.05) as door:
        with door.gateway.database.data.writing():
            body = {"clientRef": "00000000-0000-0000-0000-000000000007", "doel": "P02"}
            answer = door.ask("POST", "/v1/verstrekkingen", "gemeente_klantmanager", json=body)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["reden"] == "LEDGER_UNAVAILABLE"
