"""Plaatsingen: what must still be arranged for who has an offer (P06), and aftercare (P08).

Read only: offers and placements are recorded by COA, permits and numbers by who grants them; what an
agency records itself stands on a page of its own (``working``).
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from starlette.responses import Response

from gateway.actions.clients import ListClients
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.identifiers import RoleId
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import AGENCY, COORDINATOR, GUIDES, PLACERS
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.takings import PROFILES
from gateway.web.values import Teller, called, read, text
from gateway.web.visit import Visit
from gateway.web.words import N_, day

PLACING: Final = "P06"
AFTERCARE: Final = "P08"
JOBS: Final = "/plaatsingen"
CARE: Final = "/nazorg"
_DONE: Final = frozenset({"niet_nodig", "verleend", "toegekend"})
_STUCK: Final = frozenset({"geweigerd", "verlopen"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the list: words, smaller words under them, and how it looks (a badge if it has one)."""

    text: str
    under: str = ""
    look: str = ""
    badge: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Someone on the list, with a cell for each column after her name."""

    name: str
    cells: Sequence[Cell]
    path: str = ""


async def jobs(visit: Visit) -> Response:
    """Show what is still to be arranged for who has an offer."""
    return ReleasedPage(lambda: _list(visit, visit.rooms.desks.placed, JobsPage(visit)))


async def care(visit: Visit) -> Response:
    """Show when to be in touch with who was placed."""
    return ReleasedPage(lambda: _list(visit, visit.rooms.desks.guided, CarePage(visit)))


@asynccontextmanager
async def _list(
    visit: Visit, clients: ListClients, shown: "_PeoplePage"
) -> AsyncIterator[Released]:
    async with clients(Ask(visit.caller, shown.purpose), visit.after, shown) as found:
        shown.after = found.after
        yield found.released


class _PeoplePage(HtmlFormat):
    """A list of people as a page; ``after`` is where it goes on, known once the list was asked for."""

    purpose: str
    template: str
    path: str

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, self.template)
        self._teller = Teller(visit.rooms, visit.language)
        self.after: UUID | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, and where the list goes on."""
        role = self._visit.caller.role
        agency = role in AGENCY
        rows = [
            Row(called(self._visit, one), self.cells(one), _place(role, one)) for one in disclosed
        ]
        onward = f"{self.path}?na={self.after}" if self.after else ""
        return {"rows": rows, "onward": onward, "agency": agency, "receipt": receipt}

    @abstractmethod
    def cells(self, one: Disclosed) -> Sequence[Cell]:
        """Return the cells after the name; each list says which."""

    def _day(self, one: Disclosed, name: str, words: str = "%(value)s") -> str:
        value = text(one, name)
        return self._visit.say(words) % {"value": day(value, self._visit.language)} if value else ""


def _place(role: RoleId, one: Disclosed) -> str:
    """Return where more of someone is recorded: by her agency, or by COA's coordinator."""
    if role in AGENCY:
        return f"{PROFILES}/{one.reference}/werk"
    return f"{JOBS}/{one.reference}" if role in COORDINATOR else ""


class JobsPage(_PeoplePage):
    """Who has an offer: permit, number and start."""

    purpose, template, path = PLACING, "placements.html", JOBS

    def cells(self, one: Disclosed) -> Sequence[Cell]:
        """Return permit, number and job."""
        until = N_("geldig tot %(value)s")
        hours = text(one, "dienstverband_uren")
        weekly = self._visit.say(N_("%(value)s uur")) % {"value": hours} if hours else ""
        return (
            self._status(one, "twv_status", self._day(one, "twv_geldig_tot", until)),
            self._status(one, "bsn_status", ""),
            Cell(self._day(one, "w_document_geldig_tot", until) or "-"),
            Cell(self._day(one, "dienstverband_start") or "-", weekly),
        )

    def _status(self, one: Disclosed, name: str, under: str) -> Cell:
        code = text(one, name)
        if not code:
            return Cell("-")
        look = "good" if code in _DONE else "bad" if code in _STUCK else "warn"
        return Cell(self._teller.code(name, code), under, look, badge=True)


class CarePage(_PeoplePage):
    """Who was placed: the job, the next contact, and about what."""

    purpose, template, path = AFTERCARE, "aftercare.html", CARE

    def cells(self, one: Disclosed) -> Sequence[Cell]:
        """Return telephone, job, next contact and need."""
        ends = self._day(one, "dienstverband_eind", N_("tot %(value)s"))
        need = read(one, "nazorg_behoefte")
        return (
            Cell(text(one, "telefoonnummer_azc") or "-"),
            Cell(self._day(one, "dienstverband_start") or "-", ends),
            Cell(self._day(one, "nazorg_contactdatum") or "-"),
            Cell(self._teller.show("nazorg_behoefte", need).text if need else "-"),
        )


SCREENS: Final = (Screen(JOBS, jobs, PLACERS), Screen(CARE, care, GUIDES))
