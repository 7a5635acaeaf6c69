"""Glasses that were broken in a small world."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.breakglass import Broken
from gateway.domain.identifiers import Oin
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Glasses:
    """Looks them up."""

    world: World

    async def by_id(self, glass_id: UUID) -> Broken | None:
        """Find one."""
        return self.world.glasses.get(glass_id)

    async def of_partner(self, partner: Oin | None = None) -> Sequence[Broken]:
        """List them, newest first."""
        found = [b for b in self.world.glasses.values() if partner in {None, b.glass.partner}]
        return sorted(found, key=lambda one: one.glass.at, reverse=True)
