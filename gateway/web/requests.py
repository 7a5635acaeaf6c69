"""Open verzoeken: what residents were asked and have not answered yet."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Generic
from uuid import UUID

from starlette.responses import Response

from gateway.actions.introduce import INTRODUCING
from gateway.actions.requests import Item, OpenRequests
from gateway.domain.consents import Asked
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.introductions import TERM, Introduction
from gateway.domain.purposes import Purpose
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.resident import choice_of, title, whom
from gateway.web.residents import PATH
from gateway.web.values import called, text
from gateway.web.visit import Visit
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
    return ReleasedPage(lambda: _list(visit, visit.rooms.desks.counter.requests, AskedPage))


async def proposed(visit: Visit) -> Response:
    """Show a page of introductions that an agency asked for."""
    return ReleasedPage(lambda: _list(visit, visit.rooms.desks.counter.proposals, ProposedPage))


@asynccontextmanager
async def _list(
    visit: Visit, desk: OpenRequests[Item], page: Callable[[Visit, Sequence[Item]], "_Page[Item]"]
) -> AsyncIterator[Released]:
    shown: list[_Page[Item]] = []

    def layout(found: tuple[Item, ...]) -> HtmlFormat:
        shown.append(page(visit, found))
        return shown[0]

    async with desk(visit.caller, visit.after, layout) as found:
        shown[0].after = found.after
        yield found.released


class _Page(HtmlFormat, Generic[Item]):
    """What waits as a page; ``after`` is where it goes on, known once it was asked for."""

    path: str

    def __init__(self, visit: Visit, waiting: Sequence[Item]) -> None:
        super().__init__(visit, "requests.html")
        self._waiting = waiting
        self.after: UUID | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, and where the list goes on; who may not be shown is left out."""
        known = {one.subject: one for one in disclosed}
        rows = [
            row
            for item in self._waiting
            if item.subject in known
            for row in self.rows(item, known[item.subject])
        ]
        onward = f"{self.path}?na={self.after}" if self.after else ""
        return {"rows": rows, "onward": onward, "tabs": TABS, "here": self.path, "receipt": receipt}

    @abstractmethod
    def rows(self, item: Item, one: Disclosed) -> Sequence[Row]:
        """Return the rows of an item."""

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
        waiting = item.open_to(gate.clock.now())
        return [self._row(one, (spoken, purpose, recipient), days) for recipient in waiting]


SCREENS: Final = (
    Screen(REQUESTS, listed, CASEMANAGER),
    Screen(PROPOSED, proposed, CASEMANAGER),
)
