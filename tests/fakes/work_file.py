"""What a small world keeps of placements, and why a change to them does not hold."""

from collections.abc import Container
from dataclasses import dataclass, field
from uuid import UUID

from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.placements import (
    Contact,
    EndPlacement,
    ForgetWork,
    Placement,
    PlacementChange,
    RecordContact,
    RecordPlacement,
)


@dataclass(slots=True)
class WorkFile:
    """All that agencies recorded, by the id of its entry."""

    placements: dict[UUID, Placement] = field(default_factory=dict)
    contacts: dict[UUID, Contact] = field(default_factory=dict)

    def copy(self) -> "WorkFile":
        """Return a file that goes its own way from here."""
        return WorkFile(self.placements.copy(), self.contacts.copy())

    def after(self, change: PlacementChange, people: Container[SubjectId]) -> str | None:
        """Carry a change out; say why where it does not hold."""
        match change:
            case RecordPlacement(one):
                if one.subject not in people or self.running(one):
                    return "placement: another runs, or nobody knows her"
                self.placements[one.placement_id] = one
            case EndPlacement(one):
                if one.placement_id not in self.running(one):
                    return "placement: does not run"
                self.placements[one.placement_id] = one
            case RecordContact(contact):
                if contact.placement.placement_id not in self.placements:
                    return "placement: not known"
                self.contacts[contact.contact_id] = contact
            case ForgetWork(subject, agency):
                gone = {id_ for id_, one in self._of(agency) if one.subject == subject}
                self.placements = {k: v for k, v in self.placements.items() if k not in gone}
                kept = self.contacts.items()
                self.contacts = {k: v for k, v in kept if v.placement.placement_id not in gone}
        return None

    def running(self, like: Placement) -> set[UUID]:
        """Name what runs with the same agency."""
        hers = (pair for pair in self._of(like.agency) if pair[1].subject == like.subject)
        return {id_ for id_, one in hers if one.ended is None}

    def _of(self, agency: Oin) -> list[tuple[UUID, Placement]]:
        return [pair for pair in self.placements.items() if pair[1].agency == agency]
