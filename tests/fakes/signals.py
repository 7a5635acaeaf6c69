"""Verdicts on signals in a small world."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.domain.identifiers import Oin
from gateway.domain.signals import Judged
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Signals:
    """Looks them up."""

    world: World

    async def of_partner(self, partner: Oin) -> Iterable[Judged]:
        """List those of one organisation, in order of proposal."""
        found = [one for one in self.world.signals.values() if one.partner == partner]
        return sorted(found, key=lambda one: (one.proposed_at, one.signal_id))
