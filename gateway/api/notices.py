"""Meldingen: what an organisation must delete or stop using, and its confirmation that it did."""

from uuid import UUID

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from gateway.actions.notices import OpenNotice
from gateway.api.context import WithActions, WithCaller
from gateway.api.rendering import JSON, answered
from gateway.domain.notices import KINDS

router = APIRouter(prefix="/v1")


@router.get("/meldingen", summary="Open meldingen aan uw organisatie")
async def notices(actions: WithActions, caller: WithCaller) -> Response:
    """List at most fifty open notices, first due first; people by your own pseudonyms only."""
    waiting, more = await actions.notices.of_partner(caller)
    body = {"meldingen": [_notice(one) for one in waiting], "meer": more}
    return Response(orjson.dumps(body), media_type=JSON)


@router.post("/meldingen/{melding_id}/_bevestigen", summary="Bevestig dat u hebt verwijderd")
async def confirm(melding_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Confirm deletion; doing so again answers with the first moment."""
    state, receipt = await actions.notices.confirm(caller, melding_id)
    at = state.confirmed.isoformat() if state.confirmed else None
    return answered({"id": str(melding_id), "bevestigdOp": at}, receipt)


def _notice(one: OpenNotice) -> dict[str, str | None]:
    notice = one.notice
    consent = notice.own_consent
    return {
        "id": str(notice.notice_id),
        "soort": KINDS[notice.cause.kind],
        "clientRef": str(one.reference),
        "doel": notice.cause.purpose,
        "toestemming": str(consent) if consent else None,
        "gemeldOp": notice.at.isoformat(),
        "uiterlijk": notice.due.isoformat(),
    }
