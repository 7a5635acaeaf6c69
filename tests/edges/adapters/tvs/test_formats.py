"""What holds for every format: round trips, names, blocked and unknown columns, and limits."""

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.tvs import Limits, source_for
from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary
from gateway.domain.groups import MEMBERS
from tests.edges.adapters.tvs.conftest import Read, Refusal
from tests.edges.adapters.tvs.forms import Profile, document, flat, lines, markup, sheets

Write = Callable[[Sequence[Profile]], bytes]

WRITERS: dict[str, Write] = {
    "csv": lambda profiles: lines(*flat(profiles)),
    "xlsx": lambda profiles: sheets(Klantprofielen=flat(profiles)),
    "json": lambda profiles: document(*profiles),
    "xml": lambda profiles: markup(*profiles),
}
# Writing and reading a workbook takes tens of milliseconds.
FEW = 25
SAMPLES = Path(__file__).parents[3] / "samples" / "tvs"
every_format = pytest.mark.parametrize("kind", WRITERS)

word = st.text(
    st.characters(codec="utf-8", categories=("L", "Nd", "P", "S"), exclude_characters="|"),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip() != "")
profile = st.fixed_dictionaries(
    {"v_nummer": st.from_regex(r"[0-9]{10}", fullmatch=True), "achternaam": word},
    optional={
        "werkambitie": word,
        "vaardigheden": st.lists(word, min_size=1, max_size=4),
        "werkervaring": st.lists(
            st.fixed_dictionaries({"beroep": word, "taken": word}), min_size=1, max_size=3
        ),
    },
)


@every_format
@settings(max_examples=FEW)
@given(profiles=st.lists(profile, min_size=1, max_size=5))
def test_what_was_written_is_read(read: Read, kind: str, profiles: list[Profile]) -> None:
    """A profile with text, a list and groups comes back as it was written."""
    got = read(f"levering.{kind}", WRITERS[kind](profiles))
    assert got.values == profiles
    assert [row for row, _ in got.rows] == list(range(2, len(profiles) + 2))
    assert got.blocked == got.unknown == ()


@every_format
def test_names_are_forgiven(read: Read, kind: str) -> None:
    """Case, spaces, marks and accents in a name do not matter."""
    spelled: Profile = {"V-NUMMER": "0307000001", "Achtérnaam": "Haddad", "gezinsGrootte": "3"}
    got = read(f"x.{kind}", WRITERS[kind]([spelled]))
    assert got.values == [{"v_nummer": "0307000001", "achternaam": "Haddad", "gezinsgrootte": "3"}]


def test_labels_are_names_too(read: Read, fields: FieldDictionary) -> None:
    """Every stored field is found by its Dutch label and by its own name."""
    stored = [spec for spec in fields if spec.stored and spec.name not in MEMBERS]
    for header in ([spec.label_nl for spec in stored], [spec.name for spec in stored]):
        got = read("x.csv", lines(header, ["x"] * len(stored)))
        assert list(got.values[0]) == [spec.name for spec in stored]
        assert got.unknown == ()


@every_format
def test_blocked_and_unknown_names_are_left_behind(read: Read, kind: str) -> None:
    """Values under blocked and unknown names go at once; the names are told as spelled, sorted."""
    told: Profile = {
        "v_nummer": "0307000001",
        "Religie": "geheim",
        "pasfoto": "geheim",
        "Opmerking": "geheim",
    }
    got = read(f"x.{kind}", WRITERS[kind]([told]))
    assert got.values == [{"v_nummer": "0307000001"}]
    assert got.blocked == ("Religie", "pasfoto")
    assert got.unknown == ("Opmerking",)


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_names_inside_groups_count_too(read: Read, kind: str) -> None:
    """A blocked or unknown name inside a group is left behind and told like a column."""
    group: JsonValue = {"beroep": "Kok", "religie": "geheim", "opmerking": "geheim"}
    got = read(f"x.{kind}", WRITERS[kind]([{"v_nummer": "0307000001", "werkervaring": [group]}]))
    assert got.values[0]["werkervaring"] == [{"beroep": "Kok"}]
    assert (got.blocked, got.unknown) == (("religie",), ("opmerking",))


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_nothing_hides_under_a_plain_field(read: Read, kind: str) -> None:
    """Names nested where only a plain value belongs are left behind with their values."""
    hidden: JsonValue = {"medische_bijzonderheden": "geheim", "los": {"religie": "geheim"}}
    got = read(f"x.{kind}", WRITERS[kind]([{"v_nummer": "0307000001", "werkambitie": hidden}]))
    assert got.values == [{"v_nummer": "0307000001", "werkambitie": {}}]
    assert got.blocked == ("medische_bijzonderheden", "religie")
    assert got.unknown == ("los",)


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_nothing_hides_under_a_member(read: Read, kind: str) -> None:
    """A member of a group is a plain value; names below it are left behind too."""
    group: JsonValue = {"beroep": {"religie": "geheim"}, "taken": ["a", {"los": "geheim"}, "b"]}
    got = read(f"x.{kind}", WRITERS[kind]([{"v_nummer": "0307000001", "werkervaring": [group]}]))
    assert got.values[0]["werkervaring"] == [{"beroep": {}, "taken": ["a", {}, "b"]}]
    assert (got.blocked, got.unknown) == (("religie",), ("los",))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_numbered_columns_know_blocked_members(read: Read, kind: str) -> None:
    """A blocked field in a numbered column is blocked, an unknown member is unknown."""
    header = ["V-nummer", "Opleiding 1 religie", "Opleiding 1 kleur", "Opleiding 2 naam"]
    rows: list[Sequence[object]] = [header, ["0307000001", "geheim", "geheim", "Kok"]]
    got = read(f"x.{kind}", lines(*rows) if kind == "csv" else sheets(Klantprofielen=rows))
    assert got.values == [{"v_nummer": "0307000001", "opleidingen": [{"naam": "Kok"}]}]
    assert (got.blocked, got.unknown) == (("Opleiding 1 religie",), ("Opleiding 1 kleur",))


