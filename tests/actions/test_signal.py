"""Signals: what rules find is explained, and two officers close it."""

from dataclasses import replace
from uuid import UUID

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.oversee import Inquiry
from gateway.actions.signal import Watched
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import SubjectId
from gateway.domain.logbook import Filters
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import Opinion, Signal
from gateway.domain.signals import StaffMember, Verdict
from tests.actions.house import DAY, NOON, House, row, run

CASE = "AVG33-2026-0001"
NOTE = "Nagegaan met de leidinggevende; het was haar dienst."
WEEK = Watched(Inquiry(Filters(NOON - 7 * DAY, NOON + 7 * DAY)))
IN_CASE = Watched(Inquiry(Filters(NOON - 7 * DAY, NOON + 7 * DAY), case=CASE))


def officer(house: House, actor: str = "fg-1", partner: str = "harderwijk") -> Caller:
    """Return a privacy officer."""
    return house.caller(partner, "privacy_officer", actor)


def found(
    house: House, rule: str, watched: Watched = WEEK, caller: Caller | None = None
) -> list[Signal]:
    """Let the rules look, and keep one rule's signals."""
    listed = run(house.signals.listed(caller or officer(house), watched))
    return [one for one in listed.signals if one.rule == rule]


@pytest.fixture(name="her")
def fixture_her(house: House) -> SubjectId:
    """Someone about whom the klantmanager asked on a Sunday, and on a Monday."""
    subject = house.person()
    house.clock.moment = NOON - DAY
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    house.clock.moment = NOON
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    return subject


def test_a_signal_says_which_rule_found_what(house: House, her: SubjectId) -> None:
    """Rule, reason and entries, open; each rule with how often it hit; the look on record before."""
    before = len(house.records)
    listed = run(house.signals.listed(officer(house), WEEK))
    (late,) = [one for one in listed.signals if one.rule == "out-of-hours"]
    assert (late.reason, late.entries, late.state) == ("outside working hours", (0,), "open")
    rates = {rate.rule: (rate.flagged, rate.looked_at) for rate in listed.rates}
    assert rates["out-of-hours"] == (1, before + 1)
    assert (house.records[before].kind, listed.receipt.index) == (RecordKind.OVERSIGHT, before)


def test_another_organisation_s_entries_raise_no_signal(house: House, her: SubjectId) -> None:
    """Utrecht's officer finds nothing of Harderwijk's."""
    assert found(house, "out-of-hours", caller=officer(house, partner="utrecht")) == []


def test_asking_without_relation_is_a_signal(house: House, her: SubjectId) -> None:
    """A refusal because no relation holds is put before the officer of who asked."""
    stranger = house.caller("utrecht", "gemeente_klantmanager", "u-1")
    with pytest.raises(DisclosureRefusedError):
        house.show(stranger, "P02", her)
    (signal,) = found(house, "no-relation", caller=officer(house, partner="utrecht"))
    assert signal.entries == (4,)


def test_her_own_dossier_and_a_shared_surname_are_signals(house: House) -> None:
    """Compared inside, within a case; postcode and surname in any spelling of spaces and case."""
    house.deliver(row(1), row(2, achternaam="van Dam"), row(3, bemiddelingspostcode4="9999"))
    house.forget()
    for number in (1, 2, 3):
        house.show(house.klantmanager, "P02", house.subject(number), "roepnaam")
    staff = [
        StaffMember("klantmanager-1", house.subject(1), "Van  dam", "9999"),
        StaffMember("someone-else", surname="Voorbeeld1"),
        StaffMember("no-names"),
    ]
    watched = replace(IN_CASE, staff=staff)
    (own,) = found(house, "own-record", watched)
    (near,) = found(house, "same-name-or-address", watched)
    assert own.entries == (0, 1)
    assert near.entries == (2, 3, 4, 5)


def test_a_shredded_person_shares_nothing(house: House, her: SubjectId) -> None:
    """Where the profile's key is gone nothing is compared, and nothing fails."""
    house.world.keys.destroy(her.bytes, "profile")
    staff = [StaffMember("klantmanager-1", surname="Voorbeeld1")]
    assert found(house, "same-name-or-address", replace(IN_CASE, staff=staff)) == []


def test_a_list_of_workers_needs_a_case(house: House, her: SubjectId) -> None:
    """Else an officer could try surnames until a pseudonym has a name."""
    staff = [StaffMember("klantmanager-1", surname="Voorbeeld1")]
    with pytest.raises(DisclosureRefusedError) as refused:
        found(house, "same-name-or-address", replace(WEEK, staff=staff))
    assert refused.value.reason is Reason.SECOND_PERSON_NEEDED


def late(house: House, verdict: Verdict = Verdict.JUSTIFIED) -> Opinion:
    """Have an opinion on the signal of Sunday."""
    (signal,) = found(house, "out-of-hours")
    return Opinion(signal.signal_id, verdict, NOTE)


