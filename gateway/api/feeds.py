"""Gebeurtenissen: a source system sends what changed, event by event, and reads how far its feed is."""

import asyncio
from typing import Annotated

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from gateway.actions.feed import written
from gateway.api.context import WithActions, WithCaller
from gateway.api.deliveries import body_of
from gateway.api.problems import UnsupportedMediaTypeError
from gateway.api.rendering import JSON
from gateway.api.wire import Wire
from gateway.domain.breakglass import LONGEST, SHORTEST

router = APIRouter(prefix="/v1/leveringen/gebeurtenissen")


class Overslaan(Wire):
    """Through which event a feed goes on without those that never came, and why."""

    bron: str
    tot: Annotated[int, Field(ge=1, lt=2**53)]
    reden: Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]


@router.post("", summary="Lever gebeurtenissen (een regel JSON elk)")
async def feed(request: Request, actions: WithActions, caller: WithCaller) -> Response:
    """Keep every event, and give effect to those whose turn it is; an event sent again changes nothing."""
    await actions.ingest.admit(caller)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != actions.sources.events:
        raise UnsupportedMediaTypeError(f"send {actions.sources.events}")
    body = await body_of(request, actions.sources.max_bytes)
    fed = await asyncio.to_thread(asyncio.run, actions.feed(caller, body))
    return Response(orjson.dumps(fed.acknowledgement), media_type=JSON)


@router.get("", summary="Hoe ver elke bron is")
async def standings(actions: WithActions, caller: WithCaller) -> Response:
    """Say of each feed its position, which events are parked, and which are waited for."""
    found = await actions.feed.standings(caller)
    body = {"bronnen": [written(one) for one in found]}
    return Response(orjson.dumps(body), media_type=JSON)


@router.post("/_overslaan", summary="Ga verder zonder wat nooit kwam")
async def skip(overslaan: Overslaan, actions: WithActions, caller: WithCaller) -> Response:
    """Give up events that never came, on record; what was parked behind them has its turn."""
    fed = await actions.feed.skip(caller, overslaan.bron, overslaan.tot, overslaan.reden)
    return Response(orjson.dumps(fed.acknowledgement), media_type=JSON)