@every_format
def test_no_rows_is_a_delivery(read: Read, kind: str) -> None:
    """A delivery without people is sound."""
    empty = {
        "csv": b"V-nummer;Achternaam\r\n",
        "xlsx": sheets(Klantprofielen=[["V-nummer"]]),
        "json": document(),
        "xml": markup(),
    }
    assert read(f"x.{kind}", empty[kind]).rows == []


@every_format
def test_too_many_rows_are_refused(refusal: Refusal, kind: str) -> None:
    """One row above the limit refuses the delivery and says so."""
    people: list[Profile] = [{"v_nummer": f"{number:010d}"} for number in range(1, 5)]
    said = refusal(f"x.{kind}", WRITERS[kind](people), Limits(max_rows=3))
    assert "rows: more than 3" in said


@every_format
def test_too_long_a_cell_is_refused(refusal: Refusal, kind: str) -> None:
    """A megabyte in one cell refuses the delivery, names the place and quotes nothing."""
    people: list[Profile] = [{"v_nummer": "0307000001", "werkambitie": "geheim" * 5_000}]
    said = refusal(f"x.{kind}", WRITERS[kind](people))
    assert "row 2" in said or "line 2" in said
    assert "20,000" in said


@every_format
def test_too_large_a_file_is_refused(refusal: Refusal, kind: str) -> None:
    """Reading stops at the limit of bytes."""
    data = WRITERS[kind]([{"v_nummer": "0307000001"}])
    assert "bytes in the file" in refusal(f"x.{kind}", data, Limits(max_bytes=len(data) - 1))


@every_format
def test_too_many_columns_are_refused(refusal: Refusal, kind: str) -> None:
    """A delivery cannot bring names without end."""
    people: list[Profile] = [{"v_nummer": "0307000001"} | {f"geheim{n}": "x" for n in range(30)}]
    assert "columns" in refusal(f"x.{kind}", WRITERS[kind](people), Limits(max_columns=20))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_repeated_column_is_refused(refusal: Refusal, kind: str) -> None:
    """Two columns for one field, by label and by name, refuse the delivery."""
    twice: Profile = {"v_nummer": "0307000001", "Achternaam": "geheim", "achternaam": "geheim"}
    said = refusal(f"x.{kind}", WRITERS[kind]([twice]))
    assert "same name" in said or "twice" in said


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_header_without_v_nummer_is_refused(refusal: Refusal, kind: str) -> None:
    """A table without a V-nummer column, or without a header at all, is no TVS delivery."""
    header_lost: list[list[object]] = [["0307000001", "geheim"], ["0307000002", "geheim"]]
    data = lines(*header_lost) if kind == "csv" else sheets(Klantprofielen=header_lost)
    assert "no column V-nummer" in refusal(f"x.{kind}", data)


@every_format
@pytest.mark.parametrize(
    "data", [b"", b"   ", b"geheim", b"\xff\xfe\x00geheim", b"PK\x03\x04geheim"]
)
def test_what_is_no_delivery_is_refused(refusal: Refusal, kind: str, data: bytes) -> None:
    """Nothing, blanks, words and other files are refused in words of our own."""
    assert refusal(f"x.{kind}", data)


@every_format
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(read: Read, kind: str, data: bytes) -> None:
    """No input makes a source fail in any other way than by refusing."""
    with suppress(DeliveryRefusedError):
        assert read(f"x.{kind}", data).rows == []


@every_format
@settings(max_examples=FEW)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(read: Read, kind: str, data: st.DataObject) -> None:
    """A file with a few changed bytes is read or refused, and breaks nothing."""
    sound = bytearray((SAMPLES / f"tvs_levering_2026-11-01.{kind}").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sound[data.draw(st.integers(0, len(sound) - 1))] = data.draw(st.integers(0, 255))
    with suppress(DeliveryRefusedError):
        assert len(read(f"x.{kind}", bytes(sound)).rows) <= 62


@pytest.mark.parametrize(
    "name",
    [
        "Levering.CSV",
        "map/levering.xlsx",
        "text/csv; charset=utf-8",
        "application/json",
        "text/xml",
        "application/xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ],
)
def test_a_source_is_found_by_name_or_media_type(fields: FieldDictionary, name: str) -> None:
    """A file name in any case, and a media type with parameters, find their source."""
    assert callable(source_for(name, fields, Limits()).read)


@pytest.mark.parametrize("name", ["levering.xlsm", "levering.xls", "levering", "text/html", ""])
def test_an_unknown_format_is_refused(fields: FieldDictionary, name: str) -> None:
    """Any other format, workbooks with macros among them, is refused."""
    source = source_for(name, fields, Limits())
    with pytest.raises(DeliveryRefusedError, match="unknown format"):
        source.read(io.BytesIO())
