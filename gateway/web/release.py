"""The answer that carries personal values: a page made of a ``Released``, inside its disclosure.

Where nothing may be shown, the opener yields a page of its own instead.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.domain.disclosures import Released
from gateway.domain.errors import RecipientGoneError


class ReleasedPage(Response):
    """Opens the disclosure, sends what was released, and closes it, so that the outcome is logged.

    ``wrong`` tells that the page says what is wrong with a form that was sent.
    """

    def __init__(
        self,
        opened: Callable[[], AbstractAsyncContextManager[Released | Response]],
        headers: dict[str, str] | None = None,
        *,
        wrong: bool = False,
    ) -> None:
        super().__init__(b"", HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK, headers)
        self._opened = opened
        self._beside = headers or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page; a browser that went away is an outcome, not a fault."""
        with suppress(RecipientGoneError):
            async with self._opened() as released:
                if isinstance(released, Response):
                    await released(scope, receive, send)
                    return
                self.media_type = released.media_type
                self.body = b"".join(released.chunks)
                self.init_headers(self._beside)
                await self._send(scope, receive, send)

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except OSError as error:
            raise RecipientGoneError("the connection was closed") from error
