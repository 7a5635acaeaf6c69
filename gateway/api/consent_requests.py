"""Toestemmingsverzoeken: what was asked of residents and waits for their answer."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from gateway.actions.sealed_words import Words
from gateway.api.context import Actions, WithActions, WithCaller, trace_of
from gateway.api.rendering import (
    JSON,
    ReleasedResponse,
    camel,
    onward,
    references,
    rows_json,
)
from gateway.domain.consents import Asked
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.partners import Caller
from gateway.domain.records import Receipt

router = APIRouter(prefix="/v1")


@router.get("/toestemmingsverzoeken", summary="Wat gevraagd is en nog op antwoord wacht")
async def asked(
    request: Request,
    actions: WithActions,
    caller: WithCaller,
    na: Annotated[UUID | None, Query(description="Id uit `volgende`")] = None,
) -> Response:
    """List at most fifty requests about the residents of one's reception sites."""
    return ReleasedResponse(lambda: _page(actions, caller, na, trace_of(request)))


class VerzoekenJson:
    """Requests as a JSON list; who was not disclosed is left out."""

    media_type = JSON

    def __init__(self, page: Sequence[Asked], _: Words) -> None:
        self._page = page

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the list, then the receipt."""
        shown = references(disclosed)
        rows = [
            {"clientRef": shown[one.subject], **_verzoek(one)}
            for one in self._page
            if one.subject in shown
        ]
        yield rows_json(rows, receipt)


@asynccontextmanager
async def _page(
    actions: Actions, caller: Caller, after: UUID | None, trace_id: str | None
) -> AsyncIterator[tuple[Released | None, bytes, bytes]]:
    async with actions.requests(caller, after, VerzoekenJson, trace_id) as page:
        yield page.released, b'{"verzoeken":', onward(page.after)


def _verzoek(asked: Asked) -> dict[str, object]:
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
