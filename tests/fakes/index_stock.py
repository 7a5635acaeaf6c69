"""What a small world has indexed under which version."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.domain.blind import Indexed, version_of
from gateway.domain.identifiers import SubjectId
from tests.fakes.world import LawBrokenError, Person, World


@dataclass(frozen=True, slots=True)
class IndexStock:
    """Reads the versions off the terms."""

    world: World

    async def floor(self) -> int:
        """Return what the world takes at least."""
        return self.world.index_floor

    async def before(self, version: int, after: SubjectId | None, limit: int) -> Sequence[Indexed]:
        """List who has anything older."""
        if limit < 1:
            raise LawBrokenError("a page has at least one place")
        left = sorted(one for one in self._left(version) if after is None or one > after)
        people = self.world.people
        return [
            Indexed(one, people[one].epoch, people[one].stored[-1].content) for one in left[:limit]
        ]

    async def left(self, version: int) -> int:
        """Count who has anything older."""
        return sum(1 for _ in self._left(version))

    def _left(self, version: int) -> Iterator[SubjectId]:
        for subject, person in self.world.people.items():
            if any(version_of(term) < version for term in _terms(person)):
                yield subject


def _terms(person: Person) -> Iterator[bytes]:
    yield person.v_tag
    yield from person.terms
    yield from (one.content for one in person.stored if one.content)
