"""Back-channel logout: what a provider says is over is over here, on its word, once."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from gateway import wiring
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.sessions import Identity
from gateway.settings import Settings
from tests.edges.api.door import NOON, Door
from tests.fakes.clock import Clock
from tests.web.visitor import HERE, Visitor

OIN: Final = Oin("00000099000000002430")
KEY: Final = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
STRANGE: Final = RSAKey.generate_key(2048, {"kid": "one"})
ENDED: Final[Mapping[str, object]] = {"http://schemas.openid.net/event/backchannel-logout": {}}
ENDING: Final = "/aanmelden/einde"


class Provider(BaseHTTPRequestHandler):
    """Tells about itself, and shows its public key."""

    def do_GET(self) -> None:
        """Answer both questions."""
        issuer = f"http://{self.headers['Host']}"
        known: Mapping[str, object] = {"issuer": issuer, "jwks_uri": f"{issuer}/jwks"}
        keys = {"keys": [KEY.as_dict(private=False)]}
        body = json.dumps(keys if self.path == "/jwks" else known).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module", name="issuer")
def fixture_issuer() -> Iterator[str]:
    """Serve a provider on loopback."""
    with HTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module", name="house")
def fixture_house(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate whose people come from that provider."""
    folder: Path = tmp_path_factory.mktemp("channel")
    settings = Settings(data=folder / "data", oidc_issuer=issuer, public_url=HERE)
    gateway = wiring.build(settings, create=True, clock=Clock(NOON))
    yield Door(gateway, gateway.app(), Clock(NOON))
    gateway.close()


def inside(house: Door, provider_session: str | None, actor: str = "iris") -> Visitor:
    """Return someone whose session rests on one at the provider, or on one it does not name."""
    role = RoleId("gemeente_klantmanager")
    identity = Identity(ActorId(actor), "Iris Kok", OIN, (role,), provider_session=provider_session)
    opened = asyncio.run(house.gateway.web.rooms.desks.sessions.open(identity, None, "test"))
    return Visitor(house, {"doelpoort-demo": opened.id})


def token(issuer: str, key: RSAKey = KEY, /, **differs: object) -> str:
    """Sign a logout token; ``None`` leaves a claim out."""
    now = int(NOON.timestamp())
    claims = {
        "iss": issuer,
        "aud": "doelpoort",
        "iat": now,
        "exp": now + 120,
        "jti": "t-1",
        "sid": "p-1",
        "events": ENDED,
    } | differs
    told = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "one", "typ": "logout+jwt"}, told, key)


def alive(visitor: Visitor) -> bool:
    """Tell whether a session still opens the list."""
    return visitor.get("/overdrachten").status_code == 200


def test_what_is_over_at_the_provider_is_over_here(house: Door, issuer: str) -> None:
    """Every session that rests on it ends, another's stays, and the browser is sent to sign in."""
    hers, other_window, others = (inside(house, one) for one in ("p-1", "p-1", "p-2"))
    assert all(alive(one) for one in (hers, other_window, others))
    said = Visitor(house).post(ENDING, {"logout_token": token(issuer, jti="over")})
    assert (said.status_code, said.text) == (200, "")
    assert [alive(one) for one in (hers, other_window, others)] == [False, False, True]
    assert hers.get("/overdrachten").headers["location"].startswith("/aanmelden?")


def test_a_provider_that_names_the_worker_ends_all_of_hers(house: Door, issuer: str) -> None:
    """A token without ``sid`` (section 2.4) ends every session of its ``sub``, and nobody else's."""
    hers = [inside(house, one, "robin") for one in ("p-6", "p-7", None)]
    others = inside(house, "p-8", "sam")
    over = token(issuer, jti="worker", sid=None, sub="robin")
    assert Visitor(house).post(ENDING, {"logout_token": over}).status_code == 200
    assert [alive(one) for one in (*hers, others)] == [False, False, False, True]


