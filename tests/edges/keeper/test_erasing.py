"""Erasing is on the record before it happens; a loss without a record is an alarm."""

import asyncio
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from httpx import Response

from gateway.actions.erase import Erased
from gateway.crypto.payloads import BatchSealer, LogPayloadSealer
from gateway.domain.erasing import ErasureDecision
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import ActorId, SubjectId
from tests.edges.api.door import OWN, Door, row
from tests.edges.keeper.gates import opened, someone

ONE = ErasureDecision(ActorId("functionaris"), "verzoek op grond van artikel 17")
TWO = ErasureDecision(ActorId("functionaris"), "verzoek", ActorId("directeur"))


@pytest.fixture(name="door")
def fixture_door(tmp_path: Path) -> Iterator[Door]:
    """Open a gate with one person, about whom something was disclosed."""
    with opened(tmp_path / "data") as door:
        someone(door)
        assert door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam").status_code == 200
        yield door


def erase(door: Door, decision: ErasureDecision, *, log: bool) -> Erased:
    """Erase the one person's profile, or what the log tells about her."""
    desk, subject = door.gateway.actions.erase, door.subject(OWN)
    return asyncio.run((desk.log if log else desk.profile)(subject, decision))


def shred_silently(door: Door, *, log: bool) -> None:
    """Destroy a key behind the log's back."""
    shredder, subject = door.gateway.actions.erase._shredder, door.subject(OWN)
    assert (shredder.log if log else shredder.profile)(subject)


def traces(door: Door) -> list[int]:
    """List the entries that only her key opens."""
    return list(door.gateway.actions.erase._traces.of(door.subject(OWN)))


def test_an_erased_profile_is_read_by_nobody(door: Door) -> None:
    """Its key is gone and she is hidden; what the log tells about her still opens, and holds."""
    before, subject = traces(door), door.subject(OWN)
    body = {"clientRef": door.reference("gemeente_klantmanager", OWN), "doel": "P02"}
    done = erase(door, ONE, log=False)
    assert (done.key, done.entries) == (True, 0)
    answer = door.ask("POST", "/v1/verstrekkingen", "gemeente_klantmanager", json=body)
    assert answer.status_code == 404
    assert b"Selam" not in answer.content
    told = door.payload(done.receipts[0].index)
    assert (told["actor"], told["reason"]) == (ONE.actor, ONE.reason)
    assert set(before) < set(door.gateway.actions.erase._traces.of(subject))
    assert door.gateway.audit.verify() == []


def test_an_erased_log_key_is_named_and_all_proofs_hold(door: Door) -> None:
    """Every payload that is lost is named by an entry about nobody; each old entry is still proved."""
    lost = traces(door)
    assert lost
    done = erase(door, TWO, log=True)
    assert (done.key, done.entries) == (True, len(lost))
    (receipt,) = done.receipts
    told = door.payload(receipt.index)
    runs = told["erased"]
    assert [index for first, end in runs for index in range(first, end)] == lost
    assert told["detail"] == {"second": "directeur"}
    assert str(door.subject(OWN)) not in str(told)
    assert door.gateway.audit.verify() == []
    for index in (*lost, receipt.index):
        assert door.gateway.audit.prove(index)


def test_erasing_from_the_log_again_finishes_the_work(door: Door) -> None:
    """A second time there is no key; what is gone is named again, and that is no fault."""
    first = erase(door, TWO, log=True)
    again = erase(door, TWO, log=True)
    assert (again.key, again.entries) == (False, first.entries)
    assert door.gateway.audit.verify() == []


