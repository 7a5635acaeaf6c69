"""Every body of the port Glasses keeps this law, and so do the changes behind it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from gateway.domain.breakglass import (
    TERM,
    BreakGlass,
    Broken,
    GlassBreak,
    Review,
    ReviewGlass,
    ReviewVerdict,
)
from gateway.domain.identifiers import ActorId, Oin, PurposeCode, RoleId, SubjectId
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from tests.contracts.bodies import NOON, Body, subject_id

OURS, THEIRS = Oin("00000099000000001000"), Oin("00000099000000002000")
REVIEW = Review(ActorId("fg-1"), NOON + TERM, ReviewVerdict.JUSTIFIED, "nagegaan")


def glass(subject: SubjectId, partner: Oin = OURS) -> GlassBreak:
    """Make a break-glass."""
    return GlassBreak(
        ActorId("worker-1"),
        RoleId("gemeente_klantmanager"),
        partner,
        subject,
        PurposeCode("P03_x"),
        NOON,
        NOON + TERM,
        "a reason that is not stored",
    )


def broken(body: Body, subject: SubjectId, one: GlassBreak | None = None) -> UUID:
    """Break the glass."""
    glass_id = uuid4()
    answer = body.change(subject, BreakGlass(subject, glass_id, one or glass(subject)))
    assert isinstance(answer, Receipt)
    return glass_id


def found(body: Body, partner: Oin | None = None) -> Sequence[Broken]:
    """List them."""
    return asyncio.run(body.glasses.of_partner(partner))


def test_a_break_glass_is_found_and_read_with_its_subject(body: Body) -> None:
    """By id, by partner and in her situation it stands as it was, without its reason."""
    her = body.person(1)
    before = body.epoch(her)
    glass_id = broken(body, her)
    bare = replace(glass(her), reason="")
    assert asyncio.run(body.glasses.by_id(glass_id)) == Broken(glass_id, bare)
    assert asyncio.run(body.glasses.by_id(uuid4())) is None
    assert body.load(her).situation.glasses == (bare,)
    assert body.epoch(her) > before
    assert body.load(body.person(2)).situation.glasses == ()


def test_they_are_listed_newest_first_and_by_partner(body: Body) -> None:
    """Of one organisation its own, of all every one."""
    her = body.person(1)
    old, new = glass(her), replace(glass(her, THEIRS), at=NOON + timedelta(microseconds=1))
    first, second = broken(body, her, old), broken(body, her, new)
    assert [one.glass_id for one in found(body)] == [second, first]
    assert [one.glass_id for one in found(body, OURS)] == [first]


def test_a_review_is_taken_once_and_changes_no_decision(body: Body) -> None:
    """Who reviewed, when and what she found are kept; the epoch stays as it is."""
    her = body.person(1)
    glass_id = broken(body, her)
    before = body.epoch(her)
    assert isinstance(body.change(her, ReviewGlass(her, glass_id, REVIEW)), Receipt)
    (one,) = found(body)
    assert (one.reviewed_at, one.reviewed_by, one.verdict) == (REVIEW.at, "fg-1", REVIEW.verdict)
    assert body.epoch(her) == before
    assert isinstance(body.change(her, ReviewGlass(her, glass_id, REVIEW)), Rejected)


def test_what_does_not_hold_is_refused(body: Body) -> None:
    """An id in use, someone unknown, another's glass and one that is not there leave no trace."""
    her, other = body.person(1), body.person(2)
    glass_id, nobody = broken(body, her), subject_id(404)
    for subject, change in (
        (her, BreakGlass(her, glass_id, glass(her))),
        (nobody, BreakGlass(nobody, uuid4(), glass(nobody))),
        (other, ReviewGlass(other, glass_id, REVIEW)),
        (her, ReviewGlass(her, uuid4(), REVIEW)),
    ):
        assert isinstance(body.change(subject, change), Rejected)
    assert [one.verdict for one in found(body)] == [None]
