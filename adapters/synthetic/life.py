"""What a synthetic person speaks, learnt, worked as and wants, and how guidance goes."""

from datetime import date, timedelta
from typing import Final

from adapters.synthetic.dice import Dice
from adapters.synthetic.household import Person
from adapters.synthetic.trades import TRADES, Trade
from gateway.domain.deliveries import JsonValue

Profile = dict[str, JsonValue]

DUTCH: Final = ("<A1", "A1-", "A1", "A2", "B1", "B2")
LEVELS: Final = (
    "Geen basisopleiding", "Basisniveau", "Lbo/mavo", "Mbo/havo/vwo", "Hbo", "Wo",
)  # fmt: skip
ISCED: Final = {
    "Geen basisopleiding": 0, "Basisniveau": 1, "Lbo/mavo": 2, "Mbo/havo/vwo": 3, "Hbo": 6, "Wo": 7,
}  # fmt: skip
LEAVING: Final = {
    "Basisniveau": 12, "Lbo/mavo": 16, "Mbo/havo/vwo": 19, "Hbo": 22, "Wo": 23,
}  # fmt: skip
VALUED: Final = {"Mbo/havo/vwo": "mbo-4", "Hbo": "hbo-bachelor", "Wo": "wo-bachelor"}
PROGRESS: Final = ("niet_gestart", "gestart", "afgerond", "gestopt")
HOURS: Final = (16, 24, 32, 36, 40)
AMBITIONS: Final = (
    "Ik wil graag weer werken als {}.",
    "Ik wil eerst beter Nederlands leren en dan werken als {}.",
    "Ik wil mijn diploma laten waarderen.",
    "Ik wil een bbl-opleiding volgen en daarna werken als {}.",
    "Ik zoek een werkplek waar ik Nederlands kan spreken.",
    "Ik wil later een eigen bedrijf beginnen.",
)
FUTURES: Final = (
    "Over vijf jaar wil ik een vaste baan en een goed niveau Nederlands.",
    "Ik wil doorleren en in mijn oude vak verder.",
    "Ik wil dichtbij werk en school wonen.",
)
NOTES: Final = (
    "Taal: oefent elke week met een taalmaatje. Werk: heeft een cv gemaakt. Afspraak: intake plannen.",
    "Opleiding: papieren liggen bij IDW. Werk: zoekt een baan van drie dagen. Afspraak: terugbellen.",
    "Netwerk: kent de regio. Inburgering: module afgerond. Afspraak: driegesprek op locatie.",
)
EMPLOYERS: Final = ("Bakkerij De Halm", "Kwekerij Zonzicht", "Bouwbedrijf Noord", "Hotel De Brug")


def language(person: Person) -> Profile:
    """Draw mother tongue, other languages, and Dutch by skill."""
    dice, (mother, *others) = person.dice, person.home.background.talen
    literacy = dice.weighted(("NVT", "AA", "A"), (62, 30, 8))
    dutch = 0 if literacy == "A" else dice.weighted(range(6), (22, 22, 24, 18, 10, 4))
    english = dice.weighted(("geen", "A1", "A2", "B1", "B2", "C1"), (30, 22, 18, 14, 11, 5))
    spoken: list[JsonValue] = [_spoken(mother, "C2")]
    spoken += [_spoken(other, dice.one(("B1", "B2", "C1"))) for other in others]
    spoken += [] if english == "geen" else [_spoken("eng", english)]
    return {
        "moedertaal": mother,
        "voorkeurstaal_contact": mother,
        "tolk_nodig": dutch <= 2 and english in {"geen", "A1"},  # noqa: PLR2004 - below A2
        "talen": spoken,
        "alfabetisering": literacy,
        "nt2_niveau_spreken": DUTCH[dutch],
        "nt2_niveau_luisteren": DUTCH[min(5, dutch + dice.between(0, 1))],
        "nt2_niveau_lezen": DUTCH[max(0, dutch - dice.between(0, 1))],
        "nt2_niveau_schrijven": DUTCH[max(0, dutch - 1)],
        "engels_niveau": english,
    }


def _spoken(taal: str, level: str) -> JsonValue:
    return {"taal": taal, "spreken": level, "luisteren": level, "lezen": level, "schrijven": level}


def _trade(person: Person) -> Trade:
    """Return the person's trade: drawn once, from what stays the same of her."""
    return TRADES[(person.geboren.toordinal() + person.place) % len(TRADES)]


