"""Bounds what a request holds in memory: a body is read before it is known who asks."""

from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 16_777_216
"""More than any request holds but a delivery and a feed, which have a limit of their own."""
_LIMITED: Final = frozenset({"/v1/leveringen", "/v1/leveringen/gebeurtenissen"})


class Bounded:
    """Pure ASGI middleware that passes on no more of a body than ``MOST_BYTES``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting what comes in; who reads too much of it is told 413."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MOST_BYTES:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        bounded = scope["type"] == "http" and scope["path"] not in _LIMITED
        await self._app(scope, counted if bounded else receive, send)
