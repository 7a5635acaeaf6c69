"""On which law a rule rests, in Dutch: the rules say it in English, by which each text is found here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain.sentences import Language

DUTCH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "GDPR 6(1)(e): Wet COA art 3(1)(c) (mediating outflow) + Huisvestingswet 2014 art 28": (
            "AVG art. 6 lid 1 onder e: Wet COA art. 3 lid 1 onder c (bemiddeling bij uitstroom) en "
            "Huisvestingswet 2014 art. 28"
        ),
        "GDPR 9(2)(a)/UAVG 22(2)(a) explicit consent, unless the DPO records another exception": (
            "AVG art. 9 lid 2 onder a en UAVG art. 22 lid 2 onder a: uitdrukkelijke toestemming, "
            "tenzij de functionaris gegevensbescherming een andere uitzondering vastlegt"
        ),
        "GDPR 9(2)(a) and UAVG 22(2)(a): explicit consent": (
            "AVG art. 9 lid 2 onder a en UAVG art. 22 lid 2 onder a: uitdrukkelijke toestemming"
        ),
        "GDPR 6(1)(e): Wet COA art 3(1)(c)": "AVG art. 6 lid 1 onder e: Wet COA art. 3 lid 1 onder c",
        "GDPR 6(1)(c)/(e): Wet inburgering 2021 art 35(2) + Besluit inburgering 2021 art 9.4(3); "
        "BSN: art 36 and Besluit art 9.10": (
            "AVG art. 6 lid 1 onder c en e: Wet inburgering 2021 art. 35 lid 2 en Besluit inburgering "
            "2021 art. 9.4 lid 3; BSN: art. 36 en Besluit art. 9.10"
        ),
        "GDPR 6(1)(e): Wet inburgering 2021 art 14(3)(b), Besluit art 5.2(1)(b) on the receiving "
        "side; COA side Wet COA art 3(1)(c)/art 35(2) where gathered in voorinburgering": (
            "AVG art. 6 lid 1 onder e: voor wie ontvangt Wet inburgering 2021 art. 14 lid 3 onder b en "
            "Besluit art. 5.2 lid 1 onder b; voor het COA Wet COA art. 3 lid 1 onder c, en art. 35 "
            "lid 2 voor wat uit de voorinburgering komt"
        ),
        "GDPR 6(1)(e): Wet inburgering 2021 art 13, via the municipality as controller (art 28 "
        "processor agreement)": (
            "AVG art. 6 lid 1 onder e: Wet inburgering 2021 art. 13, via de gemeente als "
            "verantwoordelijke (verwerkersovereenkomst, art. 28)"
        ),
        "GDPR 6(1)(e): Wet inburgering 2021 art 10 and Besluit art 9.1(4) (status of duty); rest by "
        "consent or information-poor signal": (
            "AVG art. 6 lid 1 onder e: Wet inburgering 2021 art. 10 en Besluit art. 9.1 lid 4 (of er "
            "een plicht is); de rest met toestemming of als signaal zonder inhoud"
        ),
        "GDPR 6(1)(e): Wet COA art 3(1)(a) guidance of own residents; Wet inburgering 2021 art 10": (
            "AVG art. 6 lid 1 onder e: Wet COA art. 3 lid 1 onder a (begeleiding van eigen bewoners) "
            "en Wet inburgering 2021 art. 10"
        ),
        "GDPR 6(1)(c)/(e): Wet inburgering 2021 art 14-17, 33-36": (
            "AVG art. 6 lid 1 onder c en e: Wet inburgering 2021 art. 14-17 en 33-36"
        ),
        "GDPR 6(1)(c): Wet inburgering 2021 art 35(3), Besluit art 9.2(3) (NAW and learning route "
        "only)": (
            "AVG art. 6 lid 1 onder c: Wet inburgering 2021 art. 35 lid 3 en Besluit art. 9.2 lid 3 "
            "(alleen naam, adres, woonplaats en leerroute)"
        ),
        "GDPR 6(1)(a) consent of resident to be findable (COA is no intermediary by its own policy)": (
            "AVG art. 6 lid 1 onder a: toestemming van de bewoner om gevonden te worden (het COA "
            "bemiddelt volgens eigen beleid niet)"
        ),
        "GDPR 6(1)(e): Participatiewet art 7 / Wet SUWI for own clients after koppeling; otherwise "
        "consent": (
            "AVG art. 6 lid 1 onder e: Participatiewet art. 7 en Wet SUWI voor eigen cliënten na de "
            "koppeling; anders toestemming"
        ),
        "GDPR 6(1)(a) consent, role-limited": (
            "AVG art. 6 lid 1 onder a: toestemming, beperkt tot deze rol"
        ),
        "GDPR 6(1)(a) specific consent per agency (COA side); agency side 6(1)(b) registration at "
        "request of the person": (
            "AVG art. 6 lid 1 onder a: toestemming per uitzendbureau (voor het COA); onder b: "
            "inschrijving op verzoek van de bewoner (voor het uitzendbureau)"
        ),
        "GDPR 6(1)(a) specific consent per employer": (
            "AVG art. 6 lid 1 onder a: toestemming per werkgever"
        ),
        "GDPR 6(1)(b)/(c) on employer side (Wav art 2, 15; BuWav 2022 art 6.2); COA side 6(1)(a) at "
        "request of resident": (
            "AVG art. 6 lid 1 onder b en c voor de werkgever (Wav art. 2 en 15, BuWav 2022 art. 6.2); "
            "onder a voor het COA, op verzoek van de bewoner"
        ),
        "GDPR 6(1)(e): Wet COA art 3(1)(a) guidance; coordinates administration": (
            "AVG art. 6 lid 1 onder e: Wet COA art. 3 lid 1 onder a (begeleiding); regelt de "
            "administratie"
        ),
        "GDPR 6(1)(e): Wet BRP registration; Wabb art 10-12": (
            "AVG art. 6 lid 1 onder e: inschrijving volgens de Wet BRP; Wabb art. 10-12"
        ),
        "GDPR 6(1)(a) specific consent": (
            "AVG art. 6 lid 1 onder a: toestemming voor juist deze ontvanger"
        ),
        "GDPR 6(1)(e): Participatiewet art 7, Wet inburgering 2021 art 17 (own linked clients)": (
            "AVG art. 6 lid 1 onder e: Participatiewet art. 7 en Wet inburgering 2021 art. 17 (eigen "
            "gekoppelde cliënten)"
        ),
        "GDPR 6(1)(a) specific consent (if not the employer)": (
            "AVG art. 6 lid 1 onder a: toestemming voor juist deze ontvanger (als die niet de "
            "werkgever is)"
        ),
        "GDPR 6(1)(e) + art 89; Wet inburgering 2021 art 39 and Besluit art 9.12 for data to the "
        "Minister": (
            "AVG art. 6 lid 1 onder e en art. 89; Wet inburgering 2021 art. 39 en Besluit art. 9.12 "
            "voor gegevens aan de minister"
        ),
        "GDPR 5(2), 24, 30, 32, 39": "AVG art. 5 lid 2, 24, 30, 32 en 39",
        "GDPR 58(1)": "AVG art. 58 lid 1",
        "GDPR 12, 15-21; log access see Logboek Dataverwerkingen": (
            "AVG art. 12 en 15-21; inzage in het logboek: zie Logboek Dataverwerkingen"
        ),
        "GDPR 15: the data are the person's own": "AVG art. 15: het zijn de eigen gegevens",
        "GDPR 6(1)(c): Wet inburgering 2021 art 35(4), 15(4); Besluit art 5.3(3)": (
            "AVG art. 6 lid 1 onder c: Wet inburgering 2021 art. 35 lid 4 en 15 lid 4; Besluit "
            "art. 5.3 lid 3"
        ),
    }
)


def in_words(text: str, language: Language) -> str:
    """Return a rule's basis in the reader's language; one that has no Dutch stays as it is."""
    return DUTCH.get(text, text) if language is Language.NL else text
