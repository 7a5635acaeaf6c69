"""Every body of the port Withholdings, and what the ledger takes of restrictions and shields."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from gateway.domain.changes import Change, LiftWithholding, SearchAs, Shield, Unshield, Withhold
from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import Rejected, WithholdingState
from gateway.domain.records import Receipt
from gateway.domain.subjects import Withholding, WithholdingKind
from tests.contracts.bodies import AGENCIES, DAY, NOON, SEARCH, Body, agreed, held, subject_id

TERM = b"0123456789abcdef"


def withhold(subject: SubjectId, withholding_id: UUID, fields: int = 0b101) -> Withhold:
    """Restrict two fields for searching."""
    kind = WithholdingKind.RESTRICTED
    one = Withholding(kind, fields, frozenset({SEARCH}), NOON)
    return Withhold(subject, withholding_id, one)


def test_a_withholding_is_read_with_the_subject_and_found_by_its_id(body: Body) -> None:
    """What was recorded stands in the situation as it was said; an unknown id leads nowhere."""
    subject, withholding_id = body.person(), uuid4()
    change = withhold(subject, withholding_id)
    body.change(subject, change)
    assert body.load(subject).situation.withholdings == (change.withholding,)
    found = asyncio.run(body.withholdings.by_id(withholding_id))
    assert found == WithholdingState(subject, change.withholding)
    assert asyncio.run(body.withholdings.by_id(uuid4())) is None


def test_lifting_keeps_the_withholding_with_its_end(body: Body) -> None:
    """A lifted restriction stays on record until the moment it was lifted; the other stands."""
    subject, first, second = body.person(), uuid4(), uuid4()
    body.change(subject, withhold(subject, first, 0b1))
    body.change(subject, withhold(subject, second, 0b10))
    body.change(subject, LiftWithholding(subject, first, NOON + DAY), at=NOON + DAY)
    ends = {one.fields: one.until for one in body.load(subject).situation.withholdings}
    assert ends == {0b1: NOON + DAY, 0b10: None}
    found = asyncio.run(body.withholdings.by_id(first))
    assert found is not None
    assert (found.subject, found.lifted) == (subject, NOON + DAY)


def test_each_wish_raises_the_epoch(body: Body) -> None:
    """Restricting, lifting, shielding and unshielding each make earlier decisions void."""
    subject, withholding_id = body.person(), uuid4()
    epochs = [body.epoch(subject)]
    for change in (
        withhold(subject, withholding_id),
        LiftWithholding(subject, withholding_id, NOON),
        Shield(subject),
        Unshield(subject),
    ):
        body.change(subject, change)
        epochs.append(body.epoch(subject))
    assert epochs == sorted(set(epochs))


@pytest.mark.parametrize("case", ["twice", "unknown", "of another", "id in use", "a stranger"])
def test_what_does_not_hold_is_refused(body: Body, case: str) -> None:
    """Lifting twice, an unknown one or another's, and using an id twice leave no trace."""
    subject, other, known = body.person(1), body.person(2), uuid4()
    body.change(subject, withhold(subject, known))
    if case == "twice":
        body.change(subject, LiftWithholding(subject, known, NOON))
    stranger = subject_id(9)
    changes: dict[str, tuple[SubjectId, Change]] = {
        "twice": (subject, LiftWithholding(subject, known, NOON)),
        "unknown": (subject, LiftWithholding(subject, uuid4(), NOON)),
        "of another": (other, LiftWithholding(other, known, NOON)),
        "id in use": (other, withhold(other, known)),
        "a stranger": (stranger, Shield(stranger)),
    }
    about, change = changes[case]
    before = [body.load(one) for one in (subject, other)]
    assert isinstance(body.change(about, change), Rejected)
    assert [body.load(one) for one in (subject, other)] == before


def found(body: Body) -> list[SubjectId]:
    """Search as an agency by the one term."""
    return list(asyncio.run(body.candidates.find(Wanted([[TERM]], [AGENCIES], NOON, 10))))


def test_search_loses_whoever_is_shielded_and_finds_her_again(body: Body) -> None:
    """A shield takes her from the index at once; unshielding brings her back under its terms."""
    subject = body.person()
    body.change(subject, agreed(subject, uuid4(), TERM))
    assert found(body) == [subject]
    assert isinstance(body.change(subject, Shield(subject)), Receipt)
    assert (found(body), body.load(subject).situation.shielded) == ([], True)
    assert isinstance(body.change(subject, Unshield(subject, held(subject, TERM))), Receipt)
    assert (found(body), body.load(subject).situation.shielded) == ([subject], False)


def test_a_new_delivery_does_not_show_whoever_is_shielded(body: Body) -> None:
    """A version that arrives behind the shield brings no search terms out."""
    subject = body.person()
    body.change(subject, agreed(subject, uuid4(), TERM))
    body.change(subject, Shield(subject))
    body.change(subject, body.version(subject, 2, terms=(TERM,)))
    assert found(body) == []
    assert body.load(subject).situation.shielded


def findable(body: Body, *terms: bytes, at: datetime = NOON) -> list[SubjectId]:
    """Search for agencies."""
    return list(
        asyncio.run(body.candidates.find(Wanted([terms] if terms else [], [AGENCIES], at, 9)))
    )


def test_a_withholding_says_what_it_leaves_of_searching(body: Body) -> None:
    """It takes terms away, or closes the search; lifting gives back what it says."""
    subject, first, second = body.person(), uuid4(), uuid4()
    other = b"fedcba9876543210"
    body.change(subject, agreed(subject, uuid4(), TERM, other))
    part = replace(withhold(subject, first), search=SearchAs(held(subject, other)))
    body.change(subject, part)
    assert (findable(body, TERM), findable(body, other)) == ([], [subject])
    whole = replace(withhold(subject, second, 0b10), search=SearchAs(closed=True))
    body.change(subject, whole)
    assert (findable(body), findable(body, other)) == ([], [])
    body.change(subject, agreed(subject, uuid4(), TERM))
    body.change(subject, body.version(subject, 2, terms=(TERM,)))
    assert findable(body) == []
    lifted = LiftWithholding(subject, second, NOON + DAY, SearchAs(held(subject, other)))
    body.change(subject, lifted, at=NOON + DAY)
    assert findable(body, at=NOON + DAY) == findable(body, other, at=NOON + DAY) == [subject]
    assert findable(body, TERM, at=NOON + DAY) == []
