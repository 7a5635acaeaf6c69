"""The codes of a handover in words: scenarios, forms, reasons, outcomes and topics."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gateway.domain.handovers import Cancelled, Outcome, Scenario, TalkForm, TalkState, Topic
from gateway.web.visit import Visit
from gateway.web.words import N_

SCENARIOS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Scenario.SNELLE_START: N_("Snelle start"),
        Scenario.GECOMBINEERD: N_("Gecombineerde aanpak"),
        Scenario.NA_VERHUIZING: N_("Start na verhuizing"),
    }
)
FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        TalkForm.COA_LOCATIE: N_("Op de COA-locatie"),
        TalkForm.GEMEENTE: N_("Bij de gemeente"),
        TalkForm.ONLINE: N_("Online"),
        TalkForm.TELEFOON: N_("Telefonisch"),
        TalkForm.ZONDER_COA: N_("Zonder het COA"),
    }
)
STATES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        TalkState.GEPLAND: (N_("Gepland"), "info"),
        TalkState.GEVOERD: (N_("Gevoerd"), "good"),
        TalkState.GEANNULEERD: (N_("Ging niet door"), ""),
    }
)
CANCELLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        Cancelled.ANDER_MOMENT: N_("Ander moment gekozen"),
        Cancelled.BEWONER_VERHINDERD: N_("Bewoner verhinderd"),
        Cancelled.BEWONER_WIL_NIET: N_("Bewoner wil geen driegesprek"),
        Cancelled.COA_VERHINDERD: N_("COA verhinderd"),
        Cancelled.GEMEENTE_VERHINDERD: N_("Gemeente verhinderd"),
        Cancelled.TOLK_ONTBREEKT: N_("Geen tolk beschikbaar"),
        Cancelled.VERHUISD: N_("Bewoner verhuisde"),
    }
)
OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Outcome.TAAL: N_("Afspraak over taal"),
        Outcome.WERK: N_("Afspraak over werk"),
        Outcome.OPLEIDING: N_("Afspraak over opleiding"),
        Outcome.KINDEREN: N_("Afspraak over de kinderen"),
        Outcome.ZELFREDZAAMHEID: N_("Afspraak over zelfredzaamheid"),
        Outcome.INTAKE: N_("Brede intake gepland"),
        Outcome.VERVOLG: N_("Vervolggesprek afgesproken"),
    }
)
TOPICS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Topic.PERSOON: N_("Persoon en contact"),
        Topic.HUISHOUDEN: N_("Huishouden"),
        Topic.OPLEIDING: N_("Opleiding"),
        Topic.WERK: N_("Werk"),
        Topic.TAAL: N_("Taal"),
        Topic.VOORINBURGERING: N_("Voorinburgering"),
        Topic.DRIEGESPREK: N_("Driegesprek"),
        Topic.VERHUIZING: N_("Verhuizing"),
    }
)
FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ontvangst": N_("De ontvangst is al bevestigd."),
        "scenario": N_("Kies een scenario uit de lijst."),
        "vorm": N_("Kies uit de lijst hoe u het gesprek voert."),
        "gepland": N_(
            "Kies een dag en tijd in het komende jaar, als er nog geen gesprek gepland is."
        ),
        "instemming": N_("Het COA is er alleen bij als de bewoner daarmee instemt."),
        "driegesprek": N_("Dit gesprek is niet meer gepland."),
        "reden": N_("Kies waarom het gesprek niet doorging."),
        "uitkomsten": N_("Kies afspraken uit de lijst."),
        "onderwerp": N_("Kies een onderwerp uit de lijst."),
        "tekst": N_(
            "Schrijf hoogstens 500 tekens, en niets over gezondheid, geloof, afkomst, "
            "gerichtheid of strafbare feiten."
        ),
        "clientRef": N_(
            "De bewoner verblijft niet meer bij het COA; daar is niemand om te vragen."
        ),
        "gemeente": N_("Kies de gemeente waar de bewoner nu woont, en vink aan dat het zo is."),
    }
)
"""What is wrong with a form, by the member that is wrong."""
DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ontvangst": N_("De ontvangst is bevestigd; het COA ziet dat."),
        "gepland": N_("Het driegesprek is gepland; het COA ziet dat."),
        "afgerond": N_("Het driegesprek is vastgelegd."),
        "teruggehaald": N_("Teruggehaald: de overdracht loopt bij uw gemeente door."),
        "vraag": N_("De vraag is gesteld. Het antwoord komt hier te staan."),
    }
)


def options(visit: Visit, codes: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """List codes with their words, to choose from."""
    return [(str(code), visit.say(words)) for code, words in codes.items()]


def unchosen(visit: Visit, listed: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Put a line on top that says nothing: what nobody chose is not recorded as chosen."""
    return [("", visit.say(N_("Kies"))), *listed]
