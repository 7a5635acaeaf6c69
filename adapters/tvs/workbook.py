"""A TVS delivery as XLSX: a sheet of profiles, and a sheet for each group, keyed by V-nummer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from adapters.tvs.archive import opened
from adapters.tvs.cells import Book, Sheet
from adapters.tvs.flat import Cell, Profiles
from adapters.tvs.layout import V_NUMMER, Layout, Left, folded
from adapters.tvs.limits import Limits, refuse_above
from adapters.tvs.rows import Raw, read_whole
from gateway.domain.deliveries import JsonValue, ReadDelivery
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from gateway.domain.shapes import padded_v_nummer

MAIN: Final = "klantprofielen"
# A person may have several lines in a group sheet, so those sheets may be longer.
LINES_A_PERSON: Final = 10
# What the reader of cells raises where a part is missing, or holds what no workbook holds.
UNREADABLE: Final = (ValueError, KeyError, IndexError, OverflowError)


@dataclass(frozen=True, slots=True)
class _Group:
    """A sheet of group lines: the items of each V-nummer."""

    title: str
    field: FieldName
    items: Mapping[str, list[JsonValue]]


@dataclass(frozen=True, slots=True)
class Sheets:
    """Reads XLSX; rows are numbered as in the sheet of profiles."""

    fields: FieldDictionary
    limits: Limits

    @contextmanager
    def read(self, stream: BinaryIO) -> Iterator[ReadDelivery]:
        """Open a delivery; raises ``DeliveryRefusedError`` when it cannot be read."""
        with opened(stream, self.limits) as archive:
            try:
                left = Left(self.limits)
                delivery = read_whole(self._rows(Book(archive, self.limits), left), left)
            except UNREADABLE:
                raise DeliveryRefusedError("not a readable workbook (XLSX)") from None
        yield delivery

    def _rows(self, book: Book, left: Left) -> Iterator[Raw]:
        layout = Layout(self.fields)
        main = next((one for one in book.sheets if folded(one.title) == MAIN), book.sheets[0])
        others = [self._group(book, one, layout, left) for one in book.sheets if one is not main]
        groups = [group for group in others if group]
        met: set[str] = set()
        for row, values in self._profiles(book, main, layout, left):
            number = padded_v_nummer(values.get(V_NUMMER)) or ""
            met.add(number)
            yield row, values | _items_of(number, groups, values)
        for group in groups:
            if not group.items.keys() <= met:
                left.behind(f"{group.title} (rows without a profile)", blocked=False)

    def _profiles(
        self, book: Book, sheet: Sheet, layout: Layout, left: Left
    ) -> Iterator[tuple[int, dict[FieldName, JsonValue]]]:
        lines = self._lines(book, sheet, self.limits.max_rows, "")
        profiles = Profiles(self.fields, layout.columns(_header(lines), left), self.limits)
        for row, cells in lines:
            yield row, profiles.profile(cells, f"row {row}")

    def _group(self, book: Book, sheet: Sheet, layout: Layout, left: Left) -> _Group | None:
        """Read a sheet of group lines; any other sheet is left behind whole."""
        name = layout.group(sheet.title)
        if name is None:
            left.behind(sheet.title, blocked=layout.blocks(sheet.title))
            return None
        where = f"sheet for {name}, "
        lines = self._lines(book, sheet, self.limits.max_rows * LINES_A_PERSON, where)
        members = _members(_header(lines), name, layout, left)
        items: defaultdict[str, list[JsonValue]] = defaultdict(list)
        for _, cells in lines:
            named = {
                m: cell for m, cell in zip(members, cells, strict=False) if m and cell is not None
            }
            own = items[padded_v_nummer(named.pop(V_NUMMER, None)) or ""]
            # Where a V-nummer has two profiles, each brought its own lines.
            if named not in own:
                own.append({**named})
        return _Group(sheet.title, name, items)

    def _lines(
        self, book: Book, sheet: Sheet, most: int, where: str
    ) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the lines that say something with their numbers; none is wider than the header."""
        width = 0
        for number, cells in book.lines(sheet, where):
            refuse_above(most, number - 1, f"{where}rows")
            line = _trimmed(cells)
            width = width or len(line)
            if len(line) > width:
                raise DeliveryRefusedError(f"{where}row {number}: a cell under no column name")
            if line:
                yield number, line


def _items_of(
    number: str, groups: Sequence[_Group], values: Mapping[FieldName, JsonValue]
) -> dict[FieldName, JsonValue]:
    """Join the items that stand beside a profile with those in its own columns."""
    found: dict[FieldName, JsonValue] = {}
    for group in groups:
        if number and (items := group.items.get(number)):
            own = values.get(group.field)
            found[group.field] = [*own, *items] if isinstance(own, list) else items
    return found


def _header(lines: Iterator[tuple[int, list[Cell]]]) -> list[str]:
    number, cells = next(lines, (1, []))
    if number != 1 or not cells:
        raise DeliveryRefusedError("empty sheet: there is no header")
    return [str(cell).strip() if cell is not None else "" for cell in cells]


def _members(header: Sequence[str], group: FieldName, layout: Layout, left: Left) -> list[str]:
    """Match the header of a group sheet: its V-nummer and the members; the rest is left behind."""
    members: list[str] = []
    for number, spelled in enumerate(header, start=1):
        spec = layout.field(spelled)
        key = V_NUMMER if spec is not None and spec.name == V_NUMMER else ""
        member = key or layout.member(group, spelled) or ""
        if member and member in members:
            raise DeliveryRefusedError(f"sheet for {group}: column {number} stands there twice")
        if not member:
            left.behind(spelled or f"(column {number})", blocked=layout.blocks(spelled))
        members.append(member)
    if V_NUMMER not in members:
        raise DeliveryRefusedError(f"sheet for {group}: no column V-nummer in the header")
    return members


def _trimmed(line: list[Cell]) -> list[Cell]:
    while line and line[-1] is None:
        line.pop()
    return line
