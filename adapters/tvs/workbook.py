"""A TVS delivery as XLSX: a sheet of profiles, and a sheet for each group, keyed by V-nummer."""

import io
import warnings
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import BinaryIO, Final, cast

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from adapters.tvs.flat import Cell, Profiles
from adapters.tvs.layout import V_NUMMER, Layout, Left, folded
from adapters.tvs.limits import CHUNK, Bounded, Limits, refuse_above
from adapters.tvs.rows import Raw, read_whole
from gateway.domain.deliveries import JsonValue, ReadDelivery
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from gateway.domain.shapes import padded_v_nummer

MAIN: Final = "klantprofielen"
# A person may have several lines in a group sheet, so those sheets may be longer.
LINES_A_PERSON: Final = 10
MOST_EXACT: Final = 10**15


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
        data = Bounded(stream, self.limits).read_all()
        _check_archive(data, self.limits)
        with warnings.catch_warnings():
            # openpyxl warns of what it leaves out, and quotes cells in it.
            warnings.simplefilter("ignore")
            delivery = self._parsed(data)
        yield delivery

    def _parsed(self, data: bytes) -> ReadDelivery:
        try:
            with closing(openpyxl.load_workbook(io.BytesIO(data), read_only=True)) as book:
                left = Left(self.limits)
                return read_whole(self._rows(book, left), left)
        except DeliveryRefusedError:
            raise
        except Exception:  # noqa: BLE001 - openpyxl fails in its own and its libraries' ways
            raise DeliveryRefusedError("not a readable workbook (XLSX)") from None

    def _rows(self, book: Workbook, left: Left) -> Iterator[Raw]:
        layout = Layout(self.fields)
        sheets = cast("list[ReadOnlyWorksheet]", book.worksheets)
        main = next((sheet for sheet in sheets if folded(sheet.title) == MAIN), sheets[0])
        others = [self._group(sheet, layout, left) for sheet in sheets if sheet is not main]
        groups = [group for group in others if group]
        met: set[str] = set()
        for row, values in self._profiles(main, layout, left):
            number = padded_v_nummer(values.get(V_NUMMER)) or ""
            met.add(number)
            yield row, values | _items_of(number, groups, values)
        for group in groups:
            if not group.items.keys() <= met:
                left.behind(f"{group.title} (rows without a profile)", blocked=False)

    def _profiles(
        self, sheet: ReadOnlyWorksheet, layout: Layout, left: Left
    ) -> Iterator[tuple[int, dict[FieldName, JsonValue]]]:
        lines = self._lines(sheet, self.limits.max_rows)
        profiles = Profiles(self.fields, layout.columns(_header(lines), left), self.limits)
        for row, cells in lines:
            yield row, profiles.profile(cells, f"row {row}")

    def _group(self, sheet: ReadOnlyWorksheet, layout: Layout, left: Left) -> _Group | None:
        """Read a sheet of group lines; any other sheet is left behind whole."""
        name = layout.group(sheet.title)
        if name is None:
            left.behind(sheet.title, blocked=layout.blocks(sheet.title))
            return None
        lines = self._lines(sheet, self.limits.max_rows * LINES_A_PERSON)
        members = _members(_header(lines), name, layout, left)
        items: defaultdict[str, list[JsonValue]] = defaultdict(list)
        for row, cells in lines:
            self._check(cells, f"sheet {sheet.title}, row {row}")
            named = {
                m: cell for m, cell in zip(members, cells, strict=False) if m and cell is not None
            }
            own = items[padded_v_nummer(named.pop(V_NUMMER, None)) or ""]
            # Where a V-nummer has two profiles, each brought its own lines.
            if named not in own:
                own.append({**named})
        return _Group(sheet.title, name, items)

    def _check(self, cells: Sequence[Cell], where: str) -> None:
        for cell in cells:
            if isinstance(cell, str):
                refuse_above(
                    self.limits.max_cell_chars, len(cell), f"{where}: characters in a cell"
                )

    def _lines(self, sheet: ReadOnlyWorksheet, most: int) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the lines that say something with their numbers; none is wider than the header."""
        sheet.reset_dimensions()
        width = 0
        for number, cells in enumerate(sheet.values, start=1):
            refuse_above(most, number - 1, f"sheet {sheet.title}: rows")
            refuse_above(self.limits.max_columns, len(cells), f"row {number}: columns")
            line = _trimmed(cells)
            width = width or len(line)
            if len(line) > width:
                raise DeliveryRefusedError(f"row {number}: a cell under no column name")
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


def _trimmed(cells: Sequence[object]) -> list[Cell]:
    line = [_cell(value) for value in cells]
    while line and line[-1] is None:
        line.pop()
    return line


def _cell(value: object) -> Cell:
    """Turn what openpyxl makes of a cell back into what a person typed."""
    if value is None or isinstance(value, str | int):
        return value or None if isinstance(value, str) else value
    if isinstance(value, float):
        exact = value.is_integer() and abs(value) < MOST_EXACT
        return int(value) if exact else str(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else "=formula"


def _check_archive(data: bytes, limits: Limits) -> None:
    """Refuse macros and zip bombs before openpyxl opens anything, by what is declared and is so."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            refuse_above(limits.max_entries, len(entries), "entries in the workbook")
            declared = sum(entry.file_size for entry in entries)
            refuse_above(limits.max_unpacked_bytes, declared, "bytes when unpacked")
            if any("vbaproject" in entry.filename.casefold() for entry in entries):
                raise DeliveryRefusedError("a workbook with macros")
            refuse_above(limits.max_unpacked_bytes, _unpacked(archive), "bytes when unpacked")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, OSError):
        raise DeliveryRefusedError("not a workbook (XLSX): no whole zip file") from None


def _unpacked(archive: zipfile.ZipFile) -> int:
    """Count what really comes out; zipfile checks each entry's length and checksum on the way."""
    total = 0
    for entry in archive.infolist():
        with archive.open(entry) as part:
            while chunk := part.read(CHUNK):
                total += len(chunk)
    return total
