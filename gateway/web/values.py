"""Values of the klantprofiel as a reader wants them: days, yes and no, names instead of codes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import orjson
from babel import Locale

from gateway.domain.deliveries import JsonValue
from gateway.domain.disclosures import Disclosed
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName, GemeenteCode
from gateway.domain.sentences import Language
from gateway.web.code_words import CODES, NATIONALITIES, OCCUPATIONS, STUDIES
from gateway.web.rooms import Rooms
from gateway.web.visit import Visit
from gateway.web.words import N_, day, number, say

ALL_SKILLS: Final = N_("alle vaardigheden")
BORN: Final = N_("geboren in")
VALID: Final = N_("geldig tot")
WEEKLY: Final = N_("uur per week")
SINCE: Final = N_("vanaf")
YES: Final = N_("Ja")
NO: Final = N_("Nee")
_LANGUAGE_FIELDS: Final = frozenset({"voorkeurstaal_contact", "moedertaal"})
_COUNTRIES: Final = frozenset({"geboorteland", "herkomstland"})
_PLACES: Final = frozenset({"koppel_gemeente_code", "hard_familie_gemeente_code"})
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    **CODES,
    "beroepen_gewenst": OCCUPATIONS,
    "nationaliteit": NATIONALITIES,
    "opleidingsrichting": STUDIES,
}
_SHORT: Final[Mapping[str, str]] = {
    "ara": "ar", "fas": "fa", "kmr": "ku", "kur": "ku", "pes": "fa", "prs": "fa_AF", "pus": "ps",
    "som": "so", "tir": "ti", "tur": "tr", "ukr": "uk", "eng": "en", "nld": "nl", "rus": "ru",
    "amh": "am", "fra": "fr", "urd": "ur", "ckb": "ckb", "spa": "es", "deu": "de", "aze": "az",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A value to show: a text, or lines that each have a head and smaller words under it."""

    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()


def read(disclosed: Disclosed, name: str) -> JsonValue:
    """Return an opened value, ``None`` where there is none."""
    text = disclosed.values.get(FieldName(name))
    value: JsonValue = None if text is None else orjson.loads(text)
    return value


def text(disclosed: Disclosed, name: str) -> str:
    """Return an opened value as text, empty where there is none."""
    value = read(disclosed, name)
    return "" if value is None else str(value)


def full_name(disclosed: Disclosed) -> str:
    """Return the name one says: what she is called, or else her first names; then the family name."""
    called = text(disclosed, "roepnaam") or text(disclosed, "voornamen")
    parts = (called, text(disclosed, "voorvoegsel"), text(disclosed, "achternaam"))
    return " ".join(part for part in parts if part)


def called(visit: Visit, disclosed: Disclosed) -> str:
    """Name someone, or say that her profile does not open, or that her name is not known."""
    shut = unreadable(visit, disclosed)
    return shut or full_name(disclosed) or visit.say(N_("Naam niet bekend"))


def unreadable(visit: Visit, disclosed: Disclosed) -> str:
    """Say that someone's profile does not open, with the code of the error; else nothing."""
    code = disclosed.unreadable
    return visit.say(N_("Gegevens niet leesbaar (%(code)s)")) % {"code": code} if code else ""


