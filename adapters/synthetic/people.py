"""A population of synthetic people as TVS would deliver them: families, minors, stateless, moved.

Nobody here exists: V-nummers start with 0999, BSNs lie in the range 9999xxxxx that is never given
out, telephone numbers and addresses are of no one. Values that the gate derives are left to it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from itertools import count as counting
from typing import Final

from adapters.synthetic.dice import Dice
from adapters.synthetic.household import Person, draw_household, members
from adapters.synthetic.life import Profile, guidance, integration, language, schooling, work
from adapters.synthetic.names import STATELESS
from adapters.synthetic.places import SITES, TOWNS
from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName

MOST_PEOPLE: Final = 1_000_000
# A step without a common factor with MOST_PEOPLE visits every number once.
V_STEP: Final = 386_117


def population(
    count: int, seed: int, day: date, codes: CodeLists
) -> Iterator[dict[FieldName, JsonValue]]:
    """Yield ``count`` clean profiles as of ``day``, one at a time; at most a million.

    The same seed and month give the same people; those who move in that month have another site
    from their day on. Some nine thousand numbers exist in the BSN range that is never given out,
    so in a larger population more people wait for theirs.
    """
    if not 0 <= count <= MOST_PEOPLE:
        raise ValueError(f"a population counts 0 to {MOST_PEOPLE:,} people")
    numbers = _bsns()
    step = max(1, -(-count // len(numbers)))
    for made, person in zip(range(count), _everyone(seed, day, codes), strict=False):
        number = numbers[made // step] if made % step == 0 else None
        profile = _profile(person, day) | _numbers(person, (seed * 7 + made) % MOST_PEOPLE, number)
        yield {FieldName(name): value for name, value in profile.items() if value is not None}


def _everyone(seed: int, day: date, codes: CodeLists) -> Iterator[Person]:
    dice = (Dice.of(seed, household, day) for household in counting())
    return chain.from_iterable(members(draw, draw_household(draw, codes)) for draw in dice)


def _bsns() -> list[str]:
    """List every number from 9999xxxxx that passes the 11-proof: its last digit makes the sum."""
    numbers = []
    for middle in range(10_000):
        eight = f"9999{middle:04d}"
        last = sum(w * int(digit) for w, digit in zip(range(9, 1, -1), eight, strict=True)) % 11
        if last <= 9:  # noqa: PLR2004 - ten is no digit
            numbers.append(f"{eight}{last}")
    return numbers


def _profile(person: Person, day: date) -> Profile:
    return (
        _identity(person)
        | _stay(person, day)
        | _status(person)
        | _link(person)
        | _household(person)
        | language(person)
        | schooling(person)
        | work(person)
        | guidance(person)
        | integration(person)
        | {"profiel_peildatum": day.isoformat(), "bron_systeem": "TVS"}
    )


def _identity(person: Person) -> Profile:
    dice, origin = person.dice, person.home.background
    first = dice.one(origin.mannen if person.geslacht == "M" else origin.vrouwen)
    given = f"{first} {dice.one(origin.mannen)}" if dice.chance(15) else first
    stateless = dice.chance(4)
    return {
        "achternaam": person.home.family,
        "voornamen": given,
        "roepnaam": first,
        "geslacht": person.geslacht,
        "geboortedatum": person.geboren.isoformat(),
        "geboorteland": origin.land,
        "geboorteplaats": dice.one(origin.plaatsen),
        "nationaliteit": STATELESS if stateless else origin.nationaliteit,
        "herkomstland": origin.land,
        "burgerlijke_staat": _marital(person),
    }


def _marital(person: Person) -> str:
    if person.place <= 1 and len(person.home.adults) > 1:
        return person.dice.weighted(("gehuwd", "partnerschap"), (93, 7))
    if person.home.kind == "alleenouder" and person.place == 0:
        return person.dice.one(("gescheiden", "verweduwd", "gehuwd"))
    return (
        person.dice.weighted(("ongehuwd", "gescheiden"), (90, 10)) if person.adult else "ongehuwd"
    )


def _numbers(person: Person, index: int, bsn: str | None) -> Profile:
    """Give the numbers and addresses that no two people share."""
    dice, running = person.dice, index * V_STEP % MOST_PEOPLE
    known = bsn is not None and dice.chance(80 if person.home.permit else 55)
    asked = dice.ago(20, 300)
    waits = "geen" if dice.chance(20) else "aangevraagd"
    status = "toegekend" if known else "versneld_aangevraagd" if dice.chance(10) else waits
    return {
        "v_nummer": f"0999{running:06d}",
        "bsn": bsn if known else None,
        "bsn_status": status,
        "bsn_aanvraag_datum": None if status == "geen" else asked.isoformat(),
        "brp_inschrijfdatum": dice.since(asked).isoformat() if known else None,
        "digid_aangevraagd": dice.weighted(("ja", "nee", "onbekend"), (55, 40, 5)),
        "bankrekening_aanwezig": known and dice.chance(70),
        "telefoonnummer_azc": f"+31600{running:06d}"[:12],
        "email_azc": f"bewoner{running}@example.org",
    }


def _stay(person: Person, day: date) -> Profile:
    home, dice = person.home, person.dice
    site = home.sites[1 if home.moves and day.day >= home.moves else 0]
    postcode, region = SITES[site]
    return {
        "opvanglocatie_code": site,
        "opvang_door_coa": home.link_status != "gehuisvest",
        "bemiddelingspostcode4": postcode,
        "arbeidsmarktregio": TOWNS[home.town][1] if home.town and dice.chance(60) else region,
        "casemanager_coa": _contact(dice, "coa.example.org"),
    }


def _contact(dice: Dice, host: str) -> JsonValue:
    name = dice.one(("Anja Vermeer", "Bart Hoekstra", "Esther de Wit", "Joost Kramer", "Mieke Bos"))
    address = name.casefold().replace(" ", ".")
    return {"naam": name, "email": f"{address}@{host}", "telefoon": "+31850000100"}


def _status(person: Person) -> Profile:
    home, dice = person.home, person.dice
    shared: Profile = {"asielaanvraag_datum": home.applied.isoformat()}
    if home.permit:
        granted = home.applied + timedelta(days=90)
        title = dice.weighted(("26", "27"), (80, 20))
        until = granted + timedelta(days=5 * 365)
        return shared | {
            "doelgroep": "nareiziger" if person.place == 1 and dice.chance(25) else "statushouder",
            "verblijfstitel_code": title,
            "vergunning_ingangsdatum": granted.isoformat(),
            "vergunning_einddatum": until.isoformat() if title == "26" else None,
            "twv_status": "niet_nodig",
        }
    return (
        shared
        | _permit_to_work(person)
        | {
            "doelgroep": "asielzoeker",
            "verblijfstitel_code": "32",
        }
    )


def _permit_to_work(person: Person) -> Profile:
    dice = person.dice
    document = dice.ahead(120, 400)
    status = "nog_niet_mogelijk"
    if person.may_work_now:
        choices = ("aan_te_vragen", "aangevraagd", "verleend")
        status = dice.weighted(choices, (50, 25, 25))
    return {
        "w_document_geldig_tot": document.isoformat(),
        "twv_status": status,
        "twv_geldig_tot": document.isoformat() if status == "verleend" else None,
    }


def _link(person: Person) -> Profile:
    home, dice = person.home, person.dice
    region = TOWNS[home.town][1] if home.town else SITES[home.sites[0]][1]
    found: Profile = {"koppel_status": home.link_status, "regioadvies": region}
    if home.linked is None or home.town is None:
        return found
    housed = dice.since(home.linked) if home.link_status == "gehuisvest" else None
    offered = dice.since(home.linked) if housed is None and dice.chance(20) else None
    return found | {
        "koppel_gemeente_code": home.town,
        "koppel_datum": home.linked.isoformat(),
        "omkoppel_verzoek": "toegekend" if home.link_status == "omgekoppeld" else "geen",
        "woningaanbod_datum": offered.isoformat() if offered else None,
        "huisvestingsdatum": housed.isoformat() if housed else None,
        "klantmanager_gemeente": _contact(dice, f"gemeente-{home.town}.example.org"),
    }


def _household(person: Person) -> Profile:
    home, dice = person.home, person.dice
    family = _others(person)
    relatives = dice.chance(18)
    return {
        "gezinssamenstelling": home.kind,
        "gezinsgrootte": len(family) + 1,
        "gezinsleden": family or None,
        "kinderen_vve_leeftijd": sum(2 <= age <= 3 for age in home.children),  # noqa: PLR2004 - early education
        "kinderen_leerplichtig": sum(5 <= age <= 16 for age in home.children),  # noqa: PLR2004 - Leerplichtwet
        "nareizigers_verwacht": dice.between(1, 4) if home.permit and dice.chance(12) else 0,
        "hard_familie_eerstegraads": relatives,
        "hard_familie_gemeente_code": "0344" if relatives else None,
        "hard_gezinshereniging": home.permit and dice.chance(12),
        "hard_medische_behandeling": dice.chance(3),
        "hard_arbeidscontract": dice.chance(4),
        "hard_onderwijsinschrijving": dice.chance(5),
        "zacht_netwerk_regio": dice.one(tuple(TOWNS.values()))[1] if dice.chance(35) else None,
        "woning_aanpassing_functioneel": "gelijkvloers" if dice.chance(2) else "geen",
    }


def _others(person: Person) -> list[JsonValue]:
    """List the other members as this one would name them."""
    home, year = person.home, person.dice.anchor.year
    parent = person.place <= 1
    others: list[JsonValue] = []
    if len(home.adults) > 1 and parent:
        others.append({"relatie": "partner", "geboortejaar": year - home.adults[1 - person.place]})
    if not parent:
        others += [{"relatie": "ouder", "geboortejaar": year - age} for age in home.adults]
    for place, age in enumerate(home.children, start=2):
        if place != person.place:
            relation = "kind" if parent else "broer_zus"
            others.append({"relatie": relation, "geboortejaar": year - age})
    return others
