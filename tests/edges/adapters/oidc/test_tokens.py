"""Tokens of an identity provider: one that holds is taken, and each broken one is not."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from adapters.oidc.tokens import Expected, UnknownKeyError, id_token, logout_token
from gateway.domain.sessions import SignInRefusedError

NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND: Final = int(NOW.timestamp())
ISSUER: Final = "https://idp.example"
CLIENT: Final = "doelpoort"
NONCE: Final = "n-1"
KEY: Final = RSAKey.generate_key(2048, {"kid": "one"})
OTHER: Final = RSAKey.generate_key(2048, {"kid": "two"})
KEYS: Final = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])
EXPECTED: Final = Expected(ISSUER, CLIENT, NOW)
ENDED: Final[Mapping[str, object]] = {"http://schemas.openid.net/event/backchannel-logout": {}}
CLAIMS: Final[Mapping[str, object]] = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "s-1",
    "iat": SECOND,
    "exp": SECOND + 60,
    "nonce": NONCE,
}


def signed(key: RSAKey = KEY, /, **changes: object) -> str:
    """Sign the claims, changed; ``None`` leaves one out."""
    return typed({}, key, **changes)


def typed(header: dict[str, object], key: RSAKey = KEY, /, **changes: object) -> str:
    """Sign the claims, changed, below a header that says more."""
    claims = {k: v for k, v in {**CLAIMS, **changes}.items() if v is not None}
    return jwt.encode({"alg": "RS256", "kid": key.kid} | header, claims, key)


def _plain(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_token_that_holds_is_taken() -> None:
    """A token of the provider, for this client, fresh, with our nonce, tells its claims."""
    assert id_token(signed(), KEYS, EXPECTED, NONCE)["sub"] == "s-1"
    assert id_token(signed(aud=["x", CLIENT], azp=CLIENT), KEYS, EXPECTED, NONCE)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"nonce": "n-2"},
        {"nonce": None},
        {"exp": SECOND - 31},
        {"exp": None},
        {"iat": SECOND - 601},
        {"iat": SECOND + 31},
        {"iat": None},
        {"azp": "another"},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, object]) -> None:
    """Wrong or missing issuer, audience, nonce, expiry or moment: nobody comes in."""
    with pytest.raises(SignInRefusedError):
        id_token(signed(KEY, **changes), KEYS, EXPECTED, NONCE)


def test_a_token_of_an_unknown_key_is_told_apart() -> None:
    """A key we do not know is asked for once more; with none that fits, nobody comes in."""
    with pytest.raises(UnknownKeyError):
        id_token(signed(OTHER), KEYS, EXPECTED, NONCE)


def test_a_token_signed_by_another_under_a_known_name_is_refused() -> None:
    """The name of a key proves nothing; the signature does."""
    forger = RSAKey.import_key(OTHER.as_dict(private=True) | {"kid": "one"})
    with pytest.raises(SignInRefusedError):
        id_token(signed(forger), KEYS, EXPECTED, NONCE)


def test_a_token_without_signature_is_refused() -> None:
    """Algorithm none, and a public key used as a shared secret, are no signatures."""
    head, body, _ = signed().split(".")
    none = "eyJhbGciOiJub25lIiwia2lkIjoib25lIn0"
    symmetric = _plain(b'{"alg":"HS256","kid":"one"}') + "." + body
    shared = hmac.new(KEY.as_pem(private=False), symmetric.encode(), "sha256").digest()
    for token in (
        f"{none}.{body}.",
        f"{head}.{body}.",
        f"{symmetric}.{_plain(shared)}",
        "no token",
        "",
    ):
        with pytest.raises(SignInRefusedError):
            id_token(token, KEYS, EXPECTED, NONCE)


WHOLE: Final[dict[str, object]] = {"nonce": None, "sid": "p-1", "events": ENDED, "jti": "t-1"}


@pytest.mark.parametrize("kind", ["logout+jwt", "application/logout+jwt", "LOGOUT+JWT", "JWT"])
def test_a_logout_token_may_say_its_type(kind: str) -> None:
    """Section 2.4 recommends a type and demands none; providers send their JWT as ``JWT``, too."""
    assert logout_token(typed({"typ": kind}, **WHOLE), KEYS, EXPECTED).provider_session == "p-1"


@pytest.mark.parametrize("kind", ["at+jwt", "secevent+jwt", "application/", ""])
def test_a_token_of_another_type_ends_nothing(kind: str) -> None:
    """What says that it is another kind of token is not read as the end of a session."""
    with pytest.raises(SignInRefusedError):
        logout_token(typed({"typ": kind}, **WHOLE), KEYS, EXPECTED)


def test_a_logout_token_lets_nobody_in() -> None:
    """One carries no nonce, so that it never passes for an ID token."""
    with pytest.raises(SignInRefusedError):
        id_token(typed({"typ": "logout+jwt"}, **WHOLE), KEYS, EXPECTED, NONCE)


def test_a_logout_token_names_the_session_it_ends() -> None:
    """A logout token says that it is one, names a session or a worker, has an id, and no nonce."""
    whole = WHOLE
    ended = logout_token(signed(**whole), KEYS, EXPECTED)
    assert ended.provider_session == "p-1"
    worker = logout_token(signed(**whole | {"sid": None, "sub": "s-3"}), KEYS, EXPECTED)
    assert (worker.provider_session, worker.actor) == (None, "s-3")
    assert ended.token == logout_token(signed(**whole, sub="s-2"), KEYS, EXPECTED).token
    assert ended.token != logout_token(signed(**whole | {"jti": "t-2"}), KEYS, EXPECTED).token
    assert ended.until > NOW
    for wrong in (
        signed(**whole | {"events": None}),
        signed(**whole | {"events": {"https://other.example": {}}}),
        signed(**whole | {"events": dict.fromkeys(ENDED, True)}),
        signed(**whole | {"events": list(ENDED)}),
        signed(**whole | {"sid": 7}),
        signed(**whole | {"sid": ""}),
        signed(**whole | {"sub": ["s-1"]}),
        signed(**whole | {"jti": 7}),
        signed(**whole | {"iat": None}),
        signed(**whole | {"exp": None}),
        signed(**whole | {"sid": None, "sub": None}),
        signed(**whole | {"jti": None}),
        signed(**whole | {"nonce": NONCE}),
        signed(**whole | {"aud": "another"}),
        signed(**whole | {"exp": SECOND - 60}),
        signed(OTHER, **whole),
    ):
        with pytest.raises(SignInRefusedError):
            logout_token(wrong, KEYS, EXPECTED)
