"""Consents of a small world, by their id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.domain.consents import Asked, Consent, ConsentEventKind, fold
from gateway.domain.identifiers import Oin, SubjectId
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

    async def asked_at(
        self, sites: Sequence[str], moment: datetime, after: UUID | None, limit: int
    ) -> Sequence[Asked]:
        """Fold everyone's consents at the sites, and keep those that were asked only."""
        found: list[Asked] = []
        for subject, person in self.world.people.items():
            waiting = {
                one.consent_id
                for one in fold(person.consents, moment)
                if one.state_at(moment) is ConsentEventKind.REQUESTED
            }
            events = person.consents if person.facts.reception_site in sites else ()
            found += [
                Asked(subject, event, event.scope)
                for event in events
                if event.consent_id in waiting and event.scope is not None
            ]
        beyond = [one for one in found if after is None or one.event.consent_id > after]
        return sorted(beyond, key=lambda one: one.event.consent_id)[:limit]

    async def given_to(self, recipient: Oin | None, moment: datetime) -> Sequence[Consent]:
        """Fold everyone's consents, and keep those that name the organisation."""
        every = [event for person in self.world.people.values() for event in person.consents]
        consents = fold(every, moment)
        return [one for one in consents if recipient in {None, one.scope.recipient}]
