"""Uittreksels: an evidence bundle that verifies offline, and events in the formats of others."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field
from starlette.responses import Response, StreamingResponse

from audit.bundle import zipped
from gateway.actions.extract import Chosen, Events
from gateway.actions.oversee import Inquiry
from gateway.api.context import WithActions, WithCaller, trace_of
from gateway.api.oversight import person_named, utc
from gateway.api.wire import Wire
from gateway.domain.errors import InvalidRequestError
from gateway.domain.event_formats import EventFormat
from gateway.domain.logbook import Filters

router = APIRouter(prefix="/v1/logboek", tags=["toezicht"])
Case = Annotated[str | None, Field(max_length=20, examples=["AVG15-2026-0042"])]


class FormaatNaam(StrEnum):
    """In which words events are told."""

    FHIR = "fhir"
    NEN7513 = "nen7513"
    ADL = "adl"


class Bewijsvraag(Wire):
    """Say whose entries, of which disclosure, or of which period; within a case."""

    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    verstrekking: UUID | None = Field(default=None, description="`id` van het ontvangstbewijs")
    van: AwareDatetime | None = None
    tot: AwareDatetime | None = None
    zaaknummer: Case = None


class Uitvoervraag(Wire):
    """Say which period, in which format."""

    van: AwareDatetime
    tot: AwareDatetime
    formaat: FormaatNaam
    zaaknummer: Case = None


@router.post(
    "/_bewijsbundel",
    summary="Bewijs dat zonder netwerk te controleren is",
    responses={200: {"content": {"application/zip": {}}}},
)
async def bundle(
    vraag: Bewijsvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Return a zip with entries, proofs, the log's key, and a page that checks them."""
    subject = await person_named(actions, caller, vraag.client_ref, vraag.v_nummer)
    if subject is None and vraag.verstrekking is None and vraag.van is None:
        raise InvalidRequestError("clientRef", "or verstrekking or van is needed")
    inquiry = Inquiry(
        Filters(utc("van", vraag.van), utc("tot", vraag.tot)),
        subject=subject,
        case=vraag.zaaknummer,
        trace_id=trace_of(request),
    )
    found = await actions.hindsight.extract.evidence(caller, Chosen(inquiry, vraag.verstrekking))
    return Response(
        zipped(found.files),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="bewijs.zip"'},
    )


@router.post(
    "/_uitvoer",
    summary="Uw regels als FHIR AuditEvent, NEN 7513 of Authorization Decision Log",
    responses={200: {"content": {"application/x-ndjson": {}, "application/fhir+ndjson": {}}}},
)
async def events(
    vraag: Uitvoervraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Stream a period's entries, one JSON document a line, as they are read."""
    filters = Filters(utc("van", vraag.van), utc("tot", vraag.tot))
    inquiry = Inquiry(filters, case=vraag.zaaknummer, trace_id=trace_of(request))
    opened = await actions.hindsight.extract.events(caller, inquiry)
    wanted = actions.hindsight.formats[vraag.formaat]
    return StreamingResponse(_lines(opened, wanted), media_type=wanted.media_type)


async def _lines(opened: Events, wanted: EventFormat) -> AsyncIterator[bytes]:
    async for seen in opened.entries:
        document = wanted.write(seen)
        if document is not None:
            yield orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
