"""Profielen: people who agreed to be introduced, by name, each shown under a disclosure (P05)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from starlette.responses import Response

from gateway.actions.disclose import Question
from gateway.actions.introduce import INTRODUCING
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import AGENCY, INTRODUCED
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.takings import PROFILES, forms
from gateway.web.values import Shown, Teller, called, read, text
from gateway.web.visit import Visit
from gateway.web.words import N_

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    N_("Contact"): ("telefoonnummer_azc", "email_azc", "voorkeurstaal_contact", "tolk_nodig"),
    N_("Werk"): (
        "werkambitie", "beroepen_gewenst", "setu_beroepscategorie", "ervaring_jaren",
        "werkervaring", "vaardigheden", "certificaten", "rijbewijs", "ict_vaardigheid",
    ),
    N_("Beschikbaar"): (
        "beschikbaar_vanaf", "beschikbaar_uren", "werktijden", "contractvoorkeur",
        "arbeidsmarktregio", "reisafstand_max_km", "vervoermiddel", "arbeidsmarktaantekening",
    ),
    N_("Taal"): ("talen", "nt2_niveau_spreken", "engels_niveau"),
    N_("Opleiding"): (
        "opleidingsniveau_hoogste", "opleidingen", "diplomawaardering_status",
        "diplomawaardering_niveau",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """Someone on the list of profiles."""

    path: str
    reference: str
    name: str
    work: str
    contact: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a profile: its title, and labels with values."""

    anchor: str
    title: str
    facts: Sequence[tuple[str, Shown]]


async def listed(visit: Visit) -> Response:
    """Show a page of the people whom one may know by name."""
    return ReleasedPage(lambda: _list(visit))


@asynccontextmanager
async def _list(visit: Visit) -> AsyncIterator[Released]:
    shown = ProfilesPage(visit)
    ask = Ask(visit.caller, INTRODUCING)
    async with visit.rooms.desks.clients(ask, visit.after, shown) as clients:
        shown.after = clients.after
        yield clients.released


async def profile(visit: Visit) -> Response:
    """Show someone by name; the address holds this agency's own reference."""
    subject = await visit.subject(visit.request.path_params["ref"])
    return ReleasedPage(lambda: _opened(visit, subject))


@asynccontextmanager
async def _opened(visit: Visit, subject: SubjectId) -> AsyncIterator[Released]:
    gate = visit.rooms.desks.gate
    purpose = gate.matrix.purpose(INTRODUCING)
    cell = gate.matrix.cell(visit.caller.role, purpose.code) if purpose else None
    wanted = gate.fields.mask(
        FieldName(name)
        for name in (
            "client_ref",
            "roepnaam",
            "voorvoegsel",
            "achternaam",
            *sum(_PARTS.values(), ()),
        )
    )
    mask = cell.named & ~cell.denied & wanted if cell else 0
    question = Question(Ask(visit.caller, INTRODUCING, mask), (subject,), ProfilePage(visit))
    async with visit.rooms.desks.disclose.one(question) as released:
        yield released


class ProfilesPage(HtmlFormat):
    """The list as a page; ``after`` is where it goes on, known once the list was asked for."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, "profiles.html")
        self._teller = Teller(visit.rooms, visit.language)
        self.after: UUID | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, formats, and where the list goes on."""
        return {
            "rows": [self._row(one) for one in disclosed],
            "forms": forms(self._visit),
            "may_ask": self._visit.caller.role in AGENCY,
            "onward": f"{PROFILES}?na={self.after}" if self.after else "",
            "receipt": receipt,
        }

    def _row(self, one: Disclosed) -> Row:
        spoken, trade = text(one, "voorkeurstaal_contact"), text(one, "setu_beroepscategorie")
        needed = self._visit.say(N_("tolk nodig")) if read(one, "tolk_nodig") else ""
        language = self._teller.spoken(spoken) if spoken else ""
        return Row(
            f"{PROFILES}/{one.reference}",
            str(one.reference),
            called(self._visit, one),
            self._teller.code("setu_beroepscategorie", trade) if trade else "",
            ", ".join(part for part in (language, needed) if part),
        )


class ProfilePage(HtmlFormat):
    """One named profile as a page."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, "profile.html")
        self._teller = Teller(visit.rooms, visit.language)

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return name, parts, formats, terms and the receipt."""
        one = disclosed[0]
        return {
            "name": called(self._visit, one),
            "ref": one.reference,
            "list": PROFILES,
            "work": self._visit.caller.role in AGENCY,
            "sections": [self._part(title, names, one) for title, names in _PARTS.items()],
            "forms": forms(self._visit),
            "obligations": one.obligations,
            "receipt": receipt,
            "leaf": receipt.leaf_hash.hex(),
        }

    def _part(self, title: str, names: Sequence[str], one: Disclosed) -> Part:
        facts = [
            (self._teller.label(name), self._teller.show(name, read(one, name)))
            for name in names
            if FieldName(name) in one.values
        ]
        return Part(title.lower(), self._visit.say(title), facts)


SCREENS: Final = (
    Screen(PROFILES, listed, INTRODUCED),
    Screen(PROFILES + "/{ref:uuid}", profile, INTRODUCED),
)
