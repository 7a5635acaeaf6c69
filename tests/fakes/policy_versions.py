"""Versions, proposals and activations of a small world."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.policy_versions import Activation, Files, Proposal
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class PolicyVersions:
    """Reads the book of a small world."""

    world: World

    async def activations(self) -> Sequence[Activation]:
        """List all activations."""
        return tuple(self.world.policy.decided)

    async def proposals(self) -> Sequence[Proposal]:
        """List proposals, newest first."""
        newest = sorted(self.world.policy.held.values(), key=lambda one: one.proposal_id)
        return sorted(newest, key=lambda one: one.at, reverse=True)[:50]

    async def proposal(self, proposal_id: UUID) -> Proposal | None:
        """Find a proposal."""
        return self.world.policy.held.get(proposal_id)

    async def files(self, version: str) -> Files | None:
        """Read the files of a version."""
        found = self.world.policy.versions.get(version)
        return found.files if found else None

    async def version_of(self, policy: str) -> str | None:
        """Name a version of this policy."""
        found = (one.name for one in self.world.policy.versions.values() if one.policy == policy)
        return min(found, default=None)
