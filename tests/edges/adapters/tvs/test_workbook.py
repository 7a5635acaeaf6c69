"""XLSX: sheets by V-nummer, cells as typed, and workbooks made to do harm."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

import pytest

from adapters.tvs import Limits
from tests.edges.adapters.tvs.conftest import Read, Refusal
from tests.edges.adapters.tvs.forms import sheets

MAIN = [["V-nummer", "Achternaam"], ["0307000001", "Haddad"]]


def repacked(data: bytes, changed: Mapping[str, bytes]) -> bytes:
    """Write a workbook again with some of its parts changed or added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        parts = {name: old.read(name) for name in old.namelist()} | dict(changed)
        for name, part in parts.items():
            new.writestr(name, part)
    return stream.getvalue()


def test_groups_are_found_by_v_nummer(read: Read) -> None:
    """Lines of a group sheet go to their person, also where a spreadsheet ate the zeros."""
    data = sheets(
        Werkervaring=[
            ["V-nummer", "beroep", "isco"],
            [307000001, "Kok", "5120"],
            ["0307000001", "Lasser", None],
            ["0307000002", "Kok", "5120"],
        ],
        Klantprofielen=[["V-nummer"], ["0307000001"], ["0307000002"], ["0307000003"]],
    )
    jobs = [values.get("werkervaring") for values in read("x.xlsx", data).values]
    assert jobs == [
        [{"beroep": "Kok", "isco": "5120"}, {"beroep": "Lasser"}],
        [{"beroep": "Kok", "isco": "5120"}],
        None,
    ]


def test_a_person_twice_does_not_double_her_groups(read: Read) -> None:
    """Where a V-nummer has two rows, each gets the same lines once."""
    school = ["0307000001", "Kok", False]
    data = sheets(
        Klantprofielen=[["V-nummer"], ["0307000001"], ["0307000001"]],
        Opleidingen=[["V-nummer", "naam", "diploma"], school, school],
    )
    got = read("x.xlsx", data)
    assert [values["opleidingen"] for values in got.values] == [
        [{"naam": "Kok", "diploma": False}]
    ] * 2


def test_numbered_columns_and_a_sheet_are_joined(read: Read) -> None:
    """Groups in columns come first, those of the sheet after."""
    data = sheets(
        Klantprofielen=[["V-nummer", "Opleiding 1 naam"], ["0307000001", "Economie"]],
        Opleidingen=[["V-nummer", "naam"], ["0307000001", "Wiskunde"]],
    )
    assert read("x.xlsx", data).values[0]["opleidingen"] == [
        {"naam": "Economie"},
        {"naam": "Wiskunde"},
    ]


def test_what_belongs_to_no_one_is_told(read: Read) -> None:
    """Group lines without a person, strange sheets and strange columns are told, and left."""
    data = sheets(
        Klantprofielen=MAIN,
        Opleidingen=[["V-nummer", "naam", "kleur", "religie"], ["0999999999", "a", "b", "c"]],
        Gespreksverslagen=[["geheim"]],
        Notities=[["geheim"]],
    )
    got = read("x.xlsx", data)
    assert got.values == [{"v_nummer": "0307000001", "achternaam": "Haddad"}]
    assert got.blocked == ("Gespreksverslagen", "religie")
    assert got.unknown == ("Notities", "Opleidingen (rows without a profile)", "kleur")


