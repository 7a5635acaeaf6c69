"""Verwijder en bevestig: what an organisation must delete or correct, and its confirmation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.notices import OpenNotice
from gateway.domain.notices import NoticeKind
from gateway.web.guard import Screen
from gateway.web.handovers import Term, left
from gateway.web.navigation import RECIPIENTS
from gateway.web.rendering import page
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM, N_

TASKS: Final = "/verwijderen"
_WEEK: Final = 7
KINDS: Final[Mapping[NoticeKind, tuple[str, str]]] = {
    NoticeKind.CONSENT_WITHDRAWN: (
        N_("Toestemming ingetrokken"),
        N_("Verwijder wat u van deze persoon hebt."),
    ),
    NoticeKind.CONSENT_EXPIRED: (
        N_("Toestemming verlopen"),
        N_("Verwijder wat u van deze persoon hebt."),
    ),
    NoticeKind.LINK_ENDED: (
        N_("Koppeling beëindigd"),
        N_("Verwijder wat u niet zelf moet bewaren."),
    ),
    NoticeKind.RESTRICTED: (
        N_("Verwerking beperkt"),
        N_("Gebruik de gegevens niet meer, behalve om ze te bewaren."),
    ),
    NoticeKind.OBJECTED: (
        N_("Bezwaar gemaakt"),
        N_("Stop met het gebruik voor dit doel."),
    ),
    NoticeKind.RECTIFIED: (
        N_("Gegeven gecorrigeerd"),
        N_("Neem de correctie over."),
    ),
}


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do and confirm: about whom (by the organisation's own reference), before when."""

    path: str
    reference: str
    what: str
    todo: str
    purpose: str
    term: Term


async def tasks(visit: Visit) -> Response:
    """Show what waits, first due first; nobody is named."""
    waiting, more = await visit.rooms.desks.notices.of_partner(visit.caller)
    rows = [_task(visit, one) for one in waiting]
    done = visit.request.query_params.get("bevestigd") == "1"
    return page(visit, "deletions.html", rows=rows, more=more, done=done)


async def confirm(visit: Visit) -> Response:
    """Confirm one task, and return to what is left."""
    await visit.rooms.desks.notices.confirm(visit.caller, visit.request.path_params["melding"])
    return RedirectResponse(f"{TASKS}?bevestigd=1", 303)


def _task(visit: Visit, one: OpenNotice) -> Task:
    notice = one.notice
    what, todo = KINDS[notice.cause.kind]
    due = notice.due.astimezone(AMSTERDAM).date()
    days = (due - visit.today).days
    look = "bad" if days < 0 else "warn" if days <= _WEEK else ""
    purpose = visit.rooms.desks.gate.matrix.purpose(notice.cause.purpose or "")
    return Task(
        f"{TASKS}/{notice.notice_id}/bevestig",
        str(one.reference),
        visit.say(what),
        visit.say(todo),
        _title(visit, purpose.title_nl, purpose.title_en) if purpose else "",
        Term(visit.say(N_("Uiterlijk")), due, left(visit, days), look),
    )


def _title(visit: Visit, nl: str, en: str) -> str:
    return nl if visit.language == "nl" else en


SCREENS: Final = (
    Screen(TASKS, tasks, RECIPIENTS),
    Screen(TASKS + "/{melding:uuid}/bevestig", confirm, RECIPIENTS, ("POST",)),
)
