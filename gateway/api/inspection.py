"""Inzage: a resident sees her own data and who received them, and says what is not right."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from gateway.actions.inspect import Inspection, SharedOnce
from gateway.actions.rectify import Complaint
from gateway.api.consents import IdempotencyKey
from gateway.api.context import Actions, WithActions, WithCaller, trace_of
from gateway.api.rendering import (
    JSON,
    OneJson,
    ReleasedResponse,
    camel,
    consent_wire,
    field_named,
    receipt_json,
)
from gateway.api.wire import Wire
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.logbook import LoggedEvent
from gateway.domain.partners import Caller
from gateway.domain.records import Receipt

router = APIRouter(prefix="/v1/inzage", tags=["inzage"])
MAX_WORDS = 500


class NietJuist(Wire):
    """Say what is not right: which field, if it is one, and why in your own words."""

    veld: str | None = Field(default=None, max_length=60, examples=["opleidingen"])
    toelichting: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORDS)
    ]


class OpenJson:
    """A single disclosure as in ``OneJson``, its object left open for what the log adds."""

    media_type = JSON

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the answer without the brace that ends it."""
        yield b"".join(OneJson().render(receipt, disclosed))[:-1]


OPEN = OpenJson()


@router.get("", summary="Wat over u bekend is, en wie het kreeg")
async def inspect(request: Request, actions: WithActions, caller: WithCaller) -> Response:
    """Return all your fields, your consents, and every organisation that asked about you."""
    return ReleasedResponse(lambda: _opened(actions, caller, trace_of(request)))


@router.post("/_klopt-niet", summary="Zeg dat iets over u niet klopt", status_code=202)
async def not_right(
    bericht: NietJuist,
    actions: WithActions,
    caller: WithCaller,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Record your request for rectification; your words are kept in the sealed log only."""
    field = field_named("veld", bericht.veld, actions.gate.fields) if bericht.veld else None
    complaint = Complaint(field, bericht.toelichting, idempotency_key)
    receipt = await actions.inspect.say_not_right(caller, complaint)
    body = b'{"index":%d,"ontvangstbewijs":%s}' % (receipt.index, receipt_json(receipt))
    return Response(body, HTTPStatus.ACCEPTED, media_type=JSON)


@asynccontextmanager
async def _opened(
    actions: Actions, caller: Caller, trace_id: str | None
) -> AsyncIterator[tuple[Released | None, bytes, bytes]]:
    async with actions.inspect(caller, OPEN, trace_id) as inspection:
        yield inspection.released, b"", rest(inspection)


def rest(inspection: Inspection) -> bytes:
    """Return what follows her fields: her consents, who received what, and her count."""
    about: dict[str, Any] = {
        "toestemmingen": [consent_wire(*one) for one in inspection.consents],
        "ontvangers": [_recipient(one) for one in inspection.shared],
        "volledigheid": {
            "aantal": len(inspection.events),
            "sluitend": inspection.whole,
            "regels": [_line(event) for event in inspection.events],
        },
    }
    return b"," + orjson.dumps(about)[1:]


def _recipient(shared: SharedOnce) -> dict[str, Any]:
    event, told = shared.event, shared.event.told
    return {
        "organisatie": shared.organisation,
        "doel": event.purpose,
        "velden": [camel(name) for name in told.fields] if told else [],
        "op": event.at.isoformat(),
        "uitkomst": shared.outcome,
        "reden": told.reason if told else None,
        "soort": event.kind,
        "index": event.index,
    }


def _line(event: LoggedEvent) -> dict[str, Any]:
    return {
        "teller": event.count,
        "index": event.index,
        "soort": event.kind,
        "op": event.at.isoformat(),
        "gewist": event.told is None,
    }
