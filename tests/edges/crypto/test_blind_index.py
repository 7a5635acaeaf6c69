"""Equal values have equal terms under one name, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.crypto.blind_index import KeyedIndex
from tests.edges.crypto.people import Strongroom

ROOM = Strongroom()
INDEX = KeyedIndex(ROOM.keyring)


@given(st.text(max_size=20), st.text(max_size=40))
def test_term_is_sixteen_bytes_and_stays(name: str, value: str) -> None:
    """A term is 16 bytes and the same after a restart."""
    term = INDEX.term(name, value)
    assert len(term) == 16
    assert KeyedIndex(ROOM.keyring).term(name, value) == term


@given(st.text("abcdef 012", max_size=8), st.text("abcdef 012", max_size=8))
def test_other_values_have_other_terms(one: str, two: str) -> None:
    """Two values share a term only when they differ in outer spaces alone."""
    assert (INDEX.term("regio", one) == INDEX.term("regio", two)) == (one.strip() == two.strip())


@given(st.text(max_size=20))
def test_names_do_not_match(value: str) -> None:
    """The same value under two names, or in two gates, has two terms."""
    elsewhere = KeyedIndex(Strongroom().keyring)
    terms = {INDEX.term("P04.regio", value), INDEX.term("P04.taal", value)}
    assert len(terms | {elsewhere.term("P04.regio", value)}) == 3


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Utrecht", " utrecht\n"),
        ("\u00c9\u00e9n", "e\u0301E\u0301N"),
        ("Stra\u00dfe", "STRASSE"),
        ("\u1fbc", "\u03b1\u03b9"),
    ],
    ids=["case", "accent", "sharp-s", "greek"],
)
def test_writing_does_not_matter(one: str, two: str) -> None:
    """Case, outer spaces and composition of letters make no difference."""
    assert INDEX.term("plaats", one) == INDEX.term("plaats", two)


def test_term_shows_no_value() -> None:
    """Values that differ in one character have terms that share nothing to see."""
    terms = {INDEX.term("v_nummer", f"{number:010}")[:4] for number in range(500)}
    assert len(terms) == 500
