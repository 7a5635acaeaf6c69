"""Words for codes of occupations (ISCO-08), languages (ISO 639-3) and countries; what has none stays as it is."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale

from gateway.domain.codes import CodeLists

FILE: Final = Path(__file__).with_name("codes.csv")
OCCUPATIONS: Final = "ISCO-08"
LANGUAGES: Final = "ISO-639-3"
ESCO: Final = "ESCO"
COUNTRIES: Final = "ISO-3166-1"
BRP_COUNTRIES: Final = "BRP-34"
NATIONALITIES: Final = "BRP-32"


@dataclass(frozen=True, slots=True)
class Coded:
    """A code with the list it is of and what it is called in Dutch."""

    scheme: str
    code: str
    label: str

    def __str__(self) -> str:
        return f"{self.label} ({self.code})" if self.label != self.code else self.code


@cache
def _labels() -> dict[tuple[str, str], str]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return {(row["scheme"], row["code"]): row["nl"] for row in csv.DictReader(file)}


def occupation(code: str) -> Coded:
    """Name an occupation: its own group, else the nearest group above it; an ESCO URI stays as it is."""
    if not code.isdigit():
        return Coded(ESCO, code, code)
    groups = (code[:length] for length in range(len(code), 0, -1))
    label = next(
        (found for group in groups if (found := _labels().get((OCCUPATIONS, group)))), code
    )
    return Coded(OCCUPATIONS, code, label)


def language(code: str) -> Coded:
    """Name a language."""
    return Coded(LANGUAGES, code, _labels().get((LANGUAGES, code), code))


def country(code: str, codes: CodeLists) -> Coded:
    """Name a country by BRP table 34 or, of two letters, by ISO 3166-1 as Unicode CLDR says it."""
    if code.isdigit():
        return Coded(BRP_COUNTRIES, code, codes.landen.get(code, code))
    return Coded(COUNTRIES, code, Locale("nl").territories.get(code, code))


def nationality(code: str, codes: CodeLists) -> Coded:
    """Name a nationality by BRP table 32."""
    return Coded(NATIONALITIES, code, codes.nationaliteiten.get(code, code))


def skill(text: str) -> Coded:
    """Name a skill: a word names itself, an ESCO URI stays as it is."""
    return Coded(ESCO if text.startswith("http") else "", text, text)
