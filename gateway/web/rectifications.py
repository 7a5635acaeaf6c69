"""Rectificaties: what residents and recipients call wrong, and what COA decides (GDPR art. 16, 19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.sealed_words import MOST_WORDS, Words
from gateway.domain.disclosures import Disclosed
from gateway.domain.errors import InvalidRequestError
from gateway.domain.partners import PartnerKind
from gateway.domain.records import Receipt
from gateway.domain.rectification import Rectification
from gateway.web.deliveries import label_of
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.oversight_forms import posted
from gateway.web.release import ReleasedPage
from gateway.web.residents import PATH as RESIDENTS
from gateway.web.values import called
from gateway.web.visit import Visit
from gateway.web.waiting import WaitingPage, waiting
from gateway.web.words import N_

PATH: Final = "/rectificaties"
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
    page = partial(RectificationsPage, wrong=wrong)
    desk = visit.rooms.desks.backoffice.rectify
    return ReleasedPage(lambda: waiting(visit, desk.waiting, page), wrong=bool(wrong))


class RectificationsPage(WaitingPage[Rectification]):
    """The requests as a page with forms for each."""

    path = PATH
    template = "rectifications.html"

    def __init__(
        self, visit: Visit, asked: Sequence[Rectification], words: Words, wrong: str | None
    ) -> None:
        super().__init__(visit, asked, words)
        self._wrong = wrong

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return the page, what was typed, and what is wrong with it."""
        visit = self._visit
        done = DONE.get(visit.request.query_params.get("gedaan", ""), "")
        return {
            **super().tell(receipt, disclosed),
            "from_": visit.request.query_params.get("na", ""),
            "wrong": visit.say(FAULTS[self._wrong]) if self._wrong else "",
            "handling": str(visit.request.path_params.get("verzoek", "")),
            "typed": posted(visit).get("toelichting", ""),
            "done": visit.say(done) if done else "",
            "most": MOST_WORDS,
        }

    def rows(self, item: Rectification, one: Disclosed) -> Sequence[Row]:
        """Return one row: about whom, by whom, and the words."""
        visit, partner = self._visit, self._visit.rooms.partners[item.asked_by]
        herself = partner.kind is PartnerKind.BETROKKENE
        whole = visit.say(N_("De gegevens als geheel"))
        row = Row(
            str(item.rectification_id),
            f"{RESIDENTS}/{one.reference}",
            called(visit, one),
            label_of(visit, item.field) if item.field else whole,
            visit.say(N_("De bewoner zelf")) if herself else partner.name,
            item.at,
            self._words.get(item.rectification_id),
        )
        return [row]


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
