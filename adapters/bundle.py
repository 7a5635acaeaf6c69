"""A parcel: the files of an export, a page that says what was withheld and why, and a manifest.

The manifest names purpose, recipient, policy, moment, count, the log's entries, and the SHA-256 of
every other file in the parcel.
"""

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from adapters.sheets import entry
from gateway.domain.brede_intake import in_order
from gateway.domain.fields import FieldDictionary
from gateway.domain.files import Contents, Look, Person, Sink
from gateway.domain.identifiers import FieldName
from gateway.domain.reasons import EXPLANATIONS, Reason

COMPANION: Final = "toelichting.html"
MANIFEST: Final = "manifest.json"
# Who they are is told only where they are few; else the page would be longer than the file.
NAMED_AT_MOST: Final = 20
_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #666;"
    "padding:.4rem;text-align:left;vertical-align:top}"
)


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
            for name, people in _members(contents):
                with parcel.open(entry(name), "w") as part:
                    counted = _Counted(part)
                    _write(counted, contents, people, look)
                listed.append(counted.listed(name, form.media_type))
            with parcel.open(entry(COMPANION), "w") as part:
                counted = _Counted(part)
                counted.write(_seen(companion(self.fields, contents).encode(), look))
            listed.append(counted.listed(COMPANION, "text/html"))
            with parcel.open(entry(MANIFEST), "w") as part:
                for chunk in _manifest(contents, listed):
                    part.write(_seen(chunk, look))


def _members(contents: Contents) -> Iterator[tuple[str, Iterable[Person]]]:
    """Name the files: one for all, or one for each person under her reference."""
    suffix = contents.form.suffix
    if not contents.form.single:
        yield f"export{suffix}", contents.people
        return
    for person in contents.people:
        yield f"{person.reference}{suffix}", (person,)


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


def _manifest(contents: Contents, listed: list[dict[str, object]]) -> Iterator[bytes]:
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
    mark = b"\n"
    for person in contents.people:
        line = {"clientRef": str(person.reference), "id": str(person.entry), "index": person.index}
        yield mark + orjson.dumps(line)
        mark = b",\n"
    yield b"\n]}\n"


def companion(fields: FieldDictionary, contents: Contents) -> str:
    """Return the page that says, in Dutch, what was withheld, from how many, and why."""
    cover, told = contents.cover, _Telling.of(contents.people)
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
class _Telling:
    """What the page must know of everyone, gathered in one reading."""

    counts: Counter[tuple[FieldName, str]]
    who: defaultdict[tuple[FieldName, str], list[str]]
    terms: dict[tuple[str, str], None]

    @classmethod
    def of(cls, people: Iterable[Person]) -> "_Telling":
        told = cls(Counter(), defaultdict(list), {})
        for person in people:
            told.terms.update(dict.fromkeys((duty.rule, duty.retention) for duty in person.duties))
            for one in person.refused:
                told.counts[one] += 1
                if len(told.who[one]) < NAMED_AT_MOST:
                    told.who[one].append(str(person.reference))
        return told


def _withheld(fields: FieldDictionary, told: _Telling, total: int) -> str:
    if not told.counts:
        return "<p>Niets: elk gevraagd gegeven is verstrekt.</p>"
    head = "<tr><th>Gegeven</th><th>Reden</th><th>Bij hoeveel personen</th><th>Bij wie</th></tr>"
    rows = "".join(
        _row(
            "td",
            fields[name].label_nl,
            EXPLANATIONS[Reason(why)].nl,
            str(count),
            _whose(told.who[name, why], count, total),
        )
        for place in in_order({name for name, _ in told.counts})
        for (name, why), count in told.counts.items()
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


def _duties(told: _Telling) -> str:
    rows = "".join(_row("td", *term) for term in told.terms)
    return f"<table><tr><th>Regel</th><th>Bewaartermijn</th></tr>{rows}</table>"


def _row(first: str, *cells: str) -> str:
    inner = "".join(
        f"<{tag}>{escape(cell)}</{tag}>"
        for tag, cell in zip((first, *["td"] * 9), cells, strict=False)
    )
    return f"<tr>{inner}</tr>"
