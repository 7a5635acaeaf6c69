"""CSV: encodings, quotes, line numbers, and cells that do not fit their header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.tvs import Limits
from tests.edges.adapters.tvs.conftest import Read, Refusal
from tests.edges.adapters.tvs.forms import lines

HEADER = ("V-nummer", "Achternaam", "Vaardigheden")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_both_encodings_are_read(read: Read, encoding: str) -> None:
    """UTF-8 with or without mark, and Windows-1252, give the same letters."""
    got = read("x.csv", lines(HEADER, ("0307000001", "Müller-Çelik", ""), encoding=encoding))
    assert got.values == [{"v_nummer": "0307000001", "achternaam": "Müller-Çelik"}]


@given(st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), min_size=1))
def test_windows_text_comes_through(read: Read, name: str) -> None:
    """Any letters of Windows-1252 are read as they were written."""
    written = f"{name}é!"  # these two are never UTF-8
    data = lines(HEADER, ("0307000001", written, ""), encoding="cp1252")
    assert read("x.csv", data).values[0]["achternaam"] == written


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_wide_encodings_are_refused(refusal: Refusal, encoding: str) -> None:
    """UTF-16 and UTF-32 hold NUL bytes, and the refusal says what to use."""
    said = refusal("x.csv", lines(HEADER, ("0307000001", "geheim", ""), encoding=encoding))
    assert "NUL" in said
    assert "UTF-8" in said


def test_no_encoding_fits(refusal: Refusal) -> None:
    """Bytes that neither encoding knows are refused."""
    assert "neither UTF-8" in refusal("x.csv", b"V-nummer;geheim\r\n0307000001;\x81\x8d\r\n")


def test_nul_is_refused(refusal: Refusal) -> None:
    """One NUL byte refuses the file."""
    assert "NUL" in refusal("x.csv", b"V-nummer\r\n0307000001\0\r\n")


def test_rows_are_numbered_by_line(read: Read) -> None:
    """A cell of several lines counts them all, and empty lines are passed over."""
    data = b'V-nummer;Achternaam\r\n0307000001;"a\nb"\r\n\r\n;\r\n0307000002;c\r\n'
    assert [row for row, _ in read("x.csv", data).rows] == [2, 6]


@pytest.mark.parametrize("row", ["0307000001;geheim;", "0307000001;geheim"], ids=["long", "short"])
def test_a_row_beside_its_header_is_refused(refusal: Refusal, row: str) -> None:
    """More or fewer cells than the header has put values under wrong names, so none is used."""
    header = "V-nummer;Achternaam" if row.endswith(";") else "V-nummer;Achternaam;Roepnaam"
    said = refusal("x.csv", f"{header}\r\n{row}\r\n".encode())
    assert said.startswith("line 2: ")
    assert "cells" in said


def test_an_open_quote_is_refused(refusal: Refusal) -> None:
    """A quote that is never closed is refused with the line it begins on."""
    said = refusal("x.csv", b'V-nummer;Achternaam\r\n0307000001;"geheim\r\n0307000002;x\r\n')
    assert said.startswith("line 2: ")


def test_a_header_of_many_columns_is_refused(refusal: Refusal) -> None:
    """The header has its limit too."""
    data = lines(["V-nummer", *(f"k{n}" for n in range(10))])
    assert "columns in the header" in refusal("x.csv", data, Limits(max_columns=10))


def test_commas_are_no_separator(refusal: Refusal) -> None:
    """A file with commas has no V-nummer column, and the refusal says so."""
    assert "no column V-nummer" in refusal("x.csv", b"V-nummer,Achternaam\r\n0307000001,geheim\r\n")


def test_a_column_without_a_name_is_told_by_its_number(read: Read) -> None:
    """Values under no name are left behind and told."""
    got = read("x.csv", b"V-nummer;;Achternaam\r\n0307000001;geheim;Haddad\r\n")
    assert got.values == [{"v_nummer": "0307000001", "achternaam": "Haddad"}]
    assert got.unknown == ("(column 2)",)


def test_lists_and_numbered_groups_are_put_together(read: Read) -> None:
    """A list is split at its bars; groups come in the order of their numbers, empty ones not."""
    header = ("V-nummer", "Vaardigheden", "Taal 2 taal", "Taal 1 taal", "taal_3_lezen")
    got = read("x.csv", lines(header, ("0307000001", "a| b||", "tir", "ara", "")))
    assert got.values[0]["vaardigheden"] == ["a", " b"]
    assert got.values[0]["talen"] == [{"taal": "ara"}, {"taal": "tir"}]
