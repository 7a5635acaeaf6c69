"""An event's name says when it was, and is given once."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.records import event_name

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - its zone comes with it


@given(MOMENTS)
def test_a_name_is_a_version_7_uuid_of_its_moment(moment: datetime) -> None:
    """Version and variant stand where RFC 9562 puts them, and the first 48 bits are milliseconds."""
    name = event_name(moment)
    assert (name.version, name.variant) == (7, RFC_4122)
    assert name.int >> 80 == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )


def test_names_of_one_moment_differ() -> None:
    """Of a thousand events in one millisecond none is named as another."""
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    assert len({event_name(moment) for _ in range(1_000)}) == 1_000


def test_later_names_stand_behind_earlier_ones() -> None:
    """Names are in order of their milliseconds."""
    first = datetime(2026, 11, 22, tzinfo=UTC)
    names = [event_name(first + timedelta(milliseconds=number)).bytes for number in range(100)]
    assert names == sorted(names)
