"""How long data may be kept, in Dutch: the rules say it in English, by which each text is found here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain.sentences import Language

DUTCH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1 year after end of employment": "1 jaar na het einde van het werk",
        "3 months after placement ends": "3 maanden na het einde van de plaatsing",
        "4 weeks after procedure ends": "4 weken na het einde van de procedure",
        "5 years after end of duty; core items up to 50 years (Besluit art 9.9)": (
            "5 jaar na het einde van de plicht; kerngegevens tot 50 jaar (Besluit art. 9.9)"
        ),
        "agency: 4 weeks after procedure ends, longer only with consent (max 1 year application "
        "data; agency practice 2 years registration)": (
            "uitzendbureau: 4 weken na het einde van de procedure, langer alleen met toestemming "
            "(sollicitatiegegevens hoogstens 1 jaar; inschrijving in de branche 2 jaar)"
        ),
        "aggregates unlimited; row level 24 hours in memory": (
            "totalen onbeperkt; regels 24 uur in het geheugen"
        ),
        "answer within 1 month": "antwoord binnen 1 maand",
        "as in IBIS": "zoals in IBIS",
        "as in IBIS (not set by gateway)": "zoals in IBIS (niet door de poort bepaald)",
        "gateway copy 30 days after acknowledged delivery; municipality: 5 years after end of duty "
        "(Besluit art 9.9)": (
            "kopie bij de poort 30 dagen na de bevestigde ontvangst; gemeente: 5 jaar na het einde "
            "van de plicht (Besluit art. 9.9)"
        ),
        "gateway copy 30 days after delivery; access ends when koppel_status = ontkoppeld; "
        "municipality keeps under its own selection list": (
            "kopie bij de poort 30 dagen na de levering; inzage eindigt bij ontkoppeling; de "
            "gemeente bewaart volgens haar eigen selectielijst"
        ),
        "gateway copy 30 days; delete at huisvestingsdatum": (
            "kopie bij de poort 30 dagen; verwijderen op de huisvestingsdatum"
        ),
        "gateway copy until TWV decision + 30 days; employer keeps ID copy >= 5 years after year of "
        "end (Wav art 15(4))": (
            "kopie bij de poort tot 30 dagen na het TWV-besluit; de werkgever bewaart de kopie van "
            "het identiteitsbewijs ten minste 5 jaar na het jaar waarin het werk eindigt "
            "(Wav art. 15 lid 4)"
        ),
        "gateway copy until bsn_status = toegekend + 14 days": (
            "kopie bij de poort tot 14 dagen nadat het BSN is toegekend"
        ),
        "log 5 years (assumption; set per organisation)": (
            "logboek 5 jaar (aanname; elke organisatie stelt dit zelf vast)"
        ),
        "per contract with municipality": "volgens het contract met de gemeente",
        "per request": "per verzoek",
        "search result 24 hours; not storable; consent default 6 months": (
            "zoekresultaat 24 uur; niet te bewaren; toestemming standaard 6 maanden"
        ),
        "session only": "alleen tijdens de sessie",
        "until departure from COA": "tot het vertrek bij het COA",
        "until end of maatschappelijke begeleiding": "tot het einde van de begeleiding",
        "until placement": "tot de plaatsing",
    }
)


def in_words(text: str, language: Language) -> str:
    """Return a rule's term in the reader's language; one that has no Dutch stays as it is."""
    return DUTCH.get(text, text) if language is Language.NL else text