def test_closing_takes_two_officers(house: House, her: SubjectId) -> None:
    """The first proposes, the second confirms, each on record with rule, verdict and reason."""
    opinion = late(house)
    proposed, _ = run(house.signals.judge(officer(house), WEEK, opinion))
    assert proposed.closed_at is None
    assert found(house, "out-of-hours")[0].state == "proposed"
    done, receipt = run(house.signals.judge(officer(house, "fg-2"), WEEK, opinion))
    assert (done.proposed_by, done.closed_by) == ("fg-1", "fg-2")
    assert found(house, "out-of-hours")[0].state == "closed"
    record = house.records[receipt.index]
    assert (record.kind, record.outcome) == (RecordKind.SIGNAL, "closed")
    assert record.detail == {
        "signal": str(opinion.signal_id),
        "rule": "out-of-hours",
        "verdict": "justified",
        "note": NOTE,
    }


def test_who_proposed_does_not_close(house: House, her: SubjectId) -> None:
    """The same officer again is refused, on record, and the signal stays proposed."""
    opinion = late(house)
    run(house.signals.judge(officer(house), WEEK, opinion))
    with pytest.raises(DisclosureRefusedError) as refused:
        run(house.signals.judge(officer(house), WEEK, opinion))
    assert refused.value.reason is Reason.SECOND_PERSON_NEEDED
    assert found(house, "out-of-hours")[0].state == "proposed"


def test_who_thinks_otherwise_proposes_hers(house: House, her: SubjectId) -> None:
    """Another verdict closes nothing: it takes the place of the proposal, and waits in its turn."""
    run(house.signals.judge(officer(house), WEEK, late(house)))
    breach = late(house, Verdict.BREACH)
    other, _ = run(house.signals.judge(officer(house, "fg-2"), WEEK, breach))
    assert (other.closed_at, other.proposed_by) == (None, "fg-2")
    done, _ = run(house.signals.judge(officer(house), WEEK, breach))
    assert (done.verdict, done.closed_by) == (Verdict.BREACH, "fg-1")


def test_a_closed_signal_stays_closed_in_another_period(house: House, her: SubjectId) -> None:
    """Looked at over fewer days the same entries are the same signal, and are not judged again."""
    opinion = late(house)
    for actor in ("fg-1", "fg-2"):
        run(house.signals.judge(officer(house, actor), WEEK, opinion))
    day = Watched(Inquiry(Filters(NOON - 2 * DAY, NOON)))
    assert [one.state for one in found(house, "out-of-hours", day)] == ["closed"]
    with pytest.raises(InvalidRequestError, match="signaal"):
        run(house.signals.judge(officer(house, "fg-3"), WEEK, opinion))


def test_only_what_the_rules_find_is_judged(house: House, her: SubjectId) -> None:
    """An invented signal, or that of another organisation, is not open."""
    for caller, signal in (
        (officer(house), UUID(int=7)),
        (officer(house, partner="utrecht"), late(house).signal_id),
    ):
        opinion = Opinion(signal, Verdict.JUSTIFIED, NOTE)
        with pytest.raises(InvalidRequestError, match="signaal"):
            run(house.signals.judge(caller, WEEK, opinion))


def test_the_authority_sees_but_does_not_judge(house: House, her: SubjectId) -> None:
    """A verdict is the organisation's own."""
    authority = house.caller("ap", "autoriteit_persoonsgegevens", "ap-1")
    assert found(house, "out-of-hours", IN_CASE, authority)
    with pytest.raises(DisclosureRefusedError) as refused:
        run(house.signals.judge(authority, IN_CASE, late(house)))
    assert refused.value.reason is Reason.ACTOR_NOT_ALLOWED


@pytest.mark.parametrize("note", ["kort", "Het nummer is 999990019, dat van haar."])
def test_a_note_says_why_and_names_no_one(house: House, her: SubjectId, note: str) -> None:
    """Too short, or with someone's number, it is refused by name."""
    with pytest.raises(InvalidRequestError, match="toelichting"):
        run(house.signals.judge(officer(house), WEEK, replace(late(house), note=note)))


def test_two_officers_at_once_close_it_once(house: House, her: SubjectId) -> None:
    """Who comes second, on a signal that was closed meanwhile, hears that the situation changed."""
    opinion = late(house)
    run(house.signals.judge(officer(house), WEEK, opinion))

    def meanwhile() -> None:
        run_in_between(house, opinion)

    house.ledger.before.append(meanwhile)
    with pytest.raises(LedgerUnavailableError):
        run(house.signals.judge(officer(house, "fg-3"), WEEK, opinion))


def run_in_between(house: House, opinion: Opinion) -> None:
    """Let another officer's verdict commit first."""
    known = house.world.signals[opinion.signal_id]
    house.world.signals[opinion.signal_id] = replace(known, closed_at=NOON, closed_by=None)


def test_who_cannot_be_read_keeps_no_signal_back(house: House) -> None:
    """She is compared with nobody, counted in the answer and on record; the others are compared."""
    house.deliver(row(1), row(2))
    lost, other = house.subject(1), house.subject(2)
    house.forget()
    for subject in (lost, other):
        house.show(house.klantmanager, "P02", subject, "roepnaam")
    house.lose_key(lost)
    staff = [StaffMember("klantmanager-1", surname="Voorbeeld2")]
    listed = run(house.signals.listed(officer(house), replace(IN_CASE, staff=staff)))
    (near,) = [one for one in listed.signals if one.rule == "same-name-or-address"]
    assert (near.entries, listed.unreadable) == ((2, 3), 1)
    failed = house.records[-1]
    assert (failed.subject, failed.detail) == (lost, {"why": "UNREADABLE_VALUE"})
