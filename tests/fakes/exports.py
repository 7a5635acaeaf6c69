"""Exports of a small world."""

from dataclasses import dataclass, replace
from uuid import UUID

from gateway.domain.exports import Progress
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Exports:
    """Reads exports and their parts."""

    world: World

    async def by_id(self, export: UUID) -> Progress | None:
        """Find an export by its id; one without parts shows no progress."""
        found = self.world.exports.kept.get(export)
        if found is None or self.world.exports.parts.get(export):
            return found
        return replace(found, made=0, shown=0)

    def part(self, export: UUID, number: int) -> bytes | None:
        """Read a sealed part."""
        parts = self.world.exports.parts.get(export, ())
        return parts[number].sealed if number < len(parts) else None
