"""A parcel: the files of an export, a page that says what was withheld and why, and a manifest.

The manifest names purpose, recipient, policy, moment, count, the log's entries, and the SHA-256 of
every other file in the parcel.
"""

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from adapters.sheets import XLSX, entry
from gateway.domain.brede_intake import in_order
from gateway.domain.fields import FieldDictionary
from gateway.domain.files import Contents, Duty, FileFormat, Look, Person, Sink
from gateway.domain.identifiers import FieldName
from gateway.domain.reasons import EXPLANATIONS, Reason

COMPANION: Final = "toelichting.html"
MANIFEST: Final = "manifest.json"
# Who they are is told only where they are few; else the page would be longer than the file.
NAMED_AT_MOST: Final = 20
# Deflating these again takes time and no byte off.
PACKED: Final = frozenset({XLSX, "application/pdf"})
_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #666;"
    "padding:.4rem;text-align:left;vertical-align:top}"
)

Refusals = tuple[tuple[FieldName, str], ...]


class _Counted:
    """Passes bytes on, and knows their digest and number."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._sum = sha256()
        self._size = 0

    def write(self, data: bytes, /) -> int:
        self._sum.update(data)
        self._size += len(data)
        return self._sink.write(data)

    def flush(self) -> None:
        self._sink.flush()

    def listed(self, name: str, media_type: str) -> dict[str, object]:
        """Return the line of the manifest."""
        digest = self._sum.hexdigest()
        return {"naam": name, "mediaType": media_type, "bytes": self._size, "sha256": digest}


@dataclass(frozen=True, slots=True)
class Bundle:
    """Packs exports as ZIP."""

    fields: FieldDictionary

    def pack(self, sink: Sink, contents: Contents, look: Look | None) -> None:
        """Write the parcel; see ``gateway.domain.files.Packing``."""
        form = contents.form
        with ZipFile(sink, "w", ZIP_DEFLATED) as parcel:  # type: ignore[call-overload]  # it needs write and flush only
            listed = []
            noted = Noted(contents.people)
            for name, people in _members(form, noted):
                with parcel.open(entry(name, packed=form.media_type in PACKED), "w") as part:
                    counted = _Counted(part)
                    _write(counted, contents, people, look)
                listed.append(counted.listed(name, form.media_type))
            with parcel.open(entry(COMPANION), "w") as part:
                counted = _Counted(part)
                counted.write(_seen(companion(self.fields, contents, noted.told).encode(), look))
            listed.append(counted.listed(COMPANION, "text/html"))
            with parcel.open(entry(MANIFEST), "w") as part:
                for chunk in _manifest(contents, listed, noted.told):
                    part.write(_seen(chunk, look))


def _members(form: FileFormat, people: Iterable[Person]) -> Iterator[tuple[str, Iterable[Person]]]:
    """Name the files: one for all, or one for each person under her reference."""
    if not form.single:
        yield f"export{form.suffix}", people
        return
    for person in people:
        yield f"{person.reference}{form.suffix}", (person,)


def _write(sink: _Counted, contents: Contents, people: Iterable[Person], look: Look | None) -> None:
    """Write one file: straight on, or whole and looked at first where there is a look to take."""
    if look is None:
        contents.form.write(sink, contents.cover, people)
        return
    whole = io.BytesIO()
    contents.form.write(whole, contents.cover, people)
    sink.write(_seen(whole.getvalue(), look))


def _seen(data: bytes, look: Look | None) -> bytes:
    if look is not None:
        look(data)
    return data


def _manifest(
    contents: Contents, listed: list[dict[str, object]], told: "Telling"
) -> Iterator[bytes]:
    cover = contents.cover
    head = {
        "doel": cover.purpose,
        "omschrijving": cover.title,
        "ontvanger": {"oin": cover.recipient, "naam": cover.recipient_name},
        "beleid": cover.policy,
        "tijdstip": cover.at.isoformat(),
        "ophalenVoor": cover.expires.isoformat(),
        "aantal": contents.total,
        "bestanden": listed,
        "geweigerd": [{"clientRef": str(who), "reden": why} for who, why in contents.refused],
        "logregel": {"id": str(contents.entry), "index": contents.index},
    }
    yield orjson.dumps(head)[:-1] + b',"verstrekkingen":['
    yield bytes(told.receipts)
    yield b"\n]}\n"


def companion(fields: FieldDictionary, contents: Contents, told: "Telling") -> str:
    """Return the page that says, in Dutch, what was withheld, from how many, and why."""
    cover = contents.cover
    facts = (
        ("Doel", cover.title),
        ("Ontvanger", cover.recipient_name),
        ("Beleid", cover.policy),
        ("Gemaakt op", cover.at.isoformat()),
        ("Personen", str(contents.total)),
        ("Logregel", f"{contents.index} ({contents.entry})"),
    )
    rows = "".join(_row("th", *fact) for fact in facts)
    return (
        '<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Toelichting bij de '
        f"export</title><style>{_STYLE}</style></head><body><h1>Toelichting bij de export</h1>"
        f"<table>{rows}</table><h2>Wat niet is verstrekt</h2>{_withheld(fields, told, contents.total)}"
        f"<h2>Wie er niet in staat</h2>{_left_out(contents)}"
        f"<h2>Hoe lang u dit mag bewaren</h2>{_duties(told)}</body></html>\n"
    )


@dataclass(slots=True)
class Telling:
    """What page and manifest tell of everyone; people who were refused alike are counted together."""

    alike: dict[Refusals, list[str]] = field(default_factory=dict)
    counts: Counter[Refusals] = field(default_factory=Counter)
    duties: dict[tuple[Duty, ...], None] = field(default_factory=dict)
    receipts: bytearray = field(default_factory=bytearray)

    def take(self, person: Person) -> None:
        """Note one person."""
        reference = str(person.reference)
        self.duties[person.duties] = None
        self.counts[person.refused] += 1
        named = self.alike.setdefault(person.refused, [])
        if len(named) < NAMED_AT_MOST:
            named.append(reference)
        line = {"clientRef": reference, "id": str(person.entry), "index": person.index}
        self.receipts += (b",\n" if self.receipts else b"\n") + orjson.dumps(line)

    def withheld(self) -> dict[tuple[FieldName, str], tuple[int, list[str]]]:
        """Tell of each field and reason from how many it was withheld, and from whom if they are few."""
        counts: Counter[tuple[FieldName, str]] = Counter()
        who: defaultdict[tuple[FieldName, str], list[str]] = defaultdict(list)
        for refusals, named in self.alike.items():
            for one in refusals:
                counts[one] += self.counts[refusals]
                who[one] += named
        return {one: (count, who[one]) for one, count in counts.items()}


class Noted:
    """People who can be read again and again; what is told of them is noted the first time."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = people
        self._told: Telling | None = None

    def __iter__(self) -> Iterator[Person]:
        """Yield everyone."""
        return iter(self._people) if self._told else self._noting()

    def _noting(self) -> Iterator[Person]:
        told = Telling()
        for person in self._people:
            told.take(person)
            yield person
        self._told = told

    @property
    def told(self) -> Telling:
        """What was noted, once they were all read."""
        if self._told is None:
            raise ValueError("the format did not read everyone")
        return self._told


