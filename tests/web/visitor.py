"""Someone at a browser without scripts: keeps cookies, reads forms, follows where she is sent."""

import asyncio
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx
from lxml import html

from tests.edges.api.door import Door

Fields = Mapping[str, str | Sequence[str]]
Files = Sequence[tuple[str, tuple[str, bytes]]]
HERE: Final = "http://127.0.0.1"
SANNE: Final = "demo-sanne-bakker"
ROBIN: Final = "demo-robin-smit"
JORIS: Final = "demo-joris-visser"
NOOR: Final = "demo-noor-jansen"
OFFICER: Final = "demo-willem-de-groot"
OPERATOR: Final = "demo-bram-peters"
CASEMANAGER: Final = "demo-fatima-van-dijk"
ILSE: Final = "demo-ilse-brouwer"


@dataclass(slots=True)
class Visitor:
    """A browser of one person."""

    door: Door
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page; redirects are not followed."""
        return self._send("GET", path, None, headers)

    def post(self, path: str, data: Fields, **headers: str) -> httpx.Response:
        """Post a form as given, without the token of a page."""
        return self._send("POST", path, data, headers)

    def submit(self, path: str, **data: str | Sequence[str]) -> httpx.Response:
        """Post a form as a page of ours would: with its token, from our own origin."""
        return self.post(path, {"csrf": self.token(), **data}, Origin=HERE)

    def upload(self, path: str, files: Files, **data: str) -> httpx.Response:
        """Post a form of ours with files: each under its field's name, with its own name."""
        sent = {"csrf": self.token(), **data}
        return self._send("POST", path, sent, {"Origin": HERE}, files)

    def token(self) -> str:
        """Read the session's token from a page that is always there."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/rol").text)
        return found[1] if found else ""

    def sign_in(self, who: str, onward: str = "/") -> httpx.Response:
        """Come in by the demo's open door."""
        known = {"csrf": self.token()} if self.cookies else {}
        return self.post("/aanmelden/wie", {"wie": who, "terug": onward, **known}, Origin=HERE)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go where an answer sends."""
        return self.get(answer.headers["location"])

    def _send(
        self,
        method: str,
        path: str,
        data: Fields | None,
        headers: dict[str, str],
        files: Files = (),
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = asyncio.run(_ask(self.door, (method, path), data, sent, files))
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, rest = cookie.partition("=")
            value = rest.split(";", 1)[0].strip('"')
            if "max-age=0" in cookie.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer


async def _ask(
    door: Door,
    where: tuple[str, str],
    data: Fields | None,
    headers: dict[str, str],
    files: Files,
) -> httpx.Response:
    transport = httpx.ASGITransport(door.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        return await client.request(*where, data=data, headers=headers, files=files or None)


def free_port() -> int:
    """Find a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signed_in(door: Door, who: str = SANNE) -> Visitor:
    """Return a visitor who came in."""
    visitor = Visitor(door)
    assert visitor.sign_in(who).status_code == 303
    return visitor


def turned(visitor: Visitor, path: str) -> list[httpx.Response]:
    """Turn a list to its last page; how many others stand in it differs from run to run."""
    pages = [visitor.get(path)]
    while onward := tree(pages[-1]).xpath("//a[@rel='next']/@href"):
        pages.append(visitor.get(onward[0]))
    return pages


def tree(answer: httpx.Response) -> html.HtmlElement:
    """Read a page."""
    found: html.HtmlElement = html.fromstring(answer.text)
    return found


def words(answer: httpx.Response) -> str:
    """Return what a page says, with single spaces."""
    return " ".join(tree(answer).text_content().split())
