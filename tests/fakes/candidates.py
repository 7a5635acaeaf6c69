"""Candidates of a small world, found by folding every event at the moment of the question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import ActorId, SubjectId
from tests.fakes.world import LawBrokenError, Person, World


@dataclass(frozen=True, slots=True)
class Candidates:
    """Looks at each person in turn."""

    world: World

    async def find(self, wanted: Wanted) -> Sequence[SubjectId]:
        """Return those who may be found now and have a term of every group."""
        if wanted.limit < 1 or wanted.moment.utcoffset() != timedelta(0):
            raise LawBrokenError("a search has a limit, and a moment in UTC")
        found = sorted(
            subject for subject, person in self.world.people.items() if _fits(person, wanted)
        )
        after = [subject for subject in found if subject >= wanted.start]
        return [*after, *(subject for subject in found if subject < wanted.start)][: wanted.limit]

    async def searches_since(self, actor: ActorId, since: datetime) -> int:
        """Count the actor's searches."""
        return sum(one.actor == actor and one.at >= since for one in self.world.searches)


def _fits(person: Person, wanted: Wanted) -> bool:
    by = person.findable_by(wanted.moment)
    return (
        not by.isdisjoint(wanted.recipients)
        and by.isdisjoint(wanted.besides)
        and all(not person.terms.isdisjoint(group) for group in wanted.groups)
    )
