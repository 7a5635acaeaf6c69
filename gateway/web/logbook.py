"""Logboek: search, timelines, one entry with what was verified, its proof and its explanation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.actions.entries import SeenOne, Untold
from gateway.actions.explain import Retold
from gateway.actions.oversee import Inquiry, Overview
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import Oin
from gateway.domain.logbook import Filters, Told
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import Group, Grouping
from gateway.web import stories
from gateway.web.guard import Screen
from gateway.web.log_lines import line, table
from gateway.web.navigation import OFFICER
from gateway.web.overseers import Cells
from gateway.web.oversight_forms import (
    LARGEST_INDEX,
    lenient_period,
    number_of,
    period_of,
    person_of,
    posted,
    purpose_of,
    purposes,
    table_file,
    uuid_of,
)
from gateway.web.oversight_words import (
    GROUPINGS,
    KINDS,
    UNTOLD,
    purpose_in_words,
    reason_in_words,
    recipient_in_words,
    wrong,
)
from gateway.web.rendering import page
from gateway.web.values import Teller
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/logboek"
TABS: Final = ((PATH, N_("Zoeken")), (PATH + "/tijdlijnen", N_("Tijdlijnen")))
ROWS: Final = 25
"""How many entries a page shows: what one can take in."""
IN_FILE: Final = 1_000
"""How many entries a file holds at most; its last line says so where there are more."""
_NOT_FOUND: Final = 404
# Under which name the search takes what a timeline groups by.
_TIMELINES: Final[Mapping[Grouping, str]] = {
    Grouping.WORKER: "medewerker",
    Grouping.PERSON: "betrokkene",
    Grouping.PURPOSE: "doel",
    Grouping.PARTNER: "organisatie",
}
_SHOWN_DETAIL: Final = frozenset({"why", "note", "case", "until", "verdict", "rule", "entry"})


@dataclass(frozen=True, slots=True)
class Bundled:
    """A group of entries on a timeline page; ``key`` is what the search takes, empty for none."""

    name: str
    key: str
    group: Group


async def search(visit: Visit) -> Response:
    """Look for entries; what was asked is posted, so that it stands in no address."""
    values = posted(visit)
    try:
        overview = await visit.rooms.desks.oversee.search(
            visit.caller, await _inquiry(visit, values)
        )
    except InvalidRequestError as error:
        return _found(visit, values, None, wrong(visit, error.field))
    if values.get("als") == "csv":
        return table_file(
            visit, "logboek", [*table(visit, overview.entries), *_rest(visit, overview)]
        )
    return _found(visit, values, overview)


def _rest(visit: Visit, overview: Overview) -> list[Cells]:
    more = N_("Er zijn meer regels. Kies een kortere periode of meer filters.")
    return [[visit.say(more)]] if overview.onward is not None else []


def _found(
    visit: Visit, values: Mapping[str, str], overview: Overview | None, fault: str = ""
) -> Response:
    lines = [line(visit, one) for one in overview.entries] if overview else []
    return page(
        visit,
        "logbook.html",
        400 if fault else 200,
        tabs=TABS,
        values=values,
        period=lenient_period(visit),
        fault=fault,
        overview=overview,
        lines=lines,
        purposes=[("", visit.say(N_("Alle doelen"))), *purposes(visit)],
        kinds=[("", visit.say(N_("Alles"))), *((k, visit.say(said)) for k, said in KINDS.items())],
        private=visit.caller.partner.kind.private,
        partners=_partners(visit),
        back=PATH,
    )


def _partners(visit: Visit) -> list[tuple[str, str]]:
    named = sorted((one.name, str(oin)) for oin, one in visit.rooms.partners.items())
    return [("", visit.say(N_("Alle organisaties"))), *((oin, name) for name, oin in named)]


async def _inquiry(visit: Visit, values: Mapping[str, str]) -> Inquiry:
    """Read what is looked for; raises ``InvalidRequestError``."""
    about = values.get("betrokkene")
    pseudonym = uuid_of("betrokkene", about) if about else None
    kind = values.get("soort")
    filters = replace(
        period_of(values, visit.today).filters if "van" in values or "tot" in values else Filters(),
        purpose=purpose_of(visit, values.get("doel")),
        kind=RecordKind(kind) if kind in set(RecordKind) else None,
        actor=values.get("medewerker"),
        flagged=True if "voorgelegd" in values else None,
        about=visit.rooms.desks.oversee.meant(visit.caller, pseudonym) if pseudonym else None,
        recipient=Oin(values["organisatie"]) if "organisatie" in values else None,
    )
    request, below = values.get("heridentificatie"), values.get("na")
    return Inquiry(
        filters,
        number_of("na", below, 0, LARGEST_INDEX) if below else None,
        await person_of(visit, values),
        values.get("zaaknummer"),
        look_up=uuid_of("heridentificatie", request) if request else None,
        limit=IN_FILE if values.get("als") == "csv" else ROWS,
    )


async def timelines(visit: Visit) -> Response:
    """Count a period's entries by what they have in common; each line leads to its entries."""
    asked = visit.request.query_params.get("per", "")
    by = Grouping(asked) if asked in set(Grouping) else Grouping.WORKER
    period, fault, summary = lenient_period(visit), "", None
    try:
        review = visit.rooms.desks.overseers.review
        summary = await review.summary(visit.caller, Inquiry(period.filters), by)
    except InvalidRequestError as error:
        fault = wrong(visit, error.field)
    groups = [_bundled(visit, by, one) for one in summary.groups] if summary else []
    if summary and visit.request.query_params.get("als") == "csv":
        rows = [(g.name, g.group.entries, g.group.disclosed, g.group.refused) for g in groups]
        heads = [N_("Groep"), N_("Regels"), N_("Verstrekt"), N_("Geweigerd")]
        return table_file(visit, "tijdlijnen", [[visit.say(head) for head in heads], *rows])
    return page(
        visit,
        "timelines.html",
        tabs=TABS,
        by=by,
        groupings=[(one, visit.say(label)) for one, label in GROUPINGS.items()],
        period=period,
        groups=groups,
        more=summary is not None and summary.onward is not None,
        param=_TIMELINES.get(by, ""),
        fault=fault,
        receipt=summary.receipt if summary else None,
    )