def test_cells_are_read_as_typed(read: Read) -> None:
    """Dates, whole and broken numbers and answers come as a person typed them."""
    header = ["V-nummer", "koppel_datum", "gezinsgrootte", "reisafstand_max_km", "tolk_nodig"]
    header += ["geboortedatum", "werkambitie", "nt2_uren", "toestemming_tijdstip"]
    moment = datetime(2026, 11, 1, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    row = [307000001, date(2026, 11, 1), 3.0, 2.5, True, 1988, time(9, 30), 1e20, moment]
    got = read("x.xlsx", sheets(Klantprofielen=[header, row])).values[0]
    assert list(got.values()) == [
        307000001, "2026-11-01", 3, "2.5", True, 1988, "09:30:00", "1e+20", "2026-11-01T09:30:00",
    ]  # fmt: skip


def test_rows_are_numbered_as_in_the_sheet(read: Read) -> None:
    """Empty rows are passed over and still counted; the first sheet will do without its name."""
    data = sheets(Blad1=[["V-nummer"], [None], ["0307000001"], [None], ["0307000002"]])
    assert [row for row, _ in read("x.xlsx", data).rows] == [3, 5]


def test_a_formula_stays_text(read: Read) -> None:
    """A live formula is read as its text; nothing is computed or fetched."""
    data = sheets(Klantprofielen=MAIN)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    live = sheet.replace(
        b'<c r="B2" t="inlineStr"><is><t>Haddad</t></is></c>', b'<c r="B2"><f>1+1</f><v>2</v></c>'
    )
    if live == sheet:
        live = sheet.replace(b'<c r="B2" t="s"><v>3</v></c>', b'<c r="B2"><f>1+1</f><v>2</v></c>')
    assert live != sheet
    got = read("x.xlsx", repacked(data, {"xl/worksheets/sheet1.xml": live}))
    assert got.values[0]["achternaam"] == "=1+1"


def test_macros_are_refused(refusal: Refusal) -> None:
    """A workbook that carries macros is refused, whatever its name says."""
    data = repacked(sheets(Klantprofielen=MAIN), {"xl/vbaProject.bin": b"geheim"})
    assert "macros" in refusal("x.xlsx", data)


def test_a_zip_bomb_is_refused(refusal: Refusal) -> None:
    """A small file that unpacks to much is refused before it is unpacked into memory."""
    data = repacked(sheets(Klantprofielen=MAIN), {"xl/media/x.png": bytes(5_000_000)})
    assert len(data) < 50_000
    said = refusal("x.xlsx", data, Limits(max_unpacked_bytes=1_000_000))
    assert "bytes when unpacked" in said


def test_a_lie_about_size_is_refused(refusal: Refusal) -> None:
    """An entry that unpacks to more than it declares is refused."""
    data = repacked(sheets(Klantprofielen=MAIN), {"xl/media/x.png": bytes(1_000_000)})
    size = (1_000_000).to_bytes(4, "little")
    assert data.count(size) == 2
    assert "no whole zip file" in refusal("x.xlsx", data.replace(size, (9).to_bytes(4, "little")))


def test_many_entries_are_refused(refusal: Refusal) -> None:
    """A workbook of thousands of parts is refused."""
    data = repacked(sheets(Klantprofielen=MAIN), {f"x/{n}": b"" for n in range(300)})
    assert "entries in the workbook" in refusal("x.xlsx", data)


def test_entities_in_a_sheet_are_refused(refusal: Refusal) -> None:
    """An entity bomb inside a sheet does not go off."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "geheim"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    data = repacked(sheets(Klantprofielen=MAIN), {"xl/worksheets/sheet1.xml": bomb})
    assert "DTD or entities" in refusal("x.xlsx", data)


def test_a_sheet_of_endless_rows_is_refused(refusal: Refusal) -> None:
    """A row number in the billions does not keep the reader busy."""
    data = sheets(Klantprofielen=MAIN)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    far = (
        sheet.replace(b'<row r="2"', b'<row r="2000000000"')
        .replace(b'r="A2"', b"")
        .replace(b'r="B2"', b"")
    )
    said = refusal("x.xlsx", repacked(data, {"xl/worksheets/sheet1.xml": far}))
    assert "rows: more than 200,000" in said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["V-nummer"], ["0307000001", "geheim"]], "under no column name"),
        ([[None], ["V-nummer"]], "no header"),
        ([], "no header"),
    ],
)
def test_cells_without_a_header_are_refused(
    refusal: Refusal, rows: list[list[object]], said: str
) -> None:
    """A cell beside the header, and a sheet that does not begin with one, refuse the delivery."""
    assert said in refusal("x.xlsx", sheets(Klantprofielen=rows))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["naam", "land"], "no column V-nummer"),
        (["V-nummer", "naam", "Naam"], "stands there twice"),
    ],
)
def test_a_group_sheet_needs_its_key(refusal: Refusal, header: list[str], said: str) -> None:
    """A group sheet without V-nummer, or with a member twice, refuses the delivery."""
    data = sheets(Klantprofielen=MAIN, Opleidingen=[header])
    assert said in refusal("x.xlsx", data)


def test_a_long_cell_in_a_group_sheet_is_refused(refusal: Refusal) -> None:
    """The limit on a cell holds in every sheet."""
    jobs = [["V-nummer", "taken"], ["0307000001", "geheim" * 5_000]]
    said = refusal("x.xlsx", sheets(Klantprofielen=MAIN, Werkervaring=jobs))
    assert said.startswith("sheet for werkervaring, row 2: ")