def test_what_was_written_meanwhile_is_named_too(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry between the naming and the end of the key gets an erasure of its own."""
    desk, subject = door.gateway.actions.erase, door.subject(OWN)
    destroy = desk._shredder.log

    def late(whom: SubjectId) -> bool:
        with ThreadPoolExecutor(1) as other:
            ask = other.submit(door.disclose, "gemeente_klantmanager", "P02", OWN, "roepnaam")
            assert ask.result().status_code == 200
        return destroy(whom)

    named = len(traces(door))
    monkeypatch.setattr(desk._shredder, "log", late)
    done = asyncio.run(desk.log(subject, TWO))
    assert done.entries > named
    assert len(done.receipts) == 2
    assert door.gateway.audit.verify() == []


def test_what_was_being_written_as_the_key_went_is_named_too(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log's writer had her key in hand already; its entry is committed before one looks for late ones."""
    desk, subject = door.gateway.actions.erase, door.subject(OWN)
    destroy, for_batch = desk._shredder.log, LogPayloadSealer.for_batch
    in_hand, looked = Event(), Event()

    def slowly(sealer: LogPayloadSealer, tags: Collection[bytes]) -> BatchSealer:
        keys = for_batch(sealer, tags)
        if tags and not in_hand.is_set():
            in_hand.set()
            looked.wait(0.3)
        return keys

    def meanwhile(whom: SubjectId) -> bool:
        monkeypatch.setattr(LogPayloadSealer, "for_batch", slowly)
        asked.append(other.submit(door.disclose, "gemeente_klantmanager", "P02", OWN, "roepnaam"))
        assert in_hand.wait(60)
        return destroy(whom)

    asked: list[Future[Response]] = []
    monkeypatch.setattr(desk._shredder, "log", meanwhile)
    with ThreadPoolExecutor(1) as other:
        done = asyncio.run(desk.log(subject, TWO))
        looked.set()
        assert asked[0].result().status_code == 200
    assert len(done.receipts) == 2
    assert door.gateway.audit.verify() == []


def test_a_loss_that_nobody_recorded_is_an_alarm(door: Door) -> None:
    """A log key destroyed without an entry is named by the check, place by place."""
    lost = traces(door)
    shred_silently(door, log=True)
    faults = [str(fault) for fault in door.gateway.audit.verify()]
    assert faults
    assert all("payload: is gone, and no erasure names it" in fault for fault in faults)
    assert any(str(lost[0]) in fault for fault in faults)


def test_the_entry_comes_first(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the log does not take the entry, no key is touched."""
    desk = door.gateway.actions.erase

    async def closed(_: object) -> list[object]:
        raise LedgerUnavailableError("the log is closed")

    monkeypatch.setattr(desk._ledger, "append", closed)
    for log in (False, True):
        with pytest.raises(LedgerUnavailableError):
            erase(door, TWO, log=log)
    monkeypatch.undo()
    assert door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam").status_code == 200
    assert door.gateway.audit.verify() == []


def test_two_people_decide_about_the_log() -> None:
    """One person is not enough, and the same person twice is one; a reason is needed."""
    with pytest.raises(InvalidRequestError, match="second"):
        ErasureDecision(ActorId("a"), "reden", ActorId("a"))
    with pytest.raises(InvalidRequestError, match="reason"):
        ErasureDecision(ActorId("a"), " ")


def test_one_person_cannot_erase_from_the_log(door: Door) -> None:
    """Refused before anything is written."""
    size = door.gateway.audit.head().size
    with pytest.raises(InvalidRequestError, match="two people"):
        erase(door, ONE, log=True)
    assert door.gateway.audit.head().size == size


def test_a_profile_of_nobody_is_not_erased(door: Door) -> None:
    """An unknown subject is refused, and no key is destroyed."""
    with pytest.raises(InvalidRequestError, match="is not known"):
        asyncio.run(door.gateway.actions.erase.profile(SubjectId(uuid4()), ONE))


def test_who_is_delivered_again_is_someone_new(door: Door) -> None:
    """No number leads to someone erased: delivered again she comes in as someone nothing is known of."""
    erased = door.subject(OWN)
    erase(door, ONE, log=False)
    again = door.deliver(row(OWN, roepnaam="Selam"), row(OWN + 1))
    assert again.status_code == 201, again.text
    assert door.subject(OWN) != erased
    assert door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam").status_code == 200
