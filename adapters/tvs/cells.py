"""The cells of a workbook's sheets as a person typed them, a row at a time.

1. Nothing is computed: a formula is read as its text.
2. A number whose cell shows a date is that date; whole numbers lose their point.
3. Rows are numbered as the sheet numbers them; of the archive one piece of one part is in memory, and
   the texts that cells share.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from math import isfinite
from posixpath import join, normpath
from typing import Final
from zipfile import ZipFile

from adapters.tvs.flat import Cell
from adapters.tvs.limits import Limits, refuse_above
from adapters.tvs.markup import pieces
from gateway.domain.errors import DeliveryRefusedError

MOST_EXACT: Final = 10**15
LAST_COLUMN: Final = 16_384
_BOOK: Final = "xl/workbook.xml"
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
_EPOCH_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet's days have no zone
_FEIGNED_LEAP_DAY: Final = 60
_DATES: Final = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_SHOWN: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_OF_DATES: Final = re.compile(r"[dmyhs]", re.IGNORECASE)

Line = tuple[int, list[Cell]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its title, and the part that holds its cells."""

    title: str
    part: str


class Book:
    """A workbook whose archive was looked through."""

    def __init__(self, archive: ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._names = {name.casefold(): name for name in archive.namelist()}
        index = _Index()
        self._read(_BOOK, index)
        targets = _Targets()
        self._read("xl/_rels/workbook.xml.rels", targets)
        self.sheets = tuple(
            Sheet(title, normpath(join("xl", targets.parts[key])).lstrip("/"))
            for title, key in index.sheets
            if key in targets.parts
        )
        styles, shared = _Styles(), _Shared(limits)
        self._read("xl/styles.xml", styles, needed=False)
        self._read("xl/sharedStrings.xml", shared, needed=False)
        epoch = _EPOCH_1904 if index.from_1904 else _EPOCH
        self._values = _Values(shared.texts, styles.dates, epoch)

    def lines(self, sheet: Sheet, where: str) -> Iterator[Line]:
        """Yield every row with its number; ``where`` goes before the row's number in a refusal."""
        grid = _Grid(self._values, self._limits, where)
        with self._archive.open(self._name(sheet.part)) as part:
            for _ in pieces(part, grid.start, grid.end, grid.text):
                yield from grid.taken()

    def _name(self, part: str) -> str:
        """Return how the archive spells a part's name."""
        return self._names[part.casefold()]

    def _read(
        self, part: str, into: "_Index | _Targets | _Styles | _Shared", *, needed: bool = True
    ) -> None:
        if not needed and part.casefold() not in self._names:
            return
        with self._archive.open(self._name(part)) as content:
            for _ in pieces(content, into.start, into.end, into.text):
                pass


class _Reading:
    """Handlers that do nothing yet."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """See an element begin."""

    def end(self, tag: str) -> None:
        """See an element end."""

    def text(self, text: str) -> None:
        """See text."""


class _Index(_Reading):
    """Which sheets there are, in order, and from when days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.from_1904 = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            key = next((v for n, v in attributes.items() if n.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes.get("name", ""), key))
        elif tag == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}


class _Targets(_Reading):
    """Where the sheets' parts are; a target outside of the archive is none."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        sheet = attributes.get("Type", "").endswith("/worksheet")
        if tag == "Relationship" and sheet and attributes.get("TargetMode") != "External":
            self.parts[attributes.get("Id", "")] = attributes.get("Target", "")


class _Styles(_Reading):
    """Which cell styles show a date."""

    def __init__(self) -> None:
        self.dates: set[int] = set()
        self._formats: set[str] = {str(number) for number in _DATES}
        self._of_cells = False
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            shown = _SHOWN.sub("", attributes.get("formatCode", "").partition(";")[0])
            if _OF_DATES.search(shown):
                self._formats.add(attributes.get("numFmtId", ""))
        elif tag == "cellXfs":
            self._of_cells = True
        elif tag == "xf" and self._of_cells:
            if attributes.get("numFmtId", "0") in self._formats:
                self.dates.add(self._count)
            self._count += 1

    def end(self, tag: str) -> None:
        self._of_cells = self._of_cells and tag != "cellXfs"


class _Gathered(_Reading):
    """Text between tags, put together within the limit on a cell; how a word sounds is left out."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._open = False
        self._sounds = False

    def gather(self) -> None:
        """Begin anew."""
        self._parts, self._length = [], 0

    def gathered(self) -> str:
        """Return the text so far."""
        return "".join(self._parts)

    def text(self, text: str) -> None:
        if self._open:
            self._parts.append(text)
            self._length += len(text)
            refuse_above(
                self._limits.max_cell_chars, self._length, f"{self._where()}: characters in a cell"
            )

    def _where(self) -> str:
        return "shared text"


