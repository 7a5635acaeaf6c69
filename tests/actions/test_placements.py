"""An agency records work of whom it introduced: on her consent, opening nothing, gone when she says so."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.placements import Standing
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller
from gateway.domain.placements import Care, Contract, EndReason, Going, Job, Need
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from gateway.domain.relations import RelationKind
from tests.actions.house import AGENCY, DAY, MINUTE, NOON, House, run
from tests.fakes.format import Lines
from tests.fakes.work_file import WorkFile

TODAY: Final = NOON.date()
JOB: Final = Job(None, TODAY, 32, Contract.UITZEND_A)
CARE: Final = Care(TODAY, Going.AANDACHT, (Need.TAAL,))
Deed = Callable[[House, Caller, SubjectId], Coroutine[Any, Any, object]]


async def read(house: House, who: Caller, subject: SubjectId) -> Standing:
    """Read the page of someone's work."""
    kept: list[Standing] = []

    def layout(standing: Standing) -> Lines:
        kept.append(standing)
        return Lines()

    async with house.placements.one(who, subject, layout) as released:
        assert b"".join(released.chunks)
    return kept[0]


DEEDS: Final[dict[str, Deed]] = {
    "place": lambda house, who, her: house.placements.place(who, her, JOB),
    "end": lambda house, who, her: house.placements.end(who, her, TODAY, EndReason.TWV),
    "care": lambda house, who, her: house.placements.care(who, her, (CARE, ""), None),
    "read": read,
}


def offered(house: House, *purposes: str) -> SubjectId:
    """Make someone who agreed to be introduced, with an offer on record."""
    subject = house.person(1)
    for purpose in ("P05", *purposes):
        house.consent(subject, purpose)
    house.relate(subject, RelationKind.AANBOD, AGENCY)
    house.clock.wait(MINUTE)
    house.forget()
    return subject


def placed(house: House, *purposes: str) -> SubjectId:
    """Make someone of whom both COA and the agency recorded a placement."""
    subject = offered(house, *purposes)
    house.relate(subject, RelationKind.GEPLAATST, AGENCY)
    house.clock.wait(MINUTE)
    run(house.placements.place(house.matcher, subject, JOB))
    house.forget()
    return subject


def test_a_placement_is_recorded_and_ended_once(house: House) -> None:
    """Under entries that name her and tell codes; a second beside it, and a second end, are refused."""
    subject = offered(house)
    first = run(house.placements.place(house.matcher, subject, JOB, "k"))
    assert run(house.placements.place(house.matcher, subject, JOB, "k")) == first
    with pytest.raises(InvalidRequestError, match="runs already"):
        run(house.placements.place(house.matcher, subject, JOB))
    run(house.placements.end(house.matcher, subject, TODAY, EndReason.VERHUIZING))
    with pytest.raises(InvalidRequestError, match="nothing to end"):
        run(house.placements.end(house.matcher, subject, TODAY, EndReason.VERHUIZING))
    assert [one.outcome for one in house.records] == ["placed", "ended"]
    assert {one.subject for one in house.records} == {subject}
    found = run(read(house, house.matcher, subject)).work
    assert [(one.job, one.why) for one in found.placements] == [(JOB, EndReason.VERHUIZING)]


def test_what_ended_goes_after_three_months(house: House) -> None:
    """On the day, contacts included, under an entry about her; what runs with another stays."""
    subject = placed(house, "P08")
    run(house.placements.care(house.matcher, subject, (CARE, ""), None))
    run(house.placements.end(house.matcher, subject, TODAY, EndReason.CONTRACT))
    house.clock.wait(date(2026, 6, 1) - TODAY)
    assert run(house.retain(house.casemanager)).placements == 0
    house.forget()
    house.clock.wait(DAY)
    assert run(house.retain(house.casemanager)).placements == 1
    (gone,) = [one for one in house.records if one.kind is RecordKind.PLACEMENT]
    assert (gone.outcome, gone.subject) == ("term passed", subject)
    assert house.world.work == WorkFile()
    assert run(house.retain(house.casemanager)).placements == 0


def test_a_record_opens_nothing(house: House) -> None:
    """After it the permit and aftercare are refused as before: their stages are COA's to record."""
    subject = offered(house, "P08")
    run(house.placements.place(house.matcher, subject, JOB))
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(house.matcher, "P08", subject)
    assert refusal.value.reason is Reason.STAGE_NOT_REACHED


