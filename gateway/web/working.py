"""Werk: what an agency records of someone it introduced - her placement, its end, and contact after."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from starlette.responses import RedirectResponse, Response

from gateway.actions.placements import Standing
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.partners import PartnerKind
from gateway.domain.placements import (
    Care,
    Contact,
    Contract,
    EndReason,
    Going,
    Job,
    Need,
    Placement,
    PlacementState,
)
from gateway.domain.records import Receipt
from gateway.web.guard import Handler, Screen
from gateway.web.handover_words import options, unchosen
from gateway.web.navigation import AGENCY
from gateway.web.oversight_forms import posted
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.takings import PROFILES
from gateway.web.values import called
from gateway.web.visit import Visit
from gateway.web.words import N_

WORK: Final = PROFILES + "/{ref:uuid}/werk"
CONTRACTS: Final[Mapping[str, str]] = {
    Contract.UITZEND_A: N_("Uitzendovereenkomst fase A"),
    Contract.UITZEND_B: N_("Uitzendovereenkomst fase B"),
    Contract.DETACHERING: N_("Detachering"),
    Contract.BEPAALD: N_("Contract voor bepaalde tijd"),
    Contract.ONBEPAALD: N_("Contract voor onbepaalde tijd"),
    Contract.LEERWERK: N_("Leerwerkovereenkomst"),
    Contract.PROEF: N_("Proefplaatsing"),
}
ENDS: Final[Mapping[str, str]] = {
    EndReason.CONTRACT: N_("Contract afgelopen"),
    EndReason.VERHUIZING: N_("Verhuizing"),
    EndReason.KOPPELING: N_("Koppeling aan een gemeente"),
    EndReason.TWV: N_("Tewerkstellingsvergunning"),
    EndReason.ONBEKEND: N_("Onbekend"),
}
GOINGS: Final[Mapping[str, tuple[str, str]]] = {
    Going.GOED: (N_("Gaat goed"), "good"),
    Going.AANDACHT: (N_("Vraagt aandacht"), "warn"),
    Going.RISICO: (N_("Dreigt te stoppen"), "bad"),
    Going.NIET_BEREIKT: (N_("Niet bereikt"), ""),
}
NEEDS: Final[Mapping[str, str]] = {
    Need.VERVOER: N_("Vervoer"),
    Need.TAAL: N_("Taal"),
    Need.WERKCULTUUR: N_("Werkcultuur"),
    Need.CONTRACT: N_("Contract"),
    Need.PLANNING: N_("Planning naast de inburgering"),
    Need.OVERIG: N_("Overig"),
}
STATES: Final[Mapping[PlacementState, tuple[str, str]]] = {
    PlacementState.AANSTAAND: (N_("Begint nog"), "info"),
    PlacementState.LOOPT: (N_("Loopt"), "good"),
    PlacementState.BEEINDIGD: (N_("Beëindigd"), ""),
}
FAULTS: Final[Mapping[str, str]] = {
    "plaatsing": N_(
        "Dit kan nu niet: er is nog geen aanbod, er loopt al een plaatsing, of er loopt er geen."
    ),
    "werkgever": N_("Kies een werkgever uit de lijst."),
    "start": N_("Kies een dag binnen een jaar van vandaag."),
    "uren": N_("Vul 1 tot en met 60 uur per week in."),
    "contract": N_("Kies een soort contract uit de lijst."),
    "einde": N_("Kies een dag na het begin, en hoogstens een jaar vooruit."),
    "reden": N_("Kies uit de lijst waarom het werk eindigde."),
    "dag": N_("Kies de dag van het contact: na het begin en niet later dan vandaag."),
    "hoe": N_("Kies uit de lijst hoe het gaat."),
    "behoefte": N_("Kies uit de lijst wat zou helpen."),
    "notitie": N_(
        "Schrijf hoogstens 500 tekens, en niets over gezondheid, geloof, afkomst, "
        "gerichtheid of strafbare feiten."
    ),
}
DONE: Final[Mapping[str, str]] = {
    "plaatsing": N_("De plaatsing is vastgelegd."),
    "einde": N_("Het einde is vastgelegd."),
    "contact": N_("Het contact is vastgelegd."),
}
_OTHER: Final = "anders"
_Code = TypeVar("_Code", Contract, EndReason, Going, Need)


@dataclass(frozen=True, slots=True)
class PlacementLine:
    """A placement in words; ``ending`` says since when it ended, and why."""

    employer: str
    start: date
    what: str
    state: str
    look: str
    ended: date | None
    why: str


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact in words, and its note where there is one."""

    day: date
    going: str
    look: str
    needs: str
    words: str


async def work(visit: Visit) -> Response:
    """Show what is recorded, and what can be; nothing of her stands in the address."""
    return await _show(visit, None)


async def _show(visit: Visit, wrong: str | None) -> Response:
    subject = await visit.subject(visit.request.path_params["ref"])
    return ReleasedPage(lambda: _opened(visit, subject, wrong), wrong=bool(wrong))


@asynccontextmanager
async def _opened(visit: Visit, subject: SubjectId, wrong: str | None) -> AsyncIterator[Released]:
    def layout(standing: Standing) -> HtmlFormat:
        return WorkPage(visit, standing, wrong)

    async with visit.rooms.desks.placements.one(visit.caller, subject, layout) as released:
        yield released


