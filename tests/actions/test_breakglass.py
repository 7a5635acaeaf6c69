"""The glass is broken by few, for an hour, on record and in sight; and always looked at afterwards."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gateway.actions.breakglass import Emergency, Noted
from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.breakglass import REVIEW_TERM, TERM, ReviewVerdict
from gateway.domain.changes import Shield
from gateway.domain.errors import InvalidRequestError
from gateway.domain.events import GlassBroken
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import AuditRecord, RecordKind
from tests.actions.house import MINUTE, NOON, House, run

WHY = "Bewoner staat onverwacht aan de balie en heeft een tolk nodig."
NOTE = "Nagegaan bij de balie: de bewoner stond er echt."
UNKNOWN = SubjectId(UUID(int=404))


def stranger(house: House) -> Caller:
    """Return a klantmanager of a town to which nobody here is linked."""
    return house.caller("utrecht", "gemeente_klantmanager", "klantmanager-2")


def officer(house: House, partner: str = "coa", actor: str = "fg-1") -> Caller:
    """Return a privacy officer."""
    return house.caller(partner, "privacy_officer", actor)


def broken(house: House, subject: SubjectId, why: str = WHY, purpose: str = "P03") -> Noted:
    """Let the stranger break the glass."""
    return run(house.emergencies.break_glass(stranger(house), Emergency(subject, purpose, why)))


def refusal(house: House, caller: Caller, subject: SubjectId, purpose: str = "P03") -> Reason:
    """Try to break the glass, and return why not."""
    with pytest.raises(DisclosureRefusedError) as refused:
        run(house.emergencies.break_glass(caller, Emergency(subject, purpose, WHY)))
    return refused.value.reason


def review(
    house: House, who: Caller, glass_id: UUID, verdict: ReviewVerdict = ReviewVerdict.JUSTIFIED
) -> Noted:
    """Review a break-glass."""
    return run(house.emergencies.review(who, glass_id, verdict, NOTE))


def test_a_broken_glass_opens_for_an_hour(house: House) -> None:
    """Who was refused is granted now, marked as such, and refused again when the hour is over."""
    subject = house.person(1, pip_niveau="B1")
    with pytest.raises(DisclosureRefusedError):
        house.show(stranger(house), "P03", subject)
    noted = broken(house, subject)
    assert noted.broken.glass.until == NOON + TERM
    house.forget()
    share = house.show(stranger(house), "P03", subject)
    assert share.decision.broken
    intent = house.records[0]
    assert (intent.outcome, dict(intent.detail)) == (
        "granted by break-glass",
        {"glass": "broken"},
    )
    assert run(house.explain.logged(0)).same
    house.clock.wait(TERM)
    with pytest.raises(DisclosureRefusedError):
        house.show(stranger(house), "P03", subject)


def test_it_never_opens_a_number_or_special_data(house: House) -> None:
    """BSN, V-nummer and fields of S4 or S5 stay shut under a broken glass."""
    subject = house.person(1)
    broken(house, subject, purpose="P02")
    share = house.show(stranger(house), "P02", subject, "achternaam", "bsn", "v_nummer", "religie")
    assert dict(share.refused) == {
        "bsn": "NOT_LINKED",
        "v_nummer": "NOT_LINKED",
        "religie": "SPECIAL_CATEGORY",
    }


def test_it_opens_nothing_for_a_colleague(house: House) -> None:
    """Another worker of the same organisation is refused as before."""
    subject = house.person(1)
    broken(house, subject)
    colleague = house.caller("utrecht", "gemeente_klantmanager", "klantmanager-3")
    with pytest.raises(DisclosureRefusedError):
        house.show(colleague, "P03", subject)


def test_the_reason_is_in_the_log_only(house: House) -> None:
    """The sealed payload holds the reason; what is stored, and what operators hear, does not."""
    subject = house.person(1)
    noted = broken(house, subject)
    (record,) = house.records
    assert (record.kind, record.outcome, record.subject) == (RecordKind.GLASS, "broken", subject)
    assert record.detail["why"] == WHY
    assert house.world.glasses[noted.broken.glass_id].glass.reason == ""
    assert house.telemetry.events == [GlassBroken("P03", "utrecht")]


def test_who_may_not_is_refused_whoever_it_is_about(house: House) -> None:
    """A matcher, and a purpose that is not the role's, are refused alike for known and unknown."""
    subject = house.person(1)
    for one in (subject, UNKNOWN):
        assert refusal(house, house.matcher, one, "P05") is Reason.ACTOR_NOT_ALLOWED
        assert refusal(house, house.casemanager, one, "P02") is Reason.PURPOSE_NOT_IN_AGREEMENT
    assert {record.subject for record in house.records} == {None}
    assert {record.kind for record in house.records} == {RecordKind.DENIED}