class Teller:
    """Puts values into words of one language."""

    def __init__(self, rooms: Rooms, language: Language) -> None:
        self._rooms = rooms
        self._fields: FieldDictionary = rooms.desks.gate.fields
        self._language = language
        self._lists: Mapping[str, Callable[[dict[str, JsonValue]], tuple[str, str]]] = {
            "gezinsleden": self._relative,
            "opleidingen": self._study,
            "werkervaring": self._job,
            "talen": self._spoken,
            "certificaten": self._certificate,
            "participatie_activiteiten": self._activity,
        }

    def label(self, name: str) -> str:
        """Return a field's label."""
        spec = self._fields[FieldName(name)]
        return spec.label_nl if self._language is Language.NL else spec.label_en

    def show_text(self, name: str, value: bytes) -> Shown:
        """Put a value into words that is still JSON text."""
        found: JsonValue = orjson.loads(value)
        return self.show(name, found)

    def show(self, name: str, value: JsonValue) -> Shown:
        """Put one field's value into words."""
        if name in self._lists and isinstance(value, list):
            lines = (self._lists[name](one) for one in value if isinstance(one, dict))
            return Shown(lines=tuple(lines))
        if isinstance(value, dict):
            return self._object(name, value)
        if isinstance(value, list):
            return Shown(", ".join(self._plain(name, one) for one in value))
        return Shown(self._plain(name, value))

    def _plain(self, name: str, value: JsonValue) -> str:
        kind = self._fields[FieldName(name)].type
        if isinstance(value, bool):
            return say(YES if value else NO, self._language)
        if isinstance(value, int | float):
            return number(value, self._language)
        if kind == "date":
            return day(str(value), self._language)
        return self.code(name, str(value))

    def code(self, name: str, code: str) -> str:
        """Return what a code says; one that has no words stays as it is."""
        if name in _LANGUAGE_FIELDS:
            return self.spoken(code)
        if name in _PLACES:
            return self._rooms.codes.gemeenten.get(GemeenteCode(code), code)
        if name == "opvanglocatie_code":
            return self.site(code)
        if name in _COUNTRIES:
            return self._land(code)
        if name == "nationaliteit" and code not in NATIONALITIES:
            return say(self._rooms.codes.nationaliteiten.get(code, code), self._language)
        words = _WORDS.get(name)
        return say(words.get(code, code) if words else code, self._language)

    def site(self, code: str) -> str:
        """Name a reception site by its code and the municipality it stands in."""
        site = self._rooms.codes.opvanglocaties.get(code)
        place = self._rooms.codes.gemeenten.get(site.gemeente, "") if site else ""
        return f"{code} ({place})" if place else code

    def spoken(self, code: str) -> str:
        """Name a language (ISO 639-3)."""
        return _languages(self._language).get(_SHORT.get(code, code), code)

    def _land(self, code: JsonValue) -> str:
        text = str(code or "")
        name = _territories(self._language).get(text) if not text.isdigit() else None
        return name or self._rooms.codes.landen.get(text, text)

    def _years(self, one: Mapping[str, JsonValue]) -> str:
        begin, end = str(one.get("van") or ""), str(one.get("tot") or "")
        return f"{begin}–{end}" if begin else ""  # noqa: RUF001 - a dash between years

    def _object(self, name: str, value: dict[str, JsonValue]) -> Shown:
        if name == "rijbewijs":
            where = self._land(value.get("land"))
            return Shown(_joined(value.get("categorie"), f"({where})" if where else ""))
        contact = _joined(value.get("email"), value.get("telefoon"), mark=" · ")
        return Shown(lines=((str(value.get("naam") or ""), contact),))

    def _relative(self, one: dict[str, JsonValue]) -> tuple[str, str]:
        who = say(CODES["relatie"].get(str(one.get("relatie")), "-"), self._language)
        born = one.get("geboortejaar")
        return who.capitalize(), f"{say(BORN, self._language)} {born}" if born else ""

    def _study(self, one: dict[str, JsonValue]) -> tuple[str, str]:
        status = str(one.get("status") or "")
        words = say(CODES["opleiding_status"].get(status, status), self._language)
        paper = N_("diploma in bezit") if one.get("diploma") else N_("geen diploma getoond")
        where, when = self._land(one.get("land")), self._years(one)
        return str(one.get("naam") or ""), _joined(
            where, when, words, say(paper, self._language), mark=" · "
        )

    def _job(self, one: dict[str, JsonValue]) -> tuple[str, str]:
        where, when = self._land(one.get("land")), self._years(one)
        under = _joined(one.get("sector"), where, when, one.get("taken"), mark=" · ")
        return str(one.get("beroep") or ""), under

    def _spoken(self, one: dict[str, JsonValue]) -> tuple[str, str]:
        skills = ("spreken", "luisteren", "lezen", "schrijven")
        levels = [str(one.get(skill) or "-") for skill in skills]
        named = self.spoken(str(one.get("taal"))).capitalize()
        if len(set(levels)) == 1:
            return named, f"{levels[0]} ({say(ALL_SKILLS, self._language)})"
        pairs = zip(skills, levels, strict=True)
        return named, " · ".join(f"{say(CODES['talen'][s], self._language)} {v}" for s, v in pairs)

    def _certificate(self, one: dict[str, JsonValue]) -> tuple[str, str]:
        until = one.get("geldig_tot")
        valid = f"{say(VALID, self._language)} {day(str(until), self._language)}"
        return str(one.get("naam") or ""), _joined(
            one.get("uitgever"), valid if until else "", mark=" · "
        )

    def _activity(self, one: dict[str, JsonValue]) -> tuple[str, str]:
        hours, since = one.get("uren"), one.get("van")
        week = f"{hours} {say(WEEKLY, self._language)}" if hours else ""
        from_ = f"{say(SINCE, self._language)} {day(str(since), self._language)}"
        return str(one.get("soort") or ""), _joined(
            one.get("organisatie"), week, from_ if since else "", mark=" · "
        )


def _joined(*parts: object, mark: str = " ") -> str:
    return mark.join(str(part) for part in parts if part)


@cache
def _languages(language: Language) -> Mapping[str, str]:
    return Locale.parse(str(language)).languages


@cache
def _territories(language: Language) -> Mapping[str, str]:
    return Locale.parse(str(language)).territories


def changed(disclosed: Disclosed, fields: FieldDictionary, names: Sequence[str]) -> dict[str, str]:
    """Return for each field the ISO day since when it stands as it does."""
    found: dict[str, str] = {}
    for version in sorted(disclosed.versions, key=lambda one: one.version):
        for name in names:
            if version.changed & fields[FieldName(name)].bit:
                found[name] = version.at.date().isoformat()
    return found
