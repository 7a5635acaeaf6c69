"""Noodtoegang: break the glass for an hour; officers see each time, and review it."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from gateway.actions.breakglass import Emergency, Noted, Standing
from gateway.actions.references import whose
from gateway.api.context import (
    Actions,
    WithActions,
    WithCaller,
    subject_by_reference,
    trace_of,
)
from gateway.api.rendering import JSON, receipt_json
from gateway.api.wire import Wire
from gateway.domain.breakglass import LONGEST, SHORTEST, ReviewVerdict
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller

router = APIRouter(prefix="/v1/noodtoegang", tags=["noodtoegang"])
Words = Annotated[str, StringConstraints(min_length=SHORTEST, max_length=LONGEST)]


class Noodvraag(Wire):
    """Say about whom, for what and why it can not wait; leave people's numbers out of the reason."""

    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    doel: str = Field(max_length=60, examples=["P03"])
    reden: Words


class Oordeel(Wire):
    """What the officer found, and why."""

    oordeel: ReviewVerdict
    toelichting: Words


@router.post("", summary="Verkrijg een uur noodtoegang", status_code=201)
async def break_glass(
    vraag: Noodvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Stand in for the relation for an hour; officers of two organisations see that you did."""
    subject = await _named(actions, caller, vraag)
    emergency = Emergency(subject, vraag.doel, vraag.reden, trace_of(request))
    return _noted(await actions.emergencies.break_glass(caller, emergency), HTTPStatus.CREATED)


@router.get("", summary="Noodtoegang die u beoordeelt of die beoordeeld is")
async def listed(actions: WithActions, caller: WithCaller) -> Response:
    """List each time by your organisation's workers, for COA by anyone's; newest first."""
    found = [_standing(one) for one in await actions.emergencies.listed(caller)]
    return Response(orjson.dumps({"noodtoegang": found}), media_type=JSON)


@router.post("/{noodtoegang_id}/_beoordelen", summary="Beoordeel een noodtoegang")
async def review(
    noodtoegang_id: UUID, oordeel: Oordeel, actions: WithActions, caller: WithCaller
) -> Response:
    """Record whether it was justified; nobody reviews her own."""
    noted = await actions.emergencies.review(
        caller, noodtoegang_id, oordeel.oordeel, oordeel.toelichting
    )
    return _noted(noted, HTTPStatus.OK)


async def _named(actions: Actions, caller: Caller, vraag: Noodvraag) -> SubjectId:
    if vraag.client_ref is not None:
        return await subject_by_reference(actions, caller, vraag.client_ref)
    if vraag.v_nummer is None:
        raise InvalidRequestError("clientRef", "or vNummer is needed")
    if caller.partner.kind.private:
        raise InvalidRequestError("vNummer", "is not for a private party; use clientRef")
    return await whose(actions.gate, actions.index, vraag.v_nummer)


def _noted(noted: Noted, status: HTTPStatus) -> Response:
    broken = noted.broken
    body = b'{"id":"%s","tot":"%s","oordeel":%s,"ontvangstbewijs":%s}' % (
        str(broken.glass_id).encode(),
        broken.glass.until.isoformat().encode(),
        orjson.dumps(broken.verdict),
        receipt_json(noted.receipt),
    )
    return Response(body, status, media_type=JSON)


def _standing(standing: Standing) -> dict[str, Any]:
    broken, glass = standing.broken, standing.broken.glass
    return {
        "id": str(broken.glass_id),
        "op": glass.at.isoformat(),
        "tot": glass.until.isoformat(),
        "actor": glass.actor,
        "rol": glass.role,
        "ontvanger": glass.partner,
        "doel": glass.purpose,
        "oordeel": broken.verdict,
        "beoordeeldOp": broken.reviewed_at.isoformat() if broken.reviewed_at else None,
        "teLaat": standing.overdue,
    }
