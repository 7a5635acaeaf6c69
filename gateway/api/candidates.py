"""Kandidaten: search people who agreed to be found, without names and without rank."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Annotated

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from gateway.actions.search import SearchQuestion, new_session
from gateway.api.context import Actions, WithActions, WithCaller, trace_of
from gateway.api.rendering import ListJson, ReleasedResponse, camel
from gateway.api.wire import Wire
from gateway.domain.criteria import DATED, NUMBERED, SEARCHABLE, Criteria, Criterion
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.nearby import POSTCODE

router = APIRouter(prefix="/v1")
CANDIDATES = ListJson("kandidaatRef")
FILTER_NAMES = {camel(field): field for field in SEARCHABLE} | {str(f): f for f in SEARCHABLE}


Value = Annotated[str, Field(max_length=100)] | Annotated[int, Field(ge=0, le=10_000)]
Values = Annotated[list[Value], Field(max_length=50)]


class Zoekvraag(Wire):
    """Filters by field: a candidate must have one of the values of each; go on with ``sessie``.

    ``afstandKm`` goes with a filter on the postcode: areas (two digits) within that distance of it.
    """

    doel: str = Field(default="P04", max_length=60)
    filters: dict[str, Values | Value] = Field(default_factory=dict, max_length=12)
    sessie: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    afstand_km: int | None = Field(default=None, ge=1, le=100)
    vanaf: int = Field(default=0, ge=0, le=50, multiple_of=50)


@router.post("/kandidaten/_zoek", summary="Zoek kandidaten zonder naam (P04)")
async def search(
    vraag: Zoekvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Answer at most a hundred candidates in pages of fifty, or that the group is too small.

    `aantal` is rounded to five; `meerDan` says that there are more than it tells, which ends at 250.
    """
    question = SearchQuestion(
        Ask(caller, vraag.doel),
        _criteria(vraag),
        vraag.sessie or new_session(),
        vraag.vanaf,
        lambda _: CANDIDATES,
        trace_of(request),
    )
    return ReleasedResponse(lambda: _found(actions, question))


@asynccontextmanager
async def _found(
    actions: Actions, question: SearchQuestion
) -> AsyncIterator[tuple[Released | None, bytes, bytes]]:
    async with actions.search(question) as found:
        if found.released is None:
            yield None, b'{"teKlein":true,"aantal":null,"meerDan":false,"kandidaten":[]}', b""
            return
        onward = question.offset + 50 if found.more else None
        tail = orjson.dumps(
            {
                "teKlein": False,
                "aantal": found.count,
                "meerDan": found.beyond,
                "volgorde": "willekeurig binnen deze zoeksessie; er is geen rangschikking",
                "sessie": question.session,
                "vanaf": onward,
            }
        )
        yield found.released, b'{"kandidaten":', b"," + tail[1:]


def _criteria(vraag: Zoekvraag) -> Criteria:
    found = [_criterion(name, value) for name, value in vraag.filters.items()]
    if vraag.afstand_km is None:
        return Criteria(tuple(found))
    if POSTCODE not in {one.field for one in found}:
        raise InvalidRequestError("afstandKm", "needs a filter on bemiddelingspostcode4")
    near = (replace(c, within_km=vraag.afstand_km) if c.field == POSTCODE else c for c in found)
    return Criteria(tuple(near))


def _criterion(name: str, value: Values | Value) -> Criterion:
    field = FILTER_NAMES.get(name)
    if field is None:
        raise InvalidRequestError("filters", "holds a field that cannot be searched by")
    values = value if isinstance(value, list) else [value]
    if not values:
        raise InvalidRequestError(f"filters.{camel(field)}", "holds no value")
    if field in NUMBERED and not all(map(_is_number, values)):
        raise InvalidRequestError(f"filters.{camel(field)}", "is not a whole number")
    if field == DATED and not all(map(_is_day, values)):
        raise InvalidRequestError(f"filters.{camel(field)}", "is not a day (YYYY-MM-DD)")
    return Criterion(field, tuple(str(v) for v in values))


def _is_day(value: Value) -> bool:
    try:
        return bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


def _is_number(value: Value) -> bool:
    return str(value).isascii() and str(value).isdigit()
