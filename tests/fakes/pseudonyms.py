"""Pseudonyms by a table, which only the gate would have."""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from gateway.domain.identifiers import SubjectId

_UNKNOWN = UUID(int=0xFACE)


@dataclass(slots=True)
class Pseudonyms:
    """Gives each recipient another name for a subject, and knows the names it gave."""

    given: dict[tuple[str, UUID], SubjectId] = field(default_factory=dict)

    def reference(self, recipient: str, subject: SubjectId) -> UUID:
        """Return the recipient's name for a subject."""
        reference = uuid5(subject, recipient)
        self.given[recipient, reference] = subject
        return reference

    def resolve(self, recipient: str, reference: UUID) -> SubjectId:
        """Return whom a name stands for; one never given stands for no one."""
        return self.given.get((recipient, reference), SubjectId(uuid5(_UNKNOWN, str(reference))))
