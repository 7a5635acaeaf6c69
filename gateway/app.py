"""The HTTP application: routes, problems and headers around the actions that wiring hands in."""

from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    nullcontext,
)
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.actions.gate import DisclosureRefusedError
from gateway.api import (
    auditlog,
    candidates,
    consent_requests,
    consent_texts,
    consents,
    deliveries,
    disclosures,
    emergencies,
    explanations,
    exports,
    extracts,
    feeds,
    handovers,
    held_texts,
    inspection,
    introductions,
    machines,
    notices,
    oversight,
    policy,
    quarantine,
    rectifications,
    reidentification,
    review,
    statistics,
    subscriptions,
    tiles,
    withholdings,
)
from gateway.api.authzen import BASE, DISCOVERY, configuration, create_decision_point
from gateway.api.bounds import Bounded
from gateway.api.context import Actions
from gateway.api.problems import (
    UNFINISHED,
    on_gateway_error,
    on_http,
    on_invalid,
    on_refusal,
    problem,
)
from gateway.domain.errors import GatewayError
from gateway.frame import Frame
from gateway.web.app import Web

API_VERSION = "1.0.0"
ROUTES = (
    disclosures,
    explanations,
    emergencies,
    candidates,
    introductions,
    consents,
    consent_requests,
    consent_texts,
    withholdings,
    exports,
    notices,
    subscriptions,
    feeds,
    deliveries,
    quarantine,
    held_texts,
    auditlog,
    tiles,
    inspection,
    oversight,
    policy,
    review,
    extracts,
    handovers,
    rectifications,
    reidentification,
    statistics,
)
HEADERS = {
    "API-Version": API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Doors:
    """Pure ASGI: the screens answer on their own paths, the interface on all others."""

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self._app = app
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to whom its path belongs."""
        screen = scope["type"] == "http" and self._web.has(scope["path"])
        await (self._web if screen else self._app)(scope, receive, send)


def create_app(
    actions: Actions,
    ready: Callable[[], str | None],
    metrics: Callable[[], str],
    close: Callable[[], None],
    rounds: AbstractContextManager[object] | None = None,
) -> FastAPI:
    """Put routes around ``actions``; ``ready`` returns why the gate cannot serve, or ``None``.

    ``rounds`` is what runs beside it while it serves.
    """
    app = FastAPI(
        title="Doelpoort",
        version=API_VERSION,
        summary="Klantprofielen delen: per gegeven, voor een doel, met een grondslag, en gelogd.",
        contact={
            "name": "Doelpoort",
            "url": "https://doelpoort.example",
            "email": "api@doelpoort.example",
        },
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(rounds or nullcontext(), close),
    )
    app.state.actions = actions
    for module in ROUTES:
        app.include_router(module.router, responses=_RESPONSES)
    app.include_router(machines.router)
    app.mount(BASE, create_decision_point(actions, API_VERSION))
    _add_operations(app, ready, metrics)
    app.add_exception_handler(DisclosureRefusedError, on_refusal)
    app.add_exception_handler(GatewayError, on_gateway_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_middleware(Bounded)
    app.add_middleware(Frame, telemetry=actions.gate.telemetry, fault=_fault, headers=HEADERS)
    return app


async def _fault(scope: Scope, receive: Receive, send: Send) -> None:
    await problem(HTTPStatus.INTERNAL_SERVER_ERROR, UNFINISHED)(scope, receive, send)


def _lifespan(
    rounds: AbstractContextManager[object], close: Callable[[], None]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with rounds:
            yield
        close()

    return lifespan


def with_screens(app: FastAPI, web: Web) -> FastAPI:
    """Put the screens beside the interface."""
    app.add_middleware(Doors, web=web)
    return app


def _add_operations(
    app: FastAPI, ready: Callable[[], str | None], metrics: Callable[[], str]
) -> None:
    @app.get("/v1/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return JSONResponse(app.openapi(), headers={"Access-Control-Allow-Origin": "*"})

    @app.get(DISCOVERY, include_in_schema=False)
    async def decision_point() -> Response:
        return JSONResponse(configuration(app.state.actions.address))

    @app.get("/health/live", include_in_schema=False)
    async def live() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/health/ready", include_in_schema=False)
    async def is_ready() -> Response:
        why_not = ready()
        if why_not is None:
            return PlainTextResponse("ok\n")
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, why_not)

    @app.get("/metrics", include_in_schema=False)
    async def counts() -> Response:
        return PlainTextResponse(metrics())


_PROBLEM: dict[str, Any] = {
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["status", "title", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "reden": {"type": "string"},
                    "fouten": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    }
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Probleem bij het verzoek", **_PROBLEM},
    "5XX": {"description": "Probleem in de poort", **_PROBLEM},
}
