"""Onderzoek: the reach of a breach, a sample that nobody could choose, and evidence to take along."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from audit.bundle import zipped
from gateway.actions.extract import Chosen
from gateway.actions.oversee import Inquiry
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName
from gateway.domain.reviewing import Drawn, Received, Scope
from gateway.web.guard import Screen
from gateway.web.log_lines import HEADS, line, table
from gateway.web.navigation import OFFICER, OVERSEERS, tabs
from gateway.web.outcome_words import OUTCOMES
from gateway.web.overseers import Cells
from gateway.web.oversight_forms import (
    LARGEST_INDEX,
    number_of,
    period_of,
    person_of,
    posted,
    table_file,
    uuid_of,
)
from gateway.web.oversight_words import recipient_in_words, wrong
from gateway.web.rendering import page
from gateway.web.values import Teller
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/onderzoek"
SAMPLE: Final = PATH + "/steekproef"
BUNDLE: Final = PATH + "/bewijsbundel"
TABS: Final = (
    (PATH, N_("Datalek")),
    (SAMPLE, N_("Steekproef")),
    (BUNDLE, N_("Bewijsbundel")),
)
_MOST: Final = 200
_USUAL: Final = "20"


async def breach_form(visit: Visit) -> Response:
    """Ask for the case, the period and the fields."""
    return _breach(visit, None, "")


async def breach(visit: Visit) -> Response:
    """Tell who received which fields of whom, when, and what became of it."""
    values = posted(visit)
    try:
        filters = period_of(values, visit.today).filters
        after = number_of("tot", values.get("na", "0"), 0, LARGEST_INDEX)
        found = await visit.rooms.desks.overseers.review.scope(
            visit.caller, Inquiry(filters, case=values.get("zaaknummer")), _fields(visit), after
        )
    except InvalidRequestError as error:
        return _breach(visit, None, wrong(visit, error.field))
    if values.get("als") == "csv":
        return table_file(visit, "datalek", _scope_table(visit, found))
    return _breach(visit, found, "")


def _fields(visit: Visit) -> frozenset[FieldName]:
    named = [one for one in visit.form.getlist("velden") if isinstance(one, str)]
    if any(one not in visit.rooms.desks.gate.fields for one in named):
        raise InvalidRequestError("velden", "is not a field")
    return frozenset(FieldName(one) for one in named)


def _breach(visit: Visit, found: Scope | None, fault: str) -> Response:
    teller, fields = Teller(visit.rooms, visit.language), visit.rooms.desks.gate.fields
    chosen = _chosen(visit)
    return page(
        visit,
        "breach.html",
        400 if fault else 200,
        tabs=tabs(visit.caller.role, TABS),
        values=_with_period(visit),
        fields=sorted((teller.label(one.name), one.name) for one in fields),
        chosen=chosen,
        found=found,
        by_field=_by_label(teller, found) if found else [],
        recipients=[recipient_in_words(visit, one) for one in found.recipients] if found else [],
        rows=[_received(visit, one) for one in found.page] if found else [],
        fault=fault,
        back=PATH,
    )


def _by_label(teller: Teller, found: Scope) -> list[tuple[str, int]]:
    named = ((teller.label(name), count) for name, count in found.by_field.items())
    return sorted(named, key=lambda pair: pair[0].casefold())


def _chosen(visit: Visit) -> list[str]:
    return [one for one in visit.form.getlist("velden") if isinstance(one, str)]


def _received(visit: Visit, one: Received) -> dict[str, object]:
    teller = Teller(visit.rooms, visit.language)
    known = visit.rooms.desks.gate.fields
    labels = [teller.label(name) if name in known else name for name in one.fields]
    return {
        "line": line(visit, one.seen),
        "fields": ", ".join(labels),
        "outcome": visit.say(OUTCOMES.get(one.outcome, one.outcome)),
    }


def _scope_table(visit: Visit, found: Scope) -> list[Cells]:
    heads = [visit.say(head) for head in (*HEADS, N_("Gelekt"), N_("Wat ervan werd"))]
    rows: list[Cells] = []
    for one in found.page:
        told = _received(visit, one)
        rows.append((*line(visit, one.seen).cells, str(told["fields"]), str(told["outcome"])))
    return [heads, *rows]


async def sample_form(visit: Visit) -> Response:
    """Ask for a closed period and how many to draw."""
    return _sample(visit, None, "")


async def sample(visit: Visit) -> Response:
    """Draw disclosures of a closed period by the log's own root."""
    values = posted(visit)
    try:
        count = number_of("aantal", values.get("aantal", _USUAL), 1, _MOST)
        inquiry = Inquiry(period_of(values, visit.today).filters)
        drawn = await visit.rooms.desks.overseers.review.sample(visit.caller, inquiry, count)
    except InvalidRequestError as error:
        later = N_("De periode is nog niet voorbij. Kies dagen tot en met gisteren.")
        return _sample(visit, None, visit.say(later) if _open(error) else wrong(visit, error.field))
    if values.get("als") == "csv":
        return table_file(visit, "steekproef", table(visit, drawn.entries))
    return _sample(visit, drawn, "")


