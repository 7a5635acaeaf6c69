"""Tokens of an identity provider: taken only when every check holds, and no reason is repeated.

1. Signed by a key of the provider, with an asymmetric algorithm; ``none`` and shared secrets never.
2. Made by this issuer, for this client, not expired, and not long ago.
3. An ID token carries the nonce of the question; a logout token carries none, and says it is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import compare_digest
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.domain.identifiers import ActorId
from gateway.domain.replays import once
from gateway.domain.sessions import Ended, SignInRefusedError

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
LEEWAY: Final = 30
_RECENT: Final = 600
_ENDED: Final = "http://schemas.openid.net/event/backchannel-logout"
_KINDS: Final = ("logout+jwt", "jwt")


class UnknownKeyError(SignInRefusedError):
    """A token signed by a key that the provider did not show us, yet."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say: who made it, for whom, and the day's clock."""

    issuer: str
    client: str
    now: datetime


def id_token(token: str, keys: KeySet, expected: Expected, nonce: str) -> Mapping[str, Any]:
    """Return the claims of an ID token; raises ``SignInRefusedError``."""
    claims = _decoded(token, keys, expected).claims
    said = claims.get("nonce")
    if not isinstance(said, str) or not compare_digest(said.encode(), nonce.encode()):
        raise SignInRefusedError("the answer is to another question")
    authorised = claims.get("azp", expected.client)
    if authorised != expected.client:
        raise SignInRefusedError("the answer is for another client")
    return claims


def logout_token(token: str, keys: KeySet, expected: Expected) -> Ended:
    """Return what a logout token ends; raises ``SignInRefusedError``.

    OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6: it names a session or a worker, or
    both; an id is needed, so that it is good once. A type is not, but one of other tokens is wrong.
    """
    signed = _decoded(token, keys, expected)
    claims = signed.claims
    token_id, session, worker = (_text(claims, name) for name in ("jti", "sid", "sub"))
    if not _is_logout(signed) or "nonce" in claims:
        raise SignInRefusedError("this is no logout token")
    if session is None and worker is None:
        raise SignInRefusedError("the token names no session and no worker")
    if token_id is None:
        raise SignInRefusedError("the token has no id")
    until = datetime.fromtimestamp(float(claims["exp"]) + LEEWAY, UTC)
    actor = None if worker is None else ActorId(worker)
    return Ended(session, actor, once(expected.issuer, token_id), until)


def _is_logout(signed: jwt.Token) -> bool:
    """Tell whether it says that it ends something, and is not typed as a token of another kind."""
    events, kind = signed.claims.get("events"), signed.header.get("typ")
    ended = isinstance(events, dict) and isinstance(events.get(_ENDED), dict)
    named = isinstance(kind, str) and kind.lower().removeprefix("application/") in _KINDS
    return ended and (kind is None or named)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    """Read a claim that is a text and says something, or is not there."""
    value = claims.get(name)
    if name in claims and not (isinstance(value, str) and value):
        raise SignInRefusedError("a claim of the token is no text")
    return value


def _decoded(token: str, keys: KeySet, expected: Expected) -> jwt.Token:
    """Take steps (1) and (2)."""
    rules = jwt.JWTClaimsRegistry(
        now=int(expected.now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": False},
    )
    try:
        known = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        rules.validate(known.claims)
    except (JoseError, ValueError, TypeError) as error:
        kind = UnknownKeyError if _about_the_key(error) else SignInRefusedError
        raise kind("the provider's token does not hold") from None
    if expected.now.timestamp() - float(known.claims["iat"]) > _RECENT:
        raise SignInRefusedError("the provider's token is old")
    return known


def _about_the_key(error: Exception) -> bool:
    return "key" in type(error).__name__.lower() or "kid" in str(error).lower()
