"""The one table from errors to RFC 9457 problems; no problem body repeats what was sent.

But for a draft of the policy, whose mistakes are told by file and line, in the words of its author.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.errors import (
    DeliveryRefusedError,
    GatewayError,
    InvalidRequestError,
    LedgerUnavailableError,
    StoreUnavailableError,
)
from gateway.domain.events import RequestFailed
from gateway.domain.policy_versions import DraftRefusedError, PolicyMovedError
from gateway.domain.reasons import EXPLANATIONS, Reason, told

PROBLEM = "application/problem+json"
RETRY_AFTER_SECONDS = "1"
MISTAKEN = "Het voorstel klopt niet; elke fout staat bij haar bestand en regel."
UNFINISHED = "De poort kon dit verzoek niet afmaken."
_STATUS: dict[type[GatewayError], HTTPStatus] = {
    InvalidRequestError: HTTPStatus.BAD_REQUEST,
    DeliveryRefusedError: HTTPStatus.BAD_REQUEST,
    LedgerUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    PolicyMovedError: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TITLES = {
    HTTPStatus.BAD_REQUEST: "Ongeldig verzoek",
    HTTPStatus.UNAUTHORIZED: "Niet aangemeld",
    HTTPStatus.FORBIDDEN: "Niet toegestaan",
    HTTPStatus.NOT_FOUND: "Niet gevonden",
    HTTPStatus.METHOD_NOT_ALLOWED: "Methode niet toegestaan",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Te groot",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Formaat niet ondersteund",
    HTTPStatus.TOO_MANY_REQUESTS: "Te veel vragen",
    HTTPStatus.SERVICE_UNAVAILABLE: "Tijdelijk niet beschikbaar",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Fout in de poort",
}


class UnauthorizedError(GatewayError):
    """Nobody, or nobody we know, is asking."""

    code = "UNAUTHORIZED"


class UnsupportedMediaTypeError(GatewayError):
    """A body in a format that this route does not read."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class TooLargeError(GatewayError):
    """A body over the limit."""

    code = "TOO_LARGE"


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    code: str | None = None,
    errors: Sequence[dict[str, str]] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Build a problem answer; ``code`` becomes ``reden``, ``errors`` name field and reason."""
    body: dict[str, object] = {
        "type": f"urn:doelpoort:probleem:{code or status.phrase}".lower().replace(" ", "-"),
        "title": _TITLES.get(status, status.phrase),
        "status": int(status),
        "detail": detail,
    }
    if code:
        body["reden"] = code
    if errors:
        body["fouten"] = list(errors)
    return Response(orjson.dumps(body), int(status), headers, media_type=PROBLEM)


def on_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal: who has no relation learns no more than that nothing was found."""
    assert isinstance(error, DisclosureRefusedError)  # noqa: S101 - registered for this type only
    if error.decision.hidden:
        return problem(HTTPStatus.NOT_FOUND, _words(request, Reason.SUBJECT_UNKNOWN))
    spent = error.reason is Reason.QUERY_BUDGET_SPENT
    status = HTTPStatus.TOO_MANY_REQUESTS if spent else HTTPStatus.FORBIDDEN
    reason = told(error.reason)
    return problem(status, _words(request, reason), code=reason)


def on_gateway_error(request: Request, error: Exception) -> Response:
    """Answer an error of the gate by its kind; operators hear of what is a fault of ours."""
    if isinstance(error, UnauthorizedError):
        return problem(
            HTTPStatus.UNAUTHORIZED,
            str(error),
            code=error.code,
            headers={"WWW-Authenticate": "Bearer"},
        )
    if isinstance(error, InvalidRequestError):
        named = {"veld": error.field, "reden": error.why}
        return problem(HTTPStatus.BAD_REQUEST, str(error), code=error.code, errors=[named])
    if isinstance(error, DraftRefusedError):
        mistakes = [{"veld": where, "reden": what} for where, what in error.mistakes]
        return problem(HTTPStatus.BAD_REQUEST, MISTAKEN, code=error.code, errors=mistakes)
    if isinstance(error, UnsupportedMediaTypeError):
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error), code=error.code)
    if isinstance(error, TooLargeError):
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error), code=error.code)
    assert isinstance(error, GatewayError)  # noqa: S101 - registered for this type only
    status = _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    known = status is not HTTPStatus.INTERNAL_SERVER_ERROR
    if not known:
        request.app.state.actions.gate.telemetry.tell(RequestFailed.of(error))
    retry = status is HTTPStatus.SERVICE_UNAVAILABLE
    return problem(
        status,
        str(error) if known else UNFINISHED,
        code=error.code,
        headers={"Retry-After": RETRY_AFTER_SECONDS} if retry else None,
    )


def on_invalid(_: Request, error: Exception) -> Response:
    """Answer a body or query that does not fit: which field and why, never what stood there."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    found = dict.fromkeys((_where(e), _plain(e)) for e in error.errors())
    return problem(
        HTTPStatus.BAD_REQUEST,
        "Het verzoek past niet.",
        code="INVALID_REQUEST",
        errors=[{"veld": field, "reden": why} for field, why in found],
    )


def on_http(_: Request, error: Exception) -> Response:
    """Answer what the framework refuses: unknown path, wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    headers = dict(error.headers) if error.headers else None
    status = HTTPStatus(error.status_code)
    return problem(status, _TITLES.get(status, status.phrase), headers=headers)


def _where(error: dict[str, Any]) -> str:
    """Name the field as the interface does; below it, and where it is none of ours, only places."""
    strange = error["type"] in {"extra_forbidden", "json_invalid"}
    known = () if strange else error["loc"][1:2]
    places = (part for part in error["loc"][2:] if isinstance(part, int))
    return ".".join(map(str, (*known, *places))) or "body"


def _plain(error: dict[str, object]) -> str:
    """Keep the kind of a validation error and drop any text that could quote the input."""
    return str(error["type"]).replace("_", " ")


def _words(request: Request, reason: Reason) -> str:
    english = request.headers.get("accept-language", "nl").lower().startswith("en")
    return EXPLANATIONS[reason].en if english else EXPLANATIONS[reason].nl
