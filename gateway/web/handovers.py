"""Mijn overdrachten: the klantmanager's worklist, in the order of the clocks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from starlette.responses import Response

from gateway.actions.teams import Team
from gateway.actions.worklist import Excerpt
from gateway.domain.clocks import SOON, Clock, Due, View
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.handovers import File
from gateway.domain.identifiers import SubjectId
from gateway.domain.records import Receipt
from gateway.domain.teams import SavedList, Whose
from gateway.web.guard import Screen
from gateway.web.navigation import KLANTMANAGER
from gateway.web.numbers import whole
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.takings import HANDOVER, HANDOVERS, forms
from gateway.web.values import Teller, called, read, text
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = HANDOVERS
LEFT: Final = PATH + "/doorgegeven"
TABS: Final = ((PATH, N_("Bij uw gemeente")), (LEFT, N_("Doorgegeven, nog niet bevestigd")))
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
WHOSE: Final[Mapping[Whose, str]] = {
    Whose.ALL: N_("Van iedereen"),
    Whose.MINE: N_("Van mij"),
    Whose.NOBODY: N_("Van niemand"),
}
ME: Final = "mij"
NOBODY: Final = "niemand"
"""Who handles, as a form says it; anything else is a colleague."""
_MOST_PAGES: Final = 10_000
_MOST_DIVIDED: Final = 50
_LATE, _SOON = "bad", "warn"


@dataclass(frozen=True, slots=True)
class Term:
    """A clock in words: what must be done, by when, how much time is left, and how that looks."""

    what: str
    day: date
    left: str
    look: str


@dataclass(frozen=True, slots=True)
class _Link:
    """A part of the list: where it is shown, how it is called, and how many people it holds."""

    path: str
    label: str
    count: int


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
    worker: str


async def worklist(visit: Visit) -> Response:
    """Show one page of the list; what is shown and the page stand in the address, nothing else."""
    query = visit.request.query_params
    page = min(whole(query.get("pagina", ""), 1), _MOST_PAGES)
    desk = visit.rooms.desks.team
    team, saved = await desk.roster.of(visit.caller), await desk.saved(visit.caller)
    return ReleasedPage(lambda: _list(visit, chosen_in(query), page, (team, saved)))


def chosen_in(values: Mapping[str, str]) -> SavedList:
    """Read which list is meant; what is no code there is everyone."""
    view, whose = values.get("toon", ""), values.get("van", "")
    return SavedList(
        View(view) if view in set(View) else View.ALL,
        Whose(whose) if whose in set(Whose) else Whose.ALL,
    )


def address(one: SavedList) -> str:
    """Return where a list is shown."""
    hands = "" if one.whose is Whose.ALL else f"&van={one.whose}"
    return f"{PATH}?toon={one.view}{hands}"


@asynccontextmanager
async def _list(
    visit: Visit, chosen: SavedList, page: int, desk: tuple[Team, Sequence[SavedList]]
) -> AsyncIterator[Released]:
    ask = Ask(visit.caller, HANDOVER)

    def format_for(excerpt: Excerpt) -> HtmlFormat:
        return WorklistPage(visit, excerpt, *desk)

    async with visit.rooms.desks.worklist(ask, chosen, page, format_for) as released:
        yield released


def workers(visit: Visit, team: Team) -> Sequence[tuple[str, str]]:
    """List who can be given a handover: oneself, each colleague by name, or nobody."""
    others = {actor: name for actor, name in team.names.items() if actor != visit.caller.actor}
    named = sorted(others.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    me, nobody = (ME, visit.say(N_("Ik"))), (NOBODY, visit.say(N_("Niemand")))
    return [me, *((str(actor), name) for actor, name in named), nobody]


def divided(visit: Visit) -> tuple[int, int] | None:
    """Return how many handovers were just divided and how many were not; ``None`` if none were."""
    query = visit.request.query_params
    told = [query.get(name, "") for name in ("verdeeld", "niet")]
    if not all(one.isascii() and one.isdecimal() for one in told):
        return None
    done, refused = (min(int(one[:3]), _MOST_DIVIDED) for one in told)
    return done, refused


class WorklistPage(HtmlFormat):
    """The list as a page."""

    def __init__(
        self, visit: Visit, excerpt: Excerpt, team: Team, saved: Sequence[SavedList]
    ) -> None:
        super().__init__(visit, "handovers.html")
        self._excerpt = excerpt
        self._team = team
        self._saved = saved
        self._teller = Teller(visit.rooms, visit.language)

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, views with their counts, and the entry under which this was shown."""
        visit, excerpt, chosen = self._visit, self._excerpt, self._excerpt.chosen
        return {
            "rows": [self._row(one) for one in disclosed],
            "views": [
                _Link(address(replace(chosen, view=one)), visit.say(label), excerpt.counts[one])
                for one, label in VIEWS.items()
            ],
            "hands": [
                _Link(address(replace(chosen, whose=one)), visit.say(label), excerpt.hands[one])
                for one, label in WHOSE.items()
            ],
            "here": address(chosen),
            "tabs": TABS,
            "chosen": chosen,
            "saved": [(one, address(one), self._named(one)) for one in self._saved],
            "named": self._named(chosen),
            "keepable": chosen not in {SavedList(View.ALL, Whose.ALL), *self._saved},
            "excerpt": excerpt,
            "forms": forms(visit),
            "workers": workers(visit, self._team),
            "divided": divided(visit),
            "receipt": receipt,
        }

    def _named(self, one: SavedList) -> str:
        view, whose = VIEWS[one.view], WHOSE[one.whose]
        return f"{self._visit.say(view)} · {self._visit.say(whose).lower()}"

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
            called(self._visit, one),
            text(one, "v_nummer"),
            self._visit.say(N_("Gehuisvest")) if running.housed else self._teller.site(code),
            text(one, "koppel_datum"),
            self._teller.code("overdracht_status", status) if status else "",
            text(one, "driegesprek_datum"),
            self._teller.spoken(language) if read(one, "tolk_nodig") and language else "",
            [term(self._visit, one, self._excerpt.today) for one in due],
            self._excerpt.files[one.subject],
            self._worker(one.subject),
        )

    def _worker(self, subject: SubjectId) -> str:
        worker = self._excerpt.files[subject].worker
        return self._team.name(worker) if worker else ""


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
