"""Teams in dictionaries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.teams import Colleague, SavedList


@dataclass(slots=True)
class Teams:
    """Keeps the last that was told of each."""

    known: dict[tuple[Oin, ActorId, RoleId], Colleague] = field(default_factory=dict)
    lists: dict[tuple[Oin, ActorId], set[SavedList]] = field(default_factory=dict)

    async def meet(self, colleague: Colleague) -> None:
        """Write that someone signed in."""
        self.known[colleague.partner, colleague.actor, colleague.role] = colleague

    async def of(self, partner: Oin, role: RoleId, since: datetime) -> Sequence[Colleague]:
        """List who signed in since a moment."""
        named = (one for one in self.known.values() if (one.partner, one.role) == (partner, role))
        return [one for one in named if one.seen >= since]

    async def forget(self, before: datetime) -> int:
        """Forget who last signed in before a moment."""
        gone = [key for key, one in self.known.items() if one.seen < before]
        for key in gone:
            del self.known[key]
        return len(gone)

    async def saved(self, partner: Oin, actor: ActorId) -> Sequence[SavedList]:
        """List what someone saved."""
        return [*self.lists.get((partner, actor), ())]

    async def save(self, partner: Oin, actor: ActorId, one: SavedList) -> None:
        """Save a list."""
        self.lists.setdefault((partner, actor), set()).add(one)

    async def drop(self, partner: Oin, actor: ActorId, one: SavedList) -> None:
        """Drop a list."""
        self.lists.get((partner, actor), set()).discard(one)
