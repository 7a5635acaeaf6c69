"""Restrictions and objections of a small world, by their id."""

from dataclasses import dataclass
from uuid import UUID

from gateway.domain.ports import WithholdingState
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Withholdings:
    """Looks up one."""

    world: World

    async def by_id(self, withholding: UUID) -> WithholdingState | None:
        """Find one."""
        known = self.world.withheld.get(withholding)
        return None if known is None else WithholdingState(known.subject, known.withholding)
