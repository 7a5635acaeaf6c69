"""Extracts: evidence within a case, opened for who answers for it; events by pseudonym."""

from uuid import UUID

import pytest

from gateway.actions.extract import Chosen
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.oversee import Inquiry
from gateway.actions.rectify import Complaint
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.logbook import Filters
from gateway.domain.partners import Caller
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import SeenEntry
from tests.actions.house import DAY, NOON, House, run

CASE = "AVG15-2026-0001"
AROUND = Filters(NOON - DAY, NOON + DAY)


def officer(house: House, partner: str = "harderwijk") -> Caller:
    """Return a privacy officer."""
    return house.caller(partner, "privacy_officer", "fg-1")


def herself(house: House, subject: SubjectId) -> Caller:
    """Return a resident."""
    caller = house.caller("betrokkene", "betrokkene", "zelf")
    return Caller(caller.partner, caller.role, caller.actor, subject=subject)


@pytest.fixture(name="her")
def fixture_her(house: House) -> SubjectId:
    """Someone disclosed to the municipality, who also says that something is not right."""
    subject, other = house.people(2)
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    house.show(house.klantmanager, "P02", other, "roepnaam")
    run(
        house.inspect.say_not_right(
            herself(house, subject), Complaint(FieldName("roepnaam"), "Nee.")
        )
    )
    return subject


def taken(house: House, caller: Caller, chosen: Chosen) -> str:
    """Take evidence: which entries, and which of them opened."""
    bundle = run(house.extract.evidence(caller, chosen))
    return bundle.files["evidence.json"].decode()


def test_evidence_about_a_person_holds_one_s_own_entries(house: House, her: SubjectId) -> None:
    """Hers alone, of this organisation, after the look is on record; payloads stay shut."""
    before = len(house.records)
    assert taken(house, officer(house), Chosen(Inquiry(subject=her, case=CASE))) == "[0, 1, 5] []"
    record = house.records[before]
    assert (record.kind, record.outcome, record.subject) == (RecordKind.OVERSIGHT, "evidence", her)
    assert record.detail["case"] == CASE


def test_coa_s_officer_sees_payloads_but_not_a_resident_s_own_words(
    house: House, her: SubjectId
) -> None:
    """She answers for the residents; what a resident wrote is proven, and stays shut."""
    found = taken(house, officer(house, "coa"), Chosen(Inquiry(subject=her, case=CASE)))
    assert found == "[4, 5] [5]"


def test_the_authority_sees_all_of_a_case(house: House, her: SubjectId) -> None:
    """All organisations' entries of the period."""
    authority = house.caller("ap", "autoriteit_persoonsgegevens", "ap-1")
    found = taken(house, authority, Chosen(Inquiry(AROUND, case=CASE)))
    assert found == "[0, 1, 2, 3, 4, 5] [0, 1, 2, 3, 5]"


def test_evidence_of_one_disclosure_is_its_intent_and_outcome(house: House, her: SubjectId) -> None:
    """By the event id on the receipt; an unknown id and another's are answered alike."""
    intent = house.records[2].event_id
    chosen = Chosen(Inquiry(case=CASE), intent)
    assert taken(house, officer(house), chosen) == "[2, 3] []"
    errors = []
    for caller, event in ((officer(house, "utrecht"), intent), (officer(house), UUID(int=7))):
        with pytest.raises(InvalidRequestError) as caught:
            taken(house, caller, Chosen(Inquiry(case=CASE), event))
        errors.append(str(caught.value))
    assert errors == ["selectie: holds no entry"] * 2


def test_evidence_needs_a_case(house: House, her: SubjectId) -> None:
    """A period names people too, since payloads do."""
    for inquiry in (Inquiry(AROUND), Inquiry(subject=her)):
        with pytest.raises(DisclosureRefusedError):
            taken(house, officer(house, "coa"), Chosen(inquiry))


def test_who_runs_the_gate_takes_all_about_a_person(house: House, her: SubjectId) -> None:
    """For herself or a court: every organisation's entries, opened; on record without a caller."""
    bundle = run(house.extract.evidence_here(Chosen(Inquiry(subject=her))))
    assert bundle.files["evidence.json"] == b"[0, 1, 4, 5] [0, 1, 4, 5]"
    record = house.records[bundle.receipt.index]
    assert (record.kind, record.recipient, record.role) == (RecordKind.OVERSIGHT, None, "operator")


def test_events_are_one_s_own_by_pseudonym(house: House, her: SubjectId) -> None:
    """In order, with the look-up itself last, and under the names of her own log."""
    caller = officer(house)
    opened = run(house.extract.events(caller, Inquiry(AROUND)))

    async def all_of() -> list[SeenEntry]:
        return [one async for one in opened.entries]

    found = run(all_of())
    assert [one.event.index for one in found] == [0, 1, 2, 3, 5]
    pseudonym = house.oversee.pseudonym(caller, house.archive.tag(her))
    assert [one.pseudonym == pseudonym for one in found] == [True, True, False, False, False]
    assert found[-1].event.index == opened.receipt.index
