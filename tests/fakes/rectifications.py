"""Requests for rectification, of a small world."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.rectification import Rectification, RectificationState
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Rectifications:
    """Looks through all requests."""

    world: World

    async def by_id(self, rectification_id: UUID) -> Rectification | None:
        """Find one by its id."""
        return self.world.rectifications.get(rectification_id)

    async def open_at(
        self, sites: Sequence[str], after: UUID | None, limit: int
    ) -> Sequence[Rectification]:
        """List open requests by where she stays, in order of id."""
        people = self.world.people
        found = sorted(
            (
                one
                for one in self.world.rectifications.values()
                if one.state is RectificationState.OPEN
                and people[one.subject].facts.reception_site in sites
            ),
            key=lambda one: one.rectification_id,
        )
        return [one for one in found if after is None or one.rectification_id > after][:limit]
