"""Leveringen: COA hands over a TVS file, and reads what became of every row."""

import asyncio
from http import HTTPStatus
from io import BytesIO
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.actions.ingest import Delivered
from gateway.api.context import WithActions, WithCaller
from gateway.api.problems import TooLargeError, UnsupportedMediaTypeError, problem
from gateway.api.rendering import JSON

router = APIRouter(prefix="/v1")


@router.post(
    "/leveringen", summary="Lever klantprofielen (CSV, XLSX, JSON of XML)", status_code=201
)
async def deliver(request: Request, actions: WithActions, caller: WithCaller) -> Response:
    """Process a delivery beside other requests; the same file again answers 200 with the first report."""
    await actions.ingest.admit(caller)
    source = actions.sources.get(request.headers.get("content-type", ""))
    if source is None:
        raise UnsupportedMediaTypeError("send CSV, XLSX, JSON or XML with its media type")
    body = await body_of(request, actions.sources.max_bytes)
    delivered = await asyncio.to_thread(asyncio.run, actions.ingest(caller, body, source))
    status = HTTPStatus.OK if delivered.seen_before else HTTPStatus.CREATED
    return _answer(delivered, status)


@router.get("/leveringen", summary="De laatste leveringen")
async def recent(actions: WithActions, caller: WithCaller) -> Response:
    """List the newest deliveries: when they came and whether they are done."""
    states = await actions.ingest.recent(caller)
    body = [
        {"id": str(s.delivery), "ontvangenOp": s.at.isoformat(), "verwerkt": s.report is not None}
        for s in states
    ]
    return Response(orjson.dumps({"leveringen": body}), media_type=JSON)


@router.get("/leveringen/{levering_id}", summary="Het verslag van een levering")
async def report(levering_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Return what became of every row of an earlier delivery."""
    delivered = await actions.ingest.report(caller, levering_id)
    if delivered is None:
        return problem(HTTPStatus.NOT_FOUND, "Deze levering is er niet, of is nog bezig.")
    return _answer(delivered, HTTPStatus.OK)


@router.get("/leveringen/{levering_id}/ontvangstbevestiging", summary="De ontvangstbevestiging")
async def acknowledgement(levering_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Return counts and places only, as they also lie beside a file in a watched folder."""
    found = await actions.ingest.acknowledgement(caller, levering_id)
    if found is None:
        return problem(HTTPStatus.NOT_FOUND, "Deze levering is er niet, of is nog bezig.")
    return Response(orjson.dumps(found), media_type=JSON)


async def body_of(request: Request, limit: int) -> BytesIO:
    """Read a body into memory, within the limit; nothing is spooled to disk in clear."""
    if (announced := request.headers.get("content-length", "")).isdigit() and int(
        announced
    ) > limit:
        raise TooLargeError(f"a delivery holds at most {limit} bytes")
    body = BytesIO()
    async for chunk in request.stream():
        if body.tell() + len(chunk) > limit:
            raise TooLargeError(f"a delivery holds at most {limit} bytes")
        body.write(chunk)
    body.seek(0)
    return body


def _answer(delivered: Delivered, status: HTTPStatus) -> Response:
    report = {"id": str(delivered.delivery)} | delivered.report
    return Response(orjson.dumps(report), status, media_type=JSON)
