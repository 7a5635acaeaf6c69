"""Toestemmingsverzoeken: what was asked of residents and waits for their answer."""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.actions.sealed_words import Words
from gateway.api.context import WithActions, WithCaller, trace_of
from gateway.api.rendering import ReleasedResponse, camel, list_json
from gateway.api.waiting import WaitingJson
from gateway.api.wire import After
from gateway.domain.consents import Asked

router = APIRouter(prefix="/v1")


@router.get("/toestemmingsverzoeken", summary="Wat gevraagd is en nog op antwoord wacht")
async def asked(
    request: Request,
    actions: WithActions,
    caller: WithCaller,
    na: After = None,
) -> Response:
    """List at most fifty requests about the residents of one's reception sites."""
    return ReleasedResponse(
        lambda: list_json(
            "verzoeken", actions.requests(caller, na, VerzoekenJson, trace_of(request))
        )
    )


def _verzoek(asked: Asked, _: Words) -> dict[str, object]:
    event, scope = asked.event, asked.scope
    return {
        "id": str(event.consent_id),
        "status": "gevraagd",
        "doel": scope.purpose,
        "ontvanger": scope.recipient,
        "velden": sorted(camel(name) for name in scope.fields),
        "taal": scope.language,
        "tekstVersie": scope.text_version,
        "gevraagdOp": event.at.isoformat(),
        "gevraagdDoor": event.recorded_by,
        "vervaltOp": event.expires.isoformat() if event.expires else None,
        "besluitOverBewoner": event.decides,
    }


VerzoekenJson = partial(WaitingJson, _verzoek)
