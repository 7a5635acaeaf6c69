"""Break-glass is narrow: who, for what, how long and why, and always looked at afterwards."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.breakglass import (
    Broken,
    GlassBreak,
    ReviewVerdict,
    break_glass,
    covers,
    overdue,
    review,
)
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, Oin, PurposeCode, RoleId, SubjectId
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.purposes import Purpose
from gateway.domain.reasons import Reason
from tests.domain.cases import P02, P03, SUBJECT, caller, moment
from tests.worlds.trial import court

WHY = "Bewoner staat onaangekondigd aan de balie en heeft een tolk nodig."
AT = moment(3, 3)
OFFICER = ActorId("fg-1")


def purpose(code: str) -> Purpose:
    """Find a purpose of the catalogue."""
    found = court().matrix.purpose(code)
    assert found
    return found


def casemanager() -> Caller:
    """Return a casemanager of COA."""
    return caller(PartnerKind.COA, "coa_casemanager")


def broken(who: Caller | None = None, code: str = "P03", why: str = WHY) -> GlassBreak:
    """Break the glass."""
    glass = break_glass(who or caller(), SUBJECT, purpose(code), why, AT)
    assert isinstance(glass, GlassBreak)
    return glass


@pytest.mark.parametrize("kind", PartnerKind)
@pytest.mark.parametrize("role", sorted({role for role, _ in court().matrix._cells}))
def test_two_roles_and_three_purposes(kind: PartnerKind, role: str) -> None:
    """Of all roles, kinds and purposes only a klantmanager's P02 and P03 and a casemanager's P03."""
    who = caller(kind, role)
    may = {
        one.short
        for one in court().matrix.purposes()
        if isinstance(break_glass(who, SUBJECT, one, WHY, AT), GlassBreak)
    }
    expected = {
        (PartnerKind.GEMEENTE, "gemeente_klantmanager"): {"P02", "P03"},
        (PartnerKind.COA, "coa_casemanager"): {"P03"},
    }
    assert may == expected.get((kind, role), set())


def test_the_named_purposes_are_those_of_the_matrix() -> None:
    """Break-glass names no purpose that the matrix does not give the role, or that needs consent."""
    judges = court()
    for role, codes in (("gemeente_klantmanager", (P02, P03)), ("coa_casemanager", (P03,))):
        for code in codes:
            cell = judges.matrix.cell(RoleId(role), code)
            assert cell
            assert {rule.consent.value for rule, _ in cell.rules} == {"no"}


def test_refusal_says_why() -> None:
    """Another role, and another purpose, are refused with the reason that fits."""
    other = caller(PartnerKind.UITZENDBUREAU, "uitzendbureau_matcher")
    assert break_glass(other, SUBJECT, purpose("P05"), WHY, AT) is Reason.ACTOR_NOT_ALLOWED
    wrong = break_glass(casemanager(), SUBJECT, purpose("P02"), WHY, AT)
    assert wrong is Reason.PURPOSE_NOT_IN_AGREEMENT


@pytest.mark.parametrize(
    ("after", "holds"),
    [
        (timedelta(microseconds=-1), False),
        (timedelta(0), True),
        (timedelta(minutes=59, seconds=59), True),
        (timedelta(hours=1), False),
    ],
)
def test_it_lasts_an_hour(after: timedelta, holds: bool) -> None:  # noqa: FBT001 - what is expected
    """It covers from the moment it was broken until an hour later."""
    assert covers(broken(), caller(), SUBJECT, P03, AT + after) is holds


def test_it_covers_nothing_else() -> None:
    """Another actor, role, organisation, subject or purpose is not covered."""
    glass, who, now = broken(), caller(), AT + timedelta(minutes=5)
    assert covers(glass, who, SUBJECT, P03, now)
    assert not covers(glass, replace(who, actor=ActorId("medewerker-2")), SUBJECT, P03, now)
    assert not covers(glass, replace(who, role=RoleId("gemeente_matcher")), SUBJECT, P03, now)
    elsewhere = replace(who, partner=replace(who.partner, oin=Oin("00000099000000000102")))
    assert not covers(glass, elsewhere, SUBJECT, P03, now)
    assert not covers(glass, who, SubjectId(UUID(int=2)), P03, now)
    assert not covers(glass, who, SUBJECT, P02, now)


def test_a_forged_row_widens_nothing() -> None:
    """A stored row for a private party, another purpose or a longer time covers no more."""
    now = AT + timedelta(minutes=5)
    agency = caller(PartnerKind.UITZENDBUREAU, "gemeente_klantmanager")
    assert not covers(broken(), agency, SUBJECT, P03, now)
    p12 = PurposeCode("P12_overdracht_andere_gemeente")
    assert not covers(replace(broken(), purpose=p12), caller(), SUBJECT, p12, now)
    longer = replace(broken(), until=AT + timedelta(days=1))
    assert not covers(longer, caller(), SUBJECT, P03, AT + timedelta(hours=1))


@pytest.mark.parametrize("length", [0, 19, 501])
def test_reason_of_another_length(length: int) -> None:
    """A reason shorter than 20 or longer than 500 characters is refused; spaces do not count."""
    with pytest.raises(InvalidRequestError, match="20 to 500 characters"):
        broken(why="  " + "a" * length + "   ")


@pytest.mark.parametrize("length", [20, 500])
def test_reason_of_a_fitting_length(length: int) -> None:
    """A reason of 20 up to 500 characters is kept, on one line."""
    assert broken(why="a" * (length - 2) + "\n  b").reason == "a" * (length - 2) + " b"


@pytest.mark.parametrize(
    "number",
    [
        "999990019",
        "9999.90.019",
        "999 990 019",
        "9-9-9-9-9-0-0-1-9",
        "0999000001",
        "0999 0000 01",
        "٩٩٩٩٩٠٠١٩",
        "2026-13-99-0999",
        "2026-03-03-0999",
    ],
)
def test_reason_with_a_number_of_a_person(number: str) -> None:
    """A burgerservicenummer or V-nummer in the reason is refused however it is written, unrepeated."""
    with pytest.raises(InvalidRequestError) as refused:
        broken(why=f"De bewoner met nummer {number} staat aan de balie.")
    assert refused.value.field == "reden"
    assert number not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "Op 2026-03-03 om 10:30 aan de balie van kamer 12.",
        "Op 3-3-2026 14:00 uur zonder medicijnen.",
    ],
)
def test_reason_with_a_date(text: str) -> None:
    """A date and an hour are no number of a person."""
    assert broken(why=text).reason == text


def test_reason_with_a_hidden_character() -> None:
    """A character that turns or hides text is refused."""
    with pytest.raises(InvalidRequestError, match="cannot be shown"):
        broken(why=WHY + "\u202e")


@given(st.text(max_size=600))
def test_any_text_is_kept_or_refused(text: str) -> None:
    """Whatever is typed is kept within the limits, or refused with the name of the field."""
    try:
        kept, field = broken(why=text).reason, "reden"
    except InvalidRequestError as error:
        kept, field = WHY, error.field
    assert field == "reden"
    assert 20 <= len(kept) <= 500
    assert kept.isprintable()


def test_reason_stays_out_of_the_repr() -> None:
    """The typed words do not show where a value is printed."""
    assert WHY not in repr(broken())


def test_review_is_another_person() -> None:
    """Nobody reviews her own, no review comes before the deed, and each has a note."""
    glass, later = broken(), AT + timedelta(hours=2)
    note = "Nagebeld met de locatie, de nood is bevestigd."
    found = review(glass, OFFICER, later, ReviewVerdict.JUSTIFIED, note)
    assert (found.by, found.verdict, found.note) == (OFFICER, ReviewVerdict.JUSTIFIED, note)
    with pytest.raises(InvalidRequestError, match="beoordelaar"):
        review(glass, glass.actor, later, ReviewVerdict.JUSTIFIED, note)
    with pytest.raises(InvalidRequestError, match="moment"):
        review(glass, OFFICER, AT - timedelta(seconds=1), ReviewVerdict.JUSTIFIED, note)
    with pytest.raises(InvalidRequestError, match="toelichting"):
        review(glass, OFFICER, later, ReviewVerdict.UNJUSTIFIED, "ok")


def test_review_is_overdue_after_72_hours() -> None:
    """A break-glass that nobody reviewed in 72 hours is overdue; a reviewed one never is."""
    glass = broken()
    term = timedelta(hours=72)
    note = "Er was geen nood, de officier meldt een datalek."
    reviewed = review(glass, OFFICER, AT + term, ReviewVerdict.UNJUSTIFIED, note)
    waiting = Broken(UUID(int=1), glass)
    looked_at = replace(
        waiting, reviewed_at=reviewed.at, reviewed_by=reviewed.by, verdict=reviewed.verdict
    )
    assert not overdue(waiting, AT + term - timedelta(microseconds=1))
    assert overdue(waiting, AT + term)
    assert not overdue(looked_at, AT + 2 * term)
