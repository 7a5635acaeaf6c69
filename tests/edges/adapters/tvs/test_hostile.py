"""Files made to do harm: each refused by place and reason, with nothing of it repeated, in little memory."""

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from adapters.tvs import Limits, source_for
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary
from tests.edges.adapters.tvs.conftest import Read, Refusal
from tests.edges.adapters.tvs.forms import document, markup, sheets
from tests.edges.adapters.tvs.test_workbook import MAIN, repacked

PROFILE: Final = {"v_nummer": "0307000001", "achternaam": "geheim"}
HUNDRED_MB: Final = 100_000_000
TWENTY_MB: Final = 20_000_000
MOST_MEMORY: Final = 48_000_000
LITTLE_MEMORY: Final = 20_000_000
SECRET: Final = "file:///etc/hostname"


def xml(inner: str, before: str = "") -> bytes:
    """Write a TVS document with something in its profile."""
    whole = f"{before}<tvsLevering><klantprofiel>{inner}</klantprofiel></tvsLevering>"
    return whole.encode("utf-8", "surrogatepass")


def json_of(inner: str) -> bytes:
    """Write a TVS document whose second profile is this text."""
    return b'{"klantprofielen":[{"v_nummer":"0307000001"},' + inner.encode() + b"]}"


def book(part: str, content: bytes = b"geheim") -> bytes:
    """Write a sound workbook with one part more."""
    return repacked(sheets(Klantprofielen=MAIN), {part: content})


def bomb(levels: int) -> str:
    """Write entities that grow tenfold at each level."""
    entities = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels)]
    return f'<!DOCTYPE tvsLevering [<!ENTITY e0 "geheim">{"".join(entities)}]>'


