"""Consents of a small world, by their id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.domain.consents import fold
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

    async def running_out(self, before: datetime) -> Sequence[SubjectId]:
        """Fold everyone's consents, and look at the terms of those that were never ended."""
        found = []
        for subject, person in self.world.people.items():
            last = max((event.at for event in person.consents), default=before)
            consents = fold(person.consents, last)
            open_ = {one.consent_id for one in consents if one.ended is None}
            terms = [event.expires for event in person.consents if event.consent_id in open_]
            if any(term is not None and term <= before for term in terms):
                found.append(subject)
        return sorted(found)
