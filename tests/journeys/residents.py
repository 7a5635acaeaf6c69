"""Residents whose every personal value is a mark that occurs nowhere else: a leak shows itself."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from stdnum.nl import bsn as bsn_check

BSNS = tuple(str(n) for n in range(999_970_000, 999_971_000) if bsn_check.is_valid(str(n)))
AS_OF = "2026-11-01"
HARDERWIJK, UTRECHT = "0243", "0344"
SITE = "AZC-HDW-01"
LETTERS = "bdfgklmnprstvz"
BLOCKED = (
    "coa_klantnummer", "medische_bijzonderheden", "psychosociale_signalen", "religie",
    "etnische_afkomst", "asielmotieven", "gespreksverslagen", "w_document_nummer",
)  # fmt: skip
STRANGE_COLUMN = "interne_opmerking"


@dataclass(frozen=True, slots=True)
class Resident:
    """Someone who does not exist: her profile as TVS delivers it, and the marks in it."""

    number: int
    profile: Mapping[str, Any]
    marks: frozenset[str] = field(repr=False)
    blocked: frozenset[str] = field(repr=False)

    @property
    def v_nummer(self) -> str:
        """Her V-nummer."""
        return str(self.profile["v_nummer"])

    @property
    def name(self) -> str:
        """Her family name."""
        return str(self.profile["achternaam"])


def word(number: int, what: str) -> str:
    """Make the mark of one value: letters that form no word in any list of special words."""
    digest = sha256(f"{number}:{what}".encode()).digest()
    return "Kan" + "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:12])


def resident(number: int, town: str | None = HARDERWIJK, **given: object) -> Resident:
    """Make one resident, linked to ``town``; ``given`` replaces values of her profile."""
    marked = _marked(number)
    forbidden = {name: word(number, name) for name in (*BLOCKED, STRANGE_COLUMN)}
    profile = {**_codes(town), **marked, **forbidden, **given}
    marks = frozenset(_texts({name: profile[name] for name in marked}))
    return Resident(number, profile, marks, frozenset(forbidden.values()))


def delivery(residents: Sequence[Resident], as_of: str = AS_OF) -> bytes:
    """Write residents as a TVS delivery in JSON."""
    people = [dict(one.profile) | {"profiel_peildatum": as_of} for one in residents]
    head = {"leverancier": "COA", "stelsel": "TVS", "peildatum": as_of}
    return json.dumps(head | {"klantprofielen": people}, ensure_ascii=False).encode()


def _marked(number: int) -> dict[str, Any]:
    def mark(what: str) -> str:
        return word(number, what)

    return {
        "v_nummer": f"0998{number:06d}",
        "bsn": BSNS[number],
        "achternaam": mark("achternaam"),
        "voornamen": mark("voornamen"),
        "roepnaam": mark("roepnaam"),
        "geboortedatum": (date(1979, 1, 3) + timedelta(days=37 * number)).isoformat(),
        "geboorteplaats": mark("geboorteplaats"),
        "telefoonnummer_azc": f"+3160077{number:04d}",
        "email_azc": f"{mark('email').lower()}@example.org",
        "casemanager_coa": _contact(number, "casemanager"),
        "klantmanager_gemeente": _contact(number, "klantmanager"),
        "opleidingen": [{"naam": mark("opleiding"), "land": "ER", "van": "2001", "tot": "2004"}],
        "werkervaring": [
            {
                "beroep": mark("beroep"),
                "isco": "5120",
                "sector": mark("sector"),
                "land": "ER",
                "van": "2005",
                "tot": "2009",
                "taken": mark("taken"),
            }
        ],
        "certificaten": [{"naam": mark("certificaat"), "uitgever": mark("uitgever")}],
        "participatie_activiteiten": [
            {"soort": mark("soort"), "organisatie": mark("organisatie"), "uren": 4}
        ],
        "vaardigheden": [mark("vaardigheid")],
        "werkambitie": mark("werkambitie"),
        "zacht_toekomstambitie": mark("toekomst"),
        "overdracht_notitie": mark("notitie"),
        "werkgever_naam": mark("werkgever"),
    }


def _contact(number: int, whose: str) -> dict[str, str]:
    mail = word(number, f"{whose}-mail").lower()
    return {"naam": word(number, f"{whose}-naam"), "email": f"{mail}@example.org"}


def _codes(town: str | None) -> dict[str, Any]:
    """Give what a code list holds: equal for many people, so no mark."""
    linked = {
        "koppel_status": "gekoppeld",
        "koppel_gemeente_code": town,
        "koppel_datum": "2026-10-13",
    }
    return {
        "geslacht": "V",
        "nationaliteit": "0499",
        "burgerlijke_staat": "ongehuwd",
        "voorkeurstaal_contact": "tir",
        "tolk_nodig": True,
        "opvanglocatie_code": SITE,
        "doelgroep": "statushouder",
        "verblijfstitel_code": "26",
        "moedertaal": "tir",
        "nt2_niveau_spreken": "A2",
        "engels_niveau": "B1",
        "opleidingsniveau_hoogste": "Hbo",
        "setu_beroepscategorie": "Catering / Tourism",
        "beroepen_gewenst": ["5120"],
        "rijbewijs": {"categorie": "B", "land": "ER"},
        "beschikbaar_uren": 32,
        "bemiddelingspostcode4": "3841",
        "arbeidsmarktregio": "Flevoland",
        "bsn_status": "toegekend",
        "werk_status": "zoekend",
    } | (linked if town else {"koppel_status": "niet_gekoppeld"})


def _texts(value: object) -> Iterator[str]:
    """Yield the marks: whatever text stands in a profile but codes and years."""
    match value:
        case str() if len(value) > len("2009"):
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
        case _:
            return
