"""Beperkingen, bezwaren en afschermingen: what a resident wants withheld, recorded and lifted."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from gateway.actions.withhold import RecordedWithholding, WithholdingWish
from gateway.api.context import Actions, WithActions, WithCaller, subject_named
from gateway.api.rendering import answered, camel, field_named
from gateway.api.wire import Wire
from gateway.domain.subjects import WithholdingKind

router = APIRouter(prefix="/v1")
KINDS = {"beperking": WithholdingKind.RESTRICTED, "bezwaar": WithholdingKind.OBJECTED}
Doel = Annotated[str, Field(max_length=60, examples=["P02"])]


class Beperkingswens(Wire):
    """Restriction (AVG art. 18) or objection (art. 21); no fields: all, no purposes: all it can reach."""

    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    soort: Literal["beperking", "bezwaar"]
    velden: list[str] = Field(default_factory=list, max_length=200)
    doelen: list[Doel] = Field(default_factory=list, max_length=20)


class Afschermingswens(Wire):
    """Hide someone from all but herself, or show her again."""

    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    afgeschermd: bool


@router.post("/beperkingen", summary="Leg een beperking of bezwaar vast", status_code=201)
async def withhold(wens: Beperkingswens, actions: WithActions, caller: WithCaller) -> Response:
    """Record a restriction or objection; it is subtracted from the next decision on."""
    subject = await subject_named(actions, caller, wens.client_ref, wens.v_nummer)
    fields = frozenset(field_named("velden", name, actions.gate.fields) for name in wens.velden)
    wish = WithholdingWish(subject, KINDS[wens.soort], fields, frozenset(wens.doelen))
    recorded = await actions.withholdings.record(caller, wish)
    return _recorded(wens.soort, recorded, actions)


@router.post("/beperkingen/{beperking_id}/_opheffen", summary="Hef een beperking of bezwaar op")
async def lift(beperking_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Lift a restriction or objection; from the next decision on it no longer subtracts."""
    at, receipt = await actions.withholdings.lift(caller, beperking_id)
    body = {"id": str(beperking_id), "opgehevenOp": at.isoformat()}
    return answered(body, receipt)


@router.post("/afschermingen", summary="Scherm een bewoner af, of hef dat op", status_code=201)
async def shield(wens: Afschermingswens, actions: WithActions, caller: WithCaller) -> Response:
    """Shield someone: to everyone but herself she is unknown, and no search finds her."""
    subject = await subject_named(actions, caller, wens.client_ref, wens.v_nummer)
    receipt = await actions.withholdings.shield(caller, subject, shielded=wens.afgeschermd)
    return answered({"afgeschermd": wens.afgeschermd}, receipt, HTTPStatus.CREATED)


def _recorded(soort: str, recorded: RecordedWithholding, actions: Actions) -> Response:
    one = recorded.withholding
    body = {
        "id": str(recorded.withholding_id),
        "soort": soort,
        "doelen": sorted(one.purposes),
        "velden": [camel(name) for name in actions.gate.fields.names(one.fields)],
        "sinds": one.since.isoformat(),
    }
    return answered(body, recorded.receipt, HTTPStatus.CREATED)