class _Shared(_Gathered):
    """The texts that cells name by number."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.texts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - a handler
        if tag == "si":
            self.gather()
        elif tag == "rPh":
            self._sounds = True
        self._open = tag == "t" and not self._sounds

    def end(self, tag: str) -> None:
        self._open = False
        if tag == "si":
            self.texts.append(self.gathered())
        elif tag == "rPh":
            self._sounds = False


@dataclass(frozen=True, slots=True)
class _Values:
    """Turns what stands in a cell into what a person typed."""

    shared: Sequence[str]
    dates: set[int]
    epoch: datetime

    def of(self, kind: str, style: str, text: str) -> Cell:
        if not text:
            return None
        if kind == "s":
            return self.shared[_natural(text)] or None
        if kind == "b":
            return text.strip() not in {"0", "false"}
        return self._number(style, text) if kind == "n" else text

    def _number(self, style: str, text: str) -> Cell:
        if style and int(style) in self.dates:
            return self._moment(float(text))
        if text.isdigit() and len(text) <= len(str(MOST_EXACT)):
            return int(text)
        number = float(text)
        if not isfinite(number):
            raise ValueError("no number of a spreadsheet")
        return int(number) if number.is_integer() and abs(number) < MOST_EXACT else str(number)

    def _moment(self, days: float) -> str:
        seconds = round(days % 1 * 86_400)
        moment = self.epoch + timedelta(days=int(days), seconds=seconds)
        if 0 <= days < 1:
            return moment.time().isoformat()
        if days < _FEIGNED_LEAP_DAY and self.epoch == _EPOCH:
            moment += timedelta(days=1)  # a 29 February 1900 is counted, which never was
        return moment.date().isoformat() if not seconds else moment.isoformat()


@dataclass(slots=True)
class _Cell:
    """The cell that is being read."""

    column: int
    kind: str
    style: str
    formula: str | None = None
    texts: list[str] = field(default_factory=list)


class _Grid(_Gathered):
    """The rows of one sheet, taken as they come."""

    def __init__(self, values: _Values, limits: Limits, sheet: str) -> None:
        super().__init__(limits)
        self._sheet = sheet
        self._values = values
        self._rows: list[Line] = []
        self._number = 0
        self._line: list[Cell] = []
        self._cell: _Cell | None = None

    def taken(self) -> Sequence[Line]:
        """Hand over the rows that are whole."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            where = attributes.get("r", "")
            column = _column(where.rstrip("0123456789")) if where else len(self._line)
            refuse_above(self._limits.max_columns, column + 1, f"{self._where()}: columns")
            self._cell = _Cell(column, attributes.get("t", "n"), attributes.get("s", ""))
        elif tag == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._line = []
        elif tag == "rPh":
            self._sounds = True
        elif self._cell is not None and tag in {"v", "t", "f"} and not self._sounds:
            self.gather()
            self._open = True

    def end(self, tag: str) -> None:
        self._open = False
        cell = self._cell
        if tag == "row":
            self._rows.append((self._number, self._line))
        elif tag == "rPh":
            self._sounds = False
        elif cell is None or self._sounds:
            return
        elif tag == "c":
            self._put(cell)
        elif tag == "f":
            cell.formula = self.gathered()
        elif tag in {"v", "t"}:
            cell.texts.append(self.gathered())

    def _put(self, cell: _Cell) -> None:
        line, self._cell = self._line, None
        if len(line) > cell.column:
            raise DeliveryRefusedError(f"{self._where()}: a cell stands there twice")
        line.extend([None] * (cell.column - len(line)))
        if cell.formula is not None:
            line.append(f"={cell.formula or 'formula'}")
        else:
            line.append(self._values.of(cell.kind, cell.style, "".join(cell.texts)))

    def _where(self) -> str:
        return f"{self._sheet}row {self._number}"


def _natural(text: str) -> int:
    if not text.isdigit():
        raise ValueError("no number of a shared text")
    return int(text)


@lru_cache(maxsize=1_024)
def _column(letters: str) -> int:
    """Return the place of a column by its letters: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + int(letter, 36) - 9
        if place > LAST_COLUMN:
            raise ValueError("no column of a spreadsheet")
    return place - 1
