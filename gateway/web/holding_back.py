"""Achtergehouden tekst: read by a person, who lets it through as it is or keeps it back."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.held_texts import TextDesk
from gateway.actions.quarantine import Spot
from gateway.domain.deliveries import JsonValue
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName
from gateway.domain.partners import Caller
from gateway.web.deliveries import ONE, PATH, faults_of, label_of, lines_of, told
from gateway.web.guard import Handler, Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.numbers import whole
from gateway.web.oversight_forms import posted
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HTML, render
from gateway.web.visit import Visit
from gateway.web.words import N_

TEXT: Final = ONE + "/teksten/{rij:whole}"
FAULTS: Final[Mapping[str, str]] = {
    "reden": N_("Schrijf 20 tot 500 tekens, zonder nummers van personen."),
    "versie": N_("Er kwam intussen een andere tekst binnen. Lees wat er nu staat."),
}
Deed = Callable[[TextDesk, Caller, Spot, int, str], Awaitable[None]]


async def one(visit: Visit) -> Response:
    """Show what is held of a row, once the log says so."""
    return await _show(visit, "")


async def _show(visit: Visit, wrong: str) -> Response:
    desk, spot = visit.rooms.desks.backoffice, _spot(visit)
    found = await desk.ingest.acknowledgement(visit.caller, spot.delivery)
    lines = lines_of(found["heldRows"]) if found else []
    faults = [fault for line in lines if line["row"] == spot.row for fault in faults_of(line)]
    layout = TextPage(visit, told(visit, faults), wrong)
    return ReleasedPage(lambda: _opened(visit, layout), wrong=bool(wrong))


@asynccontextmanager
async def _opened(visit: Visit, layout: "TextPage") -> AsyncIterator[Released]:
    desk = visit.rooms.desks.backoffice.texts
    async with desk.shown(visit.caller, _spot(visit), layout) as released:
        yield released


class TextPage:
    """The texts as a page with its form; a reason that was typed stands there again."""

    media_type = HTML

    def __init__(self, visit: Visit, faults: list[tuple[str, str]], wrong: str) -> None:
        self._visit = visit
        self._faults = faults
        self._wrong = wrong

    def render(self, row: int, version: int, texts: Mapping[FieldName, JsonValue]) -> bytes:
        """Return the page."""
        visit, spot = self._visit, _spot(self._visit)
        return render(
            visit,
            "held_text.html",
            list=PATH,
            delivery=f"{PATH}/{spot.delivery}",
            here=f"{PATH}/{spot.delivery}/teksten/{spot.row}",
            row=row,
            version=version,
            texts=[(label_of(visit, name), text) for name, text in texts.items()],
            faults=self._faults,
            wrong=visit.say(FAULTS[self._wrong]) if self._wrong else "",
            typed=posted(visit).get("reden", ""),
        ).encode()


def _deciding(deed: Deed, done: str) -> Handler:
    async def decide(visit: Visit) -> Response:
        """Take the decision on what was read, and go back to the delivery."""
        form, spot = posted(visit), _spot(visit)
        version = whole(form.get("versie", ""), 0)
        desk = visit.rooms.desks.backoffice.texts
        try:
            await deed(desk, visit.caller, spot, version, form.get("reden", ""))
        except InvalidRequestError as error:
            if error.field not in FAULTS:
                raise
            return await _show(visit, error.field)
        return RedirectResponse(f"{PATH}/{spot.delivery}?gedaan={done}", 303)

    return decide


def _spot(visit: Visit) -> Spot:
    params = visit.request.path_params
    return Spot(params["levering"], params["rij"])


SCREENS: Final = (
    Screen(TEXT, one, CASEMANAGER),
    Screen(
        TEXT + "/vrijgeven",
        _deciding(TextDesk.release, "tekst-vrijgegeven"),
        CASEMANAGER,
        ("POST",),
    ),
    Screen(
        TEXT + "/achterhouden",
        _deciding(TextDesk.keep, "tekst-achtergehouden"),
        CASEMANAGER,
        ("POST",),
    ),
)