CASES: Final = {
    "xml that reads a file": (
        "xml",
        xml("<bsn>&x;</bsn>", f'<!DOCTYPE x [<!ENTITY x SYSTEM "{SECRET}">]>'),
        "DTD or entities",
    ),
    "xml with an outside DTD": (
        "xml",
        xml("", f'<!DOCTYPE tvsLevering SYSTEM "{SECRET}">'),
        "DTD or entities",
    ),
    "xml with parameter entities": (
        "xml",
        xml("", f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{SECRET}"> %p;]>'),
        "DTD or entities",
    ),
    "xml bomb": ("xml", xml("<bsn>&e9;</bsn>", bomb(10)), "DTD or entities"),
    "xml with a NUL": ("xml", xml("<bsn>geheim\0</bsn>"), "line 1: not well-formed"),
    "xml with a lone surrogate": ("xml", xml("<bsn>geheim\ud800</bsn>"), "line 1: not well-formed"),
    "xml in an encoding of its own": (
        "xml",
        xml("", '<?xml version="1.0" encoding="geheim"?>'),
        "not well-formed",
    ),
    "xml in Latin-1 that says UTF-8": (
        "xml",
        '<?xml version="1.0" encoding="UTF-8"?><tvsLevering>é</tvsLevering>'.encode("latin-1"),
        "line 1: not well-formed",
    ),
    "json with one name twice": (
        "json",
        json_of('{"v_nummer":"0307000002","v_nummer":"geheim"}'),
        "row 3: an object holds the same name twice",
    ),
    "json with two spellings of a name": (
        "json",
        json_of('{"v_nummer":"0307000002","vNummer":"geheim"}'),
        "row 3: a field stands there twice",
    ),
    "json with NaN": ("json", json_of('{"nt2_uren":NaN}'), "row 3: holds NaN or Infinity"),
    "json with Infinity": ("json", json_of('{"nt2_uren":-Infinity}'), "row 3: holds NaN"),
    "json with a lone surrogate": (
        "json",
        json_of('{"achternaam":"geheim\\ud800"}'),
        "row 3: holds what is no Unicode text",
    ),
    "json of great depth": ("json", json_of("[" * 100_000), "row 3: nested far too deep"),
    "json that breaks off": ("json", json_of('{"achternaam":"geheim'), "row 3: not well-formed"),
    "json in UTF-16": ("json", document(PROFILE).decode().encode("utf-16"), "not UTF-8 text"),
    "json in Latin-1": (
        "json",
        document(PROFILE | {"achternaam": "é"}).decode().encode("latin-1"),
        "not UTF-8 text",
    ),
    "csv with a NUL": ("csv", b"V-nummer;Naam\r\n03070\x0000001;geheim\r\n", "NUL"),
    "csv in UTF-16": ("csv", "V-nummer\r\ngeheim\r\n".encode("utf-16"), "NUL"),
    "csv with a quote never closed": (
        "csv",
        b'V-nummer;Naam\r\n0307000001;"geheim' + b"x\r\n" * 60_000,
        "line 2: a quote that is not closed",
    ),
    "csv in neither encoding": (
        "csv",
        b"V-nummer;Naam\r\n0307000001;gehe\x81im\r\n",
        "neither UTF-8",
    ),
    "xlsx with macros": ("xlsx", book("xl/vbaProject.bin"), "macros"),
    "xlsx with macro sheets": ("xlsx", book("xl/macrosheets/sheet1.xml"), "macros"),
    "xlsx with links": ("xlsx", book("xl/externalLinks/externalLink1.xml"), "links to other"),
    "xlsx with connections": ("xlsx", book("xl/connections.xml"), "data connections"),
    "xlsx with controls": ("xlsx", book("xl/activeX/activeX1.xml"), "active content"),
    "xlsx with an embedded file": ("xlsx", book("xl/embeddings/oleObject1.bin"), "embedded"),
    "xlsx that slips out upwards": ("xlsx", book("../../geheim.xml"), "points outside"),
    "xlsx that slips out by its root": ("xlsx", book("/tmp/geheim.xml"), "points outside"),  # noqa: S108 - never written
    "xlsx that slips out by a drive": ("xlsx", book("C:\\geheim.xml"), "points outside"),
    "xlsx with one part twice": ("xlsx", book("XL/WORKBOOK.xml"), "two parts of one name"),
    "xlsx with a DTD": (
        "xlsx",
        book("xl/sharedStrings.xml", bomb(10).encode() + b"<sst><si><t>&e9;</t></si></sst>"),
        "DTD or entities",
    ),
    "xlsx with a text that is not there": (
        "xlsx",
        book(
            "xl/worksheets/sheet1.xml",
            b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>-1</v></c></row></sheetData></worksheet>',
        ),
        "not a readable workbook",
    ),
    "xlsx with a cell twice": (
        "xlsx",
        book(
            "xl/worksheets/sheet1.xml",
            b'<worksheet><sheetData><row r="1"><c r="A1"/><c r="A1"/></row></sheetData></worksheet>',
        ),
        "row 1: a cell stands there twice",
    ),
    "xlsx with a column in the billions": (
        "xlsx",
        book(
            "xl/worksheets/sheet1.xml",
            b'<worksheet><sheetData><row r="1"><c r="ZZZZZZ1"/></row></sheetData></worksheet>',
        ),
        "not a readable workbook",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_refused_by_place_and_reason(refusal: Refusal, case: str) -> None:
    """Nothing is fetched, unpacked, computed or guessed; what stood in the file is not repeated."""
    kind, data, said = CASES[case]
    words = refusal(f"x.{kind}", data)
    assert said in words
    assert len(words) < 200


def test_much_shared_text_is_refused_unread(refusal: Refusal) -> None:
    """The texts that cells share are held in memory, so they have a limit of their own."""
    text = b"<sst>" + b"<si><t>geheim</t></si>" * 10_000 + b"</sst>"
    said = refusal("x.xlsx", book("xl/sharedStrings.xml", text), Limits(max_shared_bytes=100_000))
    assert said == "bytes of shared text: more than 100,000"


def _many_cells(file: io.BufferedIOBase, size: int) -> None:
    file.write(b"V-nummer\r\n")
    file.write(b";" * size)


def _long_cell(file: io.BufferedIOBase, size: int) -> None:
    file.write(b"V-nummer;Naam\r\n0307000001;")
    file.write(b"x" * size)


def _many_lines(file: io.BufferedIOBase, size: int) -> None:
    file.write(b"V-nummer;Naam\r\n0307000001")
    file.write(b';"x\r\n"' * (size // 6))


def _json_text(file: io.BufferedIOBase, size: int) -> None:
    file.write(b'{"klantprofielen":[{"achternaam":"')
    file.write(b"x" * size)


def _json_list(file: io.BufferedIOBase, size: int) -> None:
    file.write(b'{"klantprofielen":[{"talen":[')
    file.write(b"1," * (size // 2))


def _xml_text(file: io.BufferedIOBase, size: int) -> None:
    file.write(b"<tvsLevering><klantprofiel><achternaam>")
    file.write(b"x" * size)


def _xml_attribute(file: io.BufferedIOBase, size: int) -> None:
    file.write(b'<tvsLevering><klantprofiel achternaam="')
    file.write(b"x" * size)


def _xml_comment(file: io.BufferedIOBase, size: int) -> None:
    file.write(b"<tvsLevering><!--")
    file.write(b"x" * size)


def _sheet(inner: bytes) -> bytes:
    sheet = b"<worksheet><sheetData><row r='1'>" + inner
    return book("xl/worksheets/sheet1.xml", sheet)


def _xlsx_text(file: io.BufferedIOBase, size: int) -> None:
    file.write(_sheet(b"<c t='inlineStr'><is><t>" + b"x" * size))


def _xlsx_attribute(file: io.BufferedIOBase, size: int) -> None:
    file.write(_sheet(b"<c t='" + b"x" * size))


def _xlsx_cells(file: io.BufferedIOBase, size: int) -> None:
    file.write(_sheet(b"<c/>" * (size // 4)))


@pytest.mark.parametrize(
    "case",
    [
        ("csv", _many_cells, "line 2: characters in a row"),
        ("csv", _long_cell, "line 2: characters in a row"),
        ("csv", _many_lines, "line 2: characters in a row"),
        ("json", _json_text, "row 2: not well-formed JSON, or a profile of more than "),
        ("json", _json_list, "row 2: not well-formed JSON, or a profile of more than "),
        ("xml", _xml_text, "bytes in one profile: more than "),
        ("xml", _xml_attribute, "bytes in one profile: more than "),
        ("xml", _xml_comment, "bytes in one profile: more than "),
        ("xlsx", _xlsx_text, "row 1: characters in a cell"),
        ("xlsx", _xlsx_attribute, "a tag or comment that does not end"),
        ("xlsx", _xlsx_cells, "row 1: columns: more than 1,000"),
    ],
)
def test_a_row_without_end_takes_little_memory(
    fields: FieldDictionary,
    tmp_path: Path,
    case: tuple[str, Callable[[io.BufferedIOBase, int], None], str],
    *,
    deep: bool,
) -> None:
    """Whatever it is made of, it is refused long before it is held whole (20 MB in a short run)."""
    kind, write, said = case
    limits = Limits() if deep else Limits(max_profile_chars=400_000)
    file = tmp_path / f"x.{kind}"
    with file.open("wb") as out:
        write(out, HUNDRED_MB if deep else TWENTY_MB)
    try:
        with file.open("rb") as stream:
            tracemalloc.start()
            with (
                pytest.raises(DeliveryRefusedError, match=said.replace("(", r"\(")),
                source_for(file.name, fields, limits).read(stream),
            ):
                pass
            _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        file.unlink()
    assert peak < (MOST_MEMORY if deep else LITTLE_MEMORY)


def test_utf_16_xml_is_read_as_the_standard_says(read: Read) -> None:
    """XML tells its encoding itself, and UTF-16 is one that every reader knows (XML 1.0, 4.3.3)."""
    data = markup(PROFILE).decode().encode("utf-16")
    assert read("x.xml", data).values == [PROFILE]


@pytest.mark.parametrize("kind", ["csv", "json", "xml"])
def test_a_byte_order_mark_is_no_part_of_a_name(read: Read, kind: str) -> None:
    """UTF-8 with its mark is UTF-8."""
    written = {
        "csv": b"v_nummer;achternaam\r\n0307000001;geheim\r\n",
        "json": document(PROFILE),
        "xml": markup(PROFILE),
    }[kind]
    got = read(f"x.{kind}", b"\xef\xbb\xbf" + written)
    assert (got.values, got.unknown) == ([PROFILE], ())
