"""The decision point: AuthZEN Authorization API 1.0, an application of its own with its own document.

Where the standard and the NL API Design Rules differ, the standard holds here: what cannot be read is
400, a content type too, and a denial is 200 with ``decision: false``. Errors are problems as elsewhere.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.actions.evaluate import WANTED, Asking
from gateway.api.context import Actions, WithActions, WithCaller, trace_of
from gateway.api.problems import on_gateway_error, on_http, on_invalid
from gateway.api.rendering import camel, field_spelled
from gateway.domain.access import FIELD, Deed, Entity, Query, Ruling
from gateway.domain.errors import GatewayError, InvalidRequestError
from gateway.domain.fields import FieldDictionary
from gateway.domain.partners import Caller

BASE: Final = "/access/v1"
DISCOVERY: Final = "/.well-known/authzen-configuration"
MOST: Final = 50
ENDPOINTS: Final = {
    "access_evaluation_endpoint": "evaluation",
    "access_evaluations_endpoint": "evaluations",
    "search_subject_endpoint": "search/subject",
    "search_resource_endpoint": "search/resource",
    "search_action_endpoint": "search/action",
}
UNREAD: Final = Ruling(
    decision=False,
    context={"error": {"status": 400, "message": "subject, action or resource is not whole"}},
)
STOPS: Final = {"deny_on_first_deny": False, "permit_on_first_permit": True}

Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1_000)]
Properties = Annotated[dict[str, Any], Field(default_factory=dict)]


class _Said(BaseModel):
    """Base of what is read: members that the standard does not know are left aside."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Partij(_Said):
    """A subject or resource of a question; ours are `rol`, `veld` and `client`."""

    type: Name
    id: Name
    properties: Properties


class Soort(_Said):
    """A subject or resource that is searched: of a type, without an id."""

    type: Name
    properties: Properties


class Daad(_Said):
    """What is to be done; for ours the purpose (doel)."""

    name: Name
    properties: Properties


class Vraag(_Said):
    """One question."""

    subject: Partij
    action: Daad
    resource: Partij
    context: Properties


class Keuze(_Said):
    """How a batch is carried out."""

    evaluations_semantic: Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"] = (
        "execute_all"
    )


class Vragen(_Said):
    """Questions together: what stands on top holds for each that does not say it itself."""

    subject: dict[str, Any] | None = None
    action: dict[str, Any] | None = None
    resource: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    evaluations: list[dict[str, Any]] = Field(default_factory=list, max_length=MOST)
    options: Keuze = Keuze()


class WieVraag(_Said):
    """Search the subjects of a type."""

    subject: Soort
    action: Daad
    resource: Partij


class WatVraag(_Said):
    """Search the resources of a type."""

    subject: Partij
    action: Daad
    resource: Soort


class WaartoeVraag(_Said):
    """Search the actions."""

    subject: Partij
    resource: Partij


router = APIRouter()