def schooling(person: Person) -> Profile:
    """Draw the highest level and the schools that led to it."""
    dice, trade = person.dice, _trade(person)
    level = dice.weighted(LEVELS, (0, 0, 0, 0, 65, 35) if trade.hoog else (12, 22, 24, 42, 0, 0))
    if not person.adult:
        level = dice.one(LEVELS[1:3])
    diploma = level not in LEVELS[:2] and dice.chance(70)
    valued = diploma and level in VALUED and dice.chance(30)
    return {
        "opleidingsniveau_hoogste": level,
        "isced_niveau": ISCED[level],
        "opleidingsrichting": trade.richting if level in VALUED else None,
        "opleidingen": _schools(person, trade, level, diploma=diploma),
        "diploma_in_bezit": diploma,
        "diplomawaardering_status": "ontvangen" if valued else "geen",
        "diplomawaardering_niveau": VALUED[level] if valued else None,
        "ict_vaardigheid": dice.one(("Arm", "Middelmatig", "Voldoende", "Goed", "Uitstekend")),
        "uaf_contact": "aangemeld" if trade.hoog and dice.chance(30) else "geen",
    }


def _schools(person: Person, trade: Trade, level: str, *, diploma: bool) -> JsonValue:
    if level not in LEAVING:
        return None
    land, born = person.home.background.land, person.geboren.year
    schools: list[JsonValue] = [_school("Basisschool", land, born + 6, born + 12, diploma=True)]
    if level == "Basisniveau":
        return schools
    middle = min(born + 18, born + LEAVING[level])
    schools.append(_school("Middelbare school", land, born + 12, middle, diploma=diploma))
    if level in {"Hbo", "Wo"}:
        end = born + LEAVING[level]
        schools.append(_school(trade.opleiding, land, end - 4, end, diploma=diploma))
    return schools


def _school(naam: str, land: str, van: int, tot: int, *, diploma: bool) -> JsonValue:
    status = "Succesvol afgerond" if diploma else "Onbekend"
    return {
        "naam": naam, "land": land, "van": str(van), "tot": str(tot), "status": status,
        "diploma": diploma,
    }  # fmt: skip


def work(person: Person) -> Profile:
    """Draw experience, wishes, availability and the present job."""
    dice, trade = person.dice, _trade(person)
    other = dice.one(TRADES)
    return (
        _wishes(dice, trade, other)
        | _employment(person)
        | {
            "werkervaring": _jobs(person, trade),
            "certificaten": _certificates(person, trade),
            "setu_beroepscategorie": trade.categorie,
            "beroepen_gewenst": list(dict.fromkeys((trade.isco, other.isco))),
            "vaardigheden": list(trade.vaardigheden),
            "rijbewijs": _licence(person) if person.adult and dice.chance(55) else None,
            "cv_aanwezig": dice.chance(60),
        }
    )


def _wishes(dice: Dice, trade: Trade, other: Trade) -> Profile:
    title = (trade if dice.chance(80) else other).beroep.casefold()
    return {
        "werkambitie": dice.one(AMBITIONS).format(title),
        "zacht_toekomstambitie": dice.one(FUTURES) if dice.chance(60) else None,
        "beschikbaar_vanaf": dice.ahead(-60, 90).isoformat(),
        "beschikbaar_uren": dice.weighted(HOURS, (12, 20, 22, 16, 30)),
        "werktijden": dice.some(("dag", "avond", "nacht", "weekend", "ploegen"), 1, 3),
        "contractvoorkeur": dice.some(
            ("vast", "tijdelijk", "uitzend", "bbl", "werkervaringsplek"), 1, 3
        ),
        "reisafstand_max_km": dice.one((5, 10, 15, 20, 30, 40)),
        "vervoermiddel": dice.some(("Openbaar vervoer", "Fiets", "Lopen"), 1, 2),
    }


def _jobs(person: Person, trade: Trade) -> JsonValue:
    """Draw jobs one after another, from the end of school to the year of flight."""
    dice, land = person.dice, person.home.background.land
    start, last = person.geboren.year + 20, person.home.applied.year - 1
    jobs: list[JsonValue] = []
    while start < last and len(jobs) < 3 and dice.chance(75):  # noqa: PLR2004 - enough for a cv
        end = min(last, start + dice.between(1, 6))
        jobs.append({
            "beroep": trade.beroep, "isco": trade.isco, "sector": trade.sector, "land": land,
            "van": str(start), "tot": str(end), "taken": dice.one(trade.taken),
        })  # fmt: skip
        start = end + dice.between(0, 2)
    return jobs or None


def _certificates(person: Person, trade: Trade) -> JsonValue:
    if not trade.certificaat or not person.dice.chance(25):
        return None
    start = person.dice.ago(30, 300)
    return [{
        "naam": trade.certificaat, "uitgever": "Opleidingscentrum Voorbeeld",
        "geldig_van": start.isoformat(), "geldig_tot": (start + timedelta(days=1_825)).isoformat(),
    }]  # fmt: skip


