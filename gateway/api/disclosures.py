"""Verstrekkingen and cliënten: a person's fields for a purpose, and the list of one's own people."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from gateway.actions.desk import GUIDANCE, admit
from gateway.actions.disclose import PAGE, Question
from gateway.api.context import (
    Actions,
    WithActions,
    WithCaller,
    subject_by_reference,
    subjects_by_reference,
    trace_of,
)
from gateway.api.rendering import (
    BatchJson,
    ListJson,
    OneJson,
    ReleasedResponse,
    bare,
    field_spelled,
    list_json,
)
from gateway.api.wire import After, Wire
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import SubjectId

router = APIRouter(prefix="/v1")
CLIENTS = ListJson("clientRef")
ONE = OneJson()
BATCH = BatchJson()
DEFAULT_PURPOSES = {
    "coa_casemanager": "P03",
    "coa_coordinator_meedoenbalie": "P06",
    "coa_regievoerder": "P01",
    "cursusinstelling": "P03",
    "gemeente_burgerzaken": "P07",
    "gemeente_huisvesting": "P01",
    "gemeente_matcher": "P04",
    "jobcoach_gemeente": "P08",
    "uitzendbureau_matcher": "P05",
    "werkgever": "P05",
}


class Verstrekkingsvraag(Wire):
    """Ask for a person's fields: for which purpose, and which (all that the purpose names if left out)."""

    client_ref: UUID
    doel: str = Field(max_length=60, examples=["P02"])
    velden: list[str] | None = Field(default=None, max_length=200)


class Batchvraag(Wire):
    """Ask for the same fields of several people for one purpose; each is decided on her own."""

    client_refs: list[UUID] = Field(min_length=1, max_length=PAGE)
    doel: str = Field(max_length=60, examples=["P06"])
    velden: list[str] | None = Field(default=None, max_length=200)


@router.post("/verstrekkingen", summary="Vraag gegevens van één persoon voor een doel")
async def disclose(
    vraag: Verstrekkingsvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Decide, log, open and answer; a field that may not leave is listed with its reason."""
    mask = _mask(vraag.velden, actions.gate.fields)
    subject = await subject_by_reference(actions, caller, vraag.client_ref)
    ask = Ask(caller, vraag.doel, mask)
    question = Question(ask, (subject,), ONE, trace_id=trace_of(request))
    return ReleasedResponse(lambda: bare(actions.disclose.one(question)))


@router.post("/verstrekkingen/_batch", summary="Vraag gegevens van meer personen voor een doel")
async def disclose_batch(
    vraag: Batchvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Decide about each person apart; who may not be shown is listed with the reason."""
    people = await subjects_by_reference(actions, caller, vraag.client_refs)
    named = {subject: reference for reference, subject in people.items()}
    if len(named) < len(people):
        raise InvalidRequestError("clientRefs", "names someone twice")
    ask = Ask(caller, vraag.doel, _mask(vraag.velden, actions.gate.fields))
    question = Question(ask, tuple(named), BATCH, trace_id=trace_of(request))
    return ReleasedResponse(lambda: _batch(actions, question, named))


@router.get("/clienten", summary="De mensen met wie uw organisatie een relatie heeft")
async def clients(
    request: Request,
    actions: WithActions,
    caller: WithCaller,
    doel: Annotated[str | None, Query(max_length=60)] = None,
    na: After = None,
) -> Response:
    """List at most fifty people with the worklist's columns; follow ``volgende`` for more."""
    ask = Ask(caller, doel or DEFAULT_PURPOSES.get(caller.role, "P02"))
    return ReleasedResponse(
        lambda: list_json("clienten", actions.clients(ask, na, CLIENTS, trace_of(request)))
    )


@router.get("/toestemmingen", summary="De toestemmingen van de mensen die u begeleidt")
async def consents(
    request: Request,
    actions: WithActions,
    caller: WithCaller,
    na: After = None,
) -> Response:
    """List at most fifty people with their consents, aligned by consent, oldest first."""
    await admit(actions.gate, caller)
    ask = Ask(caller, GUIDANCE)
    return ReleasedResponse(
        lambda: list_json("clienten", actions.agreed(ask, na, CLIENTS, trace_of(request)))
    )


@asynccontextmanager
async def _batch(
    actions: Actions, question: Question, named: Mapping[SubjectId, UUID]
) -> AsyncIterator[tuple[Released | None, bytes, bytes]]:
    async with actions.disclose.batch(question) as batch:
        refused = [
            {"clientRef": str(named[subject]), "reden": reason}
            for subject, reason in batch.refused.items()
        ]
        yield batch.released, b'{"verstrekkingen":', b',"geweigerd":' + orjson.dumps(refused) + b"}"


def _mask(names: list[str] | None, fields: FieldDictionary) -> int | None:
    if names is None:
        return None
    mask = 0
    for position, name in enumerate(names):
        field = field_spelled(name, fields)
        if field is None:
            raise InvalidRequestError(f"velden.{position}", "is not a field of the klantprofiel")
        mask |= fields[field].bit
    return mask
