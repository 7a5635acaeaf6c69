"""The log read back: whose entry it is, what is looked for, and whether any is missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.identifiers import Oin
from gateway.domain.logbook import CASE, Filters, LoggedEvent, Sought, Told, unbroken
from gateway.domain.records import RecordKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def chain(length: int) -> list[LoggedEvent]:
    """Make the entries about one person, with those of others in between."""
    events, before = [], -1
    for count in range(1, length + 1):
        told = Told(before=before)
        before = 3 * count
        event = LoggedEvent(before, UUID(int=count), NOON, RecordKind.INTENT, "granted")
        events.append(replace(event, count=count, told=told))
    return events


@given(st.integers(0, 9))
def test_a_chain_is_whole(length: int) -> None:
    """Counted from 1, each naming the one before."""
    assert unbroken(chain(length))


@given(st.integers(2, 9), st.data())
def test_a_chain_with_an_entry_left_out_is_not(length: int, data: st.DataObject) -> None:
    """Wherever one is missing but at the end, the next one tells."""
    events: Sequence[LoggedEvent] = chain(length)
    lost = data.draw(st.integers(0, length - 2))
    assert not unbroken([*events[:lost], *events[lost + 1 :]])


def test_an_entry_put_in_the_place_of_another_is_seen() -> None:
    """The right count at another index breaks the link of the next."""
    first, second = chain(2)
    assert not unbroken([replace(first, index=1), second])


def test_an_erased_entry_keeps_its_count() -> None:
    """It cannot name the one before any more; its count still stands."""
    first, second, third = chain(3)
    assert unbroken([first, replace(second, told=None), third])
    assert not unbroken([first, replace(second, told=None, count=3), third])


def test_an_erased_entry_matches_no_filter_on_what_it_said() -> None:
    """Who and why are gone, so nobody finds it by them."""
    event = LoggedEvent(0, UUID(int=1), NOON, RecordKind.INTENT, "granted", recipient=Oin("1"))
    assert Sought(Oin("1")).matches(event)
    assert not Sought(Oin("1"), filters=Filters(actor="a")).matches(event)
    assert not Sought(Oin("1"), filters=Filters(reason="RESTRICTED")).matches(event)


def test_filters_go_by_name() -> None:
    """What is on record of a look-up is which filters were set."""
    assert Filters().names() == ()
    assert Filters(actor="a", since=NOON).names() == ("since", "actor")


def test_a_case_number_has_one_form() -> None:
    """Of an access case (art. 15) or a breach (art. 33), with year and number."""
    assert CASE.fullmatch("AVG15-2026-0042")
    assert CASE.fullmatch("AVG33-2026-001")
    assert not CASE.fullmatch("AVG15-2026-0042\n")
    assert not CASE.fullmatch("avg15-2026-0042")
