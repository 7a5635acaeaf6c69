"""Clocks: what is due, in which order, and who belongs in which view of the list."""

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from gateway.domain.clocks import Clock, Due, Running, View, counts, ordered, waits
from gateway.domain.identifiers import SubjectId
from gateway.domain.parameters import Parameter, Status, Terms, Unit

TODAY = date(2026, 3, 2)
WEEK = timedelta(weeks=1)


def parameter(name: str, weeks: int) -> Parameter:
    """Make a number of weeks."""
    return Parameter(
        name=name, title_nl=name, value=weeks, unit=Unit.WEEKS, status=Status.LAW,
        valid_from=date(2022, 1, 1), source="test",
    )  # fmt: skip


TERMS = Terms(
    MappingProxyType(
        {
            name: parameter(name, n)
            for name, n in (("housing_clock", 10), ("linking_clock", 2), ("talk_clock", 3))
        }
    )
)


def person(
    number: int,
    linked: date | None = None,
    pip: date | None = None,
    *,
    housed: bool = False,
) -> Running:
    """Make someone on the list, of whom no talk and no receipt is waited for."""
    id_ = SubjectId(UUID(int=number))
    return Running(id_, linked, housed, pip, talked=True, confirmed=True)


def untalked(number: int, linked: date | None = None, *, housed: bool = False) -> Running:
    """Make someone with whom a talk has to be planned."""
    return replace(person(number, linked, housed=housed), talked=False)


def test_a_home_is_due_ten_weeks_after_the_link_until_housed() -> None:
    """The clock of the home stops when she is housed; the one of the plan goes on."""
    linked, pip = TODAY, TODAY + WEEK
    home = Due(Clock.HOUSING, TODAY + 10 * WEEK)
    assert person(1, linked, pip).dues(TERMS) == (Due(Clock.PIP, pip), home)
    assert person(1, linked, pip, housed=True).dues(TERMS) == (Due(Clock.PIP, pip),)
    assert person(1).dues(TERMS) == ()
    assert (home.left(TODAY), home.left(TODAY + 11 * WEEK)) == (70, -7)


def test_a_talk_is_due_after_the_link_until_one_is_planned() -> None:
    """The clock of the talk stops when none has to be planned, and when she is housed."""
    due = Due(Clock.TALK, TODAY + 3 * WEEK)
    assert due in untalked(1, TODAY).dues(TERMS)
    assert due not in person(1, TODAY).dues(TERMS)
    assert untalked(1, TODAY, housed=True).dues(TERMS) == ()


def test_first_due_stands_first_and_no_clock_last() -> None:
    """The order is of days alone; whoever has none comes last, in a stable order."""
    late = person(3, linked=TODAY - 12 * WEEK)
    soon = person(1, pip=TODAY + WEEK)
    none, other = person(2), person(4, housed=True, linked=TODAY)
    people = [waits(one, TODAY, TERMS) for one in (other, none, soon, late)]
    assert ordered(people) == [late, soon, none, other]


def test_a_view_holds_who_belongs_in_it() -> None:
    """Late is before today, soon is today up to two weeks, new is linked in the last two weeks."""
    edges = {
        View.LATE: [person(1, pip=TODAY - timedelta(days=1))],
        View.SOON: [person(2, pip=TODAY), person(3, pip=TODAY + 2 * WEEK)],
        View.NEW: [person(4, linked=TODAY), person(5, linked=TODAY - 2 * WEEK)],
        View.HOUSED: [person(6, housed=True)],
        View.UNCONFIRMED: [replace(person(10), confirmed=False)],
        View.NO_TALK: [untalked(11)],
        View.ASKED: [replace(person(12), asked=2)],
    }
    outside = [
        person(7, pip=TODAY + 2 * WEEK + timedelta(days=1)),
        person(8, linked=TODAY - 2 * WEEK - timedelta(days=1)),
        person(9, linked=TODAY + timedelta(days=1)),
    ]
    everyone = [*(one for held in edges.values() for one in held), *outside]
    people = [waits(one, TODAY, TERMS) for one in everyone]
    for view, held in edges.items():
        assert [one.running for one in people if view in one.views] == held, view
    found = counts(people)
    assert found[View.ALL] == len(everyone)
    assert all(found[view] == len(held) for view, held in edges.items())
