"""The screens as one ASGI application: which paths are theirs, and what answers on each."""

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final

import orjson
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.errors import GatewayError
from gateway.domain.events import PageBrokeItsPolicy
from gateway.domain.sentences import Language
from gateway.frame import Frame
from gateway.web import (
    accounting,
    asking,
    assessing,
    candidates,
    conversation,
    deletions,
    deliveries,
    dividing,
    dossier,
    emergencies,
    handing_out,
    handover_work,
    handovers,
    holding_back,
    introductions,
    logbook,
    operations,
    oversight,
    own,
    own_files,
    own_looked,
    own_mine,
    own_shared,
    placements,
    policy,
    previewing,
    profiles,
    proofs,
    proposing,
    public,
    quarantine,
    questions,
    rectifications,
    requests,
    researching,
    resident,
    residents,
    signin,
    stages,
    takeaway,
    taking_back,
    working,
)
from gateway.web.faults import fault, on_error, on_http, on_refusal
from gateway.web.guard import Entry, Screen, enter
from gateway.web.headers import HEADERS, POLICY, REPORTS
from gateway.web.rooms import Rooms
from gateway.web.visit import LANGUAGE_COOKIE, Visit, own_path

_YEAR: Final = 31_536_000
_REPORT_LIMIT: Final = 8_192
_DIRECTIVES: Final = frozenset(part.split(" ", 1)[0] for part in POLICY.split("; "))


class BuiltFiles(StaticFiles):
    """Built files: their names carry a hash, so that a browser may keep them for a year."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as its base says
        """Answer with a file."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return answer


async def choose_language(visit: Visit) -> Response:
    """Show the screens in another language from now on."""
    wanted = visit.request.path_params["taal"]
    if wanted not in set(Language):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    answer = RedirectResponse(own_path(visit.request.query_params.get("terug", "/")), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE, wanted, _YEAR, secure=visit.rooms.secure, httponly=True, samesite="lax"
    )
    return answer


async def report(request: Request) -> Response:
    """Count what a browser says a page of ours broke; only the directive's name is kept."""
    rooms: Rooms = request.state.rooms
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _REPORT_LIMIT:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    rooms.desks.gate.telemetry.tell(PageBrokeItsPolicy(_directive(body)))
    return Response(status_code=HTTPStatus.NO_CONTENT)


SCREENS: Final[tuple[Screen, ...]] = (
    *signin.SCREENS,
    Screen("/taal/{taal}", choose_language, Entry.EVERYONE),
    *handovers.SCREENS,
    *dossier.SCREENS,
    *handover_work.SCREENS,
    *taking_back.SCREENS,
    *dividing.SCREENS,
    *residents.SCREENS,
    *resident.SCREENS,
    *conversation.SCREENS,
    *previewing.SCREENS,
    *proofs.SCREENS,
    *requests.SCREENS,
    *questions.SCREENS,
    *rectifications.SCREENS,
    *deliveries.SCREENS,
    *quarantine.SCREENS,
    *holding_back.SCREENS,
    *emergencies.SCREENS,
    *handing_out.SCREENS,
    *own.SCREENS,
    *own_shared.SCREENS,
    *own_looked.SCREENS,
    *own_mine.SCREENS,
    *own_files.SCREENS,
    *candidates.SCREENS,
    *asking.SCREENS,
    *introductions.SCREENS,
    *profiles.SCREENS,
    *takeaway.SCREENS,
    *placements.SCREENS,
    *policy.SCREENS,
    *proposing.SCREENS,
    *stages.SCREENS,
    *working.SCREENS,
    *deletions.SCREENS,
    *oversight.SCREENS,
    *logbook.SCREENS,
    *assessing.SCREENS,
    *researching.SCREENS,
    *accounting.SCREENS,
    *operations.SCREENS,
    *public.SCREENS,
)


class Web:
    """The screens; ``has`` says which paths are theirs, so that the API keeps its own."""

    def __init__(self, rooms: Rooms, screens: Sequence[Screen] = SCREENS) -> None:
        self.rooms = rooms
        folder = files("gateway.web").joinpath("static", "dist")
        routes: list[BaseRoute] = [_route(screen) for screen in screens]
        routes.append(Mount("/static", BuiltFiles(directory=str(folder))))
        routes.append(Route(REPORTS, report, methods=["POST"]))
        app = ExceptionMiddleware(
            Router(routes, redirect_slashes=False),
            {DisclosureRefusedError: on_refusal, GatewayError: on_error, HTTPException: on_http},
        )
        self._framed = Frame(app, rooms.desks.gate.telemetry, partial(fault, rooms), HEADERS)
        self._segments = {_segment(screen.path) for screen in screens} | {"static", REPORTS[1:]}

    def has(self, path: str) -> bool:
        """Tell whether a path is one of the screens'."""
        return _segment(path) in self._segments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope.setdefault("state", {})["rooms"] = self.rooms
        await self._framed(scope, receive, send)


def _route(screen: Screen) -> Route:
    return Route(screen.path, _endpoint(screen), methods=list(screen.methods))


def _endpoint(screen: Screen) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def endpoint(request: Request) -> Response:
        return await enter(screen, request)

    return endpoint


def _segment(path: str) -> str:
    return path.split("/", 2)[1]


def _directive(body: bytes) -> str:
    """Return which directive a report names; anything else a browser may send counts as other."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "other"
    first = found[0] if isinstance(found, list) and found else found
    inner = first.get("body", first.get("csp-report")) if isinstance(first, dict) else None
    if not isinstance(inner, dict):
        return "other"
    named = inner.get("effectiveDirective", inner.get("effective-directive"))
    plain = str(named).removesuffix("-elem").removesuffix("-attr")
    return plain if plain in _DIRECTIVES else "other"
