"""What every ledger takes of the daily round: revised profiles, closed purposes, terms that passed."""

import asyncio
from uuid import uuid4

from gateway.domain.changes import (
    ClosePurposes,
    DropQuarantine,
    QuarantineRow,
    ReviseProfile,
    RuleFacts,
)
from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import PurposeCode, SubjectId
from gateway.domain.ports import Rejected
from gateway.domain.quarantine import ReleaseHeld
from gateway.domain.records import Receipt
from tests.contracts.bodies import AGENCIES, DAY, NOON, Body, agreed, held, subject_id

TERM, OTHER = b"0123456789abcdef", b"fedcba9876543210"
P01, P02 = PurposeCode("P01_x"), PurposeCode("P02_y")


def revised(subject: SubjectId, version: int = 2) -> ReviseProfile:
    """Revise a profile a day later."""
    facts = RuleFacts(doelgroep="statushouder", held=0b10)
    return ReviseProfile(subject, version, NOON + DAY, 0b100, b"fresh", facts, held(subject, OTHER))


def test_a_revision_is_the_next_version_of_the_same_delivery(body: Body) -> None:
    """New parts, facts and terms; the as-of day and digest by which a delivery is known stay."""
    subject = body.person(terms=(TERM,))
    body.change(subject, agreed(subject, uuid4(), TERM))
    epoch = body.epoch(subject)
    assert isinstance(body.change(subject, revised(subject), at=NOON + DAY), Receipt)
    dossier = body.load(subject)
    assert dossier.profile is not None
    assert (dossier.profile.version, dossier.profile.parts) == (2, b"fresh")
    assert (dossier.situation.doelgroep, dossier.situation.held) == ("statushouder", 0b10)
    assert [(one.version, one.changed) for one in dossier.situation.versions][-1] == (2, 0b100)
    assert dossier.situation.epoch > epoch
    tag = body.version(subject).v_tag
    stored = asyncio.run(body.subjects.stored([tag]))[tag]
    first = body.version(subject)
    assert (stored.version, stored.as_of, stored.content) == (2, first.as_of, first.content)
    found = [
        asyncio.run(body.candidates.find(Wanted([[term]], [AGENCIES], NOON + DAY, 9)))
        for term in (TERM, OTHER)
    ]
    assert [list(one) for one in found] == [[], [subject]]


def test_a_revision_of_another_version_is_refused(body: Body) -> None:
    """Whoever stored a version first wins; nobody unknown is revised."""
    subject = body.person()
    for change in (revised(subject, 3), revised(subject, 1), revised(subject_id(9))):
        assert isinstance(body.change(subject, change), Rejected)
    delivered = body.version(subject, 2)
    assert isinstance(body.change(subject, delivered), Receipt)
    assert isinstance(body.change(subject, revised(subject)), Rejected)


def test_purposes_close_and_open_as_a_whole(body: Body) -> None:
    """What is written takes the place of what stood there, and voids earlier decisions."""
    subject = body.person()
    epochs = [body.epoch(subject)]
    for closed in (((P01, NOON), (P02, NOON + DAY)), ((P02, NOON),), ()):
        body.change(subject, ClosePurposes(subject, closed))
        assert body.load(subject).situation.closed == closed
        epochs.append(body.epoch(subject))
    assert epochs == sorted(set(epochs))
    stranger = subject_id(9)
    assert isinstance(body.change(None, ClosePurposes(stranger, ())), Rejected)


def test_rows_past_their_term_are_dropped(body: Body) -> None:
    """What came in before the moment is gone, and what came in later is still there."""
    delivery = body.delivery()
    rows = [QuarantineRow(delivery, n, NOON + n * DAY, ("x",), b"sealed") for n in (1, 2)]
    for row in rows:
        body.change(None, row)
    assert isinstance(body.change(None, DropQuarantine(NOON + 2 * DAY)), Receipt)
    answers = [body.change(None, row) for row in rows]
    assert [isinstance(answer, Receipt) for answer in answers] == [True, False]


def test_what_is_held_is_let_through_once(body: Body) -> None:
    """Nothing is held any more and earlier decisions are void; where nothing is held, it is refused."""
    subject = body.person(facts=RuleFacts(held=1 << 150 | 1))
    epoch = body.epoch(subject)
    assert isinstance(body.change(subject, ReleaseHeld(subject)), Receipt)
    assert (body.load(subject).situation.held, body.epoch(subject)) == (0, epoch + 1)
    assert isinstance(body.change(subject, ReleaseHeld(subject)), Rejected)
    stranger = subject_id(9)
    assert isinstance(body.change(stranger, ReleaseHeld(stranger)), Rejected)


def test_everyone_is_listed_page_by_page(body: Body) -> None:
    """In order of id, each once, related to someone or not."""
    people = [body.person(number) for number in (3, 1, 2)]
    first = asyncio.run(body.subjects.everyone(None, 2))
    rest = asyncio.run(body.subjects.everyone(first[-1], 2))
    assert [*first, *rest] == sorted(people)
    assert list(asyncio.run(body.subjects.everyone(rest[-1], 2))) == []
