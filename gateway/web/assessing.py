"""Beoordelen: signals that two officers close, break-glass, and naming a person in the log."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from gateway.actions.breakglass import Standing
from gateway.actions.entries import SeenOne
from gateway.actions.oversee import Inquiry
from gateway.actions.signal import Watched
from gateway.domain.breakglass import ReviewVerdict
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.reviewing import Opinion, Signal
from gateway.domain.signals import BREACH_TERM, Verdict
from gateway.web.guard import Screen
from gateway.web.navigation import OFFICER
from gateway.web.oversight_forms import lenient_period, person_of, posted
from gateway.web.oversight_words import (
    LOOK_UPS,
    REVIEWS,
    RULES,
    STATES,
    VERDICTS,
    purpose_in_words,
    recipient_in_words,
    wrong,
)
from gateway.web.rendering import page
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/beoordelen"
GLASSES: Final = PATH + "/noodtoegang"
LOOKING: Final = PATH + "/heridentificatie"
TABS: Final = (
    (PATH, N_("Signalen")),
    (GLASSES, N_("Noodtoegang")),
    (LOOKING, N_("Heridentificatie")),
)
DONE: Final = {
    "voorgesteld": N_("Uw oordeel is vastgelegd. Een collega bevestigt het of oordeelt anders."),
    "gesloten": N_("U bevestigde het oordeel van uw collega: het signaal is gesloten."),
    "beoordeeld": N_("Uw oordeel over de noodtoegang is vastgelegd."),
    "gevraagd": N_("Uw verzoek is vastgelegd. Een collega heeft een week om het goed te keuren."),
    "goedgekeurd": N_("U keurde het verzoek goed. De vrager heeft acht uur."),
}
_NOT_FOUND: Final = 404
_LONGEST_REASON: Final = 500
_SHORTEST_REASON: Final = 10


async def signals(visit: Visit) -> Response:
    """Let the rules look at a period; the days stand in the address, no one's name does."""
    period, fault, found = lenient_period(visit), "", None
    try:
        watched = Watched(Inquiry(period.filters))
        found = await visit.rooms.desks.overseers.signals.listed(visit.caller, watched)
    except InvalidRequestError as error:
        fault = wrong(visit, error.field)
    return page(
        visit,
        "signals.html",
        tabs=TABS,
        period=period,
        found=found,
        fault=fault,
        rules=RULES,
        states=STATES,
        done=_done(visit),
    )


async def signal(visit: Visit) -> Response:
    """Show one signal with its entries, and let an officer judge it."""
    return await _signal(visit, "")


async def judge(visit: Visit) -> Response:
    """Propose a verdict, or confirm a colleague's."""
    period, values = lenient_period(visit), posted(visit)
    try:
        verdict = Verdict(_chosen(values, Verdict))
        note = values.get("toelichting", "")
        opinion = Opinion(visit.request.path_params["id"], verdict, note)
        watched = Watched(Inquiry(period.filters))
        desk = visit.rooms.desks.overseers.signals
        judged, _ = await desk.judge(visit.caller, watched, opinion)
    except InvalidRequestError as error:
        return await _signal(visit, wrong(visit, error.field))
    done = "gesloten" if judged.closed_at else "voorgesteld"
    return RedirectResponse(f"{PATH}?{period.query}&gedaan={done}", 303)


async def _signal(visit: Visit, fault: str) -> Response:
    period = lenient_period(visit)
    one = await _found(visit, visit.request.path_params["id"])
    judged = one.judged
    breach = judged is not None and judged.verdict is Verdict.BREACH
    return page(
        visit,
        "signal.html",
        400 if fault else 200,
        one=one,
        rule=RULES[one.rule],
        state=STATES[one.state],
        judged=judged,
        verdicts=[(verdict, visit.say(text)) for verdict, text in VERDICTS.items()],
        words=VERDICTS,
        report_by=judged.proposed_at + BREACH_TERM if judged and breach else None,
        own_=judged is not None and judged.proposed_by == visit.caller.actor,
        period=period,
        note=posted(visit).get("toelichting", ""),
        fault=fault,
        back=f"{PATH}?{period.query}",
    )


async def _found(visit: Visit, id_: UUID) -> Signal:
    """Find a signal that the rules find again, on whichever page of the period's it stands."""
    desk, offset = visit.rooms.desks.overseers.signals, 0
    watched = Watched(Inquiry(lenient_period(visit).filters))
    while True:
        listed = await desk.listed(visit.caller, watched, offset)
        for one in listed.signals:
            if one.signal_id == id_:
                return one
        if listed.onward is None:
            raise HTTPException(_NOT_FOUND)
        offset = listed.onward


async def glasses(visit: Visit) -> Response:
    """List each time the glass was broken, those that wait first."""
    found = await visit.rooms.desks.overseers.emergencies.listed(visit.caller)
    waiting = [one for one in found if one.broken.verdict is None]
    past = [one for one in found if one.broken.verdict is not None]
    rows = [_glass_row(visit, one) for one in (*waiting, *past)]
    return page(visit, "glasses.html", tabs=TABS, rows=rows, words=REVIEWS, done=_done(visit))


