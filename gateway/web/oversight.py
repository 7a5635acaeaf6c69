"""Toezicht: is the log whole, what happened today, and what waits for an officer."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from gateway.actions.oversee import Inquiry
from gateway.actions.signal import Watched
from gateway.domain.errors import InvalidRequestError
from gateway.domain.look_ups import LookUpState
from gateway.domain.reviewing import Group, Grouping, Signalled
from gateway.web.guard import Screen
from gateway.web.navigation import OFFICER
from gateway.web.oversight_forms import Period, period_of
from gateway.web.oversight_words import RULES, STATES
from gateway.web.rendering import page
from gateway.web.visit import Visit

PATH: Final = "/toezicht"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits, and for what."""

    signals: int
    glasses: int
    late: int
    look_ups: int


async def home(visit: Visit) -> Response:
    """Show what was verified, today's numbers and the queue; each look is in the log before."""
    desks, caller = visit.rooms.desks.overseers, visit.caller
    today, week = Period(visit.today, visit.today), period_of({}, visit.today)
    summary = await desks.review.summary(caller, Inquiry(today.filters), Grouping.DAY)
    found = await _signals(visit, week)
    waiting = await _waiting(visit, found)
    numbers = next((one for one in summary.groups if one.key == str(today.since)), None)
    return page(
        visit,
        "oversight.html",
        badge=desks.log.vouch(summary.receipt.index, visit.now),
        numbers=numbers or _nothing(visit),
        waiting=waiting,
        queue=[one for one in found.signals if one.state != "closed"][:_SHOWN] if found else [],
        too_many=found is None,
        week=week,
        rules=RULES,
        states=STATES,
        receipt=summary.receipt,
    )


async def _signals(visit: Visit, week: Period) -> Signalled | None:
    """Let the rules look at the week; ``None`` where it holds more than one look takes."""
    watched = Watched(Inquiry(week.filters))
    try:
        return await visit.rooms.desks.overseers.signals.listed(visit.caller, watched)
    except InvalidRequestError:
        return None


async def _waiting(visit: Visit, found: Signalled | None) -> Waiting:
    desks, caller = visit.rooms.desks.overseers, visit.caller
    glasses = [one for one in await desks.emergencies.listed(caller) if one.broken.verdict is None]
    asked = await desks.reidentify.listed(caller)
    return Waiting(
        sum(one.state != "closed" for one in found.signals) if found else 0,
        len(glasses),
        sum(one.overdue for one in glasses),
        sum(
            one.state is LookUpState.GEVRAAGD and one.look_up.actor != caller.actor for one in asked
        ),
    )


def _nothing(visit: Visit) -> Group:
    return Group(str(visit.today), 0, 0, 0, 0, 0, 0, visit.now, visit.now)


SCREENS: Final = (Screen(PATH, home, OFFICER),)
