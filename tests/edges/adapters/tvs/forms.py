"""Profiles written in the four formats of a TVS delivery, as a supplier would write them."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from openpyxl import Workbook

from gateway.domain.deliveries import JsonValue

Profile = Mapping[str, JsonValue]
TITLES = {"opleidingen": "Opleiding", "werkervaring": "Werkervaring"}


def lines(*rows: Sequence[object], encoding: str = "utf-8") -> bytes:
    """Write rows of cells as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def sheets(**rows: Sequence[Sequence[object]]) -> bytes:
    """Write a workbook: a sheet by name, each a list of rows of cells."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, cells in rows.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(cells, start=1):
            for column, value in enumerate(row, start=1):
                if value is not None:
                    cell = sheet.cell(number, column, value)
                    if isinstance(value, str):
                        cell.data_type = "s"  # text stays text, also where it looks like a formula
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def document(*profiles: Profile) -> bytes:
    """Write profiles as JSON."""
    return json.dumps({"stelsel": "TVS", "klantprofielen": profiles}, ensure_ascii=False).encode()


def markup(*profiles: Profile) -> bytes:
    """Write profiles as XML."""
    root = Element("tvsLevering")
    for profile in profiles:
        _elements(SubElement(root, "klantprofiel"), profile)
    return tostring(root, encoding="unicode").encode()


def _elements(parent: Element, values: Profile) -> None:
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            child = SubElement(parent, name)
            if isinstance(item, dict):
                _elements(child, item)
            else:
                child.text = str(item).lower() if isinstance(item, bool) else str(item)


def flat(profiles: Sequence[Profile]) -> list[list[object]]:
    """Lay profiles out as a header and lines; groups become numbered columns."""
    flattened = [dict(_cells(profile)) for profile in profiles]
    header = list(dict.fromkeys(name for cells in flattened for name in cells))
    return [list(header), *([cells.get(name, "") for name in header] for cells in flattened)]


def _cells(profile: Profile) -> Iterable[tuple[str, object]]:
    for name, value in profile.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, item in enumerate(value, start=1):
                assert isinstance(item, dict)
                yield from ((f"{TITLES[name]} {number} {key}", text) for key, text in item.items())
        else:
            yield name, "|".join(map(str, value)) if isinstance(value, list) else value
