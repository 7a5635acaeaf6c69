"""Rows of cells under a header, as CSV and workbooks have them, turned into profiles."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from adapters.tvs.layout import Place
from adapters.tvs.limits import Limits, refuse_above
from gateway.domain.deliveries import JsonValue
from gateway.domain.fields import FieldDictionary
from gateway.domain.groups import MEMBERS
from gateway.domain.identifiers import FieldName

Cell = str | int | bool | None


class Profiles:
    """Puts the cells of a row where their columns say; knows which fields are lists."""

    def __init__(
        self, fields: FieldDictionary, places: Sequence[Place | None], limits: Limits
    ) -> None:
        self._places = places
        self._limits = limits
        self._lists = {
            spec.name for spec in fields if spec.type == "array" and spec.name not in MEMBERS
        }
        self._single = {name for name in MEMBERS if fields[name].type != "array"}

    def profile(self, cells: Sequence[Cell], where: str) -> dict[FieldName, JsonValue]:
        """Build one profile; empty cells and columns without a place are left out."""
        values: dict[FieldName, JsonValue] = {}
        items: defaultdict[FieldName, defaultdict[int, dict[str, JsonValue]]]
        items = defaultdict(lambda: defaultdict(dict))
        for number, (place, cell) in enumerate(zip(self._places, cells, strict=False), start=1):
            self._check(cell, f"{where}, column {number}")
            if place is None or cell is None or cell == "":
                continue
            if place.member is None:
                values[place.field] = self._split(place.field, cell)
            else:
                items[place.field][place.index][place.member] = cell
        return values | {name: self._grouped(name, found) for name, found in items.items()}

    def _check(self, cell: Cell, where: str) -> None:
        if isinstance(cell, str):
            refuse_above(self._limits.max_cell_chars, len(cell), f"{where}: characters in a cell")

    def _grouped(self, name: FieldName, found: Mapping[int, dict[str, JsonValue]]) -> JsonValue:
        items: list[JsonValue] = [found[index] for index in sorted(found)]
        return items[0] if name in self._single and len(items) == 1 else items

    def _split(self, name: FieldName, cell: Cell) -> JsonValue:
        if name in self._lists and isinstance(cell, str):
            return _listed(cell) or [part for part in cell.split("|") if part.strip()]
        return [cell] if name in self._lists else cell


def _listed(cell: str) -> list[JsonValue] | None:
    """Read a list that stands in its cell as JSON, because an item holds a bar."""
    if not (cell.startswith('["') and cell.endswith('"]')):
        return None
    try:
        found = json.loads(cell)
    except ValueError:
        return None
    return list(found) if all(isinstance(item, str) for item in found) else None
