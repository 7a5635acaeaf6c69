"""Quarantaine: rows that could not be accepted, looked at, corrected, released or discarded."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from gateway.actions.quarantine import Spot
from gateway.api.context import WithActions, WithCaller
from gateway.api.rendering import JSON, ReleasedResponse, bare
from gateway.api.wire import Wire
from gateway.domain.acknowledgements import fault
from gateway.domain.breakglass import LONGEST, SHORTEST
from gateway.domain.quarantine import Fate, QuarantinedRow

router = APIRouter(prefix="/v1/leveringen/{levering_id}/quarantaine")


class Correctie(Wire):
    """The whole row as it should have been, with the names of a delivery."""

    klantprofiel: dict[str, Any]


class Vrijgave(Wire):
    """Why it may pass as it is."""

    reden: Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]


@router.get("", summary="De rijen in quarantaine")
async def rows(levering_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """List which rows were quarantined and why; no values."""
    found = await actions.quarantine.rows(caller, levering_id)
    return Response(orjson.dumps({"rijen": [_wire(one) for one in found]}), media_type=JSON)


@router.get("/{rij}", summary="Een rij in quarantaine")
async def row(levering_id: UUID, rij: int, actions: WithActions, caller: WithCaller) -> Response:
    """Show a row as it came, once the log says so."""
    spot = Spot(levering_id, rij)
    return ReleasedResponse(lambda: bare(actions.quarantine.shown(caller, spot)))


@router.post("/{rij}/_corrigeren", summary="Vervang een rij", status_code=HTTPStatus.CREATED)
async def correct(
    levering_id: UUID, rij: int, correctie: Correctie, actions: WithActions, caller: WithCaller
) -> Response:
    """Take in the corrected row, as a delivery of its own; returns its acknowledgement."""
    spot = Spot(levering_id, rij)
    delivered = await actions.quarantine.correct(caller, spot, correctie.klantprofiel)
    body = orjson.dumps(delivered.acknowledgement)
    return Response(body, HTTPStatus.CREATED, media_type=JSON)


@router.post("/{rij}/_vrijgeven", summary="Geef een rij vrij", status_code=HTTPStatus.CREATED)
async def release(
    levering_id: UUID, rij: int, vrijgave: Vrijgave, actions: WithActions, caller: WithCaller
) -> Response:
    """Accept a row as it came, where only other rows spoke against it; returns its acknowledgement."""
    delivered = await actions.quarantine.release(caller, Spot(levering_id, rij), vrijgave.reden)
    body = orjson.dumps(delivered.acknowledgement)
    return Response(body, HTTPStatus.CREATED, media_type=JSON)


@router.post("/{rij}/_verwerpen", summary="Verwerp een rij")
async def discard(
    levering_id: UUID, rij: int, actions: WithActions, caller: WithCaller
) -> Response:
    """Give a row up; its values are deleted."""
    await actions.quarantine.discard(caller, Spot(levering_id, rij))
    body = {"rij": rij, "status": Fate.DISCARDED}
    return Response(orjson.dumps(body), media_type=JSON)


def _wire(found: QuarantinedRow) -> dict[str, object]:
    return {
        "rij": found.row,
        "sinds": found.at.isoformat(),
        "status": found.fate or "wacht",
        "redenen": [{"veld": name, "reden": why} for name, why in map(fault, found.reasons)],
    }
