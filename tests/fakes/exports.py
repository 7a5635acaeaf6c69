"""Exports of a small world."""

from collections.abc import Sequence
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

    async def parts(self, export: UUID) -> Sequence[bytes]:
        """Read the sealed parts in order."""
        return tuple(one.sealed for one in self.world.exports.parts.get(export, ()))
