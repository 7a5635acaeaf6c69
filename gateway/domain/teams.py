"""A municipality's team: who works there, who has how much in hand, and the lists one comes back to.

1. A colleague is who signed in for the same organisation in the same role, not long ago.
2. Work is counted by clocks and open deeds. No count says how well someone works, and the list goes
   by name: nobody is put in order by what she does.
3. A saved list is a choice of codes and is named by their words: it has no words of its own, in
   which someone's name could stand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from gateway.domain.clocks import Running, View, Waits, counts
from gateway.domain.identifiers import ActorId, Oin, RoleId

TEAMED: Final = frozenset({RoleId("gemeente_klantmanager")})
"""The roles that divide their work."""
ABSENT: Final = timedelta(days=90)
"""After how long without signing in someone is no colleague any more (1)."""
COUNTED: Final = (View.ALL, View.LATE, View.SOON, View.UNCONFIRMED, View.ASKED)
"""What is counted of someone's work (2)."""


class Whose(StrEnum):
    """Whose part of the worklist is shown."""

    ALL = "iedereen"
    MINE = "mij"
    NOBODY = "niemand"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Someone of a team at rest, last signed in at ``seen``; her name is sealed."""

    partner: Oin
    actor: ActorId
    role: RoleId
    seen: datetime
    name: bytes


@dataclass(frozen=True, slots=True)
class SavedList:
    """A part of the worklist that someone comes back to (3)."""

    view: View
    whose: Whose


@dataclass(frozen=True, slots=True)
class Load:
    """What one colleague has in hand, or what nobody has: how many people in each view (2)."""

    worker: ActorId | None
    counts: Mapping[View, int]


class Teams(Protocol):
    """Where a team, and what each of it saved, is kept.

    It tells nothing about a resident, so it is written beside the log, as sessions are.
    """

    async def meet(self, colleague: Colleague) -> None:
        """Write that someone signed in; what was known of her before gives way."""
        ...

    async def of(self, partner: Oin, role: RoleId, since: datetime) -> Sequence[Colleague]:
        """List who signed in for a partner in a role since a moment."""
        ...

    async def forget(self, before: datetime) -> int:
        """Forget who last signed in before a moment; tell how many."""
        ...

    async def saved(self, partner: Oin, actor: ActorId) -> Sequence[SavedList]:
        """List what someone saved, in no particular order."""
        ...

    async def save(self, partner: Oin, actor: ActorId, one: SavedList) -> None:
        """Save a list; saving twice is saving once."""
        ...

    async def drop(self, partner: Oin, actor: ActorId, one: SavedList) -> None:
        """Drop a list; one that is not there is no fault."""
        ...


def is_of(one: Running, whose: Whose, actor: ActorId) -> bool:
    """Tell whether someone stands in a part of the worklist of ``actor``."""
    match whose:
        case Whose.ALL:
            return True
        case Whose.MINE:
            return one.worker == actor
        case Whose.NOBODY:
            return one.worker is None


def loads(groups: Iterable[Waits], team: Iterable[ActorId]) -> Sequence[Load]:
    """Count what each of a team has in hand, what those who left still have, and what nobody has.

    Ordered by who, nobody first (2).
    """
    by_worker: dict[ActorId | None, list[Waits]] = {None: [], **{one: [] for one in team}}
    for group in groups:
        by_worker.setdefault(group.running.worker, []).append(group)
    by_name = sorted(by_worker.items(), key=lambda pair: pair[0] or "")
    held = [(worker, counts(hers)) for worker, hers in by_name]
    return [Load(worker, {view: found[view] for view in COUNTED}) for worker, found in held]
