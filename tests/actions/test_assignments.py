"""Handovers are divided among those of one municipality, and what each has is counted without names."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.clocks import View
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import ActorId, Oin, RoleId, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.sessions import Identity, Session
from gateway.domain.teams import ABSENT, COUNTED, SavedList, Whose
from tests.actions.house import DAY, House, run

ROLE: Final = "gemeente_klantmanager"
Deed = Callable[[House, Caller, SubjectId], Coroutine[Any, Any, Receipt | None]]
DEEDS: Final[dict[str, Deed]] = {
    "take": lambda house, who, her: house.team.take(who, her),
    "give": lambda house, who, her: house.team.give(who, her, ActorId("robin")),
    "lay down": lambda house, who, her: house.team.lay_down(who, her),
}


def worker(house: House, actor: str, name: str, role: str = ROLE) -> Caller:
    """Let someone of Harderwijk sign in."""
    who = house.caller("harderwijk", role, actor)
    identity = Identity(ActorId(actor), name, Oin(who.partner.oin), (RoleId(role),))
    now = house.clock.now()
    session = Session(b"k" * 32, identity, RoleId(role), "t", now, now)
    run(house.team.roster.meet(session))
    return who


def handled(house: House) -> dict[SubjectId, ActorId]:
    """Tell who handles whom."""
    return {one.handover.subject: one.worker for one in house.world.cabinet.assignments.values()}


def test_a_handover_is_taken_given_and_laid_down(house: House) -> None:
    """Each under an entry that names her and the worker; what is so already is left as it is."""
    subject = house.person(1)
    sanne, robin = worker(house, "sanne", "Sanne"), worker(house, "robin", "Robin")
    run(house.team.take(sanne, subject))
    assert run(house.team.take(sanne, subject)) is None
    assert handled(house) == {subject: "sanne"}
    with pytest.raises(InvalidRequestError, match="a colleague"):
        run(house.team.take(robin, subject))
    run(house.team.give(robin, subject, ActorId("robin")))
    assert handled(house) == {subject: "robin"}
    run(house.team.lay_down(sanne, subject))
    assert run(house.team.lay_down(sanne, subject)) is None
    assert handled(house) == {}
    told = [(one.outcome, one.subject, one.detail["worker"]) for one in house.records]
    assert told == [
        ("assigned", subject, "sanne"),
        ("assigned", subject, "robin"),
        ("laid down", subject, ""),
    ]


def test_it_is_given_to_a_colleague_only(house: House) -> None:
    """A worker in another role, one who left, and a made-up one are no colleagues."""
    subject = house.person(1)
    worker(house, "robin", "Robin")
    house.clock.wait(ABSENT + DAY)
    sanne = worker(house, "sanne", "Sanne")
    worker(house, "mila", "Mila", "gemeente_burgerzaken")
    for nobody in ("robin", "mila", "harry"):
        with pytest.raises(InvalidRequestError, match="no colleague"):
            run(house.team.give(sanne, subject, ActorId(nobody)))
    assert run(house.team.roster.of(sanne)).names == {"sanne": "Sanne"}


@pytest.mark.parametrize("deed", DEEDS)
def test_only_a_klantmanager_of_her_town_divides(house: House, deed: str) -> None:
    """Another town's and the town's other workers are refused on record, and nothing is kept."""
    subject = house.person(1)
    worker(house, "robin", "Robin")
    for who, reason in (
        (house.caller("utrecht", ROLE), Reason.NOT_LINKED),
        (house.caller("harderwijk", "gemeente_matcher"), Reason.PURPOSE_NOT_IN_AGREEMENT),
    ):
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(DEEDS[deed](house, who, subject))
        assert refusal.value.reason is reason
    assert {one.kind for one in house.records} == {RecordKind.DENIED}
    assert handled(house) == {}


def test_who_was_first_keeps_it(house: House) -> None:
    """Two colleagues who take the same handover at once: one gets it, the other hears so."""
    subject = house.person(1)
    sanne, robin = worker(house, "sanne", "Sanne"), worker(house, "robin", "Robin")

    async def both() -> None:
        team = house.team
        first, second = team.take(sanne, subject), team.take(robin, subject)
        await first
        await second

    with pytest.raises((InvalidRequestError, LedgerUnavailableError)):
        run(both())
    assert handled(house) == {subject: "sanne"}


def test_work_is_counted_by_colleague_and_without_names(house: House) -> None:
    """Each colleague, who left but still has someone, and nobody; that it was looked at is logged."""
    first, second, third = (house.person(number) for number in (1, 2, 3))
    gone = worker(house, "gone", "Gerda")
    run(house.team.take(gone, first))
    house.clock.wait(ABSENT + DAY)
    sanne = worker(house, "sanne", "Sanne")
    run(house.team.take(sanne, second))
    house.forget()
    found = run(house.team.workload(sanne))
    counts = {one.worker: one.counts for one in found.loads}
    assert [*counts] == [None, "gone", "sanne"]
    assert {worker: one[View.ALL] for worker, one in counts.items()} == {
        None: 1,
        "gone": 1,
        "sanne": 1,
    }
    assert all(set(one) == set(COUNTED) for one in counts.values())
    assert found.team.name(ActorId("gone")) == "gone"
    (entry,) = house.records
    assert (entry.outcome, entry.subject, entry.actor) == ("workload seen", None, "sanne")
    assert third not in handled(house)


def test_another_role_sees_no_workload(house: House) -> None:
    """It is refused on record."""
    with pytest.raises(DisclosureRefusedError):
        run(house.team.workload(house.caller("harderwijk", "gemeente_matcher")))
    assert [one.kind for one in house.records] == [RecordKind.DENIED]


def test_lists_are_saved_for_oneself(house: House) -> None:
    """In the order of their codes; a colleague has her own."""
    sanne, robin = worker(house, "sanne", "Sanne"), worker(house, "robin", "Robin")
    late, new = SavedList(View.LATE, Whose.MINE), SavedList(View.NEW, Whose.ALL)
    for one in (late, new):
        run(house.team.save(sanne, one))
    assert run(house.team.saved(sanne)) == [new, late]
    run(house.team.drop(sanne, new))
    assert run(house.team.saved(sanne)) == [late]
    assert run(house.team.saved(robin)) == []
