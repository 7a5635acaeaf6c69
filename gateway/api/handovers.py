"""Overdrachten: receipt, driegesprek, questions and handing on, between COA and the municipalities."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field, StringConstraints
from starlette.responses import Response

from gateway.actions.handover_files import Standing
from gateway.actions.handover_questions import Asking
from gateway.actions.handovers import Ending
from gateway.actions.sealed_words import MOST_WORDS, Words
from gateway.actions.take_back import OpenDeparture
from gateway.api.consents import IdempotencyKey
from gateway.api.context import WithActions, WithCaller, subject_by_reference, trace_of
from gateway.api.rendering import (
    JSON,
    ReleasedResponse,
    answered,
    bare,
    camel,
    field_named,
    list_json,
    rows_json,
    with_receipt,
)
from gateway.api.waiting import WaitingJson
from gateway.api.wire import After, Wire, in_utc
from gateway.domain.disclosures import Disclosed
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import (
    Cancelled,
    File,
    Outcome,
    Plan,
    Question,
    Scenario,
    Talk,
    TalkForm,
    TalkState,
    Topic,
)
from gateway.domain.identifiers import GemeenteCode, SubjectId
from gateway.domain.records import Receipt

router = APIRouter(prefix="/v1/overdrachten")
Spoken = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_WORDS)
]


class Client(Wire):
    """Whom it is about, by your own reference."""

    client_ref: UUID


class Driegesprek(Client):
    """A talk to hold with her; COA joins only with her agreement (Besluit inburgering art. 5.2(2))."""

    scenario: Scenario
    vorm: TalkForm
    gepland: AwareDatetime
    instemming: bool = Field(default=False, description="Zij stemt in met het COA erbij")


class Afronding(Wire):
    """How a talk ended: held, with what was agreed on, or cancelled for a reason."""

    status: TalkState
    reden: Cancelled | None = None
    uitkomsten: list[Outcome] = Field(default_factory=list, max_length=len(Outcome))


class Vraag(Client):
    """A question to COA about a section of the dossier, or a field of it."""

    onderwerp: Topic
    veld: str | None = Field(default=None, max_length=60, examples=["opleidingen"])
    tekst: Spoken


class Antwoord(Wire):
    """What COA answers."""

    antwoord: Spoken


class Doorgave(Client):
    """To which municipality she moved."""

    gemeente: str = Field(pattern="^[0-9]{4}$", examples=["0344"])


@router.get("", summary="Hoe staan de overdrachten ervoor")
async def listed(
    request: Request, actions: WithActions, caller: WithCaller, na: After = None
) -> Response:
    """List at most fifty people of your municipality, or of your reception sites."""
    return ReleasedResponse(
        lambda: list_json(
            "overdrachten",
            actions.handovers.files.page(caller, na, OverdrachtenJson, trace_of(request)),
        )
    )


@router.get("/vragen", summary="Vragen die op het COA wachten")
async def waiting(
    request: Request, actions: WithActions, caller: WithCaller, na: After = None
) -> Response:
    """List at most fifty open questions about the residents of one's reception sites."""
    return ReleasedResponse(
        lambda: list_json(
            "vragen", actions.handovers.questions.waiting(caller, na, VragenJson, trace_of(request))
        )
    )


@router.get("/doorgegeven", summary="Wie u doorgaf en nog kunt terughalen")
async def departures(actions: WithActions, caller: WithCaller) -> Response:
    """List at most fifty whose receipt nobody confirmed, newest first; by your own references only."""
    found, more = await actions.handovers.back.departures(caller)
    body = {"doorgegeven": [_departure(one) for one in found], "meer": more}
    return Response(orjson.dumps(body), media_type=JSON)


