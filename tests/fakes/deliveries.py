"""Deliveries of a small world."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.ports import DeliveryState
from gateway.domain.quarantine import QuarantinedRow
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Reads what came in."""

    world: World

    async def by_digest(self, digest: bytes) -> DeliveryState | None:
        """Find a delivery by its digest."""
        known = self.world.deliveries
        return next((self._state(id_) for id_, one in known.items() if one.digest == digest), None)

    async def by_id(self, delivery: UUID) -> DeliveryState | None:
        """Find a delivery by its id."""
        return self._state(delivery) if delivery in self.world.deliveries else None

    async def recent(self, limit: int) -> Sequence[DeliveryState]:
        """List the newest deliveries."""
        states = [self._state(delivery) for delivery in self.world.deliveries]
        newest = sorted(states, key=lambda one: one.delivery)
        return sorted(newest, key=lambda one: one.at, reverse=True)[:limit]

    async def quarantined(self, delivery: UUID) -> Sequence[QuarantinedRow]:
        """List a delivery's quarantined rows."""
        kept, settled = self.world.quarantine, self.world.settled
        return [
            QuarantinedRow(one.row, one.at, one.reasons, one.sealed, settled.get(place))
            for place, one in sorted(kept.items())
            if one.delivery == delivery
        ]

    async def waiting(self) -> Mapping[UUID, int]:
        """Count the rows that wait, by delivery."""
        waits = self.world.quarantine.keys() - self.world.settled.keys()
        return Counter(self.world.quarantine[place].delivery for place in waits)

    def _state(self, delivery: UUID) -> DeliveryState:
        arrival = self.world.deliveries[delivery]
        return DeliveryState(delivery, arrival.digest, arrival.at, arrival.report)
