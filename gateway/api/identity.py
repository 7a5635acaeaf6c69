"""Who is asking: a bearer token signed by the gate's own key becomes a ``Caller``.

Systems of partners get theirs by proof (``gateway.api.machines``). ``InsecureTokens`` are for the demo,
where anyone gets one, and refuse to exist in production settings.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from gateway.api.problems import UnauthorizedError
from gateway.domain.callers import Persona, acting
from gateway.domain.codes import OpvangLocatie
from gateway.domain.identifiers import ActorId, Oin, RoleId, SubjectId
from gateway.domain.partners import Caller, Partner

ALGORITHM = "HS256"
ISSUER = "doelpoort-demo"
AUDIENCE = "doelpoort"
CACHED = 4_096
LIFETIME = timedelta(hours=1)


class LocalTokens:
    """Issues and checks tokens of a local key; verified ones are cached until they expire."""

    def __init__(
        self,
        key: bytes,
        partners: Mapping[Oin, Partner],
        sites: Mapping[str, OpvangLocatie],
        issuer: str,
    ) -> None:
        self._issuer = issuer
        self._key = OctKey.import_key(key)
        self._partners = partners
        self._sites = sites
        self._verified: dict[bytes, tuple[Caller, float]] = {}

    def issue(self, persona: Persona, now: datetime, lifetime: timedelta = LIFETIME) -> str:
        """Sign a token for a persona, valid from ``now`` for ``lifetime``."""
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": persona.actor,
            "oin": persona.partner.oin,
            "role": persona.role,
            "loc": sorted(persona.locations),
            "subject": str(persona.subject) if persona.subject else "",
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": uuid4().hex,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key)

    def caller(self, token: str, now: datetime) -> Caller:
        """Return who a token speaks for; raises ``UnauthorizedError`` without saying why."""
        digest = sha256(token.encode()).digest()
        cached = self._verified.get(digest)
        if cached and now.timestamp() < cached[1]:
            return cached[0]
        claims = self._claims(token, now)
        caller = self._caller(claims)
        if len(self._verified) >= CACHED:
            self._verified.clear()
        self._verified[digest] = (caller, float(str(claims["exp"])))
        return caller

    def _claims(self, token: str, now: datetime) -> dict[str, object]:
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            rules.validate(claims)
        except (JoseError, ValueError, json.JSONDecodeError) as error:
            raise UnauthorizedError("a valid bearer token is needed") from error
        return dict(claims)

    def _caller(self, claims: Mapping[str, object]) -> Caller:
        partner = self._partners.get(Oin(str(claims.get("oin"))))
        if partner is None:
            raise UnauthorizedError("a valid bearer token is needed")
        named = claims.get("loc")
        sites = frozenset(str(site) for site in named) if isinstance(named, list) else frozenset()
        subject = str(claims.get("subject") or "")
        persona = Persona(
            partner,
            RoleId(str(claims.get("role"))),
            ActorId(str(claims.get("sub"))),
            sites,
            SubjectId(UUID(subject)) if subject else None,
        )
        return acting(persona, self._sites)


class InsecureTokens(LocalTokens):
    """Tokens of the demo's open door."""

    def __init__(
        self, key: bytes, partners: Mapping[Oin, Partner], sites: Mapping[str, OpvangLocatie]
    ) -> None:
        super().__init__(key, partners, sites, ISSUER)
