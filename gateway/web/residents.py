"""Meedoenbalie: the residents of a casemanager's own sites, and how to find one of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from gateway.actions.references import whose
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat, page
from gateway.web.values import Teller, called, read, text
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/bewoners"
GUIDANCE: Final = "P03"


@dataclass(frozen=True, slots=True)
class Row:
    """A resident on the list."""

    path: str
    name: str
    number: str
    spoken: str
    site: str
    linked: str
    work: str


async def listed(visit: Visit) -> Response:
    """Show a page of the residents of her sites."""
    shown = ResidentsPage(visit)
    return ReleasedPage(lambda: _list(visit, shown))


@asynccontextmanager
async def _list(visit: Visit, shown: "ResidentsPage") -> AsyncIterator[Released]:
    desk = visit.rooms.desks.counter.residents
    async with desk(Ask(visit.caller, GUIDANCE), visit.after, shown) as found:
        shown.after = found.after
        yield found.released


async def find(visit: Visit) -> Response:
    """Go to the resident of a V-nummer.

    Who stays elsewhere is not found there, like who is not in the gate at all: her address is as
    steady and tells as little.
    """
    number = str(visit.form.get("v_nummer", "")).strip()
    gate = visit.rooms.desks.gate
    try:
        subject = await whose(gate, visit.rooms.desks.counter.index, number)
    except InvalidRequestError:
        wrong = visit.say(N_("Een V-nummer heeft tien cijfers."))
        return page(visit, "residents_find.html", 400, wrong=wrong, back=PATH)
    reference = gate.pseudonyms.reference(visit.caller.partner.oin, subject)
    return RedirectResponse(f"{PATH}/{reference}", 303)


class ResidentsPage(HtmlFormat):
    """The list as a page; ``after`` is where it goes on, known once the list was asked for."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, "residents.html")
        self._teller = Teller(visit.rooms, visit.language)
        self.after: UUID | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, and where the list goes on."""
        onward = f"{PATH}?na={self.after}" if self.after else ""
        return {"rows": [self._row(one) for one in disclosed], "onward": onward, "receipt": receipt}

    def _row(self, one: Disclosed) -> Row:
        teller, spoken = self._teller, text(one, "voorkeurstaal_contact")
        town = text(one, "koppel_gemeente_code")
        return Row(
            f"{PATH}/{one.reference}",
            called(self._visit, one),
            text(one, "v_nummer") or "-",
            language(self._visit, teller.spoken(spoken) if spoken else "", one),
            teller.site(text(one, "opvanglocatie_code")),
            teller.code("koppel_gemeente_code", town) if town else "",
            teller.code("werk_status", text(one, "werk_status")),
        )


def language(visit: Visit, spoken: str, one: Disclosed) -> str:
    """Say in which language one speaks with her, and whether that takes an interpreter."""
    if not spoken:
        return "-"
    return f"{spoken}, {visit.say(N_('met tolk'))}" if read(one, "tolk_nodig") else spoken


SCREENS: Final = (
    Screen(PATH, listed, CASEMANAGER),
    Screen(PATH + "/zoek", find, CASEMANAGER, ("POST",)),
)
