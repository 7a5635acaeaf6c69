"""Abonnementen: where an organisation's own system hears that meldingen wait for it."""

from http import HTTPStatus
from uuid import UUID

import orjson
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from gateway.api.context import WithActions, WithCaller
from gateway.api.rendering import JSON, answered
from gateway.api.wire import Wire
from gateway.domain.subscriptions import LONGEST_ADDRESS, Subscription

router = APIRouter(prefix="/v1")


class Abonnementswens(Wire):
    """Where the messages go: https, at a host that the whole world can reach."""

    url: str = Field(max_length=LONGEST_ADDRESS, examples=["https://systeem.example/meldingen"])


@router.post("/abonnementen", summary="Meld uw systeem aan voor meldingen", status_code=201)
async def subscribe(wens: Abonnementswens, actions: WithActions, caller: WithCaller) -> Response:
    """Subscribe; the secret (Standard Webhooks) is in this answer and in no other."""
    made = await actions.subscriptions.add(caller, wens.url)
    body = {**_subscription(made.subscription), "geheim": made.secret}
    return answered(body, made.receipt, HTTPStatus.CREATED)


@router.get("/abonnementen", summary="Abonnementen van uw organisatie")
async def subscriptions(actions: WithActions, caller: WithCaller) -> Response:
    """List the subscriptions of the caller's organisation, without their secrets."""
    found = await actions.subscriptions.of_partner(caller)
    body = {"abonnementen": [_subscription(one) for one in found]}
    return Response(orjson.dumps(body), media_type=JSON)


@router.delete("/abonnementen/{abonnement_id}", summary="Beëindig een abonnement")
async def unsubscribe(abonnement_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """End a subscription: nothing more is sent there."""
    receipt = await actions.subscriptions.remove(caller, abonnement_id)
    return answered({"id": str(abonnement_id)}, receipt)


def _subscription(one: Subscription) -> dict[str, str]:
    return {"id": str(one.subscription_id), "url": one.url, "sinds": one.since.isoformat()}
