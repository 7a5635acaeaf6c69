"""Doorgegeven: who was handed on and when, and taking her back while nobody has her yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.take_back import MEMBER, OpenDeparture
from gateway.actions.teams import Team
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.web.guard import Screen
from gateway.web.handover_work import WORK
from gateway.web.handovers import LEFT, PATH, TABS
from gateway.web.navigation import KLANTMANAGER
from gateway.web.rendering import page
from gateway.web.visit import Visit

HANDED_ON: Final = WORK + "/doorgegeven"


@dataclass(frozen=True, slots=True)
class Row:
    """Someone who was handed on: by which reference she is known here, when, and by whom."""

    reference: str
    path: str
    at: datetime
    by: str


async def listed(visit: Visit) -> Response:
    """Show who can be taken back, by own reference: no name, and not where she went."""
    desks = visit.rooms.desks
    found, more = await desks.handovers.back.departures(visit.caller)
    team = await desks.team.roster.of(visit.caller)
    rows = [_row(team, one) for one in found]
    return page(visit, "departures.html", tabs=TABS, rows=rows, more=more)


def _row(team: Team, one: OpenDeparture) -> Row:
    by = one.handed_on.by
    path = f"{PATH}/{one.reference}/overdracht"
    at = one.handed_on.handover.since
    return Row(str(one.reference), path, at, team.name(by) if by else "")


async def handed_on(visit: Visit) -> Response:
    """Show that she was handed on; she is not named, nor where she went: access ended with it."""
    return await _show(visit, await _subject(visit), wrong=False)


async def take_back(visit: Visit) -> Response:
    """Take her back, and go on where her handover goes on."""
    subject = await _subject(visit)
    try:
        await visit.rooms.desks.handovers.back.take_back(visit.caller, subject)
    except InvalidRequestError as error:
        if error.field != MEMBER:
            raise
        return await _show(visit, subject, wrong=True)
    return RedirectResponse(f"{_here(visit)}?gedaan=teruggehaald", 303)


async def _show(visit: Visit, subject: SubjectId, *, wrong: bool) -> Response:
    desks = visit.rooms.desks
    found = await desks.handovers.back.departure(visit.caller, subject)
    team = await desks.team.roster.of(visit.caller)
    return page(
        visit,
        "handed_on.html",
        400 if wrong else 200,
        list=PATH,
        here=_here(visit),
        reference=visit.request.path_params["ref"],
        at=found.handed_on.handover.since,
        by=team.name(found.handed_on.by) if found.handed_on.by else "",
        received=found.received,
    )


def _here(visit: Visit) -> str:
    return f"{PATH}/{visit.request.path_params['ref']}/overdracht"


async def _subject(visit: Visit) -> SubjectId:
    return await visit.subject(visit.request.path_params["ref"])


SCREENS: Final = (
    Screen(LEFT, listed, KLANTMANAGER),
    Screen(HANDED_ON, handed_on, KLANTMANAGER),
    Screen(WORK + "/terughalen", take_back, KLANTMANAGER, ("POST",)),
)
