"""What an officer fills in: a period, a purpose, whom she means; and the table she takes along."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Final
from uuid import UUID

from starlette.responses import Response

from gateway.actions.references import whose
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import PurposeCode, SubjectId
from gateway.domain.logbook import Filters
from gateway.web.numbers import whole
from gateway.web.overseers import Cells
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM

WEEK: Final = 7
LARGEST_INDEX: Final = 2**53
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the Netherlands, both included."""

    since: date
    until: date

    @property
    def filters(self) -> Filters:
        """Look for what happened on these days."""
        return Filters(_midnight(self.since), _midnight(self.until + _DAY))

    @property
    def query(self) -> str:
        """Write it as an address does."""
        return f"van={self.since}&tot={self.until}"


def posted(visit: Visit) -> Mapping[str, str]:
    """Return the texts that were posted, without spaces around them; no empty ones."""
    texts = {name: value.strip() for name, value in visit.form.items() if isinstance(value, str)}
    return {name: value for name, value in texts.items() if value}


def period_of(values: Mapping[str, str], today: date, days: int = WEEK) -> Period:
    """Read a period, by default the last days up to today; raises ``InvalidRequestError``."""
    until = _day("tot", values.get("tot", ""), today)
    since = _day("van", values.get("van", ""), until - (days - 1) * _DAY)
    if until < since:
        raise InvalidRequestError("tot", "lies before van")
    return Period(since, until)


def lenient_period(visit: Visit, days: int = WEEK) -> Period:
    """Read a period from an address; what is no period there is the last days."""
    try:
        return period_of(visit.request.query_params, visit.today, days)
    except InvalidRequestError:
        return period_of({}, visit.today, days)


def purpose_of(visit: Visit, name: str | None) -> PurposeCode | None:
    """Return the purpose that was chosen; raises ``InvalidRequestError``."""
    if name is None:
        return None
    purpose = visit.rooms.desks.gate.matrix.purpose(name)
    if purpose is None:
        raise InvalidRequestError("doel", "is not in the catalogue")
    return purpose.code


def purposes(visit: Visit) -> Sequence[tuple[str, str]]:
    """List the purposes to choose from."""
    nl = visit.language == "nl"
    known = visit.rooms.desks.gate.matrix.purposes()
    return [(one.short, f"{one.short} {one.title_nl if nl else one.title_en}") for one in known]


async def person_of(visit: Visit, values: Mapping[str, str]) -> SubjectId | None:
    """Return whom an officer names, by her organisation's reference or by V-nummer.

    Raises ``InvalidRequestError``; a private party has no business with a V-nummer.
    """
    if "client_ref" in values:
        return await visit.subject(uuid_of("clientRef", values["client_ref"]))
    number = values.get("v_nummer")
    if number is None:
        return None
    if visit.caller.partner.kind.private:
        raise InvalidRequestError("vNummer", "is not for a private party")
    desks = visit.rooms.desks
    return await whose(desks.gate, desks.overseers.index, number)


def uuid_of(name: str, text: str) -> UUID:
    """Read an id; raises ``InvalidRequestError``."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequestError(name, "is not an id") from None


def number_of(name: str, text: str, least: int, most: int) -> int:
    """Read a whole number between two; raises ``InvalidRequestError``."""
    number = whole(text, -1)
    if not least <= number <= most:
        raise InvalidRequestError(name, "is not a number that fits")
    return number


def table_file(visit: Visit, name: str, rows: Iterable[Cells]) -> Response:
    """Answer with a table for a spreadsheet."""
    sink = BytesIO()
    visit.rooms.desks.overseers.write_table(sink, rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(sink.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _day(name: str, text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise InvalidRequestError(name, "is not a day") from None
    if not date(2000, 1, 1) <= day < date(2200, 1, 1):
        raise InvalidRequestError(name, "is not a day of this century")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
