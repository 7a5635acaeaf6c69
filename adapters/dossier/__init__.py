"""The handover dossier (warme overdracht) on paper, along the brede intake: a tagged PDF a person."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.labels import Coded, country, language, nationality, occupation
from adapters.paper import Attached, Press
from adapters.paper.watermark import watermark
from gateway.domain.brede_intake import CHAPTERS, in_order
from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import JsonValue
from gateway.domain.fields import FieldDictionary
from gateway.domain.files import Cover, Person, Sink, visible
from gateway.domain.groups import MEMBERS
from gateway.domain.identifiers import FieldName, GemeenteCode
from gateway.domain.reasons import EXPLANATIONS, Reason

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_SOURCE = FieldName("bron_systeem")
_DAY = len("jjjj-mm-dd")
_COUNTRIES = frozenset({"geboorteland", "herkomstland", "land"})
_LANGUAGES = frozenset({"moedertaal", "voorkeurstaal_contact", "taal"})
_OCCUPATIONS = frozenset({"beroepen_gewenst", "isco"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the dossier: what it is, its value as lines, where it came from, since when."""

    label: str
    lines: tuple[str, ...]
    source: str
    since: str


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter that has something to say."""

    title: str
    items: tuple[Item, ...]  # jinja reads it as chapter.items: this is no dict


@dataclass(frozen=True, slots=True)
class Refusal:
    """Fields that were withheld for one reason."""

    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """The format: one PDF/A-3a a person, with its data attached as JSON."""

    fields: FieldDictionary
    codes: CodeLists
    media_type: str = "application/pdf"
    suffix: str = ".dossier.pdf"
    single: bool = True
    press: Press = field(default_factory=lambda: Press(Path(__file__).parent, "dossier.html"))

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Print the dossier; see ``FileFormat``."""
        for person in people:
            attached = Attached("dossier.json", "De gegevens van dit dossier", _data(cover, person))
            sink.write(self.press.print(self.page(cover, person), cover.at, (attached,)))

    def page(self, cover: Cover, person: Person) -> dict[str, object]:
        """Return what the template shows."""
        return {
            "cover": cover,
            "reference": str(person.reference),
            "entry": str(person.entry or ""),
            "index": person.index,
            "made": _moment(cover.at),
            "until": _moment(cover.expires),
            "footer": f"{cover.recipient_name} · {cover.title} · te gebruiken tot "
            f"{_moment(cover.expires)}",
            "watermark": watermark(
                (cover.recipient_name, cover.title, f"tot {_moment(cover.expires)}")
            ),
            "chapters": list(self._parts(person)),
            "missing": [self.fields[name].label_nl for name in in_order(person.missing)],
            "refused": self._refusals(person),
            "duties": [
                f"{duty.retention} ({duty.rule}: {len(duty.fields)} gegevens)"
                for duty in person.duties
            ],
        }

    def _parts(self, person: Person) -> Iterator[Part]:
        for chapter in CHAPTERS:
            items = tuple(
                self._item(person, name) for name in chapter.fields if name in person.values
            )
            if items:
                yield Part(chapter.title, items)

    def _item(self, person: Person, name: FieldName) -> Item:
        since = person.since.get(name, "")
        value = visible(person.values[name])
        lines = tuple(self._lines(name, value)) or ("geen",)
        return Item(self.fields[name].label_nl, lines, self._source(person, name), _day(since))

    def _source(self, person: Person, name: FieldName) -> str:
        if name == "client_ref" or name.startswith("toestemming_"):
            return "Doelpoort"
        if self.fields[name].label_en.endswith("(derived)"):
            return "afgeleid"
        return str(person.values.get(_SOURCE) or "TVS")

    def _lines(self, name: FieldName, value: JsonValue) -> Iterator[str]:
        if isinstance(value, list):
            for item in value:
                yield from self._lines(name, item)
        elif isinstance(value, dict):
            inner = ((key, text) for key in value if (text := self._word(name, value[key], key)))
            yield "; ".join(f"{key.replace('_', ' ')}: {text}" for key, text in inner)
        elif value is not None:
            yield self._word(name, value)

    def _word(self, name: FieldName, value: JsonValue, member: str = "") -> str:
        if isinstance(value, bool):
            return "ja" if value else "nee"
        text = str(value)
        if coded := self._coded(member or name, text):
            return str(coded)
        if name.endswith("gemeente_code"):
            town = self.codes.gemeenten.get(GemeenteCode(text))
            return f"{town} ({text})" if town else text
        if self.fields[name].type == "enum":
            return text.replace("_", " ")
        return _day(text) if self.fields[name].type == "date" or name in MEMBERS else text

    def _coded(self, name: str, code: str) -> Coded | None:
        """Put the name beside a code of a table; ``None`` for what is of no table."""
        if name == "nationaliteit":
            return nationality(code, self.codes)
        if name in _COUNTRIES:
            return country(code, self.codes)
        if name in _LANGUAGES:
            return language(code)
        return occupation(code) if name in _OCCUPATIONS else None

    def _refusals(self, person: Person) -> list[Refusal]:
        by_reason: dict[str, list[FieldName]] = {}
        for name, reason in person.refused:
            by_reason.setdefault(reason, []).append(name)
        return [
            Refusal(EXPLANATIONS[Reason(reason)].nl, tuple(self.fields[n].label_nl for n in names))
            for reason, names in by_reason.items()
        ]


def _data(cover: Cover, person: Person) -> bytes:
    """Return the machine-readable twin: names as in the dictionary, refused fields by reason only."""
    values: Mapping[str, JsonValue] = {
        name: person.values[name] for name in in_order(person.values)
    }
    whole = {
        "doel": cover.purpose,
        "ontvanger": cover.recipient,
        "clientRef": str(person.reference),
        "velden": values,
        "ontbreekt": list(person.missing),
        "geweigerd": [{"veld": name, "reden": reason} for name, reason in person.refused],
        "logregel": {"id": str(person.entry or ""), "index": person.index},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _moment(at: datetime) -> str:
    return at.astimezone(_AMSTERDAM).strftime("%d-%m-%Y %H:%M uur")


def _day(text: str) -> str:
    """Write an ISO date as Dutch people do; other texts stay."""
    if len(text) == _DAY and text[4] == text[7] == "-" and text.replace("-", "").isdigit():
        return f"{text[8:]}-{text[5:7]}-{text[:4]}"
    return text
