"""An identity provider by OpenID Connect: authorization code with PKCE, nonce and state.

What it says about itself is asked once an hour, its keys again when a token names one we do not know:
seldom, as anyone can send us such a token.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from adapters.oidc.claims import ClaimNames, identity_of
from adapters.oidc.tokens import Expected, UnknownKeyError, id_token, logout_token
from gateway.domain.identifiers import Oin
from gateway.domain.partners import Partner
from gateway.domain.sessions import Departure, Ended, Identity, SignInRefusedError

FRESH: Final = timedelta(hours=1)
NEW: Final = timedelta(seconds=10)
SECONDS: Final = 5.0
_DISCOVERY: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Client:
    """How we are known to the provider, and where it sends browsers back to."""

    issuer: str
    client_id: str
    secret: str
    redirect: str
    goodbye: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider said about itself, and when."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: datetime


class OpenIdProvider:
    """See ``gateway.domain.sessions.Provider``."""

    def __init__(
        self,
        client: Client,
        names: ClaimNames,
        partners: Mapping[Oin, Partner],
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._names = names
        self._partners = partners
        self._now = now
        self._known: _Known | None = None

    async def door(self, departure: Departure) -> str:
        """Return the address to send a browser to."""
        known = await self._asked()
        more = {"acr_values": " ".join(sorted(self._names.strong)), "prompt": "login"}
        async with self._session() as session:
            url, _ = session.create_authorization_url(
                known.metadata["authorization_endpoint"],
                state=departure.state,
                nonce=departure.nonce,
                code_verifier=departure.verifier,
                **(more if departure.strong else {}),
            )
        return str(url)

    async def identity(self, departure: Departure, answer: Mapping[str, str]) -> Identity:
        """Return who came back with ``answer``."""
        self._ours(departure, answer)
        token = await self._exchanged(answer["code"], departure.verifier)
        claims = await self._id_claims(token, departure.nonce)
        return identity_of(claims, self._names, self._partners, token)

    async def farewell(self, hint: str | None) -> str | None:
        """Return where to sign off at the provider too."""
        place = (await self._asked()).metadata.get("end_session_endpoint")
        if not isinstance(place, str):
            return None
        words = {"client_id": self._client.client_id}
        words |= {"post_logout_redirect_uri": self._client.goodbye}
        words |= {"id_token_hint": hint} if hint else {}
        return f"{place}?{urlencode(words)}"

    async def ended(self, logout: str) -> Ended:
        """Return what the provider's token says is over."""
        try:
            return logout_token(logout, (await self._asked()).keys, self._expected())
        except UnknownKeyError:
            return logout_token(logout, (await self._asked(anew=True)).keys, self._expected())

    def _ours(self, departure: Departure, answer: Mapping[str, str]) -> None:
        """Check that the answer is to our question: state, issuer (RFC 9207), no error, a code."""
        state = answer.get("state", "")
        if not compare_digest(state.encode(), departure.state.encode()):
            raise SignInRefusedError("the answer is to another question")
        if answer.get("iss", self._client.issuer) != self._client.issuer:
            raise SignInRefusedError("the answer is of another provider")
        if "error" in answer or not answer.get("code"):
            raise SignInRefusedError("the provider did not let you in")

    async def _exchanged(self, code: str, verifier: str) -> str:
        known = await self._asked()
        try:
            async with self._session() as session:
                answer = await session.fetch_token(
                    known.metadata["token_endpoint"], code=code, code_verifier=verifier
                )
        except (OAuthError, httpx2.HTTPError, ValueError):
            raise SignInRefusedError("the provider did not take the code") from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefusedError("the provider told no identity")
        return token

    async def _id_claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            return id_token(token, (await self._asked()).keys, self._expected(), nonce)
        except UnknownKeyError:
            return id_token(token, (await self._asked(anew=True)).keys, self._expected(), nonce)

    def _expected(self) -> Expected:
        return Expected(self._client.issuer, self._client.client_id, self._now())

    def _session(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client.client_id,
            self._client.secret,
            redirect_uri=self._client.redirect,
            scope="openid profile",
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    async def _asked(self, *, anew: bool = False) -> _Known:
        """Return what the provider says about itself; raises ``SignInRefusedError``."""
        now = self._now()
        if self._known is not None and now - self._known.at < (NEW if anew else FRESH):
            return self._known
        try:
            async with httpx2.AsyncClient(timeout=SECONDS) as client:
                metadata = await _json(client, self._client.issuer.rstrip("/") + _DISCOVERY)
                if metadata.get("issuer") != self._client.issuer:
                    raise SignInRefusedError("the provider calls itself something else")
                keys = KeySet.import_key_set(await _json(client, str(metadata["jwks_uri"])))  # type: ignore[arg-type]  # the type of JSON from outside
        except (httpx2.HTTPError, JoseError, ValueError, KeyError):
            raise SignInRefusedError("the provider cannot be reached") from None
        self._known = _Known(metadata, keys, now)
        return self._known


async def _json(client: httpx2.AsyncClient, address: str) -> Mapping[str, Any]:
    answer = await client.get(address)
    answer.raise_for_status()
    found: Mapping[str, Any] = answer.json()
    return found