def _bundled(visit: Visit, by: Grouping, group: Group) -> Bundled:
    match by:
        case Grouping.PURPOSE:
            return Bundled(purpose_in_words(visit, group.key), group.key, group)
        case Grouping.PARTNER:
            return Bundled(recipient_in_words(visit, group.key), group.key, group)
        case Grouping.REASON:
            return Bundled(reason_in_words(visit, group.key), "", group)
        case _:
            return Bundled(group.key, group.key if by in _TIMELINES else "", group)


async def entry(visit: Visit) -> Response:
    """Show one entry: its leaf, what it told, what was verified, and why it was decided so."""
    index: int = visit.request.path_params["index"]
    desks = visit.rooms.desks.overseers
    found = await desks.entries.one(visit.caller, index, Inquiry())
    if found is None:
        raise HTTPException(_NOT_FOUND)
    event, told = found.seen.event, found.seen.event.told or Told()
    teller, detail = Teller(visit.rooms, visit.language), told.detail or {}
    known = visit.rooms.desks.gate.fields
    return page(
        visit,
        "log_entry.html",
        line=line(visit, found.seen),
        event=event,
        told=told,
        fields=[teller.label(name) if name in known else name for name in told.fields],
        detail=[(key, detail[key]) for key in sorted(_SHOWN_DETAIL & detail.keys())],
        badge=desks.log.vouch(index, visit.now),
        steps=_steps(visit, found),
        same=isinstance(found.story, Retold) and found.story.same,
        untold=_untold(visit, found.story),
        receipt=found.receipt,
    )


def _untold(visit: Visit, story: Retold | Untold) -> str:
    """Say why the steps of a decision are not told; nothing where there was none."""
    words = "" if isinstance(story, Retold) else UNTOLD[story]
    return visit.say(words) if words else ""


def _steps(visit: Visit, found: SeenOne) -> list[tuple[str, str, str, bool]]:
    """Tell each step, with the rule and the file and line where it stands."""
    if not isinstance(found.story, Retold):
        return []
    steps = found.story.story
    said = stories.in_words(visit, steps)
    return [
        (text, str(one.rule_id or ""), one.where or "", one.holds)
        for text, one in zip(said, steps, strict=True)
    ]


async def proof(visit: Visit) -> Response:
    """Give leaf and proof of one entry as a file that verifies without this gate."""
    index: int = visit.request.path_params["index"]
    proven = await visit.rooms.desks.oversee.proof(visit.caller, index, Inquiry())
    if proven is None:
        raise HTTPException(_NOT_FOUND)
    body = {"index": index, "blad": proven.leaf.decode(), "bewijs": proven.proof}
    headers = {"Content-Disposition": f'attachment; filename="regel-{index}.json"'}
    return Response(
        orjson.dumps(body, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers=headers,
    )


async def named(visit: Visit) -> Response:
    """Go to the entry of an event id, such as a receipt names."""
    place: UUID = visit.request.path_params["id"]
    found = await visit.rooms.desks.overseers.entries.one(visit.caller, place, Inquiry())
    if found is None:
        raise HTTPException(_NOT_FOUND)
    return Response(status_code=303, headers={"Location": f"{PATH}/{found.seen.event.index}"})


SCREENS: Final = (
    Screen(PATH, search, OFFICER, ("GET", "POST")),
    Screen(PATH + "/tijdlijnen", timelines, OFFICER),
    Screen(PATH + "/{index:whole}", entry, OFFICER),
    Screen(PATH + "/{index:whole}/bewijs", proof, OFFICER),
    Screen(PATH + "/gebeurtenis/{id:uuid}", named, OFFICER),
)
