"""Rectificaties: a recipient says that something is wrong, and COA handles what waits (art. 16, 19)."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from gateway.actions.rectify import Complaint
from gateway.actions.sealed_words import MOST_WORDS, Words
from gateway.api.consents import IdempotencyKey
from gateway.api.context import WithActions, WithCaller, subject_by_reference, trace_of
from gateway.api.rendering import ReleasedResponse, answered, camel, field_named, list_json
from gateway.api.waiting import WaitingJson
from gateway.api.wire import After, Wire
from gateway.domain.errors import InvalidRequestError
from gateway.domain.rectification import Rectification

router = APIRouter(prefix="/v1")
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_WORDS)]


class OnjuistGegeven(Wire):
    """A field that you receive for this purpose and that is wrong, and why you think so."""

    client_ref: UUID
    doel: str = Field(max_length=60, examples=["P02"])
    veld: str = Field(max_length=60, examples=["opleidingen"])
    toelichting: Said


class Afhandeling(Wire):
    """What became of it: corrected by a delivery, or refused for a reason."""

    oordeel: Literal["gecorrigeerd", "geweigerd"]
    toelichting: Said | None = None


@router.post("/verstrekkingen/_klopt-niet", summary="Meld een onjuist gegeven", status_code=202)
async def not_right(
    gegeven: OnjuistGegeven,
    actions: WithActions,
    caller: WithCaller,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Report it to COA; your words stand in the sealed log only."""
    subject = await subject_by_reference(actions, caller, gegeven.client_ref)
    field = field_named("veld", gegeven.veld, actions.gate.fields)
    complaint = Complaint(field, gegeven.toelichting, idempotency_key)
    receipt = await actions.rectify.ask(caller, subject, gegeven.doel, complaint)
    return answered({"id": str(receipt.event_id)}, receipt, HTTPStatus.ACCEPTED)


@router.get("/rectificaties", summary="Wat bewoners en ontvangers onjuist noemen")
async def waiting(
    request: Request,
    actions: WithActions,
    caller: WithCaller,
    na: After = None,
) -> Response:
    """List at most fifty open requests about the residents of one's reception sites."""
    return ReleasedResponse(
        lambda: list_json(
            "rectificaties",
            actions.rectify.waiting(caller, na, RectificatiesJson, trace_of(request)),
        )
    )


@router.post("/rectificaties/{rectificatie_id}/_afhandelen", summary="Handel een rectificatie af")
async def close(
    rectificatie_id: UUID, afhandeling: Afhandeling, actions: WithActions, caller: WithCaller
) -> Response:
    """Close it; whoever received a field that was corrected is told."""
    refused = afhandeling.oordeel == "geweigerd"
    if refused == (afhandeling.toelichting is None):
        raise InvalidRequestError("toelichting", "is needed with a refusal, and only there")
    closed, receipt = await actions.rectify.close(
        caller, rectificatie_id, refused=afhandeling.toelichting
    )
    return answered({"id": str(rectificatie_id), "status": closed.state}, receipt)


def _row(request: Rectification, words: Words) -> dict[str, object]:
    return {
        "id": str(request.rectification_id),
        "veld": camel(request.field) if request.field else None,
        "toelichting": words.get(request.rectification_id),
        "gemeldDoor": request.asked_by,
        "gemeldOp": request.at.isoformat(),
    }


RectificatiesJson = partial(WaitingJson, _row)
