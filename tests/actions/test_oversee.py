"""Oversight: one's own organisation's entries, by pseudonym, and every look on record."""

from uuid import UUID

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.oversee import Inquiry, Overview
from gateway.actions.rectify import Complaint
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import SubjectId
from gateway.domain.logbook import Filters, LoggedEvent
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from tests.actions.house import House, run

CASE = "AVG15-2026-0042"


def officer(house: House, partner: str = "harderwijk") -> Caller:
    """Return a privacy officer."""
    return house.caller(partner, "privacy_officer", "fg-1")


def authority(house: House) -> Caller:
    """Return the supervisory authority."""
    return house.caller("ap", "autoriteit_persoonsgegevens", "ap-1")


def look(house: House, caller: Caller, **inquiry: object) -> Overview:
    """Search the log."""
    return run(house.oversee.search(caller, Inquiry(**inquiry)))  # type: ignore[arg-type]  # a test names what differs


def events(overview: Overview) -> list[LoggedEvent]:
    """Return the entries shown."""
    return [seen.event for seen in overview.entries]


@pytest.fixture(name="her")
def fixture_her(house: House) -> SubjectId:
    """Someone whose name Harderwijk saw, whom Utrecht was refused, and who agreed at COA's desk."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    utrecht = house.caller("utrecht", "gemeente_klantmanager", "klantmanager-2")
    with pytest.raises(DisclosureRefusedError):
        house.show(utrecht, "P02", subject, "roepnaam")
    house.consent(subject, "P05")
    return subject


def test_an_officer_sees_her_own_organisation_only(house: House, her: SubjectId) -> None:
    """Harderwijk's officer sees what Harderwijk was shown, and her own look-up; no one else's."""
    shown = events(look(house, officer(house)))
    assert {event.recipient for event in shown} == {house.klantmanager.partner.oin}
    assert [event.kind for event in shown] == [
        RecordKind.OVERSIGHT,
        RecordKind.OUTCOME,
        RecordKind.INTENT,
    ]
    assert shown[-1].told is not None
    assert shown[-1].told.fields == ("roepnaam",)


def test_the_officer_of_coa_sees_the_desks_too(house: House, her: SubjectId) -> None:
    """What residents and sources brought to COA's desks is hers, whoever recorded it."""
    resident = house.caller("betrokkene", "betrokkene", "zij")
    herself = Caller(resident.partner, resident.role, resident.actor, subject=her)
    run(house.inspect.say_not_right(herself, Complaint(None, "Mijn naam klopt niet.")))
    kinds = {event.kind for event in events(look(house, officer(house, "coa")))}
    assert {RecordKind.CONSENT, RecordKind.RECTIFICATION} <= kinds
    assert not kinds & {RecordKind.INTENT, RecordKind.DENIED}
    other = {event.kind for event in events(look(house, officer(house)))}
    assert not other & {RecordKind.CONSENT, RecordKind.RECTIFICATION}


def test_a_pseudonym_is_one_person_in_one_organisation(house: House, her: SubjectId) -> None:
    """The same person has one name in a log, another in another's, and never her reference."""
    filters = Filters(kind=RecordKind.INTENT)
    (ours,) = look(house, officer(house), filters=filters).entries
    everyone = look(house, authority(house), case=CASE, filters=filters).entries
    reference = house.pseudonyms.reference(house.klantmanager.partner.oin, her)
    assert len({ours.pseudonym, everyone[0].pseudonym, reference, her}) == 4


def test_each_look_is_on_record_with_the_names_of_its_filters(house: House, her: SubjectId) -> None:
    """The entry says which filters were set and where one went on, never what was typed."""
    house.forget()
    inquiry = {"filters": Filters(actor="klantmanager-1", outcome="sent"), "before": 40}
    overview = look(house, officer(house), **inquiry)
    (record,) = house.records
    assert (record.kind, record.outcome) == (RecordKind.OVERSIGHT, "entries")
    assert record.detail == {"filters": "outcome,actor", "below": 40}
    assert (record.actor, record.subject) == ("fg-1", None)
    assert overview.receipt.event_id == record.event_id


def test_nothing_is_shown_that_is_not_on_record(house: House, her: SubjectId) -> None:
    """When the log cannot take the look-up, there is no answer."""
    house.inner.lose = 1
    with pytest.raises(LedgerUnavailableError):
        look(house, officer(house))


def test_naming_a_person_needs_a_case(house: House, her: SubjectId) -> None:
    """Without a case number a second person must approve; the refusal is about the person named."""
    house.forget()
    with pytest.raises(DisclosureRefusedError) as refused:
        look(house, officer(house), subject=her)
    assert refused.value.reason is Reason.SECOND_PERSON_NEEDED
    assert not refused.value.decision.hidden
    (record,) = house.records
    assert (record.kind, record.subject) == (RecordKind.DENIED, her)
    assert record.reason == Reason.SECOND_PERSON_NEEDED