def _licence(person: Person) -> JsonValue:
    category = person.dice.weighted(("B", "C", "AM"), (86, 10, 4))
    return {"categorie": category, "land": person.home.background.land}


def _employment(person: Person) -> Profile:
    """Draw a job where work is free or a permit was granted; a permit is drawn elsewhere."""
    dice = person.dice
    if not person.may_work_now:
        return {"werk_status": "mag_niet_werken"}
    if not (person.home.permit and dice.chance(22)):
        return {
            "werk_status": dice.weighted(("zoekend", "voorgesteld", "in_procedure"), (70, 20, 10))
        }
    return {
        "werk_status": "werkend",
        "dienstverband_start": dice.ago(5, 200).isoformat(),
        "dienstverband_uren": dice.one(HOURS),
        "werkgever_naam": dice.one(EMPLOYERS),
        "plaatsing_kanaal": dice.one(("meedoenbalie", "gemeente", "uitzendbureau")),
        "nazorg_contactdatum": dice.ahead(5, 40).isoformat(),
        "nazorg_behoefte": dice.some(("vervoer", "taal", "werkcultuur", "contract"), 1, 2),
    }


def guidance(person: Person) -> Profile:
    """Draw pre-integration: agreement, lessons, modules and activities."""
    dice = person.dice
    screened = person.home.applied + timedelta(days=20)
    joined = person.home.permit and dice.chance(85)
    agreed = dice.since(screened)
    return {
        "voorinburgering_instemming": joined,
        "voorinburgering_instemming_datum": agreed.isoformat() if joined else None,
        "nt2_uren": dice.between(4, 300) if joined else 0,
        "nt2_presentie": dice.weighted(("Wel/niet aanwezig", "Altijd aanwezig"), (40, 60))
        if joined
        else None,
        "knm_status": _progress(dice, joined=joined),
        "intromap_status": _progress(dice, joined=joined),
        "intropvt_status": _progress(dice, joined=joined),
        "voorwerk_status": _progress(dice, joined=joined),
        "participatie_activiteiten": _activities(dice, agreed) if dice.chance(55) else None,
        "begeleidingsgesprek_datum": dice.since(screened).isoformat(),
        "screeningsgesprek_datum": screened.isoformat(),
    }


def _progress(dice: Dice, *, joined: bool) -> str:
    return dice.weighted(PROGRESS, (15, 35, 45, 5)) if joined else PROGRESS[0]


def _activities(dice: Dice, start: date) -> JsonValue:
    kind = dice.one(("Vrijwilligerswerk", "Taalcafé", "Sport en spel", "Klussen op locatie"))
    return [{
        "soort": kind, "organisatie": "Stichting Voorbeeld", "van": start.isoformat(),
        "uren": dice.between(2, 16),
    }]  # fmt: skip


def integration(person: Person) -> Profile:
    """Draw the handover and the first steps at the municipality; only for who is linked."""
    dice, linked = person.dice, person.home.linked
    if linked is None:
        return {"inburgeringsplicht": person.home.permit}
    notified = dice.since(linked)
    status = dice.weighted(("open", "gepland", "gevoerd", "niet_mogelijk"), (50, 25, 20, 5))
    met = dice.since(linked) if status == "gevoerd" else None
    found: Profile = {
        "inburgeringsplicht": True,
        "inburgeringsplicht_kennisgeving": notified.isoformat(),
        "overdracht_scenario": dice.one(("snelle_start", "gecombineerd", "na_verhuizing")),
        "overdracht_status": status,
        "driegesprek_datum": dice.ahead(3, 30).isoformat() if status == "gepland" else _iso(met),
        "overdracht_notitie": dice.one(NOTES) if met else None,
        "leerbaarheidstoets_resultaat": "Onbekend",
    }
    return found | _plan(dice, met) if met and dice.chance(50) else found


def _plan(dice: Dice, met: date) -> Profile:
    """Draw the brede intake and the PIP that follow the three-way meeting."""
    intake = dice.since(met)
    signed = dice.since(intake)
    route = dice.weighted(("B", "O", "Z"), (60, 15, 25))
    term = signed + timedelta(days=3 * 365)
    return {
        "leerbaarheidstoets_resultaat": f"B1-route {'niet ' if route == 'Z' else ''}haalbaar",
        "brede_intake_datum": intake.isoformat(),
        "pip_dagtekening": signed.isoformat(),
        "leerroute": route,
        "pip_niveau": "A2" if route == "Z" else "B1",
        "inburgeringstermijn_einddatum": term.isoformat(),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
