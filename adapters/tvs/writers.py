"""The four formats of a TVS file on the way out, in the layout that our own importer reads back.

1. Fields stand in the order of the brede intake; a field that nobody in the file was granted has no
   column and no name, one that is granted but empty has both.
2. In tables an item of a group has its numbered columns; a plain list stands in one cell, with bars
   between its items, or as JSON where an item holds a bar itself.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

import orjson

from adapters.sheets import MARKUP, XLSX, Cell, Row, write_csv, write_xlsx
from adapters.tvs.layout import SINGULAR
from gateway.domain.brede_intake import in_order
from gateway.domain.deliveries import JsonValue
from gateway.domain.fields import FieldDictionary
from gateway.domain.files import Cover, FileFormat, Person, Sink, plain, visible
from gateway.domain.groups import MEMBERS
from gateway.domain.identifiers import FieldName

_ITEM: Final[Mapping[FieldName, str]] = {name: item for item, name in SINGULAR.items()}
_BAR: Final = "|"
_NESTED: Final = (list, dict)


@dataclass(frozen=True, slots=True)
class TvsJson:
    """An object with the list ``klantprofielen``, a line a person."""

    fields: FieldDictionary
    media_type: str = "application/json"
    suffix: str = ".json"
    single: bool = False

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Write the delivery; see ``FileFormat``."""
        head = {"stelsel": "TVS", "doel": cover.purpose, "ontvanger": cover.recipient}
        sink.write(orjson.dumps(head)[:-1] + b',"klantprofielen":[')
        mark = b"\n"
        for person in people:
            values: JsonValue = {name: person.values[name] for name in in_order(person.values)}
            text = orjson.dumps(values)
            sink.write(mark + (text if plain(text) else orjson.dumps(visible(values))))
            mark = b",\n"
        sink.write(b"\n]}\n")


@dataclass(frozen=True, slots=True)
class TvsXml:
    """``tvsLevering`` with a ``klantprofiel`` a person."""

    fields: FieldDictionary
    media_type: str = "application/xml"
    suffix: str = ".xml"
    single: bool = False

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Write the delivery; see ``FileFormat``."""
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<tvsLevering doel="{cover.purpose}">\n'
        sink.write(head.encode())
        for person in people:
            inner = "".join(
                _elements(name, person.values[name]) for name in in_order(person.values)
            )
            sink.write(f"<klantprofiel>{inner}</klantprofiel>\n".encode())
        sink.write(b"</tvsLevering>\n")


def _elements(name: str, value: JsonValue) -> str:
    if isinstance(value, list):
        return "".join(_elements(name, item) for item in value)
    if isinstance(value, dict):
        inner = "".join(_elements(member, item) for member, item in value.items())
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = str(visible(value))
        if MARKUP.search(inner):
            inner = escape(inner, {"\r": "&#13;"})
    return f"<{name}>{inner}</{name}>"


@dataclass(frozen=True, slots=True)
class TvsCsv:
    """A line a person, with semicolons."""

    fields: FieldDictionary
    media_type: str = "text/csv"
    suffix: str = ".csv"
    single: bool = False

    def write(self, sink: Sink, _cover: Cover, people: Iterable[Person]) -> None:
        """Write the table; see ``FileFormat``."""
        write_csv(sink, _table(self.fields, people))


@dataclass(frozen=True, slots=True)
class TvsXlsx:
    """A workbook with one sheet, a row a person."""

    fields: FieldDictionary
    media_type: str = XLSX
    suffix: str = ".xlsx"
    single: bool = False

    def write(self, sink: Sink, _cover: Cover, people: Iterable[Person]) -> None:
        """Write the table; see ``FileFormat``."""
        write_xlsx(sink, "Klantprofielen", _table(self.fields, people))


WRITERS: Final[Mapping[str, Callable[[FieldDictionary], FileFormat]]] = {
    "json": TvsJson, "xml": TvsXml, "csv": TvsCsv, "xlsx": TvsXlsx,
}  # fmt: skip


@dataclass(slots=True)
class _Widths:
    """Which columns a table needs: every field somebody was granted, and the longest group of each."""

    names: set[FieldName] = field(default_factory=set)
    items: dict[FieldName, int] = field(default_factory=dict)

    def take(self, person: Person) -> None:
        self.names.update(person.values, person.missing)
        for name, value in person.values.items():
            if name in MEMBERS and isinstance(value, list):
                self.items[name] = max(self.items.get(name, 0), len(value))


class _Layout:
    """Where each field, and each member of each item of a group, has its column."""

    def __init__(self, fields: FieldDictionary, widths: _Widths) -> None:
        self.titles: list[str] = []
        self._places: dict[FieldName, tuple[int, int, Mapping[str, str] | None]] = {}
        for name in in_order(widths.names):
            items = max(1, widths.items.get(name, 0)) if fields[name].type == "array" else 0
            self._places[name] = len(self.titles), items or 1, MEMBERS.get(name)
            self.titles += _titles(name, items)

    def row(self, person: Person) -> list[Cell]:
        """Put a person's values where their columns are; the other cells stay empty."""
        cells: list[Cell] = [None] * len(self.titles)
        for name, value in person.values.items():
            start, items, members = self._places[name]
            if members is None:
                cells[start] = _flat(value) if isinstance(value, _NESTED) else value
                continue
            for item in value[:items] if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    here = [_flat(item.get(member)) for member in members]
                    cells[start : start + len(members)] = here
                start += len(members)
        return cells


def _titles(name: FieldName, items: int) -> list[str]:
    """Name the columns of a field; those of a list of groups are numbered."""
    members = MEMBERS.get(name)
    if members is None:
        return [name]
    if not items:
        return [f"{name} {member}" for member in members]
    item_name = _ITEM.get(name, name)
    return [f"{item_name} {item} {member}" for item in range(1, items + 1) for member in members]


def _table(fields: FieldDictionary, people: Iterable[Person]) -> Iterator[Row]:
    widths = _Widths()
    for person in people:
        widths.take(person)
    layout = _Layout(fields, widths)
    yield layout.titles
    for person in people:
        yield layout.row(person)


def _flat(value: JsonValue) -> Cell:
    if not isinstance(value, _NESTED):
        return value
    if isinstance(value, list):
        texts = [str(item) for item in value]
        told = any(_BAR in text for text in texts) or (len(texts) == 1 and texts[0][:2] == '["')
        return json.dumps(texts, ensure_ascii=False) if told else _BAR.join(texts)
    return json.dumps(value, ensure_ascii=False)
