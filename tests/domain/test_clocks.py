"""Clocks: what is due, in which order, and who belongs in which view of the list."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from gateway.domain.clocks import Clock, Due, Running, View, around, counts, ordered, size, waits
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


def person(linked: date | None = None, pip: date | None = None, *, housed: bool = False) -> Running:
    """Make someone on the list, of whom no talk and no receipt is waited for."""
    return Running(linked, housed, pip, talked=True, confirmed=True)


def untalked(linked: date | None = None, *, housed: bool = False) -> Running:
    """Make someone with whom a talk has to be planned."""
    return replace(person(linked, housed=housed), talked=False)


def subject(number: int) -> SubjectId:
    """Name someone."""
    return SubjectId(UUID(int=number))


def test_a_home_is_due_ten_weeks_after_the_link_until_housed() -> None:
    """The clock of the home stops when she is housed; the one of the plan goes on."""
    linked, pip = TODAY, TODAY + WEEK
    home = Due(Clock.HOUSING, TODAY + 10 * WEEK)
    assert person(linked, pip).dues(TERMS) == (Due(Clock.PIP, pip), home)
    assert person(linked, pip, housed=True).dues(TERMS) == (Due(Clock.PIP, pip),)
    assert person().dues(TERMS) == ()
    assert (home.left(TODAY), home.left(TODAY + 11 * WEEK)) == (70, -7)


def test_a_talk_is_due_after_the_link_until_one_is_planned() -> None:
    """The clock of the talk stops when none has to be planned, and when she is housed."""
    due = Due(Clock.TALK, TODAY + 3 * WEEK)
    assert due in untalked(TODAY).dues(TERMS)
    assert due not in person(TODAY).dues(TERMS)
    assert untalked(TODAY, housed=True).dues(TERMS) == ()


def test_first_due_stands_first_and_no_clock_last() -> None:
    """The order is of days alone; whoever has none comes last, in a stable order."""
    late, soon = person(linked=TODAY - 12 * WEEK), person(pip=TODAY + WEEK)
    none, other = person(), person(housed=True, linked=TODAY)
    numbered = {other: (4, 6), none: (5, 2), soon: (1,), late: (3,)}
    people = {subject(n): one for one, numbers in numbered.items() for n in numbers}
    groups = waits(Counter(people.values()), TODAY, TERMS)
    assert ordered(groups, people) == [
        (subject(3), late), (subject(1), soon), (subject(2), none), (subject(4), other),
        (subject(5), none), (subject(6), other),
    ]  # fmt: skip


def test_of_a_page_only_the_days_that_it_shows_are_read() -> None:
    """Whole days around the places asked for, and how many people come before them."""
    days = [person(pip=TODAY + timedelta(days=n)) for n in range(4)]
    also = person(linked=TODAY - 10 * WEEK + timedelta(days=1), pip=TODAY + 9 * WEEK)
    groups = waits({days[2]: 3, days[0]: 4, also: 1, days[1]: 2, days[3]: 5}, TODAY, TERMS)

    def near(start: int, end: int) -> tuple[set[Running], int]:
        found, before = around(groups, start, end)
        return {one.running for one in found}, before

    assert near(0, 4) == ({days[0]}, 0)
    assert near(4, 8) == ({days[1], also, days[2]}, 4)
    assert near(14, 15) == ({days[3]}, 10)
    assert near(15, 20) == (set(), 15)


def test_a_view_holds_who_belongs_in_it() -> None:
    """Late is before today, soon is today up to two weeks, new is linked in the last two weeks."""
    edges = {
        View.LATE: [person(pip=TODAY - timedelta(days=1))],
        View.SOON: [person(pip=TODAY), person(pip=TODAY + 2 * WEEK)],
        View.NEW: [person(linked=TODAY), person(linked=TODAY - 2 * WEEK)],
        View.HOUSED: [person(housed=True)],
        View.UNCONFIRMED: [replace(person(), confirmed=False)],
        View.NO_TALK: [untalked()],
        View.ASKED: [replace(person(), asked=2)],
    }
    outside = [
        person(pip=TODAY + 2 * WEEK + timedelta(days=1)),
        person(linked=TODAY - 2 * WEEK - timedelta(days=1)),
        person(linked=TODAY + timedelta(days=1)),
    ]
    everyone = [*(one for held in edges.values() for one in held), *outside]
    groups = waits(dict.fromkeys(everyone, 2), TODAY, TERMS)
    for view, held in edges.items():
        assert [one.running for one in groups if view in one.views] == held, view
    found = counts(groups)
    assert found[View.ALL] == size(groups) == 2 * len(everyone)
    assert all(found[view] == 2 * len(held) for view, held in edges.items())
