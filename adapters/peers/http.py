"""HTTP with witnesses and timestamp authorities: short waits, small answers, no redirects.

What these servers may answer is known and small, and what they say is checked by signature; still
nothing of theirs is read beyond the cap, nor past the time for the whole of it.
"""

import asyncio

import httpx2

from gateway.domain.anchors import Reply

SECONDS = 5.0
MAX_BYTES = 1_100_000


class TooMuchError(OSError):
    """An answer beyond the cap."""


class HttpExchange:
    """Speaks HTTP, in a thread without an event loop; the port is ``gateway.domain.anchors.Exchange``."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    def get(self, url: str) -> Reply:
        """Fetch; raises ``OSError`` when no whole answer came in time."""
        return self._send("GET", url, None, {})

    def post(self, url: str, body: bytes, media_type: str) -> Reply:
        """Send; raises ``OSError`` when no whole answer came in time."""
        return self._send("POST", url, body, {"Content-Type": media_type})

    def _send(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        try:
            return asyncio.run(self._answer(method, url, body, headers))
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            # From None: the text of a transport error can hold the address with its secrets.
            raise OSError(f"no answer ({type(error).__name__})") from None

    async def _answer(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> Reply:
        async with (
            asyncio.timeout(self._seconds),
            httpx2.AsyncClient(timeout=self._seconds, trust_env=False) as client,
            client.stream(method, url, content=body, headers=headers) as answer,
        ):
            return await _read(answer)


async def _read(answer: httpx2.Response) -> Reply:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MAX_BYTES:
            raise TooMuchError("the answer is too large")
    return Reply(answer.status_code, bytes(body), answer.headers.get("content-type", ""))
