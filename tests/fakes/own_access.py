"""Residents' own access in a small world."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.own_access import AccessCode, OwnSession
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """Looks at the wicket."""

    world: World

    async def code(self, terms: Sequence[bytes]) -> AccessCode | None:
        """Find a code by any of its terms."""
        codes = self.world.wicket.codes
        return next((codes[term] for term in terms if term in codes), None)

    async def session(self, key: bytes) -> OwnSession | None:
        """Find a session."""
        return self.world.wicket.sessions.get(key)
