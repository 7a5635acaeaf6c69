"""Terugblik: overviews, signals, the reach of a breach, and a sample, of one's own organisation's log."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field, StringConstraints
from starlette.responses import Response

from gateway.actions.oversee import Inquiry
from gateway.actions.signal import Watched
from gateway.api.context import (
    Actions,
    WithActions,
    WithCaller,
    trace_of,
)
from gateway.api.oversight import LARGEST_INDEX, entry_wire, person_named, purpose_of, utc
from gateway.api.rendering import answered, camel, field_named
from gateway.api.wire import Wire
from gateway.domain.breakglass import LONGEST, SHORTEST
from gateway.domain.errors import InvalidRequestError
from gateway.domain.logbook import Filters
from gateway.domain.partners import Caller
from gateway.domain.reviewing import Drawn, Group, Grouping, HitRate, Opinion, Received, Signal
from gateway.domain.signals import BREACH_TERM, RULES, Judged, StaffMember, Verdict

router = APIRouter(prefix="/v1/logboek", tags=["toezicht"])
MOST_STAFF = 1_000
HOW_TO_DRAW = (
    "De wortel is die van de eerste `grootte` regels van het logboek: de stand met de eerste regel na "
    "de periode. Hij volgt uit de tegels (/auditlog/tile) en elk later ondertekend controlepunt bouwt "
    "erop voort. Neem van elke verstrekking in de periode SHA-256(wortel || index als acht bytes, "
    "hoogste eerst), sorteer, en neem de eerste zoveel als gevraagd."
)
Words = Annotated[str, StringConstraints(min_length=SHORTEST, max_length=LONGEST)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Terugblik(Wire):
    """Look back over a period: from ``van`` up to ``tot``."""

    van: AwareDatetime
    tot: AwareDatetime
    doel: str | None = Field(default=None, max_length=60, examples=["P02"])
    actor: str | None = Field(default=None, max_length=100)
    betrokkene: UUID | None = Field(default=None, description="Pseudoniem uit uw eigen logboek")
    zaaknummer: str | None = Field(default=None, max_length=20, examples=["AVG33-2026-0042"])
    na: int = Field(default=0, ge=0, lt=LARGEST_INDEX, description="Uit `volgende`")


class Overzichtvraag(Terugblik):
    """Count a period's entries by what they have in common."""

    per: Grouping


class Medewerker(Wire):
    """A worker as her organisation knows her: which resident she is, her surname and postcode."""

    actor: Short
    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    achternaam: Short | None = None
    postcode: Short | None = None


class Signaalvraag(Terugblik):
    """Let the rules look at a period; naming workers needs a case."""

    medewerkers: list[Medewerker] = Field(default_factory=list, max_length=MOST_STAFF)


class Signaaloordeel(Signaalvraag):
    """What you found of a signal of this period, and why."""

    oordeel: Verdict
    toelichting: Words


class Datalekvraag(Terugblik):
    """Ask who received which fields of whom, within an art. 33 case; no fields: all."""

    velden: list[Annotated[str, StringConstraints(max_length=60)]] = Field(
        default_factory=list, max_length=200
    )


class Steekproefvraag(Terugblik):
    """Draw so many disclosures of a closed period."""

    aantal: int = Field(ge=1, le=200)


