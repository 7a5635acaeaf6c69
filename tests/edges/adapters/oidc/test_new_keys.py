"""A provider's new keys are found, and who sends tokens of no key makes us ask for them seldom."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Final

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from adapters.oidc.claims import ClaimNames
from adapters.oidc.provider import NEW, Client, OpenIdProvider
from adapters.oidc.tokens import UnknownKeyError
from tests.fakes.clock import Clock

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST, NEXT = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("one", "two"))
ENDED: Final[dict[str, object]] = {"http://schemas.openid.net/event/backchannel-logout": {}}


class Source(HTTPServer):
    """Tells about itself and shows its key; counts how often it was asked for that."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = FIRST
        self.asked = 0


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer both questions."""
        source = self.server
        assert isinstance(source, Source)
        told: object = {"issuer": source.issuer, "jwks_uri": f"{source.issuer}/jwks"}
        if self.path == "/jwks":
            source.asked += 1
            told = {"keys": [source.key.as_dict(private=False)]}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(name="source")
def fixture_source() -> Iterator[Source]:
    """Serve a provider on loopback."""
    with Source() as source:
        thread = Thread(target=source.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield source
        source.shutdown()
        thread.join()


def ended(source: Source, clock: Clock, provider: OpenIdProvider, key: RSAKey) -> str | None:
    """Tell the provider's client that a session is over, signed with a key."""
    now = int(clock.now().timestamp())
    claims = {"iss": source.issuer, "aud": "us", "iat": now, "exp": now + 60, "jti": "t"}
    token = jwt.encode(
        {"alg": "RS256", "kid": key.kid}, {**claims, "sid": "p-1", "events": ENDED}, key
    )
    return asyncio.run(provider.ended(token)).provider_session


def test_a_new_key_is_asked_for_and_seldom(source: Source) -> None:
    """After ten seconds a token of a new key is good; before, a hundred of them ask nothing."""
    clock = Clock(NOON)
    client = Client(source.issuer, "us", "", f"{source.issuer}/back", f"{source.issuer}/bye")
    provider = OpenIdProvider(client, ClaimNames(), {}, clock.now)
    assert ended(source, clock, provider, FIRST) == "p-1"
    source.key = NEXT
    for _ in range(100):
        with pytest.raises(UnknownKeyError):
            ended(source, clock, provider, NEXT)
    assert source.asked == 1
    clock.wait(NEW)
    assert ended(source, clock, provider, NEXT) == "p-1"
    assert source.asked == 2
