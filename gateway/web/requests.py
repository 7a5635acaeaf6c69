"""Open verzoeken: what residents were asked and have not answered yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from starlette.responses import Response

from gateway.actions.introduce import INTRODUCING
from gateway.actions.waiting import Item
from gateway.domain.consents import Asked
from gateway.domain.disclosures import Disclosed
from gateway.domain.introductions import TERM, Introduction
from gateway.domain.purposes import Purpose
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.release import ReleasedPage
from gateway.web.resident import choice_of, title, whom
from gateway.web.residents import PATH
from gateway.web.values import called, text
from gateway.web.visit import Visit
from gateway.web.waiting import WaitingPage, waiting
from gateway.web.words import AMSTERDAM, N_

REQUESTS: Final = "/verzoeken"
PROPOSED: Final = "/verzoeken/voorstellen"
TABS: Final = (
    (REQUESTS, N_("Toestemmingen")),
    (PROPOSED, N_("Voorstellen aan werkgevers en bureaus")),
)
Days = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A request that waits: of whom, for what, and where to discuss it."""

    path: str
    name: str
    what: str
    whom: str
    asked: date | None
    until: date | None


async def listed(visit: Visit) -> Response:
    """Show a page of consents that were asked."""
    return ReleasedPage(lambda: waiting(visit, visit.rooms.desks.counter.requests, AskedPage))


async def proposed(visit: Visit) -> Response:
    """Show a page of introductions that an agency asked for."""
    return ReleasedPage(lambda: waiting(visit, visit.rooms.desks.counter.proposals, ProposedPage))


class _Page(WaitingPage[Item]):
    """What residents did not answer yet."""

    template = "requests.html"

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return the page with its tabs."""
        return {**super().tell(receipt, disclosed), "tabs": TABS}

    def _row(self, one: Disclosed, talk: tuple[str, Purpose | None, str], days: Days) -> Row:
        visit, (language, purpose, recipient) = self._visit, talk
        here = f"{PATH}/{one.reference}"
        asked, until = (moment and moment.astimezone(AMSTERDAM).date() for moment in days)
        return Row(
            f"{here}/gesprek/{choice_of(purpose, recipient)}?taal={language}" if purpose else here,
            called(visit, one),
            title(visit, purpose) if purpose else "",
            whom(visit, recipient),
            asked,
            until,
        )


class AskedPage(_Page[Asked]):
    """Consents that were asked."""

    path = REQUESTS

    def rows(self, item: Asked, one: Disclosed) -> Sequence[Row]:
        """Return one row: for what, and for whom."""
        scope, event = item.scope, item.event
        purpose = self._visit.rooms.desks.gate.matrix.purpose(scope.purpose)
        return [
            self._row(one, (scope.language, purpose, scope.recipient), (event.at, event.expires))
        ]


class ProposedPage(_Page[Introduction]):
    """Introductions that an agency asked for."""

    path = PROPOSED

    def rows(self, item: Introduction, one: Disclosed) -> Sequence[Row]:
        """Return a row for each organisation that waits for her answer."""
        gate, spoken = self._visit.rooms.desks.gate, text(one, "voorkeurstaal_contact")
        purpose, days = gate.matrix.purpose(INTRODUCING), (item.at, item.at + TERM)
        asked_of = item.open_to(gate.clock.now())
        return [self._row(one, (spoken, purpose, recipient), days) for recipient in asked_of]


SCREENS: Final = (
    Screen(REQUESTS, listed, CASEMANAGER),
    Screen(PROPOSED, proposed, CASEMANAGER),
)
