"""One resident at the Meedoenbalie: who she is, what she agreed to, and what can be asked of her."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.clients import AGREED, WORKLIST
from gateway.actions.disclose import Question
from gateway.domain.consents import OPENING, Consent, ConsentEventKind
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.findable import BY_KIND
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.purposes import Purpose
from gateway.domain.records import Receipt
from gateway.domain.sentences import Language
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.residents import GUIDANCE, PATH, language
from gateway.web.values import Teller, called, text
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM, N_

ONE: Final = PATH + "/{ref:uuid}"
STATES: Final[Mapping[ConsentEventKind, tuple[str, str]]] = {
    ConsentEventKind.REQUESTED: (N_("Gevraagd"), "warn"),
    ConsentEventKind.GIVEN: (N_("Ja gezegd"), "good"),
    ConsentEventKind.RENEWED: (N_("Verlengd"), "good"),
    ConsentEventKind.REFUSED: (N_("Nee gezegd"), ""),
    ConsentEventKind.WITHDRAWN: (N_("Ingetrokken"), ""),
    ConsentEventKind.EXPIRED: (N_("Verlopen"), ""),
    ConsentEventKind.INVALIDATED: (N_("Vervallen"), ""),
}
KINDS: Final[Mapping[str, str]] = {
    "uitzendbureau": N_("alle uitzendbureaus met een overeenkomst"),
    "gemeente": N_("matchers van alle gemeenten met een overeenkomst"),
    "coa": N_("matchers van het COA"),
}
DONE: Final[Mapping[str, str]] = {
    "ja": N_("De toestemming is vastgelegd en geldt vanaf nu."),
    "nee": N_("De weigering is vastgelegd. Zij heeft geen gevolgen voor de bewoner."),
    "gevraagd": N_("De vraag is vastgelegd en wacht op antwoord."),
    "nood": N_(
        "U hebt een uur toegang. De functionaris gegevensbescherming beoordeelt waarom dat nodig was."
    ),
    "ingetrokken": N_(
        "De toestemming is ingetrokken. Ontvangers krijgen bericht dat zij moeten verwijderen."
    ),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A choice as it stands, in words."""

    path: str
    what: str
    whom: str
    state: str
    look: str
    on: date
    until: date | None
    open: bool
    asked: str


async def one(visit: Visit) -> Response:
    """Show a resident; the address holds COA's own reference and nothing else."""
    subject = await visit.subject(visit.request.path_params["ref"])
    return ReleasedPage(lambda: _opened(visit, subject))


@asynccontextmanager
async def _opened(visit: Visit, subject: SubjectId) -> AsyncIterator[Released]:
    desks = visit.rooms.desks
    said = await desks.counter.consents.of_subject(visit.caller, subject)
    mask = desks.gate.fields.mask((*WORKLIST, *AGREED))
    question = Question(Ask(visit.caller, GUIDANCE, mask), (subject,), ResidentPage(visit, said))
    async with desks.disclose.one(question) as released:
        yield released


async def withdraw(visit: Visit) -> Response:
    """Withdraw a consent for her, and say that it was done (GDPR art. 7(3))."""
    params = visit.request.path_params
    await visit.rooms.desks.counter.consents.withdraw(visit.caller, params["toestemming"])
    return RedirectResponse(f"{PATH}/{params['ref']}?gedaan=ingetrokken", 303)


class ResidentPage(HtmlFormat):
    """A resident with her choices as a page."""

    def __init__(self, visit: Visit, said: Sequence[Consent]) -> None:
        super().__init__(visit, "resident.html")
        self._consents = said
        self._teller = Teller(visit.rooms, visit.language)

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return who she is, what she chose, newest first, and what she can be asked."""
        one_, visit = disclosed[0], self._visit
        spoken = text(one_, "voorkeurstaal_contact")
        here = f"{PATH}/{one_.reference}"
        return {
            "name": called(visit, one_),
            "here": here,
            "list": PATH,
            "number": text(one_, "v_nummer"),
            "born": text(one_, "geboortedatum"),
            "spoken": language(visit, self._teller.spoken(spoken) if spoken else "", one_),
            "site": self._teller.site(text(one_, "opvanglocatie_code")),
            "said": [self._said(consent, here) for consent in reversed(self._consents)],
            "choices": self._choices(),
            "language": spoken,
            "done": visit.say(DONE.get(visit.request.query_params.get("gedaan", ""), "")),
            "receipt": receipt,
        }

    def _choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return each purpose with its recipients, by address and name."""
        visit = self._visit
        both = groupby(visit.rooms.desks.counter.consents.choices(), key=itemgetter(0))
        return [
            (title(visit, purpose), [(choice_of(*one_), whom(visit, one_[1])) for one_ in found])
            for purpose, found in both
        ]

    def _said(self, consent: Consent, here: str) -> Said:
        visit, scope = self._visit, consent.scope
        state = consent.state_at(visit.now)
        words, look = STATES[state]
        purpose = visit.rooms.desks.gate.matrix.purpose(scope.purpose)
        waits = state is ConsentEventKind.REQUESTED and purpose is not None
        until = consent.expires if state in OPENING or waits else None
        return Said(
            f"{here}/toestemmingen/{consent.consent_id}",
            title(visit, purpose) if purpose else scope.purpose,
            whom(visit, scope.recipient),
            visit.say(words),
            look,
            (consent.ended or consent.recorded).astimezone(AMSTERDAM).date(),
            until.astimezone(AMSTERDAM).date() if until else None,
            state in OPENING,
            f"{here}/gesprek/{choice_of(purpose, scope.recipient)}" if waits and purpose else "",
        )


def choice_of(purpose: Purpose, recipient: str) -> str:
    """Name a choice in an address: the purpose's number, and an OIN or a kind of organisation."""
    return f"{purpose.short}.{recipient.replace(BY_KIND, '')}"


def chosen(visit: Visit) -> tuple[Purpose, str] | None:
    """Return the choice that an address names; ``None`` for one that nobody is asked."""
    named = visit.request.path_params["keuze"]
    choices = visit.rooms.desks.counter.consents.choices()
    return next((one for one in choices if choice_of(*one) == named), None)


def title(visit: Visit, purpose: Purpose) -> str:
    """Name a purpose in the visitor's language."""
    return purpose.title_nl if visit.language is Language.NL else purpose.title_en


def whom(visit: Visit, recipient: str) -> str:
    """Name a recipient: an organisation, or all of a kind."""
    if recipient.startswith(BY_KIND):
        kind = recipient.removeprefix(BY_KIND)
        return visit.say(KINDS.get(kind, kind))
    partner = visit.rooms.partners.get(Oin(recipient))
    return partner.name if partner else recipient


SCREENS: Final = (
    Screen(ONE, one, CASEMANAGER),
    Screen(ONE + "/toestemmingen/{toestemming:uuid}/intrekken", withdraw, CASEMANAGER, ("POST",)),
)
