"""Files that are posted: read within a limit and held in memory, so that no disk has them in clear."""

from collections.abc import AsyncGenerator
from typing import Final

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import Message

from gateway.domain.errors import GatewayError, InvalidRequestError

_MULTIPART: Final = "multipart/form-data"
_FIELDS: Final = 10
_AROUND: Final = 8_192
"""Bytes of a form that are not its files."""
_MOST_TYPED: Final = 1_048_576
"""Bytes of a form without files: the largest is a row of a delivery that is typed anew."""


class TooLargeError(GatewayError):
    """Files that hold more than may come in at once."""

    code = "TOO_LARGE"


class _InMemory(MultiPartParser):
    """Spools nothing: 0 is no size at which a file would go to disk."""

    spool_max_size = 0


async def form_with_files(request: Request, files: int, most: int) -> FormData:
    """Read a form with so many ``files``, of at most ``most`` bytes together.

    Raises ``TooLargeError``, and ``InvalidRequestError`` for what is no such form.
    """
    if not request.headers.get("content-type", "").startswith(_MULTIPART):
        return await form_without_files(request, _FIELDS)
    stream = _limited(request, most + _AROUND)
    parser = _InMemory(request.headers, stream, max_files=files, max_fields=_FIELDS)
    try:
        return await parser.parse()
    except MultiPartException:
        raise InvalidRequestError(
            "bestand", f"does not come in a form with at most {files} files"
        ) from None


async def form_without_files(request: Request, fields: int) -> FormData:
    """Read a form with so many ``fields``; raises ``TooLargeError`` before more is held in memory."""
    size = 0

    async def receive() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > _MOST_TYPED:
            raise TooLargeError(f"a form holds at most {_MOST_TYPED} bytes")
        return message

    return await Request(request.scope, receive).form(max_fields=fields, max_files=0)


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise TooLargeError(f"what comes in at once holds at most {most} bytes")
        yield chunk
