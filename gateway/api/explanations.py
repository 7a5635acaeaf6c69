"""Uitleg: why the gate would or would not give a person's fields; nothing of her is given."""

from collections.abc import Iterator
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from gateway.actions.explain import Explained
from gateway.api.context import WithActions, WithCaller, subject_by_reference, trace_of
from gateway.api.rendering import JSON, camel, field_named, receipt_json
from gateway.api.wire import Wire
from gateway.domain.decisions import Ask, Decision
from gateway.domain.explain import REMEDIES
from gateway.domain.fields import FieldDictionary
from gateway.domain.reasons import told
from gateway.domain.sentences import Language, advice, render

router = APIRouter(prefix="/v1")


class Uitlegvraag(Wire):
    """Ask why: the question of a verstrekking, and the language to be answered in."""

    client_ref: UUID
    doel: str = Field(max_length=60, examples=["P02"])
    velden: list[str] | None = Field(default=None, max_length=200)
    taal: Language | None = None


@router.post("/verstrekkingen/_uitleg", summary="Vraag waarom gegevens wel of niet komen")
async def explain(
    vraag: Uitlegvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Decide as a verstrekking would and tell the steps; no field is opened."""
    fields = actions.gate.fields
    subject = await subject_by_reference(actions, caller, vraag.client_ref)
    ask = Ask(caller, vraag.doel, _mask(vraag.velden, fields))
    explained = await actions.explain.asked(ask, subject, trace_of(request))
    return _answer(explained, vraag.taal or _language(request), fields)


def _mask(names: list[str] | None, fields: FieldDictionary) -> int | None:
    return None if names is None else fields.mask(field_named("velden", n, fields) for n in names)


def _language(request: Request) -> Language:
    english = request.headers.get("accept-language", "nl").lower().startswith("en")
    return Language.EN if english else Language.NL


def _answer(explained: Explained, language: Language, fields: FieldDictionary) -> Response:
    steps = orjson.dumps(render(explained.story, language, fields))
    named = orjson.dumps(list(_fields(explained.decision, language, fields)))
    body = b'{"stappen":%s,"velden":%s,"ontvangstbewijs":%s}' % (
        steps,
        named,
        receipt_json(explained.receipt),
    )
    return Response(body, media_type=JSON)


def _fields(
    decision: Decision, language: Language, fields: FieldDictionary
) -> Iterator[dict[str, object]]:
    for grant in decision.grants:
        for name in fields.names(grant.fields):
            yield {"veld": camel(name), "toegestaan": True, "regel": grant.rule.rule_id}
    for mask, reason in decision.refused:
        said = told(reason)
        no: dict[str, object] = {"toegestaan": False, "reden": said}
        if said in REMEDIES:
            no["watKunIkDoen"] = advice(REMEDIES[said], language)
        for name in fields.names(mask):
            yield {"veld": camel(name)} | no
