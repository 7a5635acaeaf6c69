"""The last frame before the socket: headers on every answer, and one plain answer for every fault."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.domain.events import RequestFailed
from gateway.domain.ports import Telemetry

Fault = Callable[[Scope, Receive, Send], Awaitable[None]]


class Frame:
    """Pure ASGI middleware around an application; ``fault`` answers in its place when it fails.

    A fault goes no further: what a server would print of it can hold what was sent. Operators hear
    of its kind and its place in the code.
    """

    def __init__(
        self, app: ASGIApp, telemetry: Telemetry, fault: Fault, headers: Mapping[str, str]
    ) -> None:
        self._app = app
        self._telemetry = telemetry
        self._fault = fault
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers added where the answer starts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:  # noqa: BLE001 - the last frame before the socket
            self._telemetry.tell(RequestFailed.of(error))
            if begun:
                raise ConnectionAbortedError("the answer broke off") from None
            await self._fault(scope, receive, with_headers)
