"""Leveringen: what COA delivered and what became of it; a file goes in the way of every delivery.

Nothing here names a person: the report with V-nummers is a file to take, on record.
"""

import asyncio
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from uuid import UUID

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from gateway.domain.acknowledgements import fault
from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.identifiers import FieldName
from gateway.domain.quarantine import Fate, QuarantinedRow
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.numbers import whole
from gateway.web.rendering import page
from gateway.web.values import Teller
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/leveringen"
ONE: Final = PATH + "/{levering:uuid}"
SHOWN: Final = 50
"""Rows of a delivery on a page."""
DONE: Final[Mapping[str, str]] = {
    "verwerkt": N_("De levering is verwerkt."),
    "eerder": N_("Dit bestand kwam al eerder binnen. Er is niets veranderd."),
    "gecorrigeerd": N_("De gecorrigeerde rij is binnen, als een levering van één rij."),
    "vrijgegeven": N_("De rij is opgenomen zoals zij kwam; uw reden staat in het logboek."),
    "tekst-vrijgegeven": N_("De tekst is vrijgegeven; uw reden staat in het logboek."),
    "tekst-achtergehouden": N_("De tekst blijft achtergehouden; uw reden staat in het logboek."),
    "verworpen": N_("De rij is verworpen en de waarden zijn gewist."),
}
FATES: Final[Mapping[Fate | None, tuple[str, str]]] = {
    None: (N_("Wacht"), "warn"),
    Fate.CORRECTED: (N_("Gecorrigeerd"), "good"),
    Fate.DISCARDED: (N_("Verworpen"), ""),
    Fate.RELEASED: (N_("Vrijgegeven"), "good"),
}
_COUNTS: Final[tuple[tuple[str, str], ...]] = (
    ("accepted", N_("Goed")),
    ("warnings", N_("Met waarschuwing")),
    ("held", N_("Tekst wacht op een mens")),
    ("quarantined", N_("In quarantaine")),
    ("duplicates", N_("Dubbel (telt bij goed)")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a delivery that did not simply come in; ``path`` is empty where nothing waits."""

    row: int
    path: str
    faults: Sequence[tuple[str, str]]
    state: str
    look: str


async def listed(visit: Visit) -> Response:
    """Show the newest deliveries with their counts, and take in a file."""
    return await _list(visit, "")


async def _list(visit: Visit, wrong: str) -> Response:
    found = await visit.rooms.desks.backoffice.ingest.tallies(visit.caller)
    status = 400 if wrong else 200
    return page(visit, "deliveries.html", status, rows=found, here=PATH, wrong=wrong)


async def receive(visit: Visit) -> Response:
    """Take in the file that was posted, beside other requests, and show what became of it."""
    desk, file = visit.rooms.desks.backoffice, visit.form.get("bestand")
    if not isinstance(file, UploadFile) or not file.size:
        return await _list(visit, visit.say(N_("Kies een bestand met klantprofielen.")))
    content = BytesIO(await file.read())
    taking = desk.ingest(visit.caller, content, desk.source_for(file.filename or ""))
    try:
        delivered = await asyncio.to_thread(asyncio.run, taking)
    except DeliveryRefusedError as refused:
        return await _list(visit, str(refused))
    done = "eerder" if delivered.seen_before else "verwerkt"
    return RedirectResponse(f"{PATH}/{delivered.delivery}?gedaan={done}", 303)


async def one(visit: Visit) -> Response:
    """Show what became of a delivery: counts, and each row that needs a look."""
    desk, delivery = visit.rooms.desks.backoffice, visit.request.path_params["levering"]
    found = await desk.ingest.acknowledgement(visit.caller, delivery)
    if found is None:
        raise HTTPException(404)
    rows = await desk.quarantine.rows(visit.caller, delivery)
    waits = {text.row for text in await desk.texts.texts(visit.caller, delivery)}
    held = [_held(visit, delivery, line, waits) for line in lines_of(found["heldRows"])]
    lines = [*(_quarantined(visit, delivery, row) for row in rows), *held]
    last = max(1, -(-len(lines) // SHOWN))
    number = _number(visit.request.query_params.get("pagina", ""), last)
    done = DONE.get(visit.request.query_params.get("gedaan", ""), "")
    return page(
        visit,
        "delivery.html",
        list=PATH,
        here=f"{PATH}/{delivery}",
        digest=found["sha256"],
        counts=[(visit.say(label), found[name]) for name, label in _COUNTS],
        total=found["rows"],
        lines=lines[(number - 1) * SHOWN : number * SHOWN],
        number=number,
        last=last,
        done=visit.say(done),
    )


async def acknowledgement(visit: Visit) -> Response:
    """Hand over the acknowledgement, which names nobody."""
    delivery = visit.request.path_params["levering"]
    found = await visit.rooms.desks.backoffice.ingest.acknowledgement(visit.caller, delivery)
    return _file("ontvangstbevestiging", found)


async def report(visit: Visit) -> Response:
    """Hand over the report on every row by V-nummer; the log says so first."""
    delivery = visit.request.path_params["levering"]
    found = await visit.rooms.desks.backoffice.ingest.report(visit.caller, delivery)
    return _file("verslag", found.report if found else None)


def _file(name: str, content: Mapping[str, JsonValue] | None) -> Response:
    if content is None:
        raise HTTPException(404)
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    body = orjson.dumps(content, option=orjson.OPT_INDENT_2)
    return Response(body, headers=headers, media_type="application/json")


def lines_of(value: JsonValue) -> list[dict[str, JsonValue]]:
    """Read a list of an acknowledgement."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _held(
    visit: Visit, delivery: UUID, line: Mapping[str, JsonValue], waits: Container[int]
) -> Line:
    row = line["row"] if isinstance(line["row"], int) else 0
    faults = told(visit, faults_of(line))
    if row in waits:
        path = f"{PATH}/{delivery}/teksten/{row}"
        return Line(row, path, faults, visit.say(N_("Tekst achtergehouden")), "info")
    return Line(row, "", faults, visit.say(N_("Geen tekst meer achtergehouden")), "good")


def faults_of(line: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    """Read field and reason of what an acknowledgement says of a row."""
    return [(str(one["field"]), str(one["reason"])) for one in lines_of(line["faults"])]


def _quarantined(visit: Visit, delivery: UUID, found: QuarantinedRow) -> Line:
    state, look = FATES[found.fate]
    path = "" if found.fate else f"{PATH}/{delivery}/quarantaine/{found.row}"
    faults = [fault(reason) for reason in found.reasons]
    return Line(found.row, path, told(visit, faults), visit.say(state), look)


def told(visit: Visit, faults: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Name each field that is at fault by its label; the reason stays as the gate gives it."""
    return [(label_of(visit, name), why) for name, why in faults]


def label_of(visit: Visit, name: str) -> str:
    """Return a field's label; a member of a group, and what is no field, stays as it is."""
    known = FieldName(name) in visit.rooms.desks.gate.fields
    return Teller(visit.rooms, visit.language).label(name) if known else name


def _number(text: str, last: int) -> int:
    return min(max(whole(text, 1), 1), last)


SCREENS: Final = (
    Screen(PATH, listed, CASEMANAGER),
    Screen(PATH + "/nieuw", receive, CASEMANAGER, ("POST",), takes_files=1),
    Screen(ONE, one, CASEMANAGER),
    Screen(ONE + "/ontvangstbevestiging", acknowledgement, CASEMANAGER),
    Screen(ONE + "/verslag", report, CASEMANAGER),
)
