"""Requests to look a person up, of a small world."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.identifiers import Oin
from gateway.domain.look_ups import LookUp
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class LookUps:
    """Looks through all requests."""

    world: World

    async def by_id(self, look_up_id: UUID) -> LookUp | None:
        """Find one by its id."""
        return self.world.look_ups.get(look_up_id)

    async def of_partner(self, partner: Oin) -> Sequence[LookUp]:
        """List an organisation's requests, newest first."""
        own = [one for one in self.world.look_ups.values() if one.partner == partner]
        return sorted(own, key=lambda one: (-one.at.timestamp(), one.look_up_id))[:50]
