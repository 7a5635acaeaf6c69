"""Counts for analysts in a small world."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.counting import BlindCube
from gateway.domain.identifiers import ActorId, Oin, SubjectId
from gateway.domain.statistics import Told
from tests.fakes.world import LawBrokenError, World


@dataclass(frozen=True, slots=True)
class Statistics:
    """Reads what was published and told."""

    world: World

    async def people(self, after: SubjectId | None, limit: int) -> Sequence[SubjectId]:
        """List everyone, a page at a time."""
        if limit < 1:
            raise LawBrokenError("a page has at least one place")
        known = sorted(self.world.people)
        return [subject for subject in known if after is None or subject > after][:limit]

    async def published(self) -> Sequence[BlindCube]:
        """Read the last publication."""
        return self.world.cubes

    async def told(self, recipient: Oin, actor: ActorId) -> Sequence[Told]:
        """List what one analyst was told."""
        hers = [
            one for one in self.world.tables if (one.recipient, one.actor) == (recipient, actor)
        ]
        return sorted((one.told for one in hers), key=lambda told: told.at)