@router.post("/evaluation", summary="Mag dit?")
async def evaluation(
    vraag: Vraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Answer one question; a denial is an answer too."""
    asking = _asking(request, caller)
    ruling = await actions.evaluate.one(asking, _query(vraag, actions.gate.fields))
    return JSONResponse(_ruling(ruling))


@router.post("/evaluations", summary="Mag dit, en dit, en dit?")
async def evaluations(
    vragen: Vragen, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Answer up to fifty questions in order; without any it is a single question."""
    fields, asking = actions.gate.fields, _asking(request, caller)
    if not vragen.evaluations:
        one = _read(_merged(vragen, {}))
        if one is None:
            raise InvalidRequestError("evaluations", "is absent, and there is no whole question")
        return JSONResponse(_ruling(await actions.evaluate.one(asking, _query(one, fields))))
    read = [_read(_merged(vragen, item)) for item in vragen.evaluations]
    queries = [_query(one, fields) if one else None for one in read]
    last = STOPS.get(vragen.options.evaluations_semantic)
    rulings = await actions.evaluate.each(asking, queries, last=last)
    return JSONResponse({"evaluations": _told(rulings, queries)})


@router.post("/search/subject", summary="Wie mag dit?")
async def search_subject(
    vraag: WieVraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Search who may; of our own: which roles may have a field for a purpose."""
    fields = actions.gate.fields
    query = Query(_sought(vraag.subject), _deed(vraag.action), _entity(vraag.resource, fields))
    found = await actions.evaluate.subjects(_asking(request, caller), query)
    return JSONResponse({"results": [{"type": one.type, "id": one.id} for one in found]})


@router.post("/search/resource", summary="Wat mag deze?")
async def search_resource(
    vraag: WatVraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Search what is open; of our own: which fields a role may have for a purpose."""
    fields = actions.gate.fields
    query = Query(_entity(vraag.subject, fields), _deed(vraag.action), _sought(vraag.resource))
    found = await actions.evaluate.resources(_asking(request, caller), query)
    return JSONResponse({"results": [{"type": one.type, "id": _named(one)} for one in found]})


@router.post("/search/action", summary="Waartoe mag dit?")
async def search_action(
    vraag: WaartoeVraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Search what may be done; of our own: for which purposes a role may have a field."""
    fields = actions.gate.fields
    query = Query(_entity(vraag.subject, fields), Deed(""), _entity(vraag.resource, fields))
    found = await actions.evaluate.deeds(_asking(request, caller), query)
    return JSONResponse({"results": [{"name": one.name} for one in found]})


def create_decision_point(actions: Actions, version: str) -> FastAPI:
    """Put the standard's routes around the desk that rules."""
    app = FastAPI(
        title="Doelpoort: beslispunt",
        version=version,
        summary="AuthZEN Authorization API 1.0 over de regels van de poort.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.actions = actions
    app.include_router(router)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return JSONResponse(app.openapi(), headers={"Access-Control-Allow-Origin": "*"})

    app.add_exception_handler(GatewayError, on_gateway_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_middleware(Echo)
    return app


def configuration(address: str) -> dict[str, str]:
    """Tell where the decision point is; ``address`` is where the gate is reached."""
    base = address.rstrip("/")
    return {"policy_decision_point": base} | {
        name: f"{base}{BASE}/{path}" for name, path in ENDPOINTS.items()
    }


class Echo:
    """Pure ASGI: give back the asker's ``X-Request-ID``, and refuse a body that is not JSON by type."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the header where the answer starts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = headers.get("x-request-id")

        async def echoing(message: Message) -> None:
            if asked is not None and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = asked
            await send(message)

        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if scope["method"] == "POST" and kind != "application/json":
            refusal = InvalidRequestError("Content-Type", "must be application/json")
            await on_gateway_error(Request(scope), refusal)(scope, receive, echoing)
            return
        await self._app(scope, receive, echoing)


def _asking(request: Request, caller: Caller) -> Asking:
    name = request.url.path.rsplit("/v1/", 1)[-1].replace("/", "_")
    return Asking(
        caller, f"adl.{'' if name.startswith('search') else 'access_'}{name}", trace_of(request)
    )


def _merged(vragen: Vragen, item: dict[str, Any]) -> dict[str, Any]:
    """Take each whole from the item, else from the top; a missing type, id or name from the top too."""
    top = vragen.model_dump(include={"subject", "action", "resource", "context"}, exclude_none=True)
    return top | {
        name: _filled(value, top.get(name))
        for name, value in item.items()
        if name in Vraag.model_fields
    }


def _filled(value: object, top: object) -> object:
    if not isinstance(value, dict) or not isinstance(top, dict):
        return value
    needed = {name: top[name] for name in ("type", "id", "name") if name in top}
    return needed | value


def _read(whole: dict[str, Any]) -> Vraag | None:
    try:
        return Vraag.model_validate(whole)
    except ValidationError:
        return None


def _query(vraag: Vraag, fields: FieldDictionary) -> Query:
    subject, resource = _entity(vraag.subject, fields), _entity(vraag.resource, fields)
    return Query(subject, _deed(vraag.action), resource)


def _entity(said: Partij, fields: FieldDictionary) -> Entity:
    """Take over an entity; the names of our fields in either spelling."""
    properties = dict(said.properties)
    named = properties.get(WANTED)
    if isinstance(named, list):
        properties[WANTED] = [field_spelled(str(one), fields) for one in named]
    known = field_spelled(said.id, fields) if said.type == FIELD else None
    return Entity(said.type, known or said.id, properties)


def _sought(said: Soort) -> Entity:
    return Entity(said.type, properties=said.properties)


def _deed(said: Daad) -> Deed:
    return Deed(said.name, said.properties)


def _named(one: Entity) -> str:
    return camel(one.id) if one.type == FIELD else one.id


def _ruling(ruling: Ruling) -> dict[str, object]:
    answer: dict[str, object] = {"decision": ruling.decision}
    if ruling.context:
        answer["context"] = {name: _spelled(value) for name, value in ruling.context.items()}
    return answer


def _spelled(value: object) -> object:
    return [camel(str(one)) for one in value] if isinstance(value, list) else value


def _told(rulings: Sequence[Ruling], queries: Sequence[Query | None]) -> list[dict[str, object]]:
    """Answer each question that was reached; one that was not whole says so."""
    reached = zip(rulings, queries, strict=False)
    return [_ruling(ruling if query else UNREAD) for ruling, query in reached]
