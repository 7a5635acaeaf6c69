"""The year turns by a person's word, or by the daily round where the settings let it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.checkpoint import verify_checkpoint
from audit.policy import Policy
from audit.witness import Witness
from audit.witness_store import FolderWitnessStore
from gateway import wiring
from gateway.keeper.adoption import Adopted
from gateway.keeper.turning import NotTurnedError
from gateway.settings import Settings
from gateway.wiring.desks import archive_of
from tests.audit.test_turning import to
from tests.audit.worlds import World, received, signer
from tests.edges.keeper.outside import PLACE, Case, Wire, cosigner, policy_of
from tests.fakes.clock import Clock

NEW_YEAR = datetime(2027, 1, 1, 3, tzinfo=UTC)


@pytest.fixture(name="clock")
def fixture_clock() -> Clock:
    """Stand at the end of a year."""
    return Clock(NEW_YEAR - timedelta(days=30))


@pytest.fixture(name="gateway")
def fixture_gateway(tmp_path: Path, clock: Clock) -> Iterator[wiring.Gateway]:
    """Open a gate that may turn its log, with one entry of the old year."""
    settings = Settings(data=tmp_path / "data", log_yearly=True)
    gateway = wiring.build(settings, create=True, clock=clock)
    assert gateway.turn_log_if_due("operator") is None
    asyncio.run(gateway.record_adoption(Adopted(0, None, None), "ann", "begin"))
    yield gateway
    gateway.close()


def test_the_daily_round_turns_once_a_year(gateway: wiring.Gateway, clock: Clock) -> None:
    """Not before the year has turned, then on its first run, and not again until the next."""
    turned = []
    for days in (0, 30, 1, 363, 1):
        clock.wait(timedelta(days=days))
        turned.append(gateway.turn_log_if_due("operator"))
    assert [one and one.label for one in turned] == [None, "2027", None, None, "2028"]
    assert gateway.audit.labels() == ["", "2027", "2028"]
    assert gateway.audit.verify() == []
    closed = gateway.audit.shelf.shards()[0]
    seen = gateway.audit.checkpoint("")
    assert verify_checkpoint(seen, gateway.audit.shelf.key(closed)).size == 2
    vouched = gateway.audit.vouch(1, clock.now())
    assert (vouched.index, vouched.size, vouched.fault) == (1, 2, None)


def test_no_round_turns_a_log_that_is_to_go_on(gateway: wiring.Gateway, clock: Clock) -> None:
    """Without the setting nothing turns it but a person, who is named on either side."""
    clock.wait(timedelta(days=31))
    settled = replace(gateway, settings=gateway.settings.model_copy(update={"log_yearly": False}))
    assert settled.turn_log_if_due("operator") is None
    turned = gateway.turn_log("ann", "a new year")
    for place, outcome in ((turned.last, "shard closed"), (turned.first, "shard opened")):
        (event,) = asyncio.run(archive_of(gateway.audit).each([place]))
        assert (event.outcome, event.told and event.told.actor) == (outcome, "ann")
    with pytest.raises(NotTurnedError, match="open already"):
        gateway.turn_log("ann", "again")
    assert gateway.actions.auditlog.labels() == ["", "2027"]


def test_a_log_turns_to_no_shard_that_its_witnesses_do_not_know(
    gateway: wiring.Gateway, clock: Clock
) -> None:
    """The policy lists the next key first; the refusal says which line is missing."""
    clock.wait(timedelta(days=31))
    asked = replace(gateway, audit=replace(gateway.audit, policy=policy_of((1,), "any")))
    with pytest.raises(NotTurnedError) as refused:
        asked.turn_log("ann", "a new year")
    assert str(refused.value).endswith(f"log {gateway.audit.signer.key('2027')}")
    assert gateway.audit.labels() == [""]


def test_witnesses_get_the_last_head_of_a_shard_before_the_next(tmp_path: Path) -> None:
    """Both are kept, each with its shard; once the last one is cosigned it is not sent again."""
    world, keys = World().fill(3), [signer().key(label) for label in ("", "2027")]
    witness = Witness(keys, [cosigner(1)], FolderWitnessStore(tmp_path))
    lines = "".join(f"log {key}\n" for key in keys)
    policy = Policy.parse(lines.encode() + policy_of((1,), "any").raw.partition(b"\n")[2])
    case = Case(world, Wire({f"{PLACE}/1": witness}), policy)
    ask = case.witnessing()
    ask()
    with world.open() as log:
        received(log.turn(to("2027")))
    ask = case.witnessing()
    for posts in (3, 1):
        before = len(case.wire.asked)
        done = ask()
        assert done is not None
        assert (done.size, done.cosigned, done.failed, done.quorum) == (1, ("w1",), (), True)
        assert len(case.wire.asked) - before == posts
    assert [(one.base, one.size, one.cosigned) for one in case.heads.all()] == [
        (0, 4, True),
        (4, 1, True),
    ]
    assert not case.court.found
