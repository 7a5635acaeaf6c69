"""Toestemmingsteksten en bewijzen: the words consent is asked in, and the receipt of an answer."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from gateway.api.context import WithActions, WithCaller
from gateway.api.rendering import JSON
from gateway.domain.consent_texts import ConsentText
from gateway.domain.errors import InvalidRequestError

router = APIRouter(prefix="/v1")
ISO, KANTARA = "iso27560", "kantara"
JSON_LD = "application/ld+json"
KANTARA_JSON = "application/json; profile=kantara"
UNREVIEWED = "Machinaal vertaald; geen moedertaalspreker heeft deze tekst nagelezen."


@router.get("/toestemmingsteksten", summary="De tekst waarmee toestemming gevraagd wordt")
async def text(  # noqa: PLR0913, PLR0917 - one a member of the query
    actions: WithActions,
    caller: WithCaller,  # noqa: ARG001 - whoever signed in may read it
    doel: Annotated[str, Query(max_length=60, examples=["P05"])],
    soort: Annotated[str, Query(max_length=40, description="Soort ontvanger")],
    taal: Annotated[str, Query(pattern="^[a-z]{2,3}$", examples=["tir"])],
    versie: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """Show the sections in the order in which they are read aloud; it holds no personal data."""
    purpose = actions.gate.matrix.purpose(doel)
    if purpose is None:
        raise InvalidRequestError("doel", "is not in the catalogue")
    found = actions.wording.texts.get(purpose.short, soort, taal, versie)
    return Response(orjson.dumps(_wire(found)), media_type=JSON)


@router.get("/toestemmingen/{toestemming_id}/bewijs", summary="Het bewijs van een toestemming")
async def receipt(
    toestemming_id: UUID,
    actions: WithActions,
    caller: WithCaller,
    formaat: Annotated[str | None, Query(max_length=20, examples=[ISO, KANTARA])] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = JSON_LD,
) -> Response:
    """Give the receipt by ISO/IEC TS 27560 (JSON-LD), or by Kantara where that is asked."""
    form = formaat or (KANTARA if f"profile={KANTARA}" in accept.replace('"', "") else ISO)
    document = await actions.receipts.give(caller, toestemming_id, form)
    media_type = KANTARA_JSON if form == KANTARA else JSON_LD
    return Response(orjson.dumps(document), media_type=media_type)


def _wire(found: ConsentText) -> dict[str, object]:
    return {
        "sleutel": found.key,
        "versie": found.version,
        "taal": found.language,
        "richting": found.direction,
        "delen": [{"naam": part.name, "tekst": part.text} for part in found.sections],
        "sha256": found.sha256,
        "nagelezen": found.reviewed,
        "opmerking": None if found.reviewed else UNREVIEWED,
    }
