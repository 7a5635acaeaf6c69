"""Pseudonyms by a table, which only the gate would have."""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from gateway.domain.identifiers import SubjectId

_UNKNOWN = UUID(int=0xFACE)


@dataclass(slots=True)
class Pseudonyms:
    """Gives each recipient another name for a subject, and knows the names it gave.

    ``living`` are the versions, the one that names are given by first.
    """

    given: dict[tuple[int, str, UUID], SubjectId] = field(default_factory=dict)
    living: tuple[int, ...] = (1,)

    def reference(self, recipient: str, subject: SubjectId) -> UUID:
        """Return the recipient's name for a subject."""
        reference = uuid5(subject, f"{self.living[0]} {recipient}")
        self.given[self.living[0], recipient, reference] = subject
        return reference

    def resolve(self, recipient: str, reference: UUID) -> SubjectId:
        """Return whom a name stands for; one never given stands for no one."""
        return self.meanings(recipient, reference)[0]

    def meanings(self, recipient: str, reference: UUID) -> tuple[SubjectId, ...]:
        """Return whom a name stands for by each living version."""
        return tuple(
            self.given.get(
                (version, recipient, reference),
                SubjectId(uuid5(_UNKNOWN, f"{version} {reference}")),
            )
            for version in self.living
        )
