"""Consents counted: each stands in one column of its purpose and recipient, and in the month it was given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given as each
from hypothesis import settings
from hypothesis import strategies as st

from gateway.domain.consent_overview import LATER, SOON, ConsentMonth, by_month, counted
from gateway.domain.consents import Consent, ConsentEventKind, fold
from tests.domain.law import DAY, NOW, TICK, given, later

K = ConsentEventKind
ENDINGS = (None, K.WITHDRAWN, K.EXPIRED, K.INVALIDATED)


@st.composite
def consents(draw: st.DrawFn) -> tuple[Consent, ...]:
    """Draw consents of two purposes and two recipients, in every state."""
    events = []
    for number in range(draw(st.integers(0, 4))):
        begun = draw(st.sampled_from([K.REQUESTED, K.GIVEN, K.REFUSED]))
        term = draw(st.sampled_from([-1, 1, 29, 30, 31, 89, 90, 91]))
        purpose, recipient = draw(st.sampled_from("PQ")), draw(st.sampled_from("ab"))
        at, expires = NOW - 60 * DAY, NOW + term * DAY
        events.append(given(purpose, recipient, at=at, expires=expires, number=number, kind=begun))
        ending = draw(st.sampled_from(ENDINGS)) if begun is K.GIVEN else None
        if ending is not None:
            events.append(later(ending, NOW - 2 * DAY, number))
    return fold(events, NOW)


@settings(max_examples=60)
@each(consents())
def test_every_consent_is_counted_once(drawn: tuple[Consent, ...]) -> None:
    """The columns add up to what there is, by purpose and recipient, in whatever order they come."""
    counts = counted(drawn, NOW)
    keys = [(one.purpose, one.recipient) for one in counts]
    assert keys == sorted({(one.scope.purpose, one.scope.recipient) for one in drawn})
    states = [one.waiting + one.running + one.refused + one.withdrawn + one.over for one in counts]
    assert sum(states) == len(drawn)
    assert all(one.soon <= one.later <= one.running for one in counts)
    assert all((one.next_end is None) == (one.running == 0) for one in counts)
    assert counted(drawn[::-1], NOW) == counts
    assert by_month(drawn[::-1], UTC) == by_month(drawn, UTC)


@pytest.mark.parametrize(
    ("away", "soon", "later_"),
    [(SOON, 1, 1), (SOON + TICK, 0, 1), (LATER, 0, 1), (LATER + TICK, 0, 0)],
)
def test_soon_and_later_include_their_last_moment(away: timedelta, soon: int, later_: int) -> None:
    """A term of exactly 30 or 90 days counts; one moment more does not."""
    (count,) = counted(fold([given(expires=NOW + away)], NOW), NOW)
    assert (count.soon, count.later, count.next_end) == (soon, later_, NOW + away)


def test_a_month_is_that_of_the_zone() -> None:
    """Given in the last hour of February by UTC is given in March where clocks are an hour ahead."""
    late = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    said = fold([given(at=late), later(K.WITHDRAWN, NOW)], NOW)
    ahead = timezone(timedelta(hours=1))
    assert by_month(said, UTC) == [ConsentMonth("2026-02", 1, 0), ConsentMonth("2026-03", 0, 1)]
    assert by_month(said, ahead) == [ConsentMonth("2026-03", 1, 1)]


def test_what_was_never_given_is_in_no_month() -> None:
    """A request or a refusal is no consent given."""
    for kind in (K.REQUESTED, K.REFUSED):
        assert by_month(fold([given(kind=kind)], NOW), UTC) == []
