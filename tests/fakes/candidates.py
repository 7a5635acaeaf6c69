"""Candidates of a small world, found by folding every event at the moment of the question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.domain.identifiers import ActorId, SubjectId
from tests.fakes.world import LawBrokenError, World


@dataclass(frozen=True, slots=True)
class Candidates:
    """Looks at each person in turn."""

    world: World

    async def find(
        self,
        terms: Sequence[Sequence[bytes]],
        recipient: Sequence[str],
        moment: datetime,
        limit: int,
    ) -> Sequence[SubjectId]:
        """Return those who may be found now and have a term of every group."""
        if limit < 1 or moment.utcoffset() != timedelta(0):
            raise LawBrokenError("a search has a limit, and a moment in UTC")
        found = sorted(
            subject
            for subject, person in self.world.people.items()
            if not person.findable_by(moment).isdisjoint(recipient)
            and all(not person.terms.isdisjoint(group) for group in terms)
        )
        return found[:limit]

    async def searches_since(self, actor: ActorId, since: datetime) -> int:
        """Count the actor's searches."""
        return sum(one.actor == actor and one.at >= since for one in self.world.searches)
