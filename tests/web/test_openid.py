"""Sign-in at a real OpenID provider process: out, in, and nobody in on another's answer."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from gateway import wiring
from gateway.domain.sessions import AWAY
from gateway.settings import Settings
from tests.edges.api.door import Door
from tests.fakes.clock import Clock
from tests.web.visitor import Visitor, free_port, words

OIN: Final = "00000099000000002430"
COOKIE: Final = "doelpoort-demo"
WORKER: Final = {
    "sub": "worker-1",
    "claims": {"name": "Iris Kok", "oin": OIN, "roles": ["gemeente_klantmanager"]},
}
STRANGER: Final = {"sub": "stranger", "claims": {"oin": "1", "roles": ["gemeente_klantmanager"]}}


@pytest.fixture(scope="module", name="issuer")
def fixture_issuer() -> Iterator[str]:
    """Start the provider, wait until it answers, and stop it."""
    port = free_port()
    claims = [
        word
        for one in (WORKER, STRANGER)
        for word in ("--user-claims", json.dumps({"sub": one["sub"], **one["claims"]}))  # type: ignore[dict-item]  # both are written above
    ]
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *claims],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            _ask(port, "GET", "/.well-known/openid-configuration")
        except OSError:
            assert time.monotonic() < until, "the provider did not start"
            time.sleep(0.1)
        else:
            return


def _ask(port: int, method: str, path: str, body: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


@pytest.fixture(scope="module", name="house")
def fixture_house(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate whose people come from the provider; the provider's clock is the real one."""
    folder = tmp_path_factory.mktemp("openid") / "data"
    clock = Clock(wiring.SystemClock().now())
    secret = tmp_path_factory.mktemp("secret") / "client"
    secret.write_text("only for tests\n")
    settings = Settings(
        data=folder,
        oidc_issuer=issuer,
        oidc_client_secret_file=secret,
        public_url="http://127.0.0.1",
    )
    gateway = wiring.build(settings, create=True, clock=clock)
    yield Door(gateway, gateway.app(), clock)
    gateway.close()


def come_back(visitor: Visitor, sub: str = "worker-1", onward: str = "/overdrachten") -> str:
    """Leave for the provider, say who one is there, and return the address it sends back to."""
    left = visitor.get(f"/aanmelden/vertrek?terug={onward}")
    assert left.status_code == 303
    address = urlsplit(left.headers["location"])
    query = parse_qs(address.query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["state"] != query["nonce"]
    assert address.port is not None
    back = _ask(address.port, "POST", f"{address.path}?{address.query}", urlencode({"sub": sub}))
    where = urlsplit(back.headers["Location"] or "")
    return f"{where.path}?{where.query}"


def test_a_worker_signs_in_at_her_own_organisation(house: Door) -> None:
    """Out to the provider and back: a session as who the claims say, on the page she came for."""
    visitor = Visitor(house)
    entered = visitor.get(come_back(visitor))
    assert entered.status_code == 303, words(entered)
    assert entered.headers["location"] == "/overdrachten"
    page = visitor.get("/overdrachten")
    assert "Iris Kok" in page.text
    assert "Gemeente Harderwijk" in page.text


def test_signing_off_offers_the_providers_own_door(house: Door) -> None:
    """After signing off here, a link leads to signing off there."""
    visitor = Visitor(house)
    visitor.get(come_back(visitor))
    gone = visitor.submit("/afmelden")
    assert "/oauth2/end_session" in gone.text
    assert "id_token_hint=" in gone.text


def test_an_answer_is_good_for_the_browser_that_asked(house: Door) -> None:
    """Another browser, or the same one after another question, cannot use the answer."""
    visitor, other = Visitor(house), Visitor(house)
    answer = come_back(visitor)
    assert other.get(answer).status_code == 401
    come_back(other)
    assert other.get(answer).status_code == 401
    assert COOKIE not in other.cookies


def test_an_answer_is_good_once(house: Door) -> None:
    """A code that was used lets nobody in again."""
    visitor = Visitor(house)
    answer = come_back(visitor)
    kept = dict(visitor.cookies)
    assert visitor.get(answer).status_code == 303
    assert Visitor(house, kept).get(answer).status_code == 401


def test_an_answer_that_comes_late_is_refused(house: Door) -> None:
    """Who is away for more than half an hour begins again."""
    visitor = Visitor(house)
    answer = come_back(visitor)
    before = house.clock.moment
    try:
        house.clock.moment = before + 2 * AWAY
        assert visitor.get(answer).status_code == 401
    finally:
        house.clock.moment = before


def test_who_is_of_no_partner_stays_outside(house: Door) -> None:
    """The provider knows her, the catalogue does not know her organisation."""
    visitor = Visitor(house)
    refused = visitor.get(come_back(visitor, "stranger"))
    assert refused.status_code == 401
    assert "Aanmelden is niet gelukt" in words(refused)


def test_a_provider_that_cannot_be_reached_is_said_plainly(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Without the provider nobody signs in, and the page says so."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    folder: Path = tmp_path_factory.mktemp("lonely") / "data"
    gateway = wiring.build(Settings(data=folder, oidc_issuer=nowhere), create=True)
    try:
        door = Door(gateway, gateway.app(), Clock(wiring.SystemClock().now()))
        assert Visitor(door).get("/aanmelden/vertrek").status_code == 401
    finally:
        gateway.close()