def _withheld(fields: FieldDictionary, told: Telling, total: int) -> str:
    withheld = told.withheld()
    if not withheld:
        return "<p>Niets: elk gevraagd gegeven is verstrekt.</p>"
    head = "<tr><th>Gegeven</th><th>Reden</th><th>Bij hoeveel personen</th><th>Bij wie</th></tr>"
    rows = "".join(
        _row(
            "td",
            fields[name].label_nl,
            EXPLANATIONS[Reason(why)].nl,
            str(count),
            _whose(named, count, total),
        )
        for place in in_order({name for name, _ in withheld})
        for (name, why), (count, named) in withheld.items()
        if name == place
    )
    return f"<table>{head}{rows}</table>"


def _whose(named: list[str], count: int, total: int) -> str:
    if count == total:
        return "iedereen"
    return ", ".join(named) if count <= NAMED_AT_MOST else "meer dan hier past"


def _left_out(contents: Contents) -> str:
    if not contents.refused:
        return "<p>Niemand.</p>"
    rows = "".join(
        _row("td", str(who), EXPLANATIONS[Reason(why)].nl) for who, why in contents.refused
    )
    return f"<table><tr><th>Referentie</th><th>Reden</th></tr>{rows}</table>"


def _duties(told: Telling) -> str:
    terms = dict.fromkeys((one.rule, one.retention) for duties in told.duties for one in duties)
    rows = "".join(_row("td", *term) for term in terms)
    return f"<table><tr><th>Regel</th><th>Bewaartermijn</th></tr>{rows}</table>"


def _row(first: str, *cells: str) -> str:
    inner = "".join(
        f"<{tag}>{escape(cell)}</{tag}>"
        for tag, cell in zip((first, *["td"] * 9), cells, strict=False)
    )
    return f"<tr>{inner}</tr>"
