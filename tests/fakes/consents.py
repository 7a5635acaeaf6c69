"""Consents of a small world, by their id."""

from dataclasses import dataclass
from uuid import UUID

from gateway.domain.identifiers import SubjectId
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Consents:
    """Looks through everyone's events."""

    world: World

    async def subject_of(self, consent_id: UUID) -> SubjectId | None:
        """Return whose consent it is."""
        for subject, person in self.world.people.items():
            if any(event.consent_id == consent_id for event in person.consents):
                return subject
        return None
