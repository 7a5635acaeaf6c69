"""Every body of the port Placements keeps this law."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import uuid4

from gateway.domain.identifiers import ActorId, Oin, SubjectId
from gateway.domain.placements import (
    Care,
    Contact,
    Contract,
    EndPlacement,
    EndReason,
    ForgetPlacement,
    ForgetWork,
    Going,
    Job,
    Need,
    Placement,
    PlacementChange,
    RecordContact,
    RecordPlacement,
    Work,
)
from gateway.domain.records import Receipt
from tests.contracts.bodies import DAY, NOON, Body, subject_id

OURS, OTHER = Oin("00000099000000004000"), Oin("00000099000000004001")
NOOR: Final = ActorId("noor")
JOB: Final = Job(None, date(2026, 3, 9), 32, Contract.UITZEND_A)
CARE: Final = Care(date(2026, 3, 16), Going.AANDACHT, (Need.TAAL, Need.VERVOER))


def placement(subject: SubjectId, agency: Oin = OURS) -> Placement:
    """Make a placement."""
    return Placement(uuid4(), subject, agency, JOB, NOON, NOOR)


def holds(body: Body, subject: SubjectId, change: PlacementChange) -> bool:
    """Tell whether a change was taken."""
    return isinstance(body.change(subject, change), Receipt)


def work(body: Body, subject: SubjectId, agency: Oin = OURS) -> Work | None:
    """Read what an agency recorded."""
    return asyncio.run(body.placements.of(agency, [subject])).get(subject)


def test_work_is_read_back_as_it_was_recorded(body: Body) -> None:
    """Placement and contacts by agency and person; of others, and of nobody, there is nothing."""
    subject, stranger = body.person(1), body.person(2)
    employer = Oin("00000099000000005000")
    one = replace(placement(subject), job=replace(JOB, employer=employer))
    told = Contact(uuid4(), one, CARE, NOON + DAY, NOOR)
    earlier = Contact(uuid4(), one, replace(CARE, day=date(2026, 3, 10), needs=()), NOON, NOOR)
    for change in (RecordPlacement(one), RecordContact(told), RecordContact(earlier)):
        assert holds(body, subject, change)
    assert work(body, subject) == Work((one,), (earlier, told))
    assert work(body, subject, OTHER) is None
    assert work(body, stranger) is None
    assert asyncio.run(body.placements.of(OURS, [])) == {}


def test_one_placement_runs_at_a_time_and_ends_once(body: Body) -> None:
    """With another agency another may run; what ended gives way to a next."""
    subject = body.person(1)
    first, second = placement(subject), replace(placement(subject), at=NOON + DAY)
    assert holds(body, subject, RecordPlacement(first))
    assert not holds(body, subject, RecordPlacement(second))
    assert holds(body, subject, RecordPlacement(placement(subject, OTHER)))
    ended = replace(first, ended=date(2026, 4, 1), why=EndReason.TWV)
    assert not holds(body, subject, EndPlacement(replace(ended, agency=OTHER)))
    assert holds(body, subject, EndPlacement(ended))
    assert not holds(body, subject, EndPlacement(ended))
    assert holds(body, subject, RecordPlacement(second))
    assert work(body, subject) == Work((ended, second))


def test_what_an_agency_recorded_is_forgotten_together(body: Body) -> None:
    """Its placements and contacts about her go; another's, and those of others, stay."""
    people = [body.person(1), body.person(2)]
    ours, others = [placement(one) for one in people], placement(people[0], OTHER)
    for one in (*ours, others):
        assert holds(body, one.subject, RecordPlacement(one))
        told = Contact(uuid4(), one, CARE, NOON, NOOR)
        assert holds(body, one.subject, RecordContact(told))
    assert holds(body, people[0], ForgetWork(people[0], OURS))
    assert work(body, people[0]) is None
    for found in (work(body, people[1]), work(body, people[0], OTHER)):
        assert found is not None
        assert (len(found.placements), len(found.contacts)) == (1, 1)


def test_what_ended_is_listed_by_its_day_and_goes_with_its_contacts(body: Body) -> None:
    """With whichever agency; what runs is neither listed nor deleted."""
    people = [body.person(1), body.person(2)]
    ended, runs = placement(people[0], OTHER), placement(people[1])
    for one in (ended, runs):
        assert holds(body, one.subject, RecordPlacement(one))
        assert holds(body, one.subject, RecordContact(Contact(uuid4(), one, CARE, NOON, NOOR)))
    ended = replace(ended, ended=date(2026, 4, 1), why=EndReason.CONTRACT)
    assert holds(body, people[0], EndPlacement(ended))
    assert asyncio.run(body.placements.ended(date(2026, 3, 31))) == []
    assert asyncio.run(body.placements.ended(date(2026, 4, 1))) == [ended]
    assert not holds(body, people[1], ForgetPlacement(runs))
    assert holds(body, people[0], ForgetPlacement(ended))
    assert not holds(body, people[0], ForgetPlacement(ended))
    assert work(body, people[0], OTHER) is None
    assert work(body, people[1]) is not None


def test_nothing_is_recorded_of_a_stranger_or_of_no_placement(body: Body) -> None:
    """A subject that is not known has no work, and a contact needs a placement."""
    stranger = placement(subject_id(9))
    assert not isinstance(body.change(None, RecordPlacement(stranger)), Receipt)
    subject = body.person(1)
    loose = Contact(uuid4(), placement(subject), CARE, NOON, NOOR)
    assert not holds(body, subject, RecordContact(loose))
