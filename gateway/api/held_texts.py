"""Teksten: free text held for review, looked at and released."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from gateway.actions.quarantine import Spot
from gateway.api.context import WithActions, WithCaller
from gateway.api.quarantine import Vrijgave
from gateway.api.rendering import JSON, ReleasedResponse, bare
from gateway.domain.quarantine import Fate

router = APIRouter(prefix="/v1/leveringen/{levering_id}/teksten")


class Tekstbesluit(Vrijgave):
    """Why the texts may pass or not, and the version in which they were looked at."""

    versie: Annotated[int, Field(ge=1, lt=2**31)]


@router.get("", summary="De teksten die op een blik wachten")
async def texts(levering_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """List by row which fields are held, and in which version; no values."""
    found = await actions.texts_held.texts(caller, levering_id)
    rows = [{"rij": one.row, "versie": one.version, "velden": one.fields} for one in found]
    return Response(orjson.dumps({"teksten": rows}), media_type=JSON)


@router.get("/{rij}", summary="De teksten van een rij")
async def text(levering_id: UUID, rij: int, actions: WithActions, caller: WithCaller) -> Response:
    """Show the texts that wait, once the log says so."""
    spot = Spot(levering_id, rij)
    return ReleasedResponse(lambda: bare(actions.texts_held.shown(caller, spot)))


@router.post("/{rij}/_vrijgeven", summary="Geef de teksten van een rij vrij")
async def release(
    levering_id: UUID,
    rij: int,
    besluit: Tekstbesluit,
    actions: WithActions,
    caller: WithCaller,
) -> Response:
    """Let the texts through as they were looked at."""
    spot = Spot(levering_id, rij)
    await actions.texts_held.release(caller, spot, besluit.versie, besluit.reden)
    body = {"rij": rij, "status": Fate.RELEASED}
    return Response(orjson.dumps(body), media_type=JSON)


@router.post("/{rij}/_achterhouden", summary="Houd de teksten van een rij achter")
async def keep(
    levering_id: UUID,
    rij: int,
    besluit: Tekstbesluit,
    actions: WithActions,
    caller: WithCaller,
) -> Response:
    """Keep the texts back as they were looked at; the decision stands in the log."""
    spot = Spot(levering_id, rij)
    await actions.texts_held.keep(caller, spot, besluit.versie, besluit.reden)
    return Response(orjson.dumps({"rij": rij, "status": "achtergehouden"}), media_type=JSON)
