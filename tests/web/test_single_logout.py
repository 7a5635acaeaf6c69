"""Sign-off at a provider that others wrote: it signs in, ends a session, and tells the gate itself."""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest
from lxml import html

from gateway import wiring
from gateway.settings import Settings
from tests.edges.keeper.servers import free_port, served

SECRET: Final = "only-for-tests"
ROLES: Final = ["gemeente_klantmanager"]
PEOPLE: Final = {
    who: {"name": name, "oin": "00000099000000002430", "roles": ROLES}
    for who, name in (("iris", "Iris Kok"), ("robin", "Robin Smit"))
}
LIST: Final = "/overdrachten"
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Knows no authorities: to read them for each browser takes longer than the tests."""


@dataclass(frozen=True, slots=True)
class House:
    """A gate and the provider of its people, each at an address of its own."""

    gate: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Window:
    """A browser of one person, who is known at the provider."""

    house: House
    browser: httpx.Client

    def sign_in(self, who: str) -> httpx.Response:
        """Leave for the provider, say who one is there, and come back to the list."""
        out = self.browser.get(f"{self.house.gate}/aanmelden/vertrek?terug={LIST}")
        there = self.browser.get(out.headers["location"], auth=(who, who))
        back = self.browser.get(there.headers["location"])
        return self.browser.get(self.house.gate + back.headers["location"])

    def sign_off_there(self, address: str = "") -> int:
        """End the session at the provider; it tells the gate before it answers."""
        asked = self.browser.get(address or f"{self.house.issuer}/session")
        return self.browser.get(self.house.issuer + asked.headers["location"]).status_code

    def sign_off_here(self) -> str:
        """End the session at the gate; return where the page says to sign off at the provider."""
        token = _only(self.browser.get(f"{self.house.gate}/rol"), "//input[@name='csrf']/@value")
        origin = {"Origin": self.house.gate}
        gone = self.browser.post(
            f"{self.house.gate}/afmelden", data={"csrf": token}, headers=origin
        )
        return _only(gone, f"//a[starts-with(@href, '{self.house.issuer}')]/@href")

    def alive(self) -> bool:
        """Tell whether the gate still shows the list."""
        return self.browser.get(self.house.gate + LIST).status_code == 200


def _only(answer: httpx.Response, where: str) -> str:
    return str(html.fromstring(answer.text).xpath(where)[0])


@pytest.fixture(scope="module", name="house")
def fixture_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Start both, wait until the provider answers, and stop them."""
    folder = tmp_path_factory.mktemp("single")
    secret = folder / "client"
    secret.write_text(SECRET)
    ours, theirs = free_port(), free_port()
    house = House(f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{theirs}")
    program = str(Path(__file__).with_name("provider_process.py"))
    words = (program, str(theirs), house.gate, SECRET, json.dumps(PEOPLE))
    settings = Settings(
        data=folder / "data",
        oidc_issuer=house.issuer,
        oidc_client_secret_file=secret,
        public_url=house.gate,
    )
    with ExitStack() as until_the_end:
        process = subprocess.Popen([sys.executable, *words])  # noqa: S603 - our own words
        until_the_end.callback(process.wait)
        until_the_end.callback(process.terminate)
        gateway = wiring.build(settings, create=True)
        until_the_end.enter_context(served(gateway.app(), ours))
        _wait(house.issuer)
        yield house


def _wait(issuer: str) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            httpx.get(f"{issuer}/.well-known/openid-configuration", verify=NO_TLS)
        except httpx.TransportError:
            assert time.monotonic() < until, "the provider did not start"
            time.sleep(0.1)
        else:
            return


@pytest.fixture(name="windows")
def fixture_windows(house: House) -> Iterator[list[Window]]:
    """Give three browsers, each with nothing in it."""
    with ExitStack() as open_ones:
        yield [
            Window(house, open_ones.enter_context(httpx.Client(verify=NO_TLS))) for _ in range(3)
        ]


def test_who_signs_off_at_the_provider_is_signed_off_here(windows: list[Window]) -> None:
    """The provider's own logout token ends her session; her other one and a colleague's stay."""
    hers, elsewhere, colleague = windows
    assert "Iris Kok" in hers.sign_in("iris").text
    assert "Iris Kok" in elsewhere.sign_in("iris").text
    assert "Robin Smit" in colleague.sign_in("robin").text
    assert hers.sign_off_there() == 200
    assert [one.alive() for one in windows] == [False, True, True]
    assert colleague.sign_off_there() == 200
    assert [one.alive() for one in windows] == [False, True, False]


def test_the_provider_takes_our_link_to_sign_off_there_too(windows: list[Window]) -> None:
    """After sign-off here, the link with its hint ends her session there; the next sign-in is new."""
    hers, colleague, _ = windows
    hers.sign_in("iris")
    colleague.sign_in("robin")
    assert hers.sign_off_there(hers.sign_off_here()) == 200
    assert [hers.alive(), colleague.alive()] == [False, True]
    assert "Iris Kok" in hers.sign_in("iris").text
