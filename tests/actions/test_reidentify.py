"""Two officers decide that a person be named: asked, approved by another, open for a while."""

from datetime import timedelta

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.oversee import Inquiry, Overview
from gateway.actions.reidentify import SeenLookUp
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.look_ups import APPROVED_FOR, ASKED_FOR, LookUpState
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from tests.actions.house import MINUTE, House, run

WHY = "Zij vraagt wie haar gegevens zag."


def officer(house: House, actor: str = "fg-1", partner: str = "harderwijk") -> Caller:
    """Return a privacy officer."""
    return house.caller(partner, "privacy_officer", actor)


def asked(house: House, subject: SubjectId) -> SeenLookUp:
    """Ask as the first officer."""
    return run(house.reidentify.ask(officer(house), subject, WHY))[0]


def approved(house: House, subject: SubjectId) -> SeenLookUp:
    """Let the second officer approve what the first asked."""
    one = asked(house, subject)
    answer = run(house.reidentify.approve(officer(house, "fg-2"), one.look_up.look_up_id))
    assert answer is not None
    return answer[0]


def look(house: House, caller: Caller, subject: SubjectId, request: SeenLookUp) -> Overview:
    """Look someone up on a request."""
    inquiry = Inquiry(subject=subject, look_up=request.look_up.look_up_id)
    return run(house.oversee.search(caller, inquiry))


def refusal(house: House, caller: Caller, subject: SubjectId, request: SeenLookUp) -> Reason | None:
    """Look someone up in vain."""
    with pytest.raises(DisclosureRefusedError) as refused:
        look(house, caller, subject, request)
    return refused.value.reason


def test_what_another_approved_opens_the_log_about_that_person(house: House) -> None:
    """The look-up shows her entries and stands in the log with the request it rests on."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    request = approved(house, subject)
    overview = look(house, officer(house), subject, request)
    assert "disclosure.intent" in {one.event.kind for one in overview.entries}
    assert house.kinds()[-3:] == [
        "oversight: look-up asked",
        "oversight: look-up approved",
        "oversight: entries",
    ]
    told = {record.detail["request"] for record in house.records[-3:]}
    assert told == {str(request.look_up.look_up_id)}


def test_what_nobody_approved_opens_nothing(house: House) -> None:
    """Asking is not enough, and the refusal says who is needed."""
    subject = house.person(1)
    request = asked(house, subject)
    assert refusal(house, officer(house), subject, request) is Reason.SECOND_PERSON_NEEDED


def test_nobody_approves_her_own_request(house: House) -> None:
    """The same worker is refused on record; a colleague is not."""
    request = asked(house, house.person(1))
    with pytest.raises(DisclosureRefusedError):
        run(house.reidentify.approve(officer(house), request.look_up.look_up_id))
    assert house.records[-1].reason == Reason.SECOND_PERSON_NEEDED
    assert house.world.look_ups[request.look_up.look_up_id].approved_by is None


def test_an_approval_is_for_one_person_and_for_who_asked(house: House) -> None:
    """Another person, another officer, another organisation: each is refused."""
    subject, other = house.people(2)
    request = approved(house, subject)
    needed = Reason.SECOND_PERSON_NEEDED
    assert refusal(house, officer(house), other, request) is needed
    assert refusal(house, officer(house, "fg-2"), subject, request) is needed
    assert refusal(house, officer(house, partner="utrecht"), subject, request) is needed


def test_an_approval_lasts_for_a_working_day(house: House) -> None:
    """From its last moment on it opens nothing."""
    subject = house.person(1)
    request = approved(house, subject)
    house.clock.wait(APPROVED_FOR - MINUTE)
    assert look(house, officer(house), subject, request).receipt.index >= 0
    house.clock.wait(MINUTE)
    assert refusal(house, officer(house), subject, request) is Reason.SECOND_PERSON_NEEDED
    (listed,) = run(house.reidentify.listed(officer(house)))
    assert listed.state is LookUpState.VERLOPEN


@pytest.mark.parametrize("wait", [timedelta(0), ASKED_FOR])
def test_an_approval_is_given_once_and_in_time(house: House, wait: timedelta) -> None:
    """What was approved before, or lapsed, cannot be approved."""
    request = approved(house, house.person(1)) if not wait else asked(house, house.person(1))
    house.clock.wait(wait)
    with pytest.raises(InvalidRequestError, match="approved before, or lapsed"):
        run(house.reidentify.approve(officer(house, "fg-3"), request.look_up.look_up_id))


def test_another_organisation_s_request_is_as_good_as_none(house: House) -> None:
    """Its officer neither sees nor approves it, and the attempt is on record."""
    request = asked(house, house.person(1))
    elsewhere = officer(house, "fg-9", "utrecht")
    assert run(house.reidentify.approve(elsewhere, request.look_up.look_up_id)) is None
    assert run(house.reidentify.listed(elsewhere)) == ()
    assert house.kinds()[-2:] == ["oversight: no such look-up", "oversight: look-ups listed"]


def test_the_reason_is_read_by_officers_and_sealed_otherwise(house: House) -> None:
    """A colleague reads why; the log and the store at rest do not say it."""
    request = asked(house, house.person(1))
    (listed,) = run(house.reidentify.listed(officer(house, "fg-2")))
    assert (listed.reason, listed.state) == (WHY, LookUpState.GEVRAAGD)
    assert WHY not in str(house.records)
    assert request.look_up.reason != WHY.encode()


def test_the_authority_works_within_a_case_only(house: House) -> None:
    """Two of its own people do not make a request (GDPR art. 58)."""
    authority = house.caller("ap", "autoriteit_persoonsgegevens", "ap-1")
    with pytest.raises(DisclosureRefusedError) as refused:
        run(house.reidentify.ask(authority, house.person(1), WHY))
    assert refused.value.reason is Reason.SECOND_PERSON_NEEDED