@router.get("/{client_ref}", summary="Eén overdracht, met vragen en antwoorden")
async def one(
    client_ref: UUID, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Show the whole file of one handover."""
    subject = await subject_by_reference(actions, caller, client_ref)
    files = actions.handovers.files
    return ReleasedResponse(
        lambda: bare(files.one(caller, subject, OverdrachtJson, trace_of(request)))
    )


@router.post("/_bevestigen", summary="Bevestig de ontvangst", status_code=201)
async def confirm(
    client: Client,
    actions: WithActions,
    caller: WithCaller,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Confirm that the handover was received: once, by a klantmanager of her municipality."""
    subject = await subject_by_reference(actions, caller, client.client_ref)
    return _made(await actions.handovers.work.confirm(caller, subject, idempotency_key))


@router.post("/driegesprekken", summary="Plan een driegesprek", status_code=201)
async def plan(
    gesprek: Driegesprek,
    actions: WithActions,
    caller: WithCaller,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Plan a talk; one stands at a time."""
    subject = await subject_by_reference(actions, caller, gesprek.client_ref)
    moment = in_utc("gepland", gesprek.gepland)
    planned = Plan(gesprek.scenario, gesprek.vorm, moment, gesprek.instemming)
    return _made(await actions.handovers.work.plan(caller, subject, planned, idempotency_key))


@router.post("/driegesprekken/{gesprek_id}/_afronden", summary="Rond een driegesprek af")
async def close(
    gesprek_id: UUID, afronding: Afronding, actions: WithActions, caller: WithCaller
) -> Response:
    """Write down that it was held, or why not."""
    receipt = await actions.handovers.work.close(caller, gesprek_id, _ending(afronding))
    return answered({"id": str(gesprek_id), "status": afronding.status}, receipt)


@router.post("/vragen", summary="Stel het COA een vraag", status_code=201)
async def ask(
    vraag: Vraag,
    actions: WithActions,
    caller: WithCaller,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Ask the casemanagers of the site where she stays; your words stand sealed in the log."""
    subject = await subject_by_reference(actions, caller, vraag.client_ref)
    field = field_named("veld", vraag.veld, actions.gate.fields) if vraag.veld else None
    asking = Asking(vraag.onderwerp, field, vraag.tekst, idempotency_key)
    return _made(await actions.handovers.questions.ask(caller, subject, asking))


@router.post("/vragen/{vraag_id}/_beantwoorden", summary="Beantwoord een vraag")
async def answer(
    vraag_id: UUID, antwoord: Antwoord, actions: WithActions, caller: WithCaller
) -> Response:
    """Answer a question about a resident of one's own site."""
    receipt = await actions.handovers.questions.answer(caller, vraag_id, antwoord.antwoord)
    return answered({"id": str(vraag_id), "status": "beantwoord"}, receipt)


@router.post("/_doorgeven", summary="Geef iemand door aan een andere gemeente")
async def hand_on(doorgave: Doorgave, actions: WithActions, caller: WithCaller) -> Response:
    """Hand on someone who moved; she is the next municipality's from now on."""
    subject = await subject_by_reference(actions, caller, doorgave.client_ref)
    next_ = GemeenteCode(doorgave.gemeente)
    receipt = await actions.handovers.work.hand_on(caller, subject, next_)
    return answered({"gemeente": next_}, receipt)


@router.post("/_terughalen", summary="Haal iemand terug die u doorgaf")
async def take_back(client: Client, actions: WithActions, caller: WithCaller) -> Response:
    """Take back whom you handed on, while nobody in the next municipality confirmed receipt."""
    subject = await subject_by_reference(actions, caller, client.client_ref)
    receipt = await actions.handovers.back.take_back(caller, subject)
    return answered({"clientRef": str(client.client_ref)}, receipt)


class OverdrachtenJson:
    """Handovers as a JSON list; who was not disclosed is left out."""

    media_type = JSON

    def __init__(self, standing: Mapping[SubjectId, Standing]) -> None:
        self._standing = standing

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the list, then the receipt."""
        rows = [
            {"clientRef": str(share.reference), **_standing(self._standing[share.subject])}
            for share in disclosed
        ]
        yield rows_json(rows, receipt)


class OverdrachtJson:
    """One handover as JSON, with all talks and questions; empty where she is linked to nobody."""

    media_type = JSON

    def __init__(self, standing: Standing | None) -> None:
        self._standing = standing

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the whole answer."""
        found = self._standing
        body: dict[str, object] = {"clientRef": str(disclosed[0].reference)}
        if found is not None:
            body |= _standing(found)
            body |= {
                "driegesprekken": [_talk(talk) for talk in found.file.talks],
                "vragen": [_question(one, found.words) for one in found.file.questions],
            }
        yield with_receipt(body, receipt)


def _ending(afronding: Afronding) -> Ending:
    held = afronding.status is TalkState.GEVOERD
    if afronding.status is TalkState.GEPLAND:
        raise InvalidRequestError("status", "is gevoerd or geannuleerd")
    if held == (afronding.reden is not None):
        raise InvalidRequestError("reden", "is needed with geannuleerd, and only there")
    if afronding.uitkomsten and not held:
        raise InvalidRequestError("uitkomsten", "are of a talk that was held")
    return Ending(afronding.reden, frozenset(afronding.uitkomsten))


def _standing(one: Standing) -> dict[str, object]:
    file = one.file
    return {
        "gemeente": one.handover.gemeente,
        "sinds": one.handover.since.isoformat(),
        "gehuisvest": one.housed,
        "ontvangstBevestigdOp": file.confirmed.at.isoformat() if file.confirmed else None,
        "driegesprek": _talk(file.talk) if file.talk else None,
        "openVragen": file.waiting,
        "doorgegevenDoor": _before(file, back=False),
        "teruggehaaldVan": _before(file, back=True),
    }


def _departure(one: OpenDeparture) -> dict[str, object]:
    return {
        "clientRef": str(one.reference),
        "gemeente": one.handed_on.before,
        "doorgegevenOp": one.handed_on.handover.since.isoformat(),
    }


def _before(file: File, *, back: bool) -> str | None:
    one = file.handed_on
    return one.before if one and one.back is back else None


def _talk(talk: Talk) -> dict[str, object]:
    return {
        "id": str(talk.talk_id),
        "scenario": talk.plan.scenario,
        "vorm": talk.plan.form,
        "gepland": talk.plan.moment.isoformat(),
        "status": talk.state,
        "afgerondOp": talk.closed.isoformat() if talk.closed else None,
        "reden": talk.cancelled,
        "uitkomsten": list(talk.outcomes),
    }


def _question(one: Question, words: Words) -> dict[str, object]:
    return {
        "id": str(one.question_id),
        "onderwerp": one.topic,
        "veld": camel(one.field) if one.field else None,
        "tekst": words.get(one.question_id),
        "gesteldOp": one.at.isoformat(),
        "antwoord": words.get(one.answer) if one.answer else None,
        "beantwoordOp": one.answered.isoformat() if one.answered else None,
    }


def _made(receipt: Receipt) -> Response:
    return answered({"id": str(receipt.event_id)}, receipt, HTTPStatus.CREATED)


VragenJson = partial(WaitingJson, _question)
