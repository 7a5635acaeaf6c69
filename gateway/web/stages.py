"""Stap voor stap naar werk: COA's coordinator records offer, placement and end for one organisation.

Each stage opens what its purpose names to whom the resident agreed (P06 to P08), and no more.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.clients import PLACED
from gateway.actions.disclose import Question
from gateway.actions.link import Stages
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import PartnerKind
from gateway.domain.records import Receipt
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.web.guard import Screen
from gateway.web.handover_words import options
from gateway.web.navigation import COORDINATOR
from gateway.web.oversight_forms import posted
from gateway.web.placements import JOBS, PLACING
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.values import called
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = JOBS + "/{ref:uuid}"
STEPS: Final[Mapping[str, str]] = {
    RelationKind.AANBOD: N_("Aanbod gedaan"),
    RelationKind.GEPLAATST: N_("Geplaatst"),
    RelationKind.BEEINDIGD: N_("Beëindigd"),
}
STAGES: Final[Mapping[str, str]] = {
    RelationKind.VOORGESTELD: N_("Voorgesteld"),
    RelationKind.AANBOD: STEPS[RelationKind.AANBOD],
    RelationKind.GEPLAATST: STEPS[RelationKind.GEPLAATST],
}
FAULTS: Final[Mapping[str, str]] = {
    "soort": N_("Kies uit de lijst welke stap is gezet."),
    "partij": N_("Kies een organisatie uit de lijst."),
}
_WORKS: Final = frozenset({PartnerKind.UITZENDBUREAU, PartnerKind.WERKGEVER})


async def one(visit: Visit) -> Response:
    """Show how far she is with whom, and the form for the next step."""
    return await _show(visit, "")


async def record(visit: Visit) -> Response:
    """Record a step; the organisation sees what it opens at its next question."""
    reference, form = visit.request.path_params["ref"], posted(visit)
    kind, party = form.get("soort", ""), form.get("partij", "")
    wrong = "soort" if kind not in STEPS else "partij" if party not in dict(_parties(visit)) else ""
    if wrong:
        return await _show(visit, wrong)
    subject, caller = await visit.subject(reference), visit.caller
    event = RelationEvent(RelationKind(kind), party, visit.now, caller.partner.slug)
    await visit.rooms.desks.links.record(caller, subject, event)
    return RedirectResponse(f"{JOBS}/{reference}?gedaan={kind}", 303)


async def _show(visit: Visit, wrong: str) -> Response:
    subject = await visit.subject(visit.request.path_params["ref"])
    reached = await visit.rooms.desks.links.stages(visit.caller, subject)
    return ReleasedPage(
        lambda: _opened(visit, subject, StagesPage(visit, reached, wrong)), wrong=bool(wrong)
    )


@asynccontextmanager
async def _opened(
    visit: Visit, subject: SubjectId, layout: "StagesPage"
) -> AsyncIterator[Released]:
    desks = visit.rooms.desks
    ask = Ask(visit.caller, PLACING, desks.gate.fields.mask(PLACED))
    async with desks.disclose.one(Question(ask, (subject,), layout)) as released:
        yield released


class StagesPage(HtmlFormat):
    """How far someone is with whom, as a page."""

    def __init__(self, visit: Visit, reached: Stages, wrong: str) -> None:
        super().__init__(visit, "stages.html")
        self._reached = reached
        self._wrong = wrong

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return organisations with their stages, and what may be chosen."""
        visit, shown, wrong = self._visit, disclosed[0], self._wrong
        done = STEPS.get(visit.request.query_params.get("gedaan", ""), "")
        return {
            "name": called(visit, shown),
            "here": f"{JOBS}/{shown.reference}",
            "list": JOBS,
            "stages": self._stages(),
            "steps": options(visit, STEPS),
            "parties": _parties(visit),
            "done": visit.say(done) if done else "",
            "errors": {wrong: visit.say(FAULTS[wrong])} if wrong else {},
            "values": posted(visit),
            "receipt": receipt,
        }

    def _stages(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Name each organisation with whom a stage stands open, and the stages in their order."""
        names = dict(_parties(self._visit))
        return [
            (names[oin], [self._visit.say(said) for kind, said in STAGES.items() if kind in kinds])
            for oin, kinds in sorted(self._reached.items())
            if oin in names
        ]


def _parties(visit: Visit) -> Sequence[tuple[str, str]]:
    """List the organisations that mediate or employ."""
    known = visit.rooms.partners.items()
    return [(oin, partner.name) for oin, partner in known if partner.kind in _WORKS]


SCREENS: Final = (
    Screen(PATH, one, COORDINATOR),
    Screen(PATH + "/stap", record, COORDINATOR, ("POST",)),
)
