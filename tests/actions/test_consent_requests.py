"""Asking for consent: on record, open until answered, and never a yes."""

from uuid import UUID

import pytest

from gateway.actions.consent import RecordedConsent
from gateway.actions.gate import DisclosureRefusedError
from gateway.api.consent_requests import VerzoekenJson
from gateway.domain.consents import REQUEST_TERM, ConsentEventKind
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.reasons import Reason
from tests.actions.house import AGENCY, EMPLOYER, MINUTE, House, run

K = ConsentEventKind


def ask(house: House, subject: SubjectId, **wish: object) -> RecordedConsent:
    """Ask to be introduced to the agency."""
    return house.consent(subject, "P05", AGENCY, asked=True, **wish)


def waiting(house: House, *, after: UUID | None = None) -> bytes:
    """List what waits for an answer."""

    async def page() -> bytes:
        async with house.requests(house.casemanager, after, VerzoekenJson) as one:
            return b"".join(one.released.chunks)

    return run(page())


def state(house: House, subject: SubjectId, consent: RecordedConsent) -> ConsentEventKind:
    """Return how a consent stands now."""
    found = run(house.consents.of_subject(house.casemanager, subject))
    one = next(c for c in found if c.consent_id == consent.consent.consent_id)
    return one.state_at(house.clock.now())


def test_a_request_is_recorded_with_all_it_asks(house: House) -> None:
    """By whom, for which purpose, recipient, fields and words, for thirty days."""
    asked = ask(house, house.person(1), fields=frozenset({FieldName("roepnaam")}))
    assert asked.state is K.REQUESTED
    assert asked.consent.scope.recipient == AGENCY
    assert asked.consent.scope.text_digest
    assert asked.consent.expires == house.clock.now() + REQUEST_TERM
    (event,) = house.world.people[asked.subject].consents
    assert event.recorded_by == "casemanager-1"
    assert house.kinds() == ["consent: requested"]


def test_a_request_opens_nothing(house: House) -> None:
    """The recipient is refused as if nobody had asked, before and after the request runs out."""
    subject = house.person(1)
    ask(house, subject)
    for wait in (MINUTE, REQUEST_TERM):
        house.clock.wait(wait)
        with pytest.raises(DisclosureRefusedError) as refusal:
            house.show(house.matcher, "P05", subject)
        assert refusal.value.reason in {Reason.NOT_INTRODUCED, Reason.CONSENT_NOT_FOUND}


@pytest.mark.parametrize("given", [True, False])
def test_an_answer_closes_the_request(house: House, given: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """What she answers stands under the id of the request, once."""
    subject = house.person(1)
    asked = ask(house, subject)
    assert str(asked.consent.consent_id).encode() in waiting(house)
    house.clock.wait(MINUTE)
    answers = asked.consent.consent_id
    answered = house.consent(subject, "P05", given=given, answers=answers)
    again = house.consent(subject, "P05", given=given, answers=answers)
    assert answered.consent.consent_id == again.consent.consent_id == answers
    assert answered.state is again.state is (K.GIVEN if given else K.REFUSED)
    assert str(answers).encode() not in waiting(house)
    assert len(house.world.people[subject].consents) == 2
    with pytest.raises(InvalidRequestError, match="answered otherwise"):
        house.consent(subject, "P05", given=not given, answers=answers)


def test_the_answer_has_its_own_term(house: House) -> None:
    """Thirty days are for the request; the consent runs for half a year."""
    subject = house.person(1)
    asked = ask(house, subject)
    given = house.consent(subject, "P05", answers=asked.consent.consent_id)
    house.clock.wait(2 * REQUEST_TERM)
    assert state(house, subject, given) is K.GIVEN


def test_a_choice_made_apart_from_a_request_closes_it(house: House) -> None:
    """Nobody is asked again for what she chose already; the log says which request it was."""
    subject = house.person(1)
    asked = ask(house, subject)
    house.clock.wait(MINUTE)
    given = house.consent(subject, "P05", retry_key="k")
    assert state(house, subject, asked) is K.INVALIDATED
    assert house.records[-1].detail["moot"] == str(asked.consent.consent_id)
    repeated = house.consent(subject, "P05", retry_key="k")
    assert repeated.consent.consent_id == given.consent.consent_id
    assert b'"verzoeken"' not in waiting(house)
    assert str(asked.consent.consent_id).encode() not in waiting(house)


def test_asking_twice_is_refused_and_a_retry_is_not(house: House) -> None:
    """One open request for a purpose and recipient; the same message again is the same request."""
    subject = house.person(1)
    asked = ask(house, subject, retry_key="k")
    assert ask(house, subject, retry_key="k").consent.consent_id == asked.consent.consent_id
    with pytest.raises(InvalidRequestError, match="gevraagd already"):
        ask(house, subject)
    house.clock.wait(REQUEST_TERM)
    assert ask(house, subject).state is K.REQUESTED


def test_an_answer_to_nothing_is_refused(house: House) -> None:
    """Another recipient's request, an invented one, or one that ran out cannot be answered."""
    subject = house.person(1)
    answers = ask(house, subject).consent.consent_id
    with pytest.raises(InvalidRequestError, match="opVerzoek"):
        house.consent(subject, "P05", EMPLOYER, answers=answers)
    with pytest.raises(InvalidRequestError, match="opVerzoek"):
        house.consent(subject, "P05", answers=UUID(int=9))
    house.clock.wait(REQUEST_TERM)
    with pytest.raises(InvalidRequestError, match="ran out"):
        house.consent(subject, "P05", answers=answers)


def test_the_term_of_an_answer_is_chosen_with_it(house: House) -> None:
    """A request has its own term and takes no other."""
    with pytest.raises(InvalidRequestError, match="vervaldatum"):
        ask(house, house.person(1), expires=house.clock.now() + MINUTE)


def test_the_sweep_records_what_was_never_answered(house: House) -> None:
    """It tells nobody: nobody received anything."""
    subject = house.person(1)
    asked = ask(house, subject)
    house.clock.wait(REQUEST_TERM)
    assert b"[]" in waiting(house)
    house.forget()
    swept = run(house.sweep(house.casemanager))
    assert (swept.expired, swept.expiring) == (1, [])
    assert state(house, subject, asked) is K.EXPIRED
    assert house.records[0].detail["told"] == "nobody"
    assert house.world.notices == {}


def test_a_casemanager_sees_the_requests_of_her_sites_only(house: House) -> None:
    """Who stays elsewhere is not among her open items."""
    asked = ask(house, house.person(1))
    here = waiting(house)
    assert str(asked.consent.consent_id).encode() in here
    assert b'"status":"gevraagd"' in here
    assert str(asked.subject).encode() not in here
    house.deliver({**ROW, "opvanglocatie_code": "AZC-UTR-02", "profiel_peildatum": "2026-03-02"})
    assert b"[]" in waiting(house)


ROW = {
    "v_nummer": "0999000001",
    "geboortedatum": "1990-05-01",
    "doelgroep": "statushouder",
    "koppel_gemeente_code": "0243",
    "koppel_datum": "2026-02-01",
    "koppel_status": "gekoppeld",
}


def test_whoever_decides_about_her_puts_the_consent_before_the_officer(house: House) -> None:
    """The flag stands in the consent, its list and the log; others carry none."""
    subject = house.person(1)
    flagged = house.consent(subject, "P05", decides=True)
    plain = house.consent(subject, "P05", EMPLOYER)
    assert (flagged.consent.decides, plain.consent.decides) == (True, False)
    assert [record.detail.get("flag") for record in house.records] == ["recorder decides", None]
    (event, _) = house.world.people[subject].consents
    assert event.decides
