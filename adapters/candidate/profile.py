"""A candidate as recruiters' formats see her: work, schools, languages, wishes, from granted fields only.

Countries of school and work stay out, as nationality and birth do: they tell where someone is from,
which the job does not ask (SETU leaves identity empty at the offer stage).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.labels import Coded, language, occupation, skill
from gateway.domain.deliveries import JsonValue
from gateway.domain.files import Person, visible
from gateway.domain.identifiers import FieldName

_DUTCH = ("spreken", "luisteren", "lezen", "schrijven")


@dataclass(frozen=True, slots=True)
class Job:
    """A job she had; ``start`` and ``end`` are as exact as they are known (``2015``)."""

    title: str
    code: Coded | None
    sector: str
    start: str
    end: str
    tasks: str


@dataclass(frozen=True, slots=True)
class School:
    """A school she went to."""

    name: str
    start: str
    end: str
    status: str
    diploma: bool


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate she holds."""

    name: str
    issuer: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Speaks:
    """A language she speaks, with the CEFR level of each skill that is known."""

    language: Coded
    levels: Mapping[str, str]

    @property
    def told(self) -> str:
        """The levels in words."""
        spoken = set(self.levels.values())
        if len(spoken) == 1:
            return spoken.pop()
        return ", ".join(f"{part} {level}" for part, level in self.levels.items())


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person's granted fields, under the names that a recruiter uses."""

    person: Person

    @property
    def reference(self) -> str:
        """The recipient's reference of her."""
        return str(self.person.reference)

    @property
    def name(self) -> str:
        """Her name as far as it was granted; without one, what stands for it."""
        parts = (self.text(part) for part in ("roepnaam", "voorvoegsel", "achternaam"))
        return " ".join(filter(None, parts)) or f"Kandidaat {self.reference[:8]}"

    def text(self, name: str) -> str:
        """Return a field as text; empty when it was not granted or has no value."""
        value = visible(self.person.values.get(FieldName(name)))
        return "" if value is None or isinstance(value, list | dict) else _word(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list field as texts."""
        value = visible(self.person.values.get(FieldName(name)))
        return tuple(_word(item) for item in value) if isinstance(value, list) else ()

    def number(self, name: str) -> int | None:
        """Return a whole number."""
        value = self.person.values.get(FieldName(name))
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def jobs(self) -> tuple[Job, ...]:
        """List what she worked as."""
        return tuple(
            Job(
                one.get("beroep", ""),
                occupation(code) if (code := one.get("isco") or one.get("esco")) else None,
                one.get("sector", ""),
                one.get("van", ""),
                one.get("tot", ""),
                one.get("taken", ""),
            )
            for one in self._items("werkervaring")
        )

    def schools(self) -> tuple[School, ...]:
        """List where she learnt."""
        return tuple(
            School(
                one.get("naam", ""),
                one.get("van", ""),
                one.get("tot", ""),
                one.get("status", ""),
                one.get("diploma") == "ja",
            )
            for one in self._items("opleidingen")
        )

    def certificates(self) -> tuple[Certificate, ...]:
        """List what she holds."""
        names = ("naam", "uitgever", "geldig_van", "geldig_tot")
        found = self._items("certificaten")
        return tuple(Certificate(*(one.get(name, "") for name in names)) for one in found)

    def languages(self) -> tuple[Speaks, ...]:
        """List what she speaks, Dutch first."""
        dutch = {part: self.text(f"nt2_niveau_{part}") for part in _DUTCH}
        dutch = {part: level for part, level in dutch.items() if level}
        spoken = [Speaks(language("nld"), dutch)] if dutch else []
        others = [
            Speaks(language(one["taal"]), {part: one[part] for part in _DUTCH if part in one})
            for one in self._items("talen")
            if "taal" in one and not (dutch and one["taal"] == "nld")
        ]
        english = self.text("engels_niveau")
        if english not in {"", "geen"} and not any(one.language.code == "eng" for one in others):
            others.append(Speaks(language("eng"), {"spreken": english}))
        return (*spoken, *others)

    def wanted(self) -> tuple[Coded, ...]:
        """List the occupations she looks for."""
        return tuple(map(occupation, self.texts("beroepen_gewenst")))

    def skills(self) -> tuple[Coded, ...]:
        """List what she can do."""
        return tuple(map(skill, self.texts("vaardigheden")))

    def licence(self) -> str:
        """Return the category of her driving licence."""
        value = self.person.values.get(FieldName("rijbewijs"))
        return str(value.get("categorie") or "") if isinstance(value, dict) else ""

    def _items(self, name: str) -> Iterator[dict[str, str]]:
        value = visible(self.person.values.get(FieldName(name)))
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict):
                yield {member: _word(inner) for member, inner in item.items() if inner is not None}


def _word(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value)
