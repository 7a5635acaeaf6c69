"""Mijn gegevens, the first page: who gets what about her, why and until when; and she stops it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.disclose import CLIENT_REF
from gateway.actions.inspect import Inspection, SharedOnce
from gateway.domain.consent_texts import SectionName
from gateway.domain.consents import OPENING, Consent, ConsentEventKind
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.findable import BY_KIND
from gateway.domain.identifiers import Oin, PurposeCode
from gateway.domain.partners import PartnerKind
from gateway.domain.records import RecordKind
from gateway.web.guard import Entry, Screen
from gateway.web.own_rendering import OWN, SHARED, OwnFormat
from gateway.web.release import ReleasedPage
from gateway.web.visit import Visit

DONE: Final[Mapping[str, str]] = {"gestopt": "stopped", "gemeld": "sent"}
STATES: Final[Mapping[ConsentEventKind, str]] = {
    ConsentEventKind.REQUESTED: "state_requested",
    ConsentEventKind.REFUSED: "state_refused",
    ConsentEventKind.WITHDRAWN: "state_withdrawn",
    ConsentEventKind.EXPIRED: "state_expired",
    ConsentEventKind.INVALIDATED: "state_expired",
}
TERMS: Final[Mapping[str, str]] = {
    "gateway copy 30 days after delivery; access ends when koppel_status = ontkoppeld; "
    "municipality keeps under its own selection list": "term_town",
    "gateway copy 30 days after acknowledged delivery; municipality: 5 years after end of duty "
    "(Besluit art 9.9)": "term_integration",
    "5 years after end of duty; core items up to 50 years (Besluit art 9.9)": "term_integration",
    "as in IBIS": "term_coa",
    "as in IBIS (not set by gateway)": "term_coa",
    "until departure from COA": "term_coa",
    "until end of maatschappelijke begeleiding": "term_help",
    "per contract with municipality": "term_help",
    "gateway copy until bsn_status = toegekend + 14 days": "term_bsn",
    "1 year after end of employment": "term_work",
    "search result 24 hours; not storable; consent default 6 months": "term_day",
    "aggregates unlimited; row level 24 hours in memory": "term_day",
    "log 5 years (assumption; set per organisation)": "term_log",
    "per request": "term_question",
}
"""How long a recipient may keep what no consent carries, by what its rule says."""


@dataclass(frozen=True, slots=True)
class Yes:
    """A consent that is open, in the words in which it was asked."""

    path: str
    title: str
    whom: str
    why: str
    which: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Before:
    """A choice that opens nothing, or nothing any more."""

    title: str
    whom: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ByLaw:
    """What an organisation received for a task of the law, over all times it did."""

    organisation: str
    why: str
    until: str
    times: int
    last: datetime


async def shared(visit: Visit) -> Response:
    """Show who gets what."""
    return ReleasedPage(lambda: opened(visit, SharedPage(visit)))


async def stop(visit: Visit) -> Response:
    """Withdraw a consent: as easy as giving it (GDPR art. 7(3)); one that ended has ended."""
    assert visit.own is not None  # noqa: S101 - the guard let nobody in without one
    consent = visit.request.path_params["toestemming"]
    await visit.rooms.desks.consents.withdraw(visit.own.caller, consent)
    return RedirectResponse(f"{SHARED}?gedaan=gestopt", 303)


class InspectedPage(OwnFormat):
    """A page about what the log and her consents say; ``found`` is known once it was opened."""

    found: Inspection


@asynccontextmanager
async def opened(visit: Visit, page: InspectedPage) -> AsyncIterator[Released]:
    """Open what a page tells of her consents and her log; no value of her profile is opened."""
    assert visit.own is not None  # noqa: S101 - the guard let nobody in without one
    desks = visit.rooms.desks
    nothing = desks.gate.fields.mask([CLIENT_REF])
    async with desks.inspect(visit.own.caller, page, wanted=nothing) as inspection:
        page.found = inspection
        yield inspection.released


class SharedPage(InspectedPage):
    """Her consents, what the law lets through, and what she chose before."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, "shared.html")

    def tell(self, _: Disclosed) -> Mapping[str, object]:
        """Return what is open, what is not, and what the law carries."""
        consents = self.found.consents[::-1]
        done = DONE.get(self._visit.request.query_params.get("gedaan", ""))
        return {
            "done": self._words.texts[done] if done else "",
            "yes": [self._yes(one) for one, state in consents if state in OPENING],
            "before": [self._before(*one) for one in consents if one[1] not in OPENING],
            "law": list(self._by_law(self.found.shared)),
        }

    def _yes(self, consent: Consent) -> Yes:
        text = self._texts(consent)
        return Yes(
            f"{OWN}/stoppen/{consent.consent_id}",
            text[SectionName.TITLE],
            self._whom(consent.scope.recipient),
            text[SectionName.WHY],
            text[SectionName.WHICH_DATA],
            consent.expires,
        )

    def _before(self, consent: Consent, state: ConsentEventKind) -> Before:
        return Before(
            self._texts(consent)[SectionName.TITLE],
            self._whom(consent.scope.recipient),
            self._words.texts[STATES[state]],
            consent.ended or consent.recorded,
        )

    def _texts(self, consent: Consent) -> Mapping[SectionName, str]:
        """Return the words of a consent in her language; the number of a purpose without words."""
        scope, language = consent.scope, self._words.language
        wording, matrix = (
            self._visit.rooms.desks.counter.wording,
            self._visit.rooms.desks.gate.matrix,
        )
        purpose = matrix.purpose(scope.purpose)
        unasked = dict.fromkeys(SectionName, str(scope.purpose))
        try:
            text = wording.text(purpose, scope.recipient, language) if purpose else None
        except InvalidRequestError:  # no rule asks this any more
            return unasked
        return {part.name: part.text for part in text.sections} if text else unasked

    def _whom(self, recipient: str) -> str:
        if recipient.startswith(BY_KIND):
            kind = recipient.removeprefix(BY_KIND)
            return self._words.texts.get(f"kind_{kind}", kind)
        partner = self._visit.rooms.partners.get(Oin(recipient))
        return partner.name if partner else recipient

    def _by_law(self, all_: Sequence[SharedOnce]) -> Iterable[ByLaw]:
        """Yield who received something that no consent carried, the last one first."""
        found: dict[tuple[str, str, str], ByLaw] = {}
        for one in reversed(all_):
            if not self._counts(one):
                continue
            event = one.event
            until = self._words.texts[self._term(event.basis)]
            why = purpose_words(self._words.texts, event.purpose)
            first = ByLaw(one.organisation, why, until, 0, event.at)
            known = found.get((one.organisation, why, until), first)
            found[one.organisation, why, until] = replace(known, times=known.times + 1)
        return found.values()

    def _counts(self, one: SharedOnce) -> bool:
        event = one.event
        partner = self._visit.rooms.partners.get(event.recipient) if event.recipient else None
        herself = partner is not None and partner.kind is PartnerKind.BETROKKENE
        agreed = bool(event.told and event.told.consents)
        reached = event.kind is RecordKind.INTENT and one.outcome == "sent"
        return reached and not herself and not agreed

    def _term(self, basis: Sequence[str]) -> str:
        """Return the words for how long the rules of a disclosure let it be kept."""
        rules = {
            rule.rule_id: rule.retention
            for purpose in self._visit.rooms.desks.gate.matrix.purposes()
            for rule in purpose.rules
        }
        known = (TERMS.get(kept) for rule, kept in rules.items() if rule in basis)
        return next(filter(None, known), "term_law")


def purpose_words(texts: Mapping[str, str], purpose: PurposeCode | None) -> str:
    """Say what a purpose is for, in her language; nothing where there is none."""
    return texts.get(f"why_{purpose.split('_', 1)[0]}", str(purpose)) if purpose else ""


SCREENS: Final = (
    Screen(SHARED, shared, Entry.HERSELF),
    Screen(OWN + "/stoppen/{toestemming:uuid}", stop, Entry.HERSELF, ("POST",)),
)