def _glass_row(visit: Visit, one: Standing) -> dict[str, object]:
    glass = one.broken.glass
    return {
        "path": f"{GLASSES}/{one.broken.glass_id}",
        "at": glass.at,
        "actor": glass.actor,
        "partner": recipient_in_words(visit, glass.partner),
        "purpose": purpose_in_words(visit, glass.purpose),
        "verdict": one.broken.verdict,
        "late": one.overdue,
        "until": glass.until,
        "reviewed_at": one.broken.reviewed_at,
        "own": glass.actor == visit.caller.actor,
    }


async def glass(visit: Visit) -> Response:
    """Show one break-glass with the reason that the log keeps, and let an officer review it."""
    return await _glass(visit, "")


async def review_glass(visit: Visit) -> Response:
    """Record whether it was justified."""
    values = posted(visit)
    try:
        verdict = _chosen(values, ReviewVerdict)
        desk, id_ = visit.rooms.desks.overseers.emergencies, visit.request.path_params["id"]
        await desk.review(visit.caller, id_, verdict, values.get("toelichting", ""))
    except InvalidRequestError as error:
        return await _glass(visit, wrong(visit, error.field))
    return RedirectResponse(f"{GLASSES}?gedaan=beoordeeld", 303)


async def _glass(visit: Visit, fault: str) -> Response:
    desks, id_ = visit.rooms.desks.overseers, visit.request.path_params["id"]
    listed = await desks.emergencies.listed(visit.caller)
    standing = next((one for one in listed if one.broken.glass_id == id_), None)
    found = await desks.entries.one(visit.caller, id_, Inquiry()) if standing else None
    if standing is None or found is None:
        raise HTTPException(_NOT_FOUND)
    return page(
        visit,
        "glass.html",
        400 if fault else 200,
        row=_glass_row(visit, standing),
        reason=_why(found),
        index=found.seen.event.index,
        verdicts=[(verdict, visit.say(text)) for verdict, text in REVIEWS.items()],
        words=REVIEWS,
        note=posted(visit).get("toelichting", ""),
        fault=fault,
        receipt=found.receipt,
        back=GLASSES,
    )


def _why(found: SeenOne) -> str:
    told = found.seen.event.told
    return str((told.detail or {}).get("why", "")) if told else ""


async def look_ups(visit: Visit) -> Response:
    """List the requests of the organisation, and let an officer ask."""
    return await _look_ups(visit, "")


async def ask(visit: Visit) -> Response:
    """Ask to name a person in the log."""
    values = posted(visit)
    try:
        subject, reason = await _person(visit, values), _reason(values)
        await visit.rooms.desks.overseers.reidentify.ask(visit.caller, subject, reason)
    except InvalidRequestError as error:
        return await _look_ups(visit, wrong(visit, error.field))
    return RedirectResponse(f"{LOOKING}?gedaan=gevraagd", 303)


async def approve(visit: Visit) -> Response:
    """Approve what a colleague asked."""
    desk, id_ = visit.rooms.desks.overseers.reidentify, visit.request.path_params["id"]
    try:
        approved = await desk.approve(visit.caller, id_)
    except InvalidRequestError:
        return await _look_ups(visit, visit.say(N_("Dit verzoek is al goedgekeurd of verlopen.")))
    if approved is None:
        raise HTTPException(_NOT_FOUND)
    return RedirectResponse(f"{LOOKING}?gedaan=goedgekeurd", 303)


async def _look_ups(visit: Visit, fault: str) -> Response:
    found = await visit.rooms.desks.overseers.reidentify.listed(visit.caller)
    return page(
        visit,
        "look_ups.html",
        400 if fault else 200,
        tabs=TABS,
        rows=found,
        words=LOOK_UPS,
        me=visit.caller.actor,
        values=posted(visit),
        private=visit.caller.partner.kind.private,
        fault=fault,
        done=_done(visit),
        back=LOOKING,
    )


def _chosen(values: Mapping[str, str], verdicts: type[StrEnum]) -> str:
    verdict = values.get("oordeel", "")
    if verdict not in set(verdicts):
        raise InvalidRequestError("oordeel", "is none")
    return verdict


async def _person(visit: Visit, values: Mapping[str, str]) -> SubjectId:
    subject = await person_of(visit, values)
    if subject is None:
        raise InvalidRequestError("clientRef", "is needed")
    return subject


def _reason(values: Mapping[str, str]) -> str:
    reason = " ".join(values.get("reden", "").split())
    if not _SHORTEST_REASON <= len(reason) <= _LONGEST_REASON:
        raise InvalidRequestError("reden", "is too short or too long")
    return reason


def _done(visit: Visit) -> str:
    text = DONE.get(visit.request.query_params.get("gedaan", ""), "")
    return visit.say(text) if text else ""


_POST: Final = ("POST",)
SCREENS: Final = (
    Screen(PATH, signals, OFFICER),
    Screen(PATH + "/signaal/{id:uuid}", signal, OFFICER),
    Screen(PATH + "/signaal/{id:uuid}/oordeel", judge, OFFICER, _POST),
    Screen(GLASSES, glasses, OFFICER),
    Screen(GLASSES + "/{id:uuid}", glass, OFFICER),
    Screen(GLASSES + "/{id:uuid}/oordeel", review_glass, OFFICER, _POST),
    Screen(LOOKING, look_ups, OFFICER),
    Screen(LOOKING + "/vraag", ask, OFFICER, _POST),
    Screen(LOOKING + "/{id:uuid}/goedkeuren", approve, OFFICER, _POST),
)