def test_a_session_that_was_never_named_ends_with_its_worker(house: Door, issuer: str) -> None:
    """Where sign-in told no ``sid``, one that is over takes hers along, and not her other ones."""
    unnamed, other = inside(house, None, "kim"), inside(house, "p-9", "kim")
    over = token(issuer, jti="both", sid="p-10", sub="kim")
    assert Visitor(house).post(ENDING, {"logout_token": over}).status_code == 200
    assert [alive(unnamed), alive(other)] == [False, True]


def test_what_ended_here_before_ended_well(house: Door, issuer: str) -> None:
    """A session nobody has, or has no more, is over (section 2.7): 200, and no cache keeps it."""
    for told in ({"sid": "p-none"}, {"sid": None, "sub": "nobody"}):
        over = token(issuer, jti=f"before-{sorted(told)}", **told)
        said = Visitor(house).post(ENDING, {"logout_token": over})
        assert (said.status_code, said.headers["cache-control"]) == (200, "no-store")


def test_a_refusal_is_one_for_a_machine(house: Door) -> None:
    """No token, two tokens or a bad one: 400 in JSON, kept by no cache, and it tells nothing."""
    for sent in ({}, {"logout_token": ""}, {"logout_token": ["a", "b"]}, {"logout_token": "a.b.c"}):
        said = Visitor(house).post(ENDING, sent)
        assert (said.status_code, said.json()) == (400, {"error": "invalid_request"})
        assert said.headers["cache-control"] == "no-store"


def test_more_proof_rests_on_the_session_in_which_it_was_given(house: Door, issuer: str) -> None:
    """Proving more can begin a session at the provider; hers here ends with that one."""
    visitor, desk = inside(house, "p-11", "lena"), house.gateway.web.rooms.desks.sessions
    known = asyncio.run(desk.resume(visitor.cookies["doelpoort-demo"]))
    assert known is not None
    anew = replace(known.identity, strong=True, provider_session="p-12")
    proven = Visitor(house, {"doelpoort-demo": asyncio.run(desk.prove(known, anew)).id})
    assert alive(proven)
    over = token(issuer, jti="proven", sid="p-12", sub="lena")
    assert Visitor(house).post(ENDING, {"logout_token": over}).status_code == 200
    assert not alive(proven)


def test_a_logout_token_is_good_once(house: Door, issuer: str) -> None:
    """Who kept one cannot sign her off a second time."""
    once = token(issuer, jti="once", sid="p-3")
    assert Visitor(house).post(ENDING, {"logout_token": once}).status_code == 200
    back = inside(house, "p-3")
    again = Visitor(house).post(ENDING, {"logout_token": once})
    assert again.status_code == 400
    assert alive(back)


@pytest.mark.parametrize(
    "differs",
    [
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": int(NOON.timestamp()) - 120},
        {"iat": int(NOON.timestamp()) - 3600},
        {"events": None},
        {"sid": None},
        {"jti": None},
        {"nonce": "n-1"},
    ],
)
def test_a_token_that_does_not_hold_ends_nothing(
    house: Door, issuer: str, differs: dict[str, object]
) -> None:
    """Another's, an old one, or one that is no logout token: 400, and she stays signed in."""
    visitor = inside(house, "p-4")
    wrong = token(issuer, **{"jti": f"w-{sorted(differs)}", "sid": "p-4", **differs})
    assert Visitor(house).post(ENDING, {"logout_token": wrong}).status_code == 400
    assert alive(visitor)


def test_only_the_providers_own_word_counts(house: Door, issuer: str) -> None:
    """A stranger's key under a known name, no signature, and no token at all end nothing."""
    visitor = inside(house, "p-5")
    body = token(issuer, sid="p-5").split(".")[1]
    for wrong in (
        token(issuer, STRANGE, sid="p-5"),
        f"eyJhbGciOiJub25lIn0.{body}.",
        "geen token",
    ):
        assert Visitor(house).post(ENDING, {"logout_token": wrong}).status_code == 400
    assert Visitor(house).post(ENDING, {}).status_code == 400
    assert alive(visitor)
