"""A worker's session on the screens: proven once, bound to one role at a time, short, revocable.

1. The browser holds a random id and nothing else; the store knows only its digest.
2. A session ends after a while without use, at the end of a working day, when she signs off, or
   when her identity provider says so.
3. Signing in, choosing another role and proving more each make a new id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from gateway.domain.errors import GatewayError
from gateway.domain.identifiers import ActorId, Oin, RoleId

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=10)
AWAY: Final = timedelta(minutes=30)
"""How long one may be at the identity provider."""
NOTICED: Final = timedelta(minutes=1)
"""Use within a minute of the last is not written down."""


class SignInRefusedError(GatewayError):
    """Nobody we can let in; ``code`` says which step failed, and repeats nothing that was sent."""

    code = "SIGN_IN_REFUSED"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an identity provider says someone is: for which organisation, in which roles, how sure.

    ``strong`` is whether she proved herself well enough to see a BSN; ``provider_session`` names
    her session at the provider, ``hint`` is what the provider wants back when she signs off.
    """

    actor: ActorId
    name: str
    partner: Oin
    roles: tuple[RoleId, ...]
    locations: frozenset[str] = frozenset()
    strong: bool = False
    provider_session: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: ``key`` is the digest of its id, ``role`` the one she acts in, once chosen."""

    key: bytes
    identity: Identity
    role: RoleId | None
    csrf: str
    opened: datetime
    seen: datetime

    @property
    def ends(self) -> datetime:
        """When it ends if nothing more is asked."""
        return min(self.seen + IDLE, self.opened + LONGEST)

    def alive(self, moment: datetime) -> bool:
        """Tell whether it may still be used."""
        return moment < self.ends

    def used(self, moment: datetime) -> "Session":
        """Return it as seen now."""
        return replace(self, seen=moment)


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session at rest: what must be found without opening it, and the rest sealed."""

    key: bytes
    actor: ActorId
    provider_session: str | None
    opened: datetime
    seen: datetime
    content: bytes


class Sessions(Protocol):
    """Open sessions, found by the digest of their id."""

    async def keep(self, session: KeptSession) -> None:
        """Write a new session, durable on return."""
        ...

    async def find(self, key: bytes) -> KeptSession | None:
        """Find one; ``None`` when there is none, or it ended."""
        ...

    async def see(self, key: bytes, moment: datetime) -> None:
        """Note that it was used."""
        ...

    async def end(self, key: bytes) -> None:
        """End one; ending twice is ending once."""
        ...

    async def end_of_provider(self, provider_session: str | None, actor: ActorId | None) -> int:
        """End all that rest on one session at the provider; tell how many.

        Of ``actor`` those too that name no such session; where it is ``None``, all of hers.
        """
        ...

    async def sweep(self, opened_before: datetime) -> int:
        """Forget sessions opened before a moment; tell how many."""
        ...


@dataclass(frozen=True, slots=True)
class Departure:
    """What is kept between leaving for the provider and coming back; sealed, in a cookie.

    ``onward`` is the page to go to then; ``strong`` asks for a proof that lets one see a BSN.
    """

    state: str
    nonce: str
    verifier: str
    onward: str
    strong: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """What is over at the provider: a session, or all of ``actor``; one of both is always known.

    ``token`` says so, once, and could until a moment.
    """

    provider_session: str | None
    actor: ActorId | None
    token: bytes
    until: datetime


class Provider(Protocol):
    """An identity provider, by OpenID Connect."""

    async def door(self, departure: Departure) -> str:
        """Return the address to send a browser to; raises ``SignInRefusedError``."""
        ...

    async def identity(self, departure: Departure, answer: Mapping[str, str]) -> Identity:
        """Return who came back with ``answer``; raises ``SignInRefusedError``."""
        ...

    async def farewell(self, hint: str | None) -> str | None:
        """Return where to sign off at the provider too, when it has such a place."""
        ...

    async def ended(self, logout_token: str) -> Ended:
        """Return what the provider's token says is over; raises ``SignInRefusedError``."""
        ...
