"""Mijn overdrachten: the klantmanager's worklist, in the order of the clocks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from starlette.responses import Response

from gateway.actions.worklist import Excerpt
from gateway.domain.clocks import SOON, Clock, Due, View
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.handovers import File
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import KLANTMANAGER
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.takings import HANDOVER, HANDOVERS, forms
from gateway.web.values import Teller, full_name, read, text
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = HANDOVERS
VIEWS: Final[Mapping[View, str]] = {
    View.ALL: N_("Iedereen"),
    View.LATE: N_("Te laat"),
    View.SOON: N_("Binnen 2 weken"),
    View.NEW: N_("Pas gekoppeld"),
    View.UNCONFIRMED: N_("Te bevestigen"),
    View.NO_TALK: N_("Geen driegesprek"),
    View.ASKED: N_("Open vragen"),
    View.HOUSED: N_("Gehuisvest"),
}
CLOCKS: Final[Mapping[Clock, str]] = {
    Clock.TALK: N_("Gesprek"),
    Clock.HOUSING: N_("Woning"),
    Clock.PIP: N_("PIP"),
}
_MOST_PAGES: Final = 10_000
_LATE, _SOON = "bad", "warn"


@dataclass(frozen=True, slots=True)
class Term:
    """A clock in words: what must be done, by when, how much time is left, and how that looks."""

    what: str
    day: date
    left: str
    look: str


@dataclass(frozen=True, slots=True)
class Row:
    """Someone on the list."""

    path: str
    reference: str
    name: str
    number: str
    site: str
    linked: str
    talk: str
    talk_day: str
    interpreter: str
    terms: Sequence[Term]
    file: File


async def worklist(visit: Visit) -> Response:
    """Show one page of the list; the view and the page stand in the address, nothing else."""
    query = visit.request.query_params
    asked = query.get("toon", "")
    view = View(asked) if asked in set(View) else View.ALL
    number = query.get("pagina", "1")
    page = min(int(number), _MOST_PAGES) if number.isascii() and number.isdecimal() else 1
    return ReleasedPage(lambda: _list(visit, view, page))


@asynccontextmanager
async def _list(visit: Visit, view: View, page: int) -> AsyncIterator[Released]:
    ask = Ask(visit.caller, HANDOVER)

    def format_for(excerpt: Excerpt) -> HtmlFormat:
        return WorklistPage(visit, excerpt)

    async with visit.rooms.desks.worklist(ask, view, page, format_for) as released:
        yield released


class WorklistPage(HtmlFormat):
    """The list as a page."""

    def __init__(self, visit: Visit, excerpt: Excerpt) -> None:
        super().__init__(visit, "handovers.html")
        self._excerpt = excerpt
        self._teller = Teller(visit.rooms, visit.language)

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, views with their counts, and the entry under which this was shown."""
        excerpt = self._excerpt
        return {
            "rows": [self._row(one) for one in disclosed],
            "views": [(view, self._visit.say(label)) for view, label in VIEWS.items()],
            "excerpt": excerpt,
            "forms": forms(self._visit),
            "total": excerpt.counts[excerpt.view],
            "handed_on": self._visit.request.query_params.get("doorgegeven") == "1",
            "receipt": receipt,
        }

    def _row(self, one: Disclosed) -> Row:
        running = self._excerpt.running[one.subject]
        linked = running.linked if read(one, "koppel_datum") else None
        pip = running.pip if read(one, "pip_deadline") else None
        due = replace(running, linked=linked, pip=pip).dues(self._excerpt.terms)
        status, code = text(one, "overdracht_status"), text(one, "opvanglocatie_code")
        language = text(one, "voorkeurstaal_contact")
        return Row(
            f"{PATH}/{one.reference}",
            str(one.reference),
            full_name(one) or self._visit.say(N_("Naam niet bekend")),
            text(one, "v_nummer"),
            self._visit.say(N_("Gehuisvest")) if running.housed else self._teller.site(code),
            text(one, "koppel_datum"),
            self._teller.code("overdracht_status", status) if status else "",
            text(one, "driegesprek_datum"),
            self._teller.spoken(language) if read(one, "tolk_nodig") and language else "",
            [term(self._visit, one, self._excerpt.today) for one in due],
            self._excerpt.files[one.subject],
        )


def term(visit: Visit, due: Due, today: date) -> Term:
    """Put a clock into words."""
    days = due.left(today)
    look = _LATE if days < 0 else _SOON if days <= SOON.days else ""
    return Term(visit.say(CLOCKS[due.clock]), due.day, left(visit, days), look)


def left(visit: Visit, days: int) -> str:
    """Say how many days are left, or how many it is late."""
    if days == 0:
        return visit.say(N_("vandaag"))
    if days < 0:
        return visit.count("1 dag te laat", "%(num)d dagen te laat", -days) % {"num": -days}
    return visit.count("nog 1 dag", "nog %(num)d dagen", days) % {"num": days}


SCREENS: Final = (Screen(PATH, worklist, KLANTMANAGER),)
