"""Handovers of a small world: everything is looked through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.domain.handovers import File, HandedOn, Handover, Question, Talk, gathered
from gateway.domain.identifiers import GemeenteCode, SubjectId
from gateway.domain.relations import municipal_ties
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Handovers:
    """Looks through the cabinet."""

    world: World

    async def files(self, handovers: Sequence[Handover]) -> Mapping[Handover, File]:
        """Read the files of these handovers."""
        return {one: file for one, file in self._all().items() if one in handovers}

    async def current(
        self, people: Sequence[SubjectId], gemeenten: Sequence[GemeenteCode], moment: datetime
    ) -> Mapping[SubjectId, File]:
        """Read the files of whose last tie began with the handover, and lasts."""
        found = {}
        for handover, file in self._all().items():
            if handover.subject not in people:
                continue
            if handover.gemeente in gemeenten and self._lasts(handover, moment):
                found[handover.subject] = file
        return found

    async def departures(
        self, gemeenten: Sequence[GemeenteCode], moment: datetime, limit: int
    ) -> Sequence[HandedOn]:
        """Look through all that were handed on for those whose tie lasts and nobody confirmed."""
        received = {one.handover for one in self.world.cabinet.confirmations.values()}
        left = [
            one
            for one in self.world.cabinet.handed_on.values()
            if one.before in gemeenten and not one.back and one.handover not in received
        ]
        lasting = [one for one in left if self._lasts(one.handover, moment)]
        lasting.sort(key=lambda one: one.entry_id)
        return sorted(lasting, key=lambda one: one.handover.since, reverse=True)[:limit]

    def _lasts(self, handover: Handover, moment: datetime) -> bool:
        ties = municipal_ties(self.world.people[handover.subject].relations, moment)
        lasting = {(tie.gemeente, tie.since) for tie in ties if tie.until is None}
        return (handover.gemeente, handover.since) in lasting

    async def talk(self, talk_id: UUID) -> Talk | None:
        """Find a talk."""
        return self.world.cabinet.talks.get(talk_id)

    async def question(self, question_id: UUID) -> Question | None:
        """Find a question."""
        return self.world.cabinet.questions.get(question_id)

    async def open_at(
        self, sites: Sequence[str], after: UUID | None, limit: int
    ) -> Sequence[Question]:
        """List what waits for an answer, by where she stays."""
        people = self.world.people
        found = sorted(
            (
                one
                for one in self.world.cabinet.questions.values()
                if one.answer is None and people[one.handover.subject].facts.reception_site in sites
            ),
            key=lambda one: one.question_id,
        )
        return [one for one in found if after is None or one.question_id > after][:limit]

    def _all(self) -> Mapping[Handover, File]:
        cabinet = self.world.cabinet
        return gathered(
            list(cabinet.confirmations.values()),
            list(cabinet.talks.values()),
            list(cabinet.questions.values()),
            list(cabinet.handed_on.values()),
            list(cabinet.assignments.values()),
        )