def test_unknown_and_shielded_are_unknown_here_too(house: House) -> None:
    """No emergency lifts a shield: both are refused as hidden, and on record."""
    subject = house.person(1)
    shield = AuditRecord(uuid4(), RecordKind.SHIELD, NOON, "shielded", subject=subject)
    run(house.ledger.append([Entry(shield, (Shield(subject),))]))
    house.forget()
    for one in (subject, UNKNOWN):
        with pytest.raises(DisclosureRefusedError) as refused:
            broken(house, one)
        assert refused.value.decision.hidden
    assert [record.subject for record in house.records] == [subject, None]
    assert not house.world.glasses


def test_a_reason_that_names_someone_is_refused(house: House) -> None:
    """A reason with a BSN in it breaks nothing."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match="reden"):
        broken(house, subject, "Het gaat om de bewoner met nummer 999959086 hier.")
    assert not house.world.glasses


def test_officers_of_both_organisations_see_it(house: House) -> None:
    """COA's officer sees every one, the worker's own officer hers, another town's none."""
    subject = house.person(1)
    noted = broken(house, subject)
    for partner, seen in (("coa", 1), ("utrecht", 1), ("harderwijk", 0)):
        found = run(house.emergencies.listed(officer(house, partner)))
        assert [one.broken.glass_id for one in found] == [noted.broken.glass_id] * seen
        assert house.records[-1].kind is RecordKind.OVERSIGHT


def test_only_an_officer_sees_or_reviews(house: House) -> None:
    """A klantmanager has no oversight; the authority does not review for the organisations."""
    noted = broken(house, house.person(1))
    authority = house.caller("ap", "autoriteit_persoonsgegevens", "ap-1")
    for who in (house.klantmanager, authority):
        with pytest.raises(DisclosureRefusedError):
            run(house.emergencies.listed(who))
        with pytest.raises(DisclosureRefusedError):
            review(house, who, noted.broken.glass_id)


def test_a_review_is_kept_once(house: House) -> None:
    """Verdict and reviewer are kept, the note in the log; a second review is refused."""
    glass_id = broken(house, house.person(1)).broken.glass_id
    house.clock.wait(MINUTE)
    review(house, officer(house), glass_id, ReviewVerdict.UNJUSTIFIED)
    kept = house.world.glasses[glass_id]
    assert (kept.verdict, kept.reviewed_by) == (ReviewVerdict.UNJUSTIFIED, "fg-1")
    assert (house.records[-1].outcome, house.records[-1].detail["note"]) == ("unjustified", NOTE)
    with pytest.raises(InvalidRequestError, match="before"):
        review(house, officer(house), glass_id)


def test_nobody_reviews_her_own(house: House) -> None:
    """An officer under the actor's name is refused."""
    glass_id = broken(house, house.person(1)).broken.glass_id
    with pytest.raises(InvalidRequestError, match="her own"):
        review(house, officer(house, actor="klantmanager-2"), glass_id)


def test_another_organisations_break_glass_is_unknown(house: House) -> None:
    """An officer of a third organisation hears what she hears of an id that does not exist."""
    glass_id = broken(house, house.person(1)).broken.glass_id
    for one in (glass_id, uuid4()):
        with pytest.raises(DisclosureRefusedError) as refused:
            review(house, officer(house, "harderwijk"), one)
        assert refused.value.decision.hidden


def test_what_waits_too_long_is_overdue(house: House) -> None:
    """After 72 hours an unreviewed one is overdue; a reviewed one waits no more."""
    glass_id = broken(house, house.person(1)).broken.glass_id
    house.clock.wait(REVIEW_TERM - timedelta(microseconds=1))
    assert [one.overdue for one in run(house.emergencies.waiting())] == [False]
    house.clock.wait(timedelta(microseconds=1))
    assert [one.overdue for one in run(house.emergencies.waiting())] == [True]
    review(house, officer(house), glass_id)
    assert list(run(house.emergencies.waiting())) == []
