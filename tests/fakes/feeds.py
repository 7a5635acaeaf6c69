"""Feeds of a small world."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.feeds import KeptEvent, Standing
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Feeds:
    """Looks along the shelf."""

    world: World

    async def standing(self, source: str) -> Standing:
        """Tell how far a feed is."""
        shelf = self.world.feeds
        parked = tuple(one for one in shelf.of(source) if one.delivery is None)
        return Standing(source, shelf.positions.get(source, 0), parked)

    async def alike(self, source: str, number: int, event_id: UUID) -> Sequence[KeptEvent]:
        """Find the events that have this number or this id."""
        known = self.world.feeds.of(source)
        return [one for one in known if one.number == number or one.event_id == event_id]

    async def following(self, source: str) -> KeptEvent | None:
        """Return the parked event whose turn it is."""
        standing = await self.standing(source)
        turn = standing.position + 1
        return next((one for one in standing.parked if one.number == turn), None)
