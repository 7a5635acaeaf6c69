"""Tables for spreadsheets, as CSV and XLSX: what begins like a formula stays text on both ways.

XLSX is written from front to back straight into the zip: no row is held, and nothing lies on disk
in clear. Two writings of the same rows are the same bytes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from gateway.domain.files import Sink, visible

Cell: TypeAlias = str | int | bool | None
Row: TypeAlias = Sequence[Cell]

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# As intake's rule: = and @, a tab or return, and + or - before more than digits; also once guarded.
_FORMULA: Final = re.compile(r"'*(?:[=@\t\r]|[+-](?![0-9 ]*\Z))")
_GUARDED: Final = re.compile(r"'+(?:[=@\t\r]|[+-](?![0-9 ]*\Z))")
_FIRST_MARKS: Final = frozenset("'=@\t\r+-")
"""Nothing else begins a formula or a guard."""
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
MARKUP: Final = re.compile(r"[&<>\r]")
_ROWS_A_CHUNK: Final = 200
# A fifth larger than at the usual 6, for well under half the time.
_EFFORT: Final = 2
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOC: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_BOLD: Final = ' s="1"'
_QUOTED: Final = ' s="2"'


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run, one more where there is one already."""
    return "'" + text if _FORMULA.match(text) else text


def bare(text: str) -> str:
    """Take off the apostrophe that ``guarded`` put before a formula."""
    return text[1:] if _GUARDED.match(text) else text


def write_csv(sink: Sink, rows: Iterable[Row]) -> None:
    """Write rows as UTF-8 with semicolons, as Dutch spreadsheets open it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    sink.write(b"\xef\xbb\xbf")
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        sink.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()


def _csv_cell(cell: Cell) -> str | int | None:
    if isinstance(cell, str):
        text = cell if cell.isascii() and cell.isprintable() else str(visible(cell))
        return guarded(text) if text[:1] in _FIRST_MARKS else text
    return ("ja" if cell else "nee") if isinstance(cell, bool) else cell


def write_xlsx(sink: Sink, title: str, rows: Iterable[Row]) -> None:
    """Write one sheet; its first row is the header, which stays in sight."""
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=_EFFORT) as book:  # type: ignore[call-overload]  # it needs write and flush only
        with book.open(
            "xl/worksheets/sheet1.xml", "w"
        ) as part:  # by name: an entry has its own effort
            part.write(_before().encode())
            for chunk in _chunks(rows):
                part.write(chunk.encode())
            part.write(b"</sheetData></worksheet>")
        for name, text in _frame(title):
            book.writestr(entry(name), text)


def entry(name: str, *, packed: bool = False) -> ZipInfo:
    """Name a part of a zip that tells no moment, so that the same content is the same bytes.

    What is ``packed`` already is put in as it is.
    """
    part = ZipInfo(name, _FIRST_DAY)
    part.compress_type = ZIP_STORED if packed else ZIP_DEFLATED
    return part


def _before() -> str:
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '</sheetView></sheetViews><sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/>'
        "<sheetData>"
    )


def _chunks(rows: Iterable[Row]) -> Iterator[str]:
    lines: list[str] = []
    for number, row in enumerate(rows, start=1):
        lines.append(_line(number, row))
        if len(lines) == _ROWS_A_CHUNK:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)


def _line(number: int, row: Row) -> str:
    style = _BOLD if number == 1 else ""
    cells = [
        f'<c r="{column}{number}{_content(cell, style)}</c>'
        for column, cell in zip(columns(len(row)), row, strict=True)
        if cell is not None and cell != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _content(cell: str | int, style: str) -> str:
    """Return a cell behind its place: the rest of its tag, and what is in it."""
    if isinstance(cell, str):
        return _text(cell, style)
    return f'" t="b"><v>{int(cell)}</v>' if isinstance(cell, bool) else f'"><v>{cell}</v>'


def _text(text: str, style: str) -> str:
    if not (text.isascii() and text.isprintable()):
        text = str(visible(text))
    if text[:1] in _FIRST_MARKS and not style and _FORMULA.match(text):
        style = _QUOTED
    if MARKUP.search(text):
        text = escape(text, {"\r": "&#13;"})
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f'"{style} t="inlineStr"><is><t{space}>{text}</t></is>'


@lru_cache(maxsize=64)
def columns(count: int) -> tuple[str, ...]:
    """Name the first columns of a sheet."""
    return tuple(map(column, range(count)))


def column(place: int) -> str:
    """Name a column as spreadsheets do: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(65 + letter) + name
    return name


def _frame(title: str) -> Iterator[tuple[str, str]]:
    """Yield the parts that make the sheet a workbook; none tells who made it, or when."""
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    yield (
        "[Content_Types].xml",
        (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{office}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{office}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{office}.styles+xml"/></Types>'
        ),
    )
    yield (
        "_rels/.rels",
        (
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_DOC}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
    )
    yield (
        "xl/workbook.xml",
        (
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_DOC}"><sheets>'
            f'<sheet name={quoteattr(title)} sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        (
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_DOC}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
            f'Type="{_DOC}/styles" Target="styles.xml"/></Relationships>'
        ),
    )
    yield "xl/styles.xml", _STYLES
