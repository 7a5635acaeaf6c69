"""Occupations with what belongs to them: ISCO-08 code, SETU category, study, tasks and skills."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Trade:
    """An occupation; ``richting`` is the ISCED-F code of its study, ``hoog`` asks for hbo or wo."""

    beroep: str
    isco: str
    categorie: str
    sector: str
    opleiding: str
    richting: str
    taken: tuple[str, ...]
    vaardigheden: tuple[str, ...]
    certificaat: str = ""
    hoog: bool = False


TRADES: Final = (
    Trade(
        "Lasser", "7212", "Production / Crafts", "Metaal", "Metaalbewerking", "0715",
        ("MIG- en MAG-lassen", "Constructies samenstellen en lassen"),
        ("lassen", "tekening lezen", "slijpen"), "VCA Basis",
    ),
    Trade(
        "Timmerman", "7115", "Building industry", "Bouw", "Bouwkunde", "0732",
        ("Kozijnen en daken maken", "Binnenwanden plaatsen"),
        ("zagen", "meten", "tekening lezen"), "VCA Basis",
    ),
    Trade(
        "Elektricien", "7411", "Technology / Engineering", "Installatietechniek",
        "Elektrotechniek", "0713",
        ("Groepenkasten en leidingen aanleggen", "Storingen zoeken en oplossen"),
        ("bekabelen", "meten", "zonnepanelen"), "VCA Basis",
    ),
    Trade(
        "Kok", "5120", "Catering / Tourism", "Horeca", "Koksopleiding", "1013",
        ("Warme gerechten bereiden", "Keuken leiden in een restaurant"),
        ("koken", "plannen", "HACCP"), "HACCP",
    ),
    Trade(
        "Medewerker bediening", "5131", "Catering / Tourism", "Horeca", "Gastvrijheid", "1013",
        ("Gasten ontvangen en bedienen", "Kassa en bestellingen"),
        ("bedienen", "kassa", "klantcontact"),
    ),
    Trade(
        "Schoonmaker", "9112", "Cleaning / Housekeeing / Clean up", "Facilitair",
        "Facilitaire dienst", "1011",
        ("Kantoren en scholen schoonmaken", "Hotelkamers verzorgen"),
        ("schoonmaken", "plannen"),
    ),
    Trade(
        "Magazijnmedewerker", "4321", "Production / Crafts", "Logistiek", "Logistiek", "1041",
        ("Orders verzamelen en inpakken", "Voorraad tellen en laden"),
        ("heftruck", "scannen", "orderpicken"), "Heftruckcertificaat",
    ),
    Trade(
        "Vrachtwagenchauffeur", "8332", "Production / Crafts", "Transport", "Transport", "1041",
        ("Nationale ritten rijden", "Laden, lossen en vrachtbrieven"),
        ("rijden", "plannen", "laden"), "Code 95",
    ),
    Trade(
        "Verpleegkundige", "2221", "Health care / Medical / Nursing / Paramedical", "Zorg",
        "Verpleegkunde", "0913",
        ("Zorg op een afdeling van een ziekenhuis", "Nachtdiensten en overdracht"),
        ("verzorgen", "rapporteren", "samenwerken"), hoog=True,
    ),
    Trade(
        "Verzorgende thuiszorg", "5322", "Personal health car", "Zorg", "Verzorging", "0921",
        ("Ouderen thuis helpen", "Hulp in huis en bij maaltijden"),
        ("verzorgen", "luisteren", "plannen"), "BHV",
    ),
    Trade(
        "Softwareontwikkelaar", "2512", "IT / ICT / Software development/ Internet", "ICT",
        "Informatica", "0613",
        ("Webtoepassingen bouwen", "Software testen en beheren"),
        ("Python", "JavaScript", "SQL"), hoog=True,
    ),
    Trade(
        "Boekhouder", "3313", "Financial administratieve / Accounting", "Financieel",
        "Bedrijfseconomie", "0411",
        ("Administratie van een handelsbedrijf", "Facturen en jaarcijfers"),
        ("Excel", "boekhouden", "rapporteren"), hoog=True,
    ),
    Trade(
        "Docent wiskunde", "2330", "Education / Training", "Onderwijs", "Wiskunde", "0541",
        ("Lesgeven in het voortgezet onderwijs", "Toetsen maken en nakijken"),
        ("lesgeven", "plannen", "Excel"), hoog=True,
    ),
    Trade(
        "Verkoopmedewerker", "5223", "Sales / Commercial", "Handel", "Handel", "0416",
        ("Klanten helpen in een kledingwinkel", "Kassa en voorraad"),
        ("verkopen", "kassa", "klantcontact"),
    ),
    Trade(
        "Medewerker tuinbouw", "9214",
        "Agricultural / Cattle breeding / Animal care / Nature conservation", "Land- en tuinbouw",
        "Landbouw", "0811",
        ("Oogsten en sorteren in de kas", "Planten verzorgen en verpakken"),
        ("oogsten", "sorteren", "heftruck"),
    ),
    Trade(
        "Kleermaker", "7531", "Production / Crafts", "Textiel", "Mode en textiel", "0723",
        ("Kleding maken en herstellen", "Werken met industriële naaimachines"),
        ("naaien", "meten", "patronen"),
    ),
    Trade(
        "Automonteur", "7231", "Technology / Engineering", "Mobiliteit", "Autotechniek", "0716",
        ("Onderhoud en reparatie van auto's", "Banden, remmen en diagnose"),
        ("sleutelen", "diagnose", "plannen"),
    ),
    Trade(
        "Architect", "2161", "Design / Architecture / Graphical", "Bouw", "Architectuur", "0731",
        ("Woningen ontwerpen en tekenen", "Overleg met aannemers"),
        ("AutoCAD", "ontwerpen", "presenteren"), hoog=True,
    ),
)  # fmt: skip
