"""Around every screen: strict headers, and one plain page for every fault."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.domain.events import RequestFailed
from gateway.domain.ports import Telemetry

REPORTS: Final = "/csp-meldingen"
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "report-to screens",
        f"report-uri {REPORTS}",
    )
)
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "Reporting-Endpoints": f'screens="{REPORTS}"',
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Fault = Callable[[Scope, Receive, Send], Awaitable[None]]


class Shell:
    """Pure ASGI: adds headers, and lets no fault of ours reach a server that would print it."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, fault: Fault) -> None:
        self._app = app
        self._telemetry = telemetry
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers added where the answer starts."""
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:  # noqa: BLE001 - the last frame before the socket
            self._telemetry.tell(RequestFailed.of(error))
            if begun:
                raise ConnectionAbortedError("the answer broke off") from None
            await self._fault(scope, receive, with_headers)
