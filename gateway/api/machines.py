"""Tokens for systems of partners: OAuth 2 client credentials, proven by a signed assertion.

1. A system proves who it is with a JWT of its own (``private_key_jwt``, RFC 7523): made by and about
   its client id, for this gate alone, with an id, good for five minutes at most and for one use.
2. It is signed by a key that was registered for it, with an asymmetric algorithm; ``none`` and shared
   secrets never (NL GOV assurance profile for OAuth 2.0, section 2.3.2).
3. The gate answers with a token of its own, short, without a refresh token, for the role that was
   registered: a request cannot widen it. Each one issued is in the log.
4. Whatever is wrong with an assertion, the answer is the same (RFC 6749 section 5.2).
"""

import json
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.actions.gate import Gate, commit
from gateway.api.identity import LocalTokens
from gateway.domain.errors import GatewayError
from gateway.domain.machines import Machine
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, RecordKind
from gateway.domain.replays import Replays, once

PATH: Final = "/oauth/token"
METADATA: Final = "/.well-known/oauth-authorization-server"
ASSERTED: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Final = ("PS256", "RS256", "ES256", "ES384", "EdDSA", "Ed25519")
LIFETIME: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(minutes=5)
LEEWAY: Final = 30
_ID_CHARACTERS: Final = range(22, 201)
"""128 random bits take 22 characters of base64url."""
_MOST_BYTES: Final = 16_384

router = APIRouter()


class TokenRefusedError(GatewayError):
    """No token; ``code`` is the error of RFC 6749 section 5.2, and nothing more is said."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, and for how many seconds it is good."""

    token: str
    seconds: int


class MachineDoor:
    """Where systems come in; ``address`` is where the gate is reached."""

    def __init__(
        self,
        gate: Gate,
        machines: Mapping[str, Machine],
        replays: Replays,
        tokens: LocalTokens,
        address: str,
    ) -> None:
        self.tokens = tokens
        self.address = address.rstrip("/")
        self._gate = gate
        self._machines = machines
        self._replays = replays

    async def issue(self, form: Mapping[str, str]) -> Issued:
        """Return a token for who proves to be a system; raises ``TokenRefusedError``."""
        if form.get("grant_type") != "client_credentials":
            raise TokenRefusedError("unsupported_grant_type")
        if form.get("client_assertion_type") != ASSERTED or "client_secret" in form:
            raise TokenRefusedError("invalid_client")
        machine, claims = self._proven(form.get("client_assertion", ""))
        if form.get("client_id", machine.client_id) != machine.client_id:
            raise TokenRefusedError("invalid_client")
        await self._used(machine, claims)
        if form.get("scope", machine.persona.role) != machine.persona.role:
            raise TokenRefusedError("invalid_scope")
        now = self._gate.clock.now()
        await self._note(machine, now)
        token = self.tokens.issue(machine.persona, now, LIFETIME)
        return Issued(token, int(LIFETIME.total_seconds()))

    def _proven(self, assertion: str) -> tuple[Machine, Mapping[str, Any]]:
        """Take steps (1) and (2), the use of the assertion left aside."""
        machine = self._machines.get(_issuer(assertion))
        if machine is None:
            raise TokenRefusedError("invalid_client")
        now = int(self._gate.clock.now().timestamp())
        same = {"essential": True, "value": machine.client_id}
        rules = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY,
            iss=same,  # type: ignore[arg-type]  # a rule of joserfc, as its documentation writes it
            sub=same,  # type: ignore[arg-type]  # likewise
            exp={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
        )
        try:
            keys = KeySet.import_key_set(machine.keys)  # type: ignore[arg-type]  # JSON from a file
            claims = jwt.decode(assertion, keys, algorithms=list(ALGORITHMS)).claims
            rules.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise TokenRefusedError("invalid_client") from error
        ends, token_id = claims["exp"], claims["jti"]
        near = ends - now <= LONGEST.total_seconds() + LEEWAY
        named = isinstance(token_id, str) and len(token_id) in _ID_CHARACTERS
        if not near or not named or not self._ours(claims.get("aud")):
            raise TokenRefusedError("invalid_client")
        return machine, claims

    def _ours(self, audience: object) -> bool:
        """Tell whether an assertion was made for this gate and for nobody else."""
        named = audience if isinstance(audience, list) else [audience]
        return len(named) == 1 and named[0] in {self.address, self.address + PATH}

    async def _used(self, machine: Machine, claims: Mapping[str, Any]) -> None:
        until = datetime.fromtimestamp(claims["exp"] + LEEWAY, UTC)
        token = once(machine.client_id, claims["jti"])
        if not await self._replays.first(token, until, self._gate.clock.now()):
            raise TokenRefusedError("invalid_client")

    async def _note(self, machine: Machine, now: datetime) -> None:
        persona = machine.persona
        record = AuditRecord(
            uuid4(),
            RecordKind.SESSION,
            now,
            "token issued",
            policy=self._gate.matrix.digest,
            recipient=persona.partner.oin,
            actor=persona.actor,
            role=persona.role,
        )
        await commit(self._gate, Entry(record))


def _issuer(assertion: str) -> str:
    """Read who an assertion says made it, before it is known to be true."""
    parts = assertion.split(".")
    try:
        payload = urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        found = json.loads(payload)
    except (IndexError, NotBase64, ValueError, RecursionError):
        raise TokenRefusedError("invalid_client") from None
    issuer = found.get("iss") if isinstance(found, dict) else None
    return issuer if isinstance(issuer, str) else ""


def _door(request: Request) -> MachineDoor | None:
    door: MachineDoor | None = request.app.state.actions.machines
    return door


@router.post(PATH, include_in_schema=False)
async def token(request: Request) -> JSONResponse:
    """Answer in the words of OAuth, not of our own interface: its clients know no other."""
    door = _door(request)
    if door is None:
        return JSONResponse({"error": "unsupported_grant_type"}, HTTPStatus.BAD_REQUEST)
    try:
        issued = await door.issue(await _form(request))
    except TokenRefusedError as refused:
        unknown = refused.code == "invalid_client"
        status = HTTPStatus.UNAUTHORIZED if unknown else HTTPStatus.BAD_REQUEST
        return JSONResponse({"error": refused.code}, status)
    answer = {"access_token": issued.token, "token_type": "Bearer", "expires_in": issued.seconds}
    return JSONResponse(answer)


@router.get(METADATA, include_in_schema=False)
async def metadata(request: Request) -> JSONResponse:
    """Tell systems where and how to ask (RFC 8414)."""
    door = _door(request)
    if door is None:
        return JSONResponse({"error": "not_found"}, HTTPStatus.NOT_FOUND)
    return JSONResponse(
        {
            "issuer": door.address,
            "token_endpoint": door.address + PATH,
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        }
    )


async def _form(request: Request) -> Mapping[str, str]:
    """Read a small form in which each word stands once; nothing is taken from the address."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise TokenRefusedError("invalid_request")
    try:
        pairs = parse_qsl(body.decode(), strict_parsing=True, max_num_fields=10) if body else []
    except ValueError:
        raise TokenRefusedError("invalid_request") from None
    if len(dict(pairs)) < len(pairs) or request.url.query:
        raise TokenRefusedError("invalid_request")
    return dict(pairs)
