"""Clocks of a small world: every relation event is folded at the moment of the question."""

from collections import defaultdict
from collections.abc import Sequence
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
        """List whose last tie is with one of these."""
        found: dict[Running, list[SubjectId]] = defaultdict(list)
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
            found[running.after(files.get(subject, NO_FILE).progress)].append(subject)
        return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