def _open(error: InvalidRequestError) -> bool:
    return error.field == "tot" and "no entry after" in error.why


def _sample(visit: Visit, drawn: Drawn | None, fault: str) -> Response:
    return page(
        visit,
        "sample.html",
        400 if fault else 200,
        tabs=tabs(visit.caller.role, TABS),
        values=_with_period(visit, before=1),
        drawn=drawn,
        lines=[line(visit, one) for one in drawn.entries] if drawn else [],
        fault=fault,
        usual=_USUAL,
        most=_MOST,
        back=SAMPLE,
    )


async def bundle_form(visit: Visit) -> Response:
    """Ask whose entries, which disclosure or which period, within a case."""
    return _bundle(visit, "")


async def bundle(visit: Visit) -> Response:
    """Give a zip with entries, proofs, the log's key, and a page that checks them offline."""
    values = posted(visit)
    try:
        period = period_of(values, visit.today)
        of = values.get("verstrekking")
        inquiry = Inquiry(
            period.filters,
            subject=await person_of(visit, values),
            case=values.get("zaaknummer"),
        )
        chosen = Chosen(inquiry, uuid_of("clientRef", of) if of else None)
        found = await visit.rooms.desks.overseers.extract.evidence(visit.caller, chosen)
    except InvalidRequestError as error:
        return _bundle(visit, wrong(visit, error.field))
    headers = {"Content-Disposition": 'attachment; filename="bewijs.zip"'}
    return Response(zipped(found.files), media_type="application/zip", headers=headers)


def _bundle(visit: Visit, fault: str) -> Response:
    return page(
        visit,
        "bundle.html",
        400 if fault else 200,
        tabs=tabs(visit.caller.role, TABS),
        values=_with_period(visit),
        private=visit.caller.partner.kind.private,
        fault=fault,
        back=BUNDLE,
    )


def _with_period(visit: Visit, before: int = 0) -> Mapping[str, str]:
    """Return what was posted, with a week to begin with: up to today, or days before."""
    week = period_of({}, visit.today, 7)
    shift = week.until.fromordinal(week.until.toordinal() - before)
    return {"van": str(week.since), "tot": str(shift), **posted(visit)}


_POST: Final = ("POST",)
SCREENS: Final = (
    Screen(PATH, breach_form, OVERSEERS),
    Screen(PATH + "/datalek", breach, OVERSEERS, _POST),
    Screen(SAMPLE, sample_form, OFFICER),
    Screen(SAMPLE + "/trek", sample, OFFICER, _POST),
    Screen(BUNDLE, bundle_form, OVERSEERS),
    Screen(BUNDLE + "/haal", bundle, OVERSEERS, _POST),
)