def test_without_an_offer_nothing_is_recorded(house: House) -> None:
    """An introduction alone is no work."""
    subject = house.person(1)
    house.consent(subject, "P05")
    house.clock.wait(MINUTE)
    with pytest.raises(InvalidRequestError, match="an offer"):
        run(house.placements.place(house.matcher, subject, JOB))
    assert house.world.work == WorkFile()


@pytest.mark.parametrize(
    ("job", "member"),
    [
        (replace(JOB, hours=0), "uren"),
        (replace(JOB, hours=61), "uren"),
        (replace(JOB, start=TODAY + timedelta(days=400)), "start"),
        (replace(JOB, start=date(1990, 1, 1)), "start"),
    ],
)
def test_an_unlikely_job_is_refused(house: House, job: Job, member: str) -> None:
    """The member is named, and nothing is kept."""
    with pytest.raises(InvalidRequestError) as refused:
        run(house.placements.place(house.matcher, offered(house), job))
    assert refused.value.field == member
    assert house.world.work == WorkFile()


def test_contact_is_recorded_while_she_agrees_to_aftercare(house: House) -> None:
    """How it goes is a code; the note stands in the sealed entry, and is read beside it."""
    subject = placed(house, "P08")
    run(house.placements.care(house.matcher, subject, (CARE, "Zij fietst nu."), "k"))
    run(house.placements.care(house.matcher, subject, (CARE, "Zij fietst nu."), "k"))
    (entry,) = house.records
    assert (entry.kind, entry.outcome) == (RecordKind.PLACEMENT, "contact")
    assert entry.detail == {"going": "aandacht", "words": "Zij fietst nu."}
    standing = run(read(house, house.matcher, subject))
    (contact,) = standing.work.contacts
    assert (contact.care, standing.words) == (CARE, {contact.contact_id: "Zij fietst nu."})


def test_a_note_of_a_special_category_is_not_taken(house: House) -> None:
    """Nothing of it is kept, in the log either."""
    subject = placed(house, "P08")
    with pytest.raises(InvalidRequestError, match="special category"):
        run(house.placements.care(house.matcher, subject, (CARE, "Zij is zwanger."), None))
    assert house.records == []


def test_contact_needs_her_consent_to_aftercare(house: House) -> None:
    """Placed without that consent she is refused, on record."""
    subject = placed(house)
    with pytest.raises(DisclosureRefusedError):
        run(house.placements.care(house.matcher, subject, (CARE, ""), None))
    assert [one.kind for one in house.records] == [RecordKind.DENIED]


@pytest.mark.parametrize("deed", DEEDS)
def test_only_an_agency_she_agreed_to_may(house: House, deed: str) -> None:
    """An employer, her municipality and COA are refused on record; nothing is kept."""
    subject = offered(house)
    for who in (
        house.caller("werkgever", "werkgever"),
        house.klantmanager,
        house.casemanager,
        house.caller("uitzendbureau", "werkgever"),
    ):
        with pytest.raises(DisclosureRefusedError):
            run(DEEDS[deed](house, who, subject))
    assert {one.kind for one in house.records} == {RecordKind.DENIED}
    assert house.world.work == WorkFile()


@pytest.mark.parametrize("deed", DEEDS)
def test_who_withdrew_is_unknown(house: House, deed: str) -> None:
    """Once her consent ended, reading and recording are refused at once."""
    subject = house.person(1)
    given = house.consent(subject, "P05")
    house.relate(subject, RelationKind.AANBOD, AGENCY)
    house.clock.wait(MINUTE)
    run(house.placements.place(house.matcher, subject, JOB))
    run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
    with pytest.raises(DisclosureRefusedError):
        run(DEEDS[deed](house, house.matcher, subject))


def test_withdrawal_is_a_task_whose_end_deletes_the_record(house: House) -> None:
    """The notice waits; when the agency confirms, what it recorded here is gone in the same entry."""
    subject = house.person(1)
    given = house.consent(subject, "P05")
    house.relate(subject, RelationKind.AANBOD, AGENCY)
    house.clock.wait(MINUTE)
    run(house.placements.place(house.matcher, subject, JOB))
    house.clock.wait(DAY)
    run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
    assert house.world.work.placements
    (state,) = house.world.notices.values()
    run(house.notices.confirm(house.matcher, state.notice.notice_id))
    assert house.world.work == WorkFile()
