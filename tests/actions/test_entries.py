"""An overseer reads one entry of her own organisation, with the story of its decision or why there is none."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from gateway.actions.entries import EntryDesk, SeenOne, Untold
from gateway.actions.explain import Retold
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.oversee import Inquiry
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller
from gateway.domain.records import RecordKind
from tests.actions.house import House, run

INTENT, OUTCOME = 0, 1


@pytest.fixture(name="her")
def fixture_her(house: House) -> SubjectId:
    """Someone whose name Harderwijk saw."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "achternaam")
    return subject


def officer(house: House, partner: str = "harderwijk") -> Caller:
    """Return a privacy officer."""
    return house.caller(partner, "privacy_officer", "fg-1")


def read(house: House, caller: Caller, place: int | UUID) -> SeenOne | None:
    """Read one entry."""
    desk = EntryDesk(house.gate, house.oversee, house.log)
    return run(desk.one(caller, place, Inquiry()))


def test_an_entry_is_told_with_its_decision(house: House, her: SubjectId) -> None:
    """By index or event id: the entry, the story of what was decided, and the receipt of the look."""
    for place in (INTENT, house.records[INTENT].event_id):
        shown = read(house, officer(house), place)
        assert shown is not None
        assert shown.seen.event.index == INTENT
        assert isinstance(shown.story, Retold)
        assert shown.story.same
        noted = house.records[shown.receipt.index]
        assert (noted.kind, noted.outcome) == (RecordKind.OVERSIGHT, "entry")
        assert noted.detail["entry"] == INTENT


def test_she_is_named_by_the_officers_own_pseudonym(house: House, her: SubjectId) -> None:
    """The officer of another organisation would know the same person by another name."""
    shown = read(house, officer(house), INTENT)
    assert shown is not None
    assert shown.seen.pseudonym not in {None, her}


def test_what_is_no_decision_has_no_story(house: House, her: SubjectId) -> None:
    """An outcome rests on nothing; what was erased tells nothing."""
    shown = read(house, officer(house), OUTCOME)
    assert shown is not None
    assert shown.story is Untold.NO_DECISION
    house.log.erased.add(her)
    shown = read(house, officer(house), INTENT)
    assert shown is not None
    assert shown.story is Untold.ERASED


def test_a_decision_of_a_policy_that_is_gone_is_not_taken_again(
    house: House, her: SubjectId
) -> None:
    """The entry is shown; its story is not guessed from another policy."""
    old = dict(house.records[INTENT].rests_on) | {"digest": "another"}
    house.inner.records[INTENT] = replace(house.records[INTENT], rests_on=old)
    shown = read(house, officer(house), INTENT)
    assert shown is not None
    assert shown.story is Untold.OTHER_POLICY


@pytest.mark.parametrize("partner", ["utrecht", "uitzendbureau"])
def test_another_organisations_entry_is_as_one_that_is_not_there(
    house: House, her: SubjectId, partner: str
) -> None:
    """Both come to nothing, and both looks stand in the log in the same words."""
    for place in (INTENT, 99, uuid4()):
        house.inner.records[2:] = []
        assert read(house, officer(house, partner), place) is None
        (noted,) = house.records[2:]
        assert (noted.kind, noted.outcome) == (RecordKind.OVERSIGHT, "no such entry")
        assert (noted.subject, dict(noted.detail)) == (None, {"filters": ""})


def test_who_does_not_oversee_opens_nothing(house: House, her: SubjectId) -> None:
    """A klantmanager is refused on record, before the entry is read."""
    with pytest.raises(DisclosureRefusedError):
        read(house, house.klantmanager, INTENT)
    assert house.records[-1].kind is RecordKind.DENIED
    assert house.log.opened_one == []
