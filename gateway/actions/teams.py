"""Who works in a team: written when she signs in, read by her colleagues, forgotten when she left."""

from dataclasses import dataclass
from typing import Final

from gateway.actions.gate import Gate
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import ActorId
from gateway.domain.partners import Caller
from gateway.domain.sessions import Session
from gateway.domain.teams import ABSENT, TEAMED, Colleague, Teams

_SEALED: Final = "colleague"


@dataclass(frozen=True, slots=True)
class Team:
    """Who works in the caller's team, by name."""

    names: dict[ActorId, str]

    def name(self, worker: ActorId) -> str:
        """Name a worker; one who left is known by her pseudonym only."""
        return self.names.get(worker, worker)


class Roster:
    """Where a team is kept, names sealed."""

    def __init__(self, gate: Gate, teams: Teams) -> None:
        self._gate = gate
        self._teams = teams

    async def meet(self, session: Session) -> None:
        """Note that someone works in a team now, if her role has one; forget who left."""
        role, identity = session.role, session.identity
        if role is None or role not in TEAMED:
            return
        now = self._gate.clock.now()
        context = _context(identity.partner, identity.actor)
        name = self._gate.vault.seal_blob(_SEALED, context, identity.name.encode())
        await self._teams.forget(now - ABSENT)
        await self._teams.meet(Colleague(identity.partner, identity.actor, role, now, name))

    async def of(self, caller: Caller) -> Team:
        """Name the colleagues of a caller in her role, herself among them once she signed in."""
        partner, since = caller.partner.oin, self._gate.clock.now() - ABSENT
        found = await self._teams.of(partner, caller.role, since)
        return Team({one.actor: self._named(one) for one in found})

    def _named(self, one: Colleague) -> str:
        context = _context(one.partner, one.actor)
        try:
            return self._gate.vault.open_blob(_SEALED, context, one.name).decode()
        except UnreadableValueError:
            return one.actor


def _context(partner: str, actor: str) -> bytes:
    return f"{partner}:{actor}".encode()