class WorkPage(HtmlFormat):
    """Her work as a page with its forms; what was typed wrong stands there again."""

    def __init__(self, visit: Visit, standing: Standing, wrong: str | None) -> None:
        super().__init__(visit, "work.html")
        self._standing = standing
        self._wrong = wrong

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return what is recorded, what may be chosen, and what was typed."""
        visit, standing, one = self._visit, self._standing, disclosed[0]
        done = DONE.get(visit.request.query_params.get("gedaan", ""), "")
        return {
            "name": called(visit, one),
            "here": f"{PROFILES}/{one.reference}/werk",
            "list": PROFILES,
            "profile": f"{PROFILES}/{one.reference}",
            "standing": standing,
            "running": standing.work.running,
            "placements": [self._placement(each) for each in standing.work.placements],
            "contacts": [self._contact(each) for each in reversed(standing.work.contacts)],
            "choices": self._choices(),
            "done": visit.say(done) if done else "",
            "errors": {self._wrong: visit.say(FAULTS[self._wrong])} if self._wrong else {},
            "values": posted(visit),
            "receipt": receipt,
        }

    def _choices(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        visit = self._visit
        goings = {code: label for code, (label, _) in GOINGS.items()}
        lists = {"contract": CONTRACTS, "reden": ENDS, "hoe": goings}
        other = (_OTHER, visit.say(N_("Een andere werkgever")))
        return {
            **{name: unchosen(visit, options(visit, codes)) for name, codes in lists.items()},
            "behoefte": options(visit, NEEDS),
            "werkgever": unchosen(visit, [*_employers(visit), other]),
        }

    def _placement(self, one: Placement) -> PlacementLine:
        say, job = self._visit.say, one.job
        state, look = STATES[one.state(self._standing.today)]
        known = self._visit.rooms.partners.get(job.employer) if job.employer else None
        hours = say(N_("%(value)s uur")) % {"value": job.hours}
        return PlacementLine(
            known.name if known else say(N_("Een andere werkgever")),
            job.start,
            f"{hours} · {say(CONTRACTS[job.contract])}",
            say(state),
            look,
            one.ended,
            say(ENDS[one.why]) if one.why else "",
        )

    def _contact(self, one: Contact) -> ContactLine:
        label, look = GOINGS[one.care.going]
        needs = ", ".join(self._visit.say(NEEDS[need]) for need in one.care.needs)
        words = self._standing.words.get(one.contact_id, "")
        return ContactLine(one.care.day, self._visit.say(label), look, needs, words)


def _employers(visit: Visit) -> Sequence[tuple[str, str]]:
    partners = visit.rooms.partners.items()
    known = [(oin, one.name) for oin, one in partners if one.kind is PartnerKind.WERKGEVER]
    return sorted(known, key=lambda pair: pair[1].casefold())


Deed = Callable[[Visit, SubjectId, Mapping[str, str]], Awaitable[object]]


def _doing(deed: Deed, done: str) -> Handler:
    """Do what a form asks, then show how it stands; what is wrong is said beside the form."""

    async def handler(visit: Visit) -> Response:
        reference = visit.request.path_params["ref"]
        try:
            await deed(visit, await visit.subject(reference), posted(visit))
        except InvalidRequestError as wrong:
            if wrong.field not in FAULTS:
                raise
            return await _show(visit, wrong.field)
        return RedirectResponse(f"{PROFILES}/{reference}/werk?gedaan={done}", 303)

    return handler


async def _place(visit: Visit, subject: SubjectId, form: Mapping[str, str]) -> None:
    hours = form.get("uren", "")
    if not (hours.isascii() and hours.isdecimal() and len(hours) <= len("60")):
        raise InvalidRequestError("uren", "is not a number of hours")
    job = Job(
        _employer(visit, form.get("werkgever", "")),
        _day("start", form.get("start", "")),
        int(hours),
        _code(Contract, "contract", form.get("contract", "")),
    )
    desk = visit.rooms.desks.placements
    await desk.place(visit.caller, subject, job, form.get("eenmalig"))


async def _end(visit: Visit, subject: SubjectId, form: Mapping[str, str]) -> None:
    day = _day("einde", form.get("einde", ""))
    why = _code(EndReason, "reden", form.get("reden", ""))
    await visit.rooms.desks.placements.end(visit.caller, subject, day, why)


async def _care(visit: Visit, subject: SubjectId, form: Mapping[str, str]) -> None:
    needs = {_code(Need, "behoefte", str(one)) for one in visit.form.getlist("behoefte")}
    going = _code(Going, "hoe", form.get("hoe", ""))
    care = Care(_day("dag", form.get("dag", "")), going, tuple(sorted(needs)))
    told = (care, form.get("notitie", ""))
    await visit.rooms.desks.placements.care(visit.caller, subject, told, form.get("eenmalig"))


def _employer(visit: Visit, text: str) -> Oin | None:
    if text == _OTHER:
        return None
    if text not in dict(_employers(visit)):
        raise InvalidRequestError("werkgever", "is not in the list")
    return Oin(text)


def _code(codes: type[_Code], member: str, text: str) -> _Code:
    try:
        return codes(text)
    except ValueError:
        raise InvalidRequestError(member, "is not in the list") from None


def _day(member: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequestError(member, "is not a day") from None


SCREENS: Final = (
    Screen(WORK, work, AGENCY),
    Screen(WORK + "/plaatsing", _doing(_place, "plaatsing"), AGENCY, ("POST",)),
    Screen(WORK + "/einde", _doing(_end, "einde"), AGENCY, ("POST",)),
    Screen(WORK + "/contact", _doing(_care, "contact"), AGENCY, ("POST",)),
)