@router.post("/_overzicht", summary="Tel de regels van een periode")
async def overview(
    vraag: Overzichtvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Per person, worker, partner, purpose, reason of refusal or day; most entries first."""
    inquiry = _inquiry(vraag, request, actions, caller)
    found = await actions.hindsight.review.summary(caller, inquiry, vraag.per, vraag.na)
    body = {"groepen": [_group(one) for one in found.groups], "volgende": found.onward}
    return answered(body, found.receipt)


@router.post("/_signalen", summary="Wat de regels in een periode opmerken")
async def signals(
    vraag: Signaalvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Each signal with its reason, its entries and how it stands; each rule's hit rate; how many could not be compared."""
    watched = await _watched(vraag, request, actions, caller)
    found = await actions.hindsight.signals.listed(caller, watched, vraag.na)
    body = {
        "signalen": [_signal(one) for one in found.signals],
        "trefkans": [_rate(one) for one in found.rates],
        "volgende": found.onward,
        "onleesbaar": found.unreadable,
    }
    return answered(body, found.receipt)


@router.post("/signalen/{signaal_id}/_beoordelen", summary="Beoordeel een signaal, met zijn tweeën")
async def judge(
    signaal_id: UUID,
    oordeel: Signaaloordeel,
    request: Request,
    actions: WithActions,
    caller: WithCaller,
) -> Response:
    """Propose a verdict, or confirm a colleague's; who proposed it does not close it."""
    watched = await _watched(oordeel, request, actions, caller)
    opinion = Opinion(signaal_id, oordeel.oordeel, oordeel.toelichting)
    judged, receipt = await actions.hindsight.signals.judge(caller, watched, opinion)
    return answered(_judged(judged), receipt)


@router.post("/_datalek", summary="Bepaal de omvang van een datalek (art. 33)")
async def breach(
    vraag: Datalekvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Tell who received which fields of whom, when, and what became of it."""
    fields = frozenset(field_named("velden", one, actions.gate.fields) for one in vraag.velden)
    inquiry = _inquiry(vraag, request, actions, caller)
    found = await actions.hindsight.review.scope(caller, inquiry, fields, vraag.na)
    body = {
        "betrokkenen": found.persons,
        "verstrekkingen": found.entries,
        "ontvangers": found.recipients,
        "perVeld": {camel(name): count for name, count in found.by_field.items()},
        "regels": [_received(one) for one in found.page],
        "volgende": found.onward,
    }
    return answered(body, found.receipt)


@router.post("/_steekproef", summary="Trek een steekproef die niemand kon kiezen")
async def sample(
    vraag: Steekproefvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Draw disclosures of a closed period; anyone with the log's tiles can draw the same."""
    inquiry = _inquiry(vraag, request, actions, caller)
    drawn = await actions.hindsight.review.sample(caller, inquiry, vraag.aantal)
    return answered(_drawn(drawn), drawn.receipt)


def _inquiry(vraag: Terugblik, request: Request, actions: Actions, caller: Caller) -> Inquiry:
    since, until = utc("van", vraag.van), utc("tot", vraag.tot)
    if since and until and until <= since:
        raise InvalidRequestError("tot", "does not lie after van")
    about = actions.oversee.meant(caller, vraag.betrokkene) if vraag.betrokkene else None
    filters = Filters(since, until, purpose_of(vraag.doel, actions), actor=vraag.actor, about=about)
    return Inquiry(filters, case=vraag.zaaknummer, trace_id=trace_of(request))


async def _watched(
    vraag: Signaalvraag, request: Request, actions: Actions, caller: Caller
) -> Watched:
    staff = [
        StaffMember(
            one.actor,
            await person_named(actions, caller, one.client_ref, one.v_nummer),
            one.achternaam,
            one.postcode,
        )
        for one in vraag.medewerkers
    ]
    return Watched(_inquiry(vraag, request, actions, caller), staff)


def _group(group: Group) -> dict[str, Any]:
    return {
        "sleutel": group.key,
        "regels": group.entries,
        "betrokkenen": group.persons,
        "verstrekt": group.disclosed,
        "geweigerd": group.refused,
        "noodtoegang": group.emergencies,
        "zonderUitkomst": group.unanswered,
        "eerste": group.first.isoformat(),
        "laatste": group.last.isoformat(),
    }


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "id": str(signal.signal_id),
        "regel": signal.rule,
        "uitleg": RULES[signal.rule],
        "reden": signal.reason,
        "indexen": signal.entries,
        "stand": signal.state,
        "oordeel": _judged(signal.judged) if signal.judged else None,
    }


def _rate(rate: HitRate) -> dict[str, Any]:
    return {
        "regel": rate.rule,
        "uitleg": RULES[rate.rule],
        "gemarkeerd": rate.flagged,
        "bekeken": rate.looked_at,
    }


def _judged(judged: Judged) -> dict[str, Any]:
    breach = judged.verdict is Verdict.BREACH
    return {
        "id": str(judged.signal_id),
        "oordeel": judged.verdict,
        "voorgesteldOp": judged.proposed_at.isoformat(),
        "voorgesteldDoor": judged.proposed_by,
        "geslotenOp": judged.closed_at.isoformat() if judged.closed_at else None,
        "geslotenDoor": judged.closed_by,
        "meldenVoor": (judged.proposed_at + BREACH_TERM).isoformat() if breach else None,
    }


def _received(received: Received) -> dict[str, Any]:
    event, told = received.seen.event, received.seen.event.told
    return {
        "index": event.index,
        "op": event.at.isoformat(),
        "ontvanger": event.recipient,
        "actor": told.actor if told else None,
        "rol": told.role if told else None,
        "doel": event.purpose,
        "betrokkene": str(received.seen.pseudonym) if received.seen.pseudonym else None,
        "velden": [camel(name) for name in received.fields],
        "afloop": received.outcome,
        "gewist": told is None,
    }


def _drawn(drawn: Drawn) -> dict[str, Any]:
    return {
        "wortel": drawn.root.hex(),
        "grootte": drawn.size,
        "uit": drawn.among,
        "uitleg": HOW_TO_DRAW,
        "regels": [entry_wire(one) for one in drawn.entries],
    }
