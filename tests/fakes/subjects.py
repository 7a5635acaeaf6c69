"""Subjects of a small world."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import StoredProfile
from gateway.domain.subjects import Dossier
from tests.fakes.world import LawBrokenError, World


@dataclass(frozen=True, slots=True)
class Subjects:
    """Reads the world as it is; a page without places is an error of the caller."""

    world: World

    async def load(self, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, Dossier]:
        """Read each known subject."""
        found = {subject: self.world.dossier(subject) for subject in subjects}
        return {subject: dossier for subject, dossier in found.items() if dossier is not None}

    async def stored(self, v_tags: Sequence[bytes]) -> Mapping[bytes, StoredProfile]:
        """Find current profiles by tag."""
        found = {}
        for subject, person in self.world.people.items():
            profile = self.world.profile(subject)
            if person.v_tag in v_tags and profile is not None:
                last = person.stored[-1]
                found[person.v_tag] = StoredProfile(
                    subject, last.version, last.as_of, last.content, profile.wrapped_key
                )
        return found

    async def related(
        self, parties: Sequence[str], after: SubjectId | None, limit: int
    ) -> Sequence[SubjectId]:
        """List subjects whose events name one of ``parties``."""
        if limit < 1:
            raise LawBrokenError("a page has at least one place")
        named = sorted(
            subject
            for subject, person in self.world.people.items()
            if any(event.party in parties for event in person.relations)
        )
        return [subject for subject in named if after is None or subject > after][:limit]

    async def everyone(self, after: SubjectId | None, limit: int) -> Sequence[SubjectId]:
        """List all subjects, in order of id."""
        return sorted(one for one in self.world.people if after is None or one > after)[:limit]

    async def known(self, subjects: Collection[SubjectId]) -> frozenset[SubjectId]:
        """Tell who of them is known."""
        return frozenset(subjects) & self.world.people.keys()

    async def keyless(self) -> int:
        """Count the profiles under no key."""
        profiles = map(self.world.profile, self.world.people)
        return sum(one is not None and not one.wrapped_key for one in profiles)
