"""A period on the command line: days in Amsterdam, both included."""

from datetime import UTC, date, datetime, time, timedelta

from gateway.actions.review import ZONE
from gateway.domain.errors import InvalidRequestError
from gateway.domain.logbook import Filters


def days(text: str) -> Filters:
    """Read ``2026-03-01..2026-03-31``, or one day; raises ``InvalidRequestError``."""
    first, _, last = text.partition("..")
    try:
        since, until = date.fromisoformat(first), date.fromisoformat(last or first)
        filters = Filters(_midnight(since), _midnight(until + timedelta(days=1)))
    except (ValueError, OverflowError):
        raise InvalidRequestError("period", "is not of the form 2026-03-01..2026-03-31") from None
    if until < since:
        raise InvalidRequestError("period", "ends before it begins")
    return filters


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)
