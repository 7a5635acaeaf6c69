"""What goes out comes back: exported profiles are read again without loss, in every format."""

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sheets import bare, guarded
from adapters.tvs import WRITERS
from gateway.domain.brede_intake import CHAPTERS
from gateway.domain.deliveries import JsonValue
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from tests.edges.adapters.people import clean, people, person, profiles, written
from tests.edges.adapters.tvs.conftest import Read

GOLDEN = Path(__file__).with_name("golden")
every_format = pytest.mark.parametrize("kind", WRITERS)
V = FieldName("v_nummer")


def back(read: Read, kind: str, data: bytes) -> list[dict[FieldName, JsonValue]]:
    """Read a file as a delivery and judge its rows; nothing in it may be strange."""
    got = read(f"levering.{kind}", data)
    assert got.blocked == got.unknown == ()
    return clean({FieldName(name): value for name, value in row.items()} for row in got.values)


@every_format
def test_synthetic_people_come_back_as_they_left(
    read: Read, fields: FieldDictionary, kind: str, *, deep: bool
) -> None:
    """300 people (10,000 in the full numbers) are the same after export and import."""
    count = 10_000 if deep else 300
    data = written(WRITERS[kind](fields), people(count))
    assert back(read, kind, data) == list(profiles(count))


nasty = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")
    ),
    min_size=1,
    max_size=20,
).map(lambda text: text.replace("_x", "x"))
strange = st.one_of(
    nasty, st.sampled_from(["=1+1", "'=1+1", "''@x", "+31 6", "-2+3", '["a"]', "a|b", '";"', "1e5"])
)


@every_format
@settings(max_examples=25)
@given(text=strange, items=st.lists(strange, min_size=1, max_size=3, unique=True))
def test_strange_texts_come_back_too(
    read: Read, fields: FieldDictionary, kind: str, text: str, items: list[str]
) -> None:
    """Formulas, bars, quotes and brackets in texts and lists survive both ways."""
    told = clean(
        [
            {
                V: "0307000001",
                FieldName("werkambitie"): text,
                FieldName("vaardigheden"): [*items],
                FieldName("werkervaring"): [{"beroep": text}, {"beroep": text}],
            }
        ]
    )
    data = written(WRITERS[kind](fields), [person(1, told[0])])
    assert back(read, kind, data) == told


@given(text=strange)
def test_the_guard_comes_off_exactly(text: str) -> None:
    """Whatever is guarded is bare again, and what a spreadsheet would run never stands first."""
    assert bare(guarded(text)) == text
    assert guarded(text)[0] not in "=@\t\r"


def test_a_formula_stays_text_in_both_tables(fields: FieldDictionary) -> None:
    """In CSV it is guarded; in XLSX its cell is text, marked as quoted."""
    shares = [person(1, {V: "0307000001", FieldName("werkambitie"): "=HYPERLINK(1)"})]
    text = written(WRITERS["csv"](fields), shares).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text), delimiter=";"))[1][1] == "'=HYPERLINK(1)"
    book = openpyxl.load_workbook(io.BytesIO(written(WRITERS["xlsx"](fields), shares)))
    cell = book.worksheets[0]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=HYPERLINK(1)", "s", True)


@every_format
def test_unseen_characters_do_not_leave(fields: FieldDictionary, kind: str) -> None:
    """Bidi and control characters are left out on the way, whatever the format."""
    shares = [person(1, {V: "0307000001", FieldName("werkambitie"): "ko\u202ek\x07"})]
    data = written(WRITERS[kind](fields), shares)
    text = (
        str(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["B2"].value)
        if (kind == "xlsx")
        else data.decode("utf-8-sig")
    )
    assert "kok" in text
    assert "\u202e" not in text


def test_refused_fields_are_absent_and_empty_ones_blank(fields: FieldDictionary) -> None:
    """A column is there for a field that somebody was granted, valued or not, and for no other."""
    share = person(
        1,
        {V: "0307000001"},
        missing=(FieldName("roepnaam"),),
        refused=((FieldName("bsn"), "FIELD_NOT_IN_PURPOSE"),),
    )
    text = written(WRITERS["csv"](fields), [share]).decode("utf-8-sig")
    assert text == "v_nummer;roepnaam\r\n0307000001;\r\n"
    assert json.loads(written(WRITERS["json"](fields), [share]))["klantprofielen"] == [
        {V: "0307000001"}
    ]


def test_columns_follow_the_brede_intake(fields: FieldDictionary) -> None:
    """Columns stand in the order of the chapters, whatever the order of the values."""
    text = written(WRITERS["csv"](fields), people(20)).decode("utf-8-sig")
    header = text.splitlines()[0].split(";")
    order = [name for chapter in CHAPTERS for name in chapter.fields]
    plain = [FieldName(name) for name in header if name in fields]
    assert plain == sorted(plain, key=order.index)
    assert plain[0] == V


def test_every_stored_field_has_one_place_in_the_intake(fields: FieldDictionary) -> None:
    """The chapters name each field that may be stored once, and no other."""
    placed = [name for chapter in CHAPTERS for name in chapter.fields]
    assert sorted(placed) == sorted(spec.name for spec in fields if spec.stored)


@every_format
def test_the_same_people_are_the_same_bytes(fields: FieldDictionary, kind: str) -> None:
    """No moment and no chance stands in a file, so that a digest names its content."""
    form = WRITERS[kind](fields)
    assert written(form, people(5)) == written(form, people(5))


def test_a_workbook_says_nothing_of_its_maker(fields: FieldDictionary) -> None:
    """There are no document properties, names or comments in it."""
    with ZipFile(io.BytesIO(written(WRITERS["xlsx"](fields), people(2)))) as book:
        assert not [name for name in book.namelist() if "docProps" in name or "comment" in name]
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}


@every_format
def test_golden_file(fields: FieldDictionary, kind: str) -> None:
    """Two synthetic people are written exactly as the files that were looked at."""
    golden = GOLDEN / f"klantprofielen.{kind}"
    data = written(WRITERS[kind](fields), people(2))
    if kind == "xlsx":  # what deflate makes of it is zlib's own affair
        assert _parts(data) == _parts(golden.read_bytes())
    else:
        assert data == golden.read_bytes()


def _parts(data: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}
