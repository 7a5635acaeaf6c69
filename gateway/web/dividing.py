"""Werkverdeling: who handles which handover, how much each has in hand, and lists one comes back to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.teams import Team
from gateway.domain.clocks import View
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, SubjectId
from gateway.domain.teams import COUNTED, Load
from gateway.web.guard import Screen
from gateway.web.handovers import ME, NOBODY, PATH, VIEWS, address, chosen_in
from gateway.web.navigation import KLANTMANAGER
from gateway.web.oversight_forms import posted
from gateway.web.rendering import page
from gateway.web.takeaway import chosen_people
from gateway.web.visit import Visit, own_path
from gateway.web.words import N_

LOADS: Final = "/werkverdeling"
HEADS: Final = {**VIEWS, View.ALL: N_("Overdrachten")}


@dataclass(frozen=True, slots=True)
class Line:
    """A colleague's row: her name, whether it is oneself, and what she has in hand."""

    name: str
    own: bool
    counts: Sequence[int]


async def workload(visit: Visit) -> Response:
    """Show what each of the team has in hand: numbers only, nobody's name but colleagues'."""
    found = await visit.rooms.desks.team.workload(visit.caller)
    lines = [_line(visit, found.team, one) for one in found.loads]
    nobody, others = lines[:1], sorted(lines[1:], key=lambda line: line.name.casefold())
    heads = [visit.say(HEADS[view]) for view in COUNTED]
    return page(
        visit,
        "workload.html",
        lines=[*others, *nobody],
        heads=heads,
        list=PATH,
        receipt=found.receipt,
    )


def _line(visit: Visit, team: Team, load: Load) -> Line:
    name = visit.say(N_("Niemand")) if load.worker is None else team.name(load.worker)
    counted = [load.counts[view] for view in COUNTED]
    return Line(name, load.worker == visit.caller.actor, counted)


async def assign(visit: Visit) -> Response:
    """Take, give or lay down the chosen handovers, and go back; each stands or falls by itself."""
    form = posted(visit)
    done = refused = 0
    for subject in await chosen_people(visit):
        try:
            await _assign(visit, subject, form.get("behandelaar", ""))
            done += 1
        except (InvalidRequestError, DisclosureRefusedError):
            refused += 1
    back = own_path(form.get("terug", ""), PATH)
    query = f"verdeeld={done}&niet={refused}"
    return RedirectResponse(f"{back}{'&' if '?' in back else '?'}{query}", 303)


async def _assign(visit: Visit, subject: SubjectId, to: str) -> None:
    desk = visit.rooms.desks.team
    if to == ME:
        await desk.take(visit.caller, subject)
    elif to == NOBODY:
        await desk.lay_down(visit.caller, subject)
    else:
        await desk.give(visit.caller, subject, ActorId(to))


async def save(visit: Visit) -> Response:
    """Save a list, and show it."""
    one = chosen_in(posted(visit))
    await visit.rooms.desks.team.save(visit.caller, one)
    return RedirectResponse(address(one), 303)


async def drop(visit: Visit) -> Response:
    """Drop a saved list, and show what it held."""
    one = chosen_in(posted(visit))
    await visit.rooms.desks.team.drop(visit.caller, one)
    return RedirectResponse(address(one), 303)


SCREENS: Final = (
    Screen(LOADS, workload, KLANTMANAGER),
    Screen(PATH + "/toewijzen", assign, KLANTMANAGER, ("POST",)),
    Screen(PATH + "/weergaven", save, KLANTMANAGER, ("POST",)),
    Screen(PATH + "/weergaven/weg", drop, KLANTMANAGER, ("POST",)),
)
