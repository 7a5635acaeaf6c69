"""Open verzoeken: what residents were asked and have not answered yet."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from starlette.responses import Response

from gateway.domain.consents import Asked
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.resident import choice_of, title, whom
from gateway.web.residents import PATH
from gateway.web.values import full_name
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM, N_

REQUESTS: Final = "/verzoeken"


@dataclass(frozen=True, slots=True)
class Row:
    """A request that waits: of whom, for what, and where to discuss it."""

    path: str
    name: str
    what: str
    whom: str
    asked: date
    until: date | None


async def listed(visit: Visit) -> Response:
    """Show a page of requests."""
    return ReleasedPage(lambda: _list(visit))


@asynccontextmanager
async def _list(visit: Visit) -> AsyncIterator[Released]:
    shown: list[RequestsPage] = []

    def layout(found: tuple[Asked, ...]) -> HtmlFormat:
        shown.append(RequestsPage(visit, found))
        return shown[0]

    desk = visit.rooms.desks.counter.requests
    async with desk(visit.caller, visit.after, layout) as found:
        shown[0].after = found.after
        yield found.released


class RequestsPage(HtmlFormat):
    """The requests as a page; ``after`` is where it goes on, known once they were asked for."""

    def __init__(self, visit: Visit, asked: Sequence[Asked]) -> None:
        super().__init__(visit, "requests.html")
        self._asked = asked
        self.after: UUID | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, and where the list goes on; who may not be shown is left out."""
        known = {one.subject: one for one in disclosed}
        rows = [
            self._row(asked, known[asked.subject])
            for asked in self._asked
            if asked.subject in known
        ]
        onward = f"{REQUESTS}?na={self.after}" if self.after else ""
        return {"rows": rows, "onward": onward, "receipt": receipt}

    def _row(self, asked: Asked, one: Disclosed) -> Row:
        visit, scope = self._visit, asked.scope
        purpose = visit.rooms.desks.gate.matrix.purpose(scope.purpose)
        here, until = f"{PATH}/{one.reference}", asked.event.expires
        talk = f"{here}/gesprek/{choice_of(purpose, scope.recipient)}" if purpose else here
        return Row(
            f"{talk}?taal={scope.language}",
            full_name(one) or visit.say(N_("Naam niet bekend")),
            title(visit, purpose) if purpose else scope.purpose,
            whom(visit, scope.recipient),
            asked.event.at.astimezone(AMSTERDAM).date(),
            until.astimezone(AMSTERDAM).date() if until else None,
        )


SCREENS: Final = (Screen(REQUESTS, listed, CASEMANAGER),)
