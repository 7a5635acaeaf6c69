"""A blind index without a key: equal values under one name have equal terms."""

from collections.abc import Collection, Sequence
from hashlib import sha256

from gateway.domain.blind import SEAL_SIZE, marked
from gateway.domain.identifiers import SubjectId


class BlindIndex:
    """Hashes version, name and value; ``living`` versions, the one to write with first."""

    def __init__(self) -> None:
        self.living: tuple[int, ...] = (1,)

    def term(self, name: str, value: str) -> bytes:
        """Return the term to write."""
        return self.terms(name, value)[0]

    def terms(self, name: str, value: str) -> tuple[bytes, ...]:
        """Return a term by each living version."""
        return tuple(_term(version, name, value) for version in self.living)

    def seal(self, term: bytes, subject: SubjectId) -> bytes:
        """Return the seal that says that a subject has a term."""
        return self.seals(term, [subject.bytes])[0]

    def seals(self, term: bytes, subjects: Collection[bytes]) -> Sequence[bytes]:
        """Return the seal of a term for each subject."""
        return [sha256(term + subject).digest()[:SEAL_SIZE] for subject in subjects]


def _term(version: int, name: str, value: str) -> bytes:
    return marked(version, sha256(f"{version}\0{name}\0{value}".encode()).digest()[:16])
