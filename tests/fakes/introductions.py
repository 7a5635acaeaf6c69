"""Introductions of a small world, found by looking at each in turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.introductions import Introduction
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Introductions:
    """Looks through all requests, newest first."""

    world: World

    async def by_id(self, introduction: UUID) -> Introduction | None:
        """Find a request by its id."""
        return self.world.introductions.get(introduction)

    async def awaiting(
        self, subject: SubjectId, recipient: str, moment: datetime
    ) -> Sequence[Introduction]:
        """List the requests that wait for her answer to a recipient."""
        return self._where(lambda one: one.subject == subject and recipient in one.open_to(moment))

    async def of_requester(
        self, requester: Oin, after: UUID | None, limit: int
    ) -> Sequence[Introduction]:
        """List an organisation's own requests."""
        return self._page(self._where(lambda one: one.requester == requester), after, limit)

    async def open_at(
        self, sites: Sequence[str], moment: datetime, after: UUID | None, limit: int
    ) -> Sequence[Introduction]:
        """List requests that wait for an answer, by where she stays."""
        people = self.world.people
        found = self._where(
            lambda one: (
                bool(one.open_to(moment)) and people[one.subject].facts.reception_site in sites
            )
        )
        return self._page(found, after, limit)

    def _where(self, test: Callable[[Introduction], bool]) -> list[Introduction]:
        found = filter(test, self.world.introductions.values())
        return sorted(found, key=lambda one: (one.at, one.introduction_id), reverse=True)

    def _page(
        self, found: Sequence[Introduction], after: UUID | None, limit: int
    ) -> Sequence[Introduction]:
        last = self.world.introductions.get(after) if after else None
        if last is not None:
            place = (last.at, last.introduction_id)
            found = [one for one in found if (one.at, one.introduction_id) < place]
        return found[:limit]
