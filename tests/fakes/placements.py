"""Placements of a small world: everything is looked through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.placements import Contact, Placement, Work, worked
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Placements:
    """Looks through the file of a world."""

    world: World

    async def of(self, agency: Oin, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, Work]:
        """Read what an agency recorded about these people."""
        hers = [
            one
            for one in self.world.work.placements.values()
            if one.agency == agency and one.subject in subjects
        ]
        known = {one.placement_id: one for one in hers}
        told = (one for one in self.world.work.contacts.values())
        contacts = [
            Contact(one.contact_id, known[id_], one.care, one.at, one.by)
            for one in told
            if (id_ := one.placement.placement_id) in known
        ]
        return worked(hers, contacts)

    async def ended(self, until: date) -> Sequence[Placement]:
        """List what ended on or before a day."""
        everyone = self.world.work.placements.values()
        return [one for one in everyone if one.ended is not None and one.ended <= until]
