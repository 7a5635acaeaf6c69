"""Quarantaine: a row as it came beside what is wrong with it; corrected as a whole, or discarded."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.quarantine import Spot
from gateway.domain.acknowledgements import fault
from gateway.domain.deliveries import JsonValue
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName
from gateway.domain.quarantine import QuarantinedRow
from gateway.web.deliveries import ONE, PATH, label_of, told
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.oversight_forms import posted
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HTML, render
from gateway.web.visit import Visit
from gateway.web.words import N_

ROW: Final = ONE + "/quarantaine/{rij:whole}"
TEXT: Final = "veld."
"""Before the name of a field that is typed as text."""
STRUCTURE: Final = "json."
"""Before the name of a field that is typed as JSON: a list, a group, a number, yes or no."""
_FIELD, _VALUE = "extra_veld", "extra_waarde"


@dataclass(frozen=True, slots=True)
class Box:
    """A field to fill in: under which name, with what in it, and what is wrong with that."""

    name: str
    label: str
    value: str
    wrong: str
    long: bool


async def one(visit: Visit) -> Response:
    """Show a row as it came, once the log says so."""
    return _show(visit, {})


def _show(visit: Visit, wrong: Mapping[str, str]) -> Response:
    return ReleasedPage(lambda: _opened(visit, wrong), wrong=bool(wrong))


@asynccontextmanager
async def _opened(visit: Visit, wrong: Mapping[str, str]) -> AsyncIterator[Released]:
    desk = visit.rooms.desks.backoffice.quarantine
    async with desk.shown(visit.caller, _spot(visit), RowPage(visit, wrong)) as released:
        yield released


class RowPage:
    """A row as a page with its forms; what was typed wrong stands there again."""

    media_type = HTML

    def __init__(self, visit: Visit, wrong: Mapping[str, str]) -> None:
        self._visit = visit
        self._wrong = wrong

    def render(self, row: QuarantinedRow, values: bytes) -> bytes:
        """Return the page."""
        visit, delivery = self._visit, self._visit.request.path_params["levering"]
        faults = [fault(reason) for reason in row.reasons]
        found: dict[str, JsonValue] = json.loads(values)
        values_of = {f.removeprefix(TEXT): v for f, v in posted(visit).items()}
        boxes = self._boxes(found, dict(faults), values_of)
        return render(
            visit,
            "quarantined.html",
            list=PATH,
            delivery=f"{PATH}/{delivery}",
            here=f"{PATH}/{delivery}/quarantaine/{row.row}",
            row=row,
            faults=told(visit, faults),
            wrong=told(visit, list(self._wrong.items())),
            at_fault=[one for one in boxes if one.wrong],
            sound=[one for one in boxes if not one.wrong],
            missing=self._missing(boxes),
        ).encode()

    def _boxes(
        self, found: Mapping[str, JsonValue], faults: Mapping[str, str], typed: Mapping[str, str]
    ) -> list[Box]:
        """Return every field that came, and those that are missing; what was typed goes first."""
        fields = self._visit.rooms.desks.gate.fields
        about = {name: why for name, why in self._wrong.items() if FieldName(name) in fields}
        wrong = about or faults
        named = [*found, *(n for n in wrong if n not in found and FieldName(n) in fields)]
        return [self._box(name, found.get(name), wrong.get(name, ""), typed) for name in named]

    def _box(self, name: str, value: JsonValue, wrong: str, typed: Mapping[str, str]) -> Box:
        plain = value is None or isinstance(value, str)
        text = str(value or "") if plain else json.dumps(value, ensure_ascii=False)
        if typed:
            text = typed.get(name if plain else STRUCTURE + name, "")
        box = (TEXT if plain else STRUCTURE) + name
        return Box(box, label_of(self._visit, name), text, wrong, isinstance(value, list | dict))

    def _missing(self, boxes: list[Box]) -> list[tuple[str, str]]:
        known = {one.name.partition(".")[2] for one in boxes}
        stored = [spec for spec in self._visit.rooms.desks.gate.fields if spec.stored]
        left = [(spec.name, label_of(self._visit, spec.name)) for spec in stored]
        choose = ("", self._visit.say(N_("Kies")))
        return [choose, *sorted((one for one in left if one[0] not in known), key=lambda o: o[1])]


async def correct(visit: Visit) -> Response:
    """Take in the row as it was typed; what is still wrong is said beside it."""
    desk, spot = visit.rooms.desks.backoffice.quarantine, _spot(visit)
    try:
        await desk.correct(visit.caller, spot, _profile(visit))
    except InvalidRequestError as error:
        if error.field != "klantprofiel":
            raise
        return _show(visit, dict(fault(one) for one in error.why.split("; ")))
    return RedirectResponse(f"{PATH}/{spot.delivery}?gedaan=gecorrigeerd", 303)


def _profile(visit: Visit) -> dict[str, JsonValue]:
    """Read the typed row; raises ``InvalidRequestError`` for a structure that is none."""
    form = posted(visit)
    found: dict[str, JsonValue] = {
        name.removeprefix(TEXT): text for name, text in form.items() if name.startswith(TEXT)
    }
    for name, text in form.items():
        if name.startswith(STRUCTURE):
            found[name.removeprefix(STRUCTURE)] = _structure(name, text)
    if form.get(_FIELD) and form.get(_VALUE):
        found[form[_FIELD]] = form[_VALUE]
    return found


def _structure(name: str, text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        where = name.removeprefix(STRUCTURE)
        raise InvalidRequestError("klantprofiel", f"{where}: is not JSON") from None
    return value


async def discard(visit: Visit) -> Response:
    """Give the row up, once it is ticked that its values go."""
    spot = _spot(visit)
    if posted(visit).get("zeker") != "1":
        return _show(visit, {N_("Vink aan dat de waarden weg mogen."): ""})
    await visit.rooms.desks.backoffice.quarantine.discard(visit.caller, spot)
    return RedirectResponse(f"{PATH}/{spot.delivery}?gedaan=verworpen", 303)


async def release(visit: Visit) -> Response:
    """Take the row in as it came, for a reason; what still speaks against it is said."""
    spot, why = _spot(visit), posted(visit).get("reden", "")
    try:
        await visit.rooms.desks.backoffice.quarantine.release(visit.caller, spot, why)
    except InvalidRequestError as error:
        if error.field == "reden":
            return _show(visit, {N_("Schrijf 20 tot 500 tekens, zonder nummers van personen."): ""})
        if error.field != "klantprofiel":
            raise
        return _show(visit, dict(fault(one) for one in error.why.split("; ")))
    return RedirectResponse(f"{PATH}/{spot.delivery}?gedaan=vrijgegeven", 303)


def _spot(visit: Visit) -> Spot:
    params = visit.request.path_params
    return Spot(params["levering"], params["rij"])


SCREENS: Final = (
    Screen(ROW, one, CASEMANAGER),
    Screen(ROW + "/corrigeren", correct, CASEMANAGER, ("POST",)),
    Screen(ROW + "/vrijgeven", release, CASEMANAGER, ("POST",)),
    Screen(ROW + "/verwerpen", discard, CASEMANAGER, ("POST",)),
)
