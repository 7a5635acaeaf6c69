"""Heridentificaties: an officer asks to name a person in the log, and another one approves."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import Response

from gateway.actions.reidentify import SeenLookUp
from gateway.api.context import WithActions, WithCaller
from gateway.api.oversight import person_named
from gateway.api.problems import problem
from gateway.api.rendering import JSON, answered
from gateway.api.wire import Wire
from gateway.domain.errors import InvalidRequestError
from gateway.domain.records import Receipt

router = APIRouter(prefix="/v1/heridentificaties", tags=["toezicht"])
MAX_WORDS = 500


class Heridentificatievraag(Wire):
    """Whom you want to look up, and why a colleague should allow it."""

    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    reden: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=10, max_length=MAX_WORDS)
    ]


@router.post("", summary="Vraag om een persoon in het logboek op te zoeken", status_code=201)
async def ask(vraag: Heridentificatievraag, actions: WithActions, caller: WithCaller) -> Response:
    """Ask; a colleague has a week to approve, and then you have eight hours."""
    subject = await person_named(actions, caller, vraag.client_ref, vraag.v_nummer)
    if subject is None:
        raise InvalidRequestError("clientRef", "or vNummer is needed")
    return _answer(*await actions.reidentify.ask(caller, subject, vraag.reden), HTTPStatus.CREATED)


@router.get("", summary="De verzoeken om heridentificatie van uw organisatie")
async def listed(actions: WithActions, caller: WithCaller) -> Response:
    """List the newest fifty, however they stand."""
    found = [_wire(one) for one in await actions.reidentify.listed(caller)]
    return Response(orjson.dumps({"heridentificaties": found}), media_type=JSON)


@router.post("/{heridentificatie_id}/_goedkeuren", summary="Keur het verzoek van een collega goed")
async def approve(heridentificatie_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Approve what another officer of your organisation asked, never what you asked yourself."""
    approved = await actions.reidentify.approve(caller, heridentificatie_id)
    if approved is None:
        return problem(HTTPStatus.NOT_FOUND, "Dit verzoek is er niet bij uw organisatie.")
    return _answer(*approved, HTTPStatus.OK)


def _answer(seen: SeenLookUp, receipt: Receipt, status: HTTPStatus) -> Response:
    return answered(_wire(seen), receipt, status)


def _wire(seen: SeenLookUp) -> dict[str, object]:
    look_up = seen.look_up
    return {
        "id": str(look_up.look_up_id),
        "status": seen.state,
        "clientRef": str(seen.client_ref),
        "reden": seen.reason,
        "gevraagdDoor": look_up.actor,
        "gevraagdOp": look_up.at.isoformat(),
        "goedgekeurdDoor": look_up.approved_by,
        "goedgekeurdOp": look_up.approved_at.isoformat() if look_up.approved_at else None,
        "geldigTot": look_up.until.isoformat(),
    }
