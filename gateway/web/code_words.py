"""Codes of the klantprofiel in words, where the code alone does not say enough.

Occupations follow ISCO-08, studies ISCED-F 2013: those that the project meets most; any other code
is shown as it is. The nationalities are those of which the name is translated; others are named as
BRP table 32 does, in Dutch.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.web.words import N_

_STEPS: Final = {
    "niet_gestart": N_("Niet gestart"),
    "gestart": N_("Gestart"),
    "afgerond": N_("Afgerond"),
    "gestopt": N_("Gestopt"),
}

CODES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "geslacht": {"M": N_("Man"), "V": N_("Vrouw"), "O": N_("Onbekend")},
        "burgerlijke_staat": {
            "ongehuwd": N_("Ongehuwd"),
            "gehuwd": N_("Gehuwd"),
            "partnerschap": N_("Geregistreerd partnerschap"),
            "gescheiden": N_("Gescheiden"),
            "verweduwd": N_("Verweduwd"),
            "onbekend": N_("Onbekend"),
        },
        "doelgroep": {
            "asielzoeker": N_("Asielzoeker"),
            "statushouder": N_("Statushouder"),
            "nareiziger": N_("Nareiziger"),
            "gezinsmigrant": N_("Gezinsmigrant"),
        },
        "gezinssamenstelling": {
            "alleenstaand": N_("Alleenstaand"),
            "alleenouder": N_("Alleenstaande ouder"),
            "paar": N_("Paar zonder kinderen"),
            "gezin_met_kinderen": N_("Gezin met kinderen"),
            "amv": N_("Alleenstaande minderjarige"),
        },
        "relatie": {
            "partner": N_("partner"),
            "kind": N_("kind"),
            "ouder": N_("ouder"),
            "broer_zus": N_("broer of zus"),
            "overig": N_("overig gezinslid"),
        },
        "alfabetisering": {
            "A": N_("Analfabeet"),
            "AA": N_("Anders gealfabetiseerd"),
            "NVT": N_("Gealfabetiseerd"),
        },
        "talen": {
            "spreken": N_("spreken"),
            "luisteren": N_("luisteren"),
            "lezen": N_("lezen"),
            "schrijven": N_("schrijven"),
        },
        "opleiding_status": {
            "Onbekend": N_("afronding onbekend"),
            "Succesvol afgerond": N_("succesvol afgerond"),
            "Afgebroken": N_("afgebroken"),
            "Lopend": N_("lopend"),
        },
        "opleidingsniveau_hoogste": {
            "Geen basisopleiding": N_("Geen basisopleiding"),
            "Onbekend": N_("Onbekend"),
        },
        "diplomawaardering_status": {
            "geen": N_("Niet aangevraagd"),
            "aangevraagd": N_("Aangevraagd"),
            "ontvangen": N_("Ontvangen"),
            "indicatie_onderwijsniveau": N_("Indicatie onderwijsniveau"),
        },
        "ict_vaardigheid": {
            "Arm": N_("Zeer beperkt"),
            "Middelmatig": N_("Matig"),
            "Voldoende": N_("Voldoende"),
            "Goed": N_("Goed"),
            "Uitstekend": N_("Uitstekend"),
        },
        "nt2_presentie": {
            "Nooit aanwezig": N_("Nooit aanwezig"),
            "Wel/niet aanwezig": N_("Wisselend aanwezig"),
            "Altijd aanwezig": N_("Altijd aanwezig"),
        },
        "knm_status": _STEPS,
        "intromap_status": _STEPS,
        "intropvt_status": _STEPS,
        "voorwerk_status": _STEPS,
        "digid_aangevraagd": {"ja": N_("Ja"), "nee": N_("Nee"), "onbekend": N_("Onbekend")},
        "bsn_status": {
            "geen": N_("Geen BSN"),
            "aangevraagd": N_("Aangevraagd"),
            "versneld_aangevraagd": N_("Versneld aangevraagd"),
            "toegekend": N_("Toegekend"),
        },
        "twv_status": {
            "niet_nodig": N_("Niet nodig"),
            "nog_niet_mogelijk": N_("Nog niet mogelijk"),
            "aan_te_vragen": N_("Aan te vragen"),
            "aangevraagd": N_("Aangevraagd"),
            "verleend": N_("Verleend"),
            "geweigerd": N_("Geweigerd"),
            "verlopen": N_("Verlopen"),
        },
        "werk_status": {
            "mag_niet_werken": N_("Mag niet werken"),
            "zoekend": N_("Zoekt werk"),
            "voorgesteld": N_("Voorgesteld bij een werkgever"),
            "in_procedure": N_("In procedure"),
            "werkend": N_("Werkt"),
            "gestopt": N_("Gestopt"),
        },
        "uaf_contact": {
            "geen": N_("Geen contact"),
            "aangemeld": N_("Aangemeld"),
            "begeleid": N_("Wordt begeleid"),
        },
        "overdracht_scenario": {
            "snelle_start": N_("Snelle start"),
            "gecombineerd": N_("Gecombineerde aanpak"),
            "na_verhuizing": N_("Start na verhuizing"),
        },
        "overdracht_status": {
            "open": N_("Nog te plannen"),
            "gepland": N_("Gepland"),
            "gevoerd": N_("Gevoerd"),
            "niet_mogelijk": N_("Niet mogelijk"),
        },
        "setu_beroepscategorie": {
            "Administratieve / Secretariat": N_("Administratie en secretariaat"),
            "Agricultural / Cattle breeding / Animal care / Nature conservation": N_(
                "Land- en tuinbouw, dieren en natuur"
            ),
            "Building industry": N_("Bouw"),
            "Business services / Retail trade": N_("Zakelijke diensten en winkels"),
            "Catering / Tourism": N_("Horeca en toerisme"),
            "Cleaning / Housekeeing / Clean up": N_("Schoonmaak"),
            "Consulting / Staff / Policy": N_("Advies, staf en beleid"),
            "Culture / Arts / Creative": N_("Cultuur en kunst"),
            "Customer service / Call centre / Reception": N_("Klantenservice en receptie"),
            "Design / Architecture / Graphical": N_("Ontwerp en architectuur"),
            "Editior / Journalism": N_("Redactie en journalistiek"),
            "Education / Training": N_("Onderwijs"),
            "Financial administratieve / Accounting": N_("Financiële administratie"),
            "Government service / Government": N_("Overheid"),
            "Health care / Medical / Nursing / Paramedical": N_("Zorg"),
            "IT / ICT / Software development/ Internet": N_("ICT"),
            "Legal": N_("Juridisch"),
            "Marketing / Advertisement / Public relations / Communication": N_(
                "Marketing en communicatie"
            ),
            "Personal health car": N_("Persoonlijke verzorging"),
            "Personnel matters / Human resources / Employment-finding": N_("Personeelszaken"),
            "Production / Crafts": N_("Productie en ambacht"),
            "Research / Science / Laboratory": N_("Onderzoek en laboratorium"),
            "Sales / Commercial": N_("Verkoop"),
            "Security / Defence / Auxiliary service": N_("Beveiliging"),
            "Sport / Relaxation": N_("Sport en ontspanning"),
            "Technology / Engineering": N_("Techniek"),
        },
        "arbeidsmarktaantekening": {
            "vrij_twv_niet_vereist": N_("Arbeid vrij toegestaan, geen twv nodig"),
            "twv_vereist": N_("Arbeid alleen met een twv"),
            "geen_arbeid": N_("Arbeid niet toegestaan"),
        },
        "inzetbaarheid": {
            "direct": N_("Direct inzetbaar"),
            "met_vergunning": N_("Inzetbaar met vergunning"),
        },
        "contractvoorkeur": {
            "vast": N_("Vast"),
            "tijdelijk": N_("Tijdelijk"),
            "uitzend": N_("Uitzendwerk"),
            "bbl": N_("Leerbaan (bbl)"),
            "werkervaringsplek": N_("Werkervaringsplek"),
        },
        "werktijden": {
            "dag": N_("Dag"),
            "avond": N_("Avond"),
            "nacht": N_("Nacht"),
            "weekend": N_("Weekend"),
            "ploegen": N_("Ploegen"),
        },
        "vervoermiddel": {
            "Openbaar vervoer": N_("Openbaar vervoer"),
            "Auto": N_("Auto"),
            "Bromfiets/scooter": N_("Bromfiets of scooter"),
            "Fiets": N_("Fiets"),
            "Lopen": N_("Lopen"),
            "Geen": N_("Geen vervoer"),
            "Anders": N_("Anders"),
        },
        "engels_niveau": {"geen": N_("Geen Engels")},
    }
)

NATIONALITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "0001": N_("Nederlandse"),
        "0300": N_("Afghaanse"),
        "0084": N_("Eritrese"),
        "0336": N_("Syrische"),
        "0499": N_("Staatloos"),
        "0314": N_("Iraakse"),
        "0339": N_("Turkse"),
        "0034": N_("Oekraïense"),
        "0149": N_("Somalische"),
    }
)

OCCUPATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "7212": N_("Lasser"),
        "7115": N_("Timmerman"),
        "7411": N_("Elektricien"),
        "5120": N_("Kok"),
        "5131": N_("Medewerker bediening"),
        "9112": N_("Schoonmaker"),
        "4321": N_("Magazijnmedewerker"),
        "8332": N_("Vrachtwagenchauffeur"),
        "2221": N_("Verpleegkundige"),
        "5322": N_("Verzorgende thuiszorg"),
        "2512": N_("Softwareontwikkelaar"),
        "3313": N_("Boekhouder"),
        "2330": N_("Docent wiskunde"),
        "5223": N_("Verkoopmedewerker"),
        "9214": N_("Medewerker tuinbouw"),
        "7531": N_("Kleermaker"),
        "7231": N_("Automonteur"),
        "2161": N_("Architect"),
    }
)

STUDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "0411": N_("Accountancy en belastingen"),
        "0416": N_("Handel en verkoop"),
        "0541": N_("Wiskunde"),
        "0613": N_("Software en applicaties"),
        "0713": N_("Elektrotechniek en energie"),
        "0715": N_("Werktuigbouw en metaal"),
        "0716": N_("Voertuigtechniek"),
        "0723": N_("Textiel en kleding"),
        "0731": N_("Architectuur en stedenbouw"),
        "0732": N_("Bouw en civiele techniek"),
        "0811": N_("Akkerbouw en veeteelt"),
        "0913": N_("Verpleging en verloskunde"),
        "0921": N_("Zorg voor ouderen en gehandicapten"),
        "1011": N_("Huishoudelijke en facilitaire dienst"),
        "1013": N_("Horeca en gastvrijheid"),
        "1041": N_("Vervoer en logistiek"),
    }
)
