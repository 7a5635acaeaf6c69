"""HTTP to addresses that others chose: nothing inside the gate's own network can be reached with it.

1. Every address that the host's name leads to is judged, each time anew; one that is not public
   refuses all of them. In a demo loopback counts as public, and may be plain http.
2. What was judged is what is connected to: the name is looked up once, and the certificate is still
   checked against it.
3. No redirect is followed, no proxy asked, and of the answer nothing is read but its status.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from ssl import SSLContext
from typing import Final

import httpx2

from gateway.domain.errors import InvalidRequestError
from gateway.domain.subscriptions import NotDeliveredError, require_address

PATIENCE: Final = 10.0
"""Seconds that an answer may take, whole."""
_TRANSLATED: Final = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")))

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Address = IPv4Address | IPv6Address


async def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the system which addresses a name leads to; raises ``OSError``."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


class WebhookMessenger:
    """The port ``gateway.domain.subscriptions.Messenger``; ``loopback`` opens it for a demo."""

    def __init__(
        self,
        *,
        loopback: bool,
        resolve: Resolve = look_up,
        trust: SSLContext | None = None,
    ) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._trust = trust

    async def admit(self, url: str) -> None:
        """Raise ``InvalidRequestError`` for an address to which nothing may be sent."""
        require_address(url, loopback=self._loopback)
        await self._judged(httpx2.URL(url))

    async def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        """Send; on return the receiver answered in the 200s. Raises ``NotDeliveredError``."""
        try:
            async with asyncio.timeout(PATIENCE):
                status = await self._send(httpx2.URL(url), dict(headers), body)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, InvalidRequestError) as error:
            # From None: the text of a transport error can hold the address with its secrets.
            raise NotDeliveredError(f"no answer ({type(error).__name__})") from None
        if status // 100 != 2:  # noqa: PLR2004 - the 200s
            raise NotDeliveredError(f"the receiver answered {status}")

    async def _send(self, url: httpx2.URL, headers: dict[str, str], body: bytes) -> int:
        """Connect to the address that was judged, under the name that was asked (2)."""
        address = await self._judged(url)
        named = {"Content-Type": "application/json", "Host": url.netloc.decode("ascii")}
        async with (
            httpx2.AsyncClient(
                timeout=PATIENCE, trust_env=False, verify=self._trust or True
            ) as client,
            client.stream(
                "POST",
                url.copy_with(host=str(address)),
                content=body,
                headers=headers | named,
                extensions={"sni_hostname": url.host},
                follow_redirects=False,
            ) as answer,
        ):
            return answer.status_code

    async def _judged(self, url: httpx2.URL) -> Address:
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = [ip_address(one) for one in await self._resolve(url.host, port)]
        except (OSError, UnicodeError, ValueError):
            found = []
        if not found:
            raise InvalidRequestError("url", "its host is not found")
        if not all(self._may_reach(one, url.scheme) for one in found):
            raise InvalidRequestError("url", "its host is not a public address")
        return found[0]

    def _may_reach(self, address: Address, scheme: str) -> bool:
        if self._loopback and address.is_loopback:
            return True
        return scheme == "https" and _public(address)


def _public(address: Address) -> bool:
    """Tell whether an address is of the open internet, and hides no other inside it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None or any(address in net for net in _TRANSLATED):
            return False
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast
