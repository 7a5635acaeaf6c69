"""A decision on a day uses the numbers in force that day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import PolicyError
from gateway.domain.parameters import FIRST_DAY, Parameter, Parameters, Status, Unit

TURN = date(2026, 7, 1)
OLD = Parameter(
    name="twv_wait",
    title_nl="Wachttijd",
    value=6,
    unit=Unit.MONTHS,
    status=Status.LAW,
    valid_from=FIRST_DAY,
    valid_until=TURN - timedelta(days=1),
    source="BuWav 2022 art. 6.2",
)
NEW = replace(OLD, value=4, valid_from=TURN, valid_until=None)
DAYS = st.dates(FIRST_DAY, date(2050, 1, 1))


@given(DAYS)
def test_the_day_chooses_the_number(day: date) -> None:
    """Until its last day the old number holds, from its first day the new one."""
    assert Parameters([NEW, OLD]).on(day)["twv_wait"] == (4 if day >= TURN else 6)


@given(DAYS, DAYS, st.permutations([OLD, NEW]))
def test_practice_goes_before_the_text(day: date, start: date, texts: list[Parameter]) -> None:
    """What is applied wins on its days, in whatever order the file tells it."""
    practice = replace(NEW, value=5, status=Status.APPLIED, valid_from=start)
    for told in ([practice, *texts], [*texts, practice]):
        expected = 5 if day >= start else Parameters(texts).on(day)["twv_wait"]
        assert Parameters(told).on(day)["twv_wait"] == expected


@given(DAYS, DAYS)
def test_an_announcement_never_counts(day: date, start: date) -> None:
    """What is announced changes no number on any day."""
    plan = replace(NEW, value=3, status=Status.ANNOUNCED, valid_from=start)
    assert Parameters([OLD, NEW, plan]).on(day) == Parameters([OLD, NEW]).on(day)
    assert plan in list(Parameters([plan]))


def test_before_the_first_day_there_is_no_answer() -> None:
    """A day before the numbers begin is refused, not guessed."""
    with pytest.raises(PolicyError, match="2021-12-31"):
        Parameters([OLD, NEW]).on(date(2021, 12, 31))
