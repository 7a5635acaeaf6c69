"""The rules change while two gates on one store decide: none of them uses the old ones afterwards."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from time import monotonic

import pytest

from gateway.actions.policy_life import OFFICER, OWNER, Draft
from gateway.commands.shared import partner_named
from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.partners import Caller
from tests.edges.api.steward import files
from tests.journeys.logbook import of_kind
from tests.journeys.poort import KLANTMANAGER, MovableClock, Poort
from tests.journeys.residents import resident
from tests.journeys.watch import Watch
from tests.suites import DEEP

SELAM = resident(1)
ROUNDS = 20 if DEEP else 1
FEW = 5


@pytest.fixture
def other(poort: Poort, clock: MovableClock, watch: Watch) -> Iterator[Poort]:
    """Give a second gate on the first one's folder."""
    with Poort(poort.folder, clock, watch) as other:
        yield other


@dataclass(slots=True)
class Asked:
    """What a gate answered: when each question began, and whether the field was in the answer."""

    told: list[tuple[float, bool]] = field(default_factory=list)
    more: Event = field(default_factory=Event)

    def keep_on(self, gate: Poort, reference: str, stop: Event) -> None:
        """Ask until it is enough."""
        while not stop.is_set():
            began = monotonic()
            answer = gate.vraag(KLANTMANAGER, reference, "P02", ["roepnaam", "achternaam"])
            assert answer.status_code == 200, answer.text
            self.told.append((began, "roepnaam" in answer.json()["velden"]))
            self.more.set()

    def go_on(self) -> None:
        """Wait until the gate has answered some more; the last began after this did."""
        goal = len(self.told) + FEW
        while len(self.told) < goal:
            self.more.clear()
            assert self.more.wait(120)

    def since(self, moment: float) -> set[bool]:
        """Tell whether the field was in the answers to questions that began after a moment."""
        return {with_it for began, with_it in self.told if began > moment}


@contextmanager
def asking(gates: list[Poort], reference: str) -> Iterator[list[Asked]]:
    """Let each gate answer questions in a thread of its own, all the while."""
    stop, desks = Event(), [Asked() for _ in gates]
    with ThreadPoolExecutor(len(gates)) as threads:
        running = [
            threads.submit(desk.keep_on, gate, reference, stop)
            for desk, gate in zip(desks, gates, strict=True)
        ]
        try:
            yield desks
        finally:
            stop.set()
        for one in running:
            one.result()


def someone(gate: Poort, name: str, role: RoleId = OFFICER) -> Caller:
    """Return who may change the rules."""
    return Caller(partner_named("coa", gate.gateway.catalogue.partners), role, ActorId(name))


def activate(gate: Poort) -> None:
    """Take the roepnaam out of the broad intake; on return it is acknowledged."""
    desk, owner = gate.gateway.actions.policy, someone(gate, "iris", OWNER)
    proposal, _ = asyncio.run(desk.propose(owner, Draft(files(), "Niet nodig bij de intake")))
    for name in ("anouk", "daan"):
        asyncio.run(desk.approve(someone(gate, name), proposal.proposal_id))
    asyncio.run(desk.activate(owner, proposal.proposal_id))


def test_no_gate_uses_the_old_policy_once_the_new_one_is_acknowledged(
    poort: Poort, other: Poort
) -> None:
    """Of questions that begin after it none shows the lost field, at either gate; nor in the log."""
    poort.lever([SELAM])
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    before = poort.gateway.actions.gate.matrix.digest
    with asking([poort, other], reference) as desks:
        for _ in range(ROUNDS):
            for desk in desks:
                desk.go_on()
            activate(other)
            narrow = monotonic()
            for desk in desks:
                desk.go_on()
            assert [desk.since(narrow) for desk in desks] == [{False}, {False}]
            asyncio.run(
                poort.gateway.actions.policy.roll_back(someone(poort, "daan"), "Toch nodig")
            )
            wide = monotonic()
            for desk in desks:
                desk.go_on()
            assert [desk.since(wide) for desk in desks] == [{True}, {True}]
    steps = {one.index: one.leaf for one in of_kind(poort.gateway, "policy")}
    turns = [i for i, leaf in steps.items() if leaf["outcome"] in {"activated", "rolled back"}]
    assert len(turns) == 2 * ROUNDS
    for intent in of_kind(poort.gateway, "disclosure.intent"):
        old = sum(turn < intent.index for turn in turns) % 2 == 0
        assert (intent.leaf["policy"] == before) is old
    assert poort.gateway.audit.verify() == []
