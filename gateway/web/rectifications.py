"""Rectificaties: what residents and recipients call wrong, and what COA decides (GDPR art. 16, 19)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from gateway.actions.rectify import Waiting
from gateway.actions.requests import ASKED_OF
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.partners import PartnerKind
from gateway.domain.records import Receipt
from gateway.web.deliveries import label_of
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.oversight_forms import posted
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.residents import PATH as RESIDENTS
from gateway.web.values import called
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/rectificaties"
MOST_WORDS: Final = 500
REFUSED: Final = "geweigerd"
FAULTS: Final[Mapping[str, str]] = {
    "rectificatie": N_("Dit verzoek is al afgehandeld."),
    "oordeel": N_(
        "Geen levering veranderde dit gegeven sinds het verzoek. Verbeter het eerst in het TVS, "
        "of weiger met een reden."
    ),
    "toelichting": N_("Schrijf waarom u weigert, in hoogstens 500 tekens."),
}
DONE: Final[Mapping[str, str]] = {
    "gecorrigeerd": N_("Het verzoek is gesloten. Wie het gegeven ontving, krijgt bericht."),
    "geweigerd": N_("Het verzoek is geweigerd; de reden staat in het logboek."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A request that waits; ``words`` is ``None`` once they were erased."""

    id: str
    path: str
    name: str
    field: str
    asked_by: str
    at: datetime
    words: str | None


async def listed(visit: Visit) -> Response:
    """Show a page of requests."""
    return _show(visit, None)


def _show(visit: Visit, wrong: str | None) -> Response:
    return ReleasedPage(lambda: _list(visit, wrong), wrong=bool(wrong))


@asynccontextmanager
async def _list(visit: Visit, wrong: str | None) -> AsyncIterator[Released]:
    shown: list[RectificationsPage] = []

    def layout(found: tuple[Waiting, ...]) -> HtmlFormat:
        shown.append(RectificationsPage(visit, found, wrong))
        return shown[0]

    desk = visit.rooms.desks.backoffice.rectify
    async with desk.waiting(visit.caller, visit.after, layout, columns=ASKED_OF) as found:
        shown[0].after = found.after
        yield found.released


class RectificationsPage(HtmlFormat):
    """The requests as a page with forms for each; ``after`` is where it goes on."""

    def __init__(self, visit: Visit, waiting: Sequence[Waiting], wrong: str | None) -> None:
        super().__init__(visit, "rectifications.html")
        self._waiting = waiting
        self._wrong = wrong
        self.after: UUID | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, what was typed, and where the list goes on; who may not be shown is left out."""
        visit, known = self._visit, {one.subject: one for one in disclosed}
        page = [one for one in self._waiting if one.rectification.subject in known]
        done = DONE.get(visit.request.query_params.get("gedaan", ""), "")
        return {
            "rows": [self._row(one, known[one.rectification.subject]) for one in page],
            "here": PATH,
            "from_": visit.request.query_params.get("na", ""),
            "onward": f"{PATH}?na={self.after}" if self.after else "",
            "wrong": visit.say(FAULTS[self._wrong]) if self._wrong else "",
            "handling": str(visit.request.path_params.get("verzoek", "")),
            "typed": posted(visit).get("toelichting", ""),
            "done": visit.say(done) if done else "",
            "most": MOST_WORDS,
            "receipt": receipt,
        }

    def _row(self, waiting: Waiting, one: Disclosed) -> Row:
        visit, asked = self._visit, waiting.rectification
        partner = visit.rooms.partners[asked.asked_by]
        herself = partner.kind is PartnerKind.BETROKKENE
        return Row(
            str(asked.rectification_id),
            f"{RESIDENTS}/{one.reference}",
            called(visit, one),
            label_of(visit, asked.field)
            if asked.field
            else visit.say(N_("De gegevens als geheel")),
            visit.say(N_("De bewoner zelf")) if herself else partner.name,
            asked.at,
            waiting.words,
        )


async def close(visit: Visit) -> Response:
    """Close one: corrected by a delivery, or refused for a reason."""
    form, request = posted(visit), visit.request.path_params["verzoek"]
    refusing = form.get("oordeel") == REFUSED
    why = form.get("toelichting", "") if refusing else None
    if why is not None and not 1 <= len(why) <= MOST_WORDS:
        return _show(visit, "toelichting")
    try:
        await visit.rooms.desks.backoffice.rectify.close(visit.caller, request, refused=why)
    except InvalidRequestError as error:
        if error.field not in FAULTS:
            raise
        return _show(visit, error.field)
    return RedirectResponse(f"{PATH}?gedaan={REFUSED if refusing else 'gecorrigeerd'}", 303)


SCREENS: Final = (
    Screen(PATH, listed, CASEMANAGER),
    Screen(PATH + "/{verzoek:uuid}/afhandelen", close, CASEMANAGER, ("POST",)),
)
