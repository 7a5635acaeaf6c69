"""What a small world keeps of placements, and why a change to them does not hold."""

from collections.abc import Container
from dataclasses import dataclass, field
from uuid import UUID

from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.placements import (
    Contact,
    EndPlacement,
    ForgetPlacement,
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
            case ForgetWork() | ForgetPlacement():
                return self._forget(change)
        return None

    def _forget(self, change: ForgetWork | ForgetPlacement) -> str | None:
        if isinstance(change, ForgetWork):
            hers = self._of(change.agency)
            self._drop({id_ for id_, one in hers if one.subject == change.subject})
            return None
        known = self.placements.get(change.placement.placement_id)
        if known is None or known.ended is None:
            return "placement: runs, or is not known"
        self._drop({known.placement_id})
        return None

    def leave(self, subject: SubjectId) -> None:
        """Keep nothing about someone."""
        self._drop({id_ for id_, one in self.placements.items() if one.subject == subject})

    def _drop(self, gone: set[UUID]) -> None:
        self.placements = {k: v for k, v in self.placements.items() if k not in gone}
        kept = self.contacts.items()
        self.contacts = {k: v for k, v in kept if v.placement.placement_id not in gone}

    def running(self, like: Placement) -> set[UUID]:
        """Name what runs with the same agency."""
        hers = (pair for pair in self._of(like.agency) if pair[1].subject == like.subject)
        return {id_ for id_, one in hers if one.ended is None}

    def _of(self, agency: Oin) -> list[tuple[UUID, Placement]]:
        return [pair for pair in self.placements.items() if pair[1].agency == agency]
