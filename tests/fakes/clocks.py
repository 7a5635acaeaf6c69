"""Clocks of a small world: every relation event is folded at the moment of the question."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.domain.clocks import TALK_TOLD, People, Running
from gateway.domain.handovers import NO_FILE
from gateway.domain.identifiers import GemeenteCode, PurposeCode, SubjectId
from gateway.domain.relations import municipal_ties
from tests.fakes.handovers import Handovers
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Clocks:
    """Looks at each person in turn."""

    world: World

    async def running(
        self, gemeenten: Sequence[GemeenteCode], purpose: PurposeCode, moment: datetime
    ) -> People:
        """Count whose last tie is with one of these."""
        return Counter((await self._all(gemeenten, purpose, moment)).values())

    async def people(
        self,
        gemeenten: Sequence[GemeenteCode],
        purpose: PurposeCode,
        moment: datetime,
        alike: Sequence[Running],
    ) -> Mapping[SubjectId, Running]:
        """List who of them stand so."""
        found = await self._all(gemeenten, purpose, moment)
        return {one: running for one, running in found.items() if running in alike}

    async def _all(
        self, gemeenten: Sequence[GemeenteCode], purpose: PurposeCode, moment: datetime
    ) -> Mapping[SubjectId, Running]:
        found: dict[SubjectId, Running] = {}
        files = await Handovers(self.world).current([*self.world.people], gemeenten, moment)
        for subject, person in self.world.people.items():
            ties = municipal_ties(person.relations, moment)
            tie = ties[-1] if ties and ties[-1].until is None else None
            past = any(code == purpose and at <= moment for code, at in person.closed)
            if tie is None or tie.gemeente not in gemeenten or person.shielded or past:
                continue
            linked, pip = person.facts.koppel_datum, person.facts.pip_deadline
            told = person.facts.overdracht_status in TALK_TOLD
            running = Running(_day(linked), tie.housed, _day(pip), told)
            found[subject] = running.after(files.get(subject, NO_FILE).progress)
        return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