def test_within_a_case_a_person_is_found_and_the_look_is_hers_to_know(
    house: House, her: SubjectId
) -> None:
    """The officer finds her organisation's entries about the person; the look-up counts among hers."""
    other = house.person(2)
    subject = house.subject(1)
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    house.show(house.klantmanager, "P02", other, "roepnaam")
    overview = look(house, officer(house), subject=subject, case=CASE)
    kinds = [event.kind.value for event in events(overview)]
    assert kinds == ["oversight", "disclosure.outcome", "disclosure.intent"]
    assert len({seen.pseudonym for seen in overview.entries}) == 1
    look_up = house.records[-1]
    assert (look_up.subject, look_up.detail["case"]) == (subject, CASE)


def test_someone_nobody_knows_is_no_one_in_the_log(house: House, her: SubjectId) -> None:
    """An invented person is found nowhere, and the look-up names nobody."""
    house.forget()
    overview = look(house, officer(house), subject=SubjectId(UUID(int=7)), case=CASE)
    assert overview.entries == ()
    assert house.records[-1].subject is None


@pytest.mark.parametrize("case", ["", "AVG16-2026-001", "AVG15-2026-1", "zaak van mevrouw X", "٣"])
def test_a_case_number_has_its_form(house: House, her: SubjectId, case: str) -> None:
    """What is no number of an article 15 or 33 case is refused, and never repeated."""
    with pytest.raises(InvalidRequestError) as refused:
        look(house, officer(house), subject=her, case=case)
    assert refused.value.field == "zaaknummer"
    assert not case or case not in refused.value.why


def test_the_authority_sees_all_within_a_case_and_nothing_without(
    house: House, her: SubjectId
) -> None:
    """On request only (GDPR art. 58): with a case number every organisation's entries."""
    with pytest.raises(DisclosureRefusedError) as refused:
        look(house, authority(house))
    assert refused.value.reason is Reason.SECOND_PERSON_NEEDED
    with pytest.raises(DisclosureRefusedError):
        run(house.oversee.proof(authority(house), 0, Inquiry()))
    shown = events(look(house, authority(house), case=CASE))
    assert [event.index for event in shown] == list(reversed(range(len(house.records))))
    assert {RecordKind.INTENT, RecordKind.DENIED, RecordKind.CONSENT} <= {e.kind for e in shown}


@pytest.mark.parametrize(
    ("partner", "role"), [("harderwijk", "gemeente_klantmanager"), ("coa", "coa_casemanager")]
)
def test_no_other_role_reads_the_log(house: House, her: SubjectId, partner: str, role: str) -> None:
    """Whoever works with residents is refused, and that is on record."""
    worker = house.caller(partner, role)
    for work in (
        house.oversee.search(worker, Inquiry(case=CASE)),
        house.oversee.proof(worker, 0, Inquiry(case=CASE)),
    ):
        with pytest.raises(DisclosureRefusedError):
            run(work)
        assert house.records[-1].kind is RecordKind.DENIED


def test_pages_hold_fifty_and_go_on(house: House) -> None:
    """The cursor leads through all of it, also within what is about one person."""
    subject = house.person(1)
    for _ in range(30):
        house.show(house.klantmanager, "P02", subject, "roepnaam")
    for about in (None, subject):
        first = look(house, officer(house), subject=about, case=CASE)
        assert len(first.entries) == 50
        second = look(house, officer(house), subject=about, case=CASE, before=first.onward)
        indexes = [event.index for event in (*events(first), *events(second))]
        assert indexes == sorted(set(indexes), reverse=True)
        assert second.onward is None
        assert len(indexes) >= 60


def test_what_is_erased_is_shown_as_such(house: House, her: SubjectId) -> None:
    """The leaf remains; who and why are gone."""
    house.log.erased.add(her)
    (intent,) = events(look(house, officer(house), filters=Filters(kind=RecordKind.INTENT)))
    assert (intent.told, intent.outcome) == (None, "granted")
    assert not events(look(house, officer(house), filters=Filters(actor="klantmanager-1")))


def test_a_proof_is_for_ones_own_entries(house: House, her: SubjectId) -> None:
    """Of another's entry, as of one that is not there, there is no proof; each try is on record."""
    own = next(r for r in house.records if r.kind is RecordKind.INTENT)
    theirs = next(r for r in house.records if r.kind is RecordKind.DENIED)
    index = house.records.index(own)
    proven = run(house.oversee.proof(officer(house), index, Inquiry()))
    assert proven is not None
    assert proven.index == index
    assert house.records[-1].detail == {"filters": "", "entry": index}
    for other in (house.records.index(theirs), 10_000):
        assert run(house.oversee.proof(officer(house), other, Inquiry())) is None
        assert house.records[-1].detail["entry"] == other


def test_the_register_is_the_catalogue_in_force(house: House) -> None:
    """Every rule stands in it with its basis, its data by class, its recipients and its source."""
    activities = house.oversee.activities()
    assert [one.purpose for one in activities] == list(house.gate.matrix.purposes())
    rules = [rule for one in activities for rule in one.rules]
    assert {rule.rule.rule_id for rule in rules} == {
        rule.rule_id for purpose in house.gate.matrix.purposes() for rule in purpose.rules
    }
    for registered in rules:
        named = [name for names in registered.categories.values() for name in names]
        assert sorted(named) == sorted(registered.rule.fields)
        assert list(registered.categories) == sorted(registered.categories)
    handover = next(r for r in rules if r.rule.rule_id == "P02-gemeente_klantmanager")
    assert {one.slug for one in handover.recipients} == {"harderwijk", "utrecht"}
