"""Blind terms say a bucket and never more, and a question falls in the buckets that answer it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.criteria import (
    ENGLISH_LEVELS,
    HOURS,
    NT2_LEVELS,
    SEARCHABLE,
    bucket_asked,
    buckets_asked,
    terms_of,
)
from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName


def terms(name: str, value: JsonValue) -> set[str]:
    """Return the buckets of one value."""
    return {bucket for field, bucket in terms_of({FieldName(name): value}) if field == name}


@pytest.mark.parametrize(
    ("name", "value", "buckets"),
    [
        ("arbeidsmarktregio", "Zeeland", {"Zeeland"}),
        ("bemiddelingspostcode4", "3841", {"38"}),
        ("beschikbaar_uren", 24, {">=8", ">=16", ">=24"}),
        ("beschikbaar_uren", 7, set()),
        ("beroepen_gewenst", ["5120", "7212"], {"5120", "7212"}),
        ("beroepen_gewenst", [{"isco": "5120"}, {"code": "x"}, {}], {"5120", "x"}),
        ("beroepen_gewenst", "5120", {"5120"}),
        ("engels_niveau", "A2", {">=geen", ">=A1", ">=A2"}),
        ("nt2_niveau_spreken", "A1-", {">=<A1", ">=A1-"}),
        ("rijbewijs", [{"categorie": "B", "land": "SY"}], {"B"}),
        ("vervoermiddel", ["fiets"], {"fiets"}),
        ("vaardigheden", ["lassen", "meten"], {"lassen", "meten"}),
        ("reisafstand_max_km", 17, {">=5", ">=10", ">=15"}),
        ("ervaring_jaren", 3, {">=1", ">=3"}),
        ("beschikbaar_vanaf", "2024-04-30", {"3/0", "1/1", "0/2", "0/3", "0/4", "0/5", "0/6"}),
        ("beschikbaar_vanaf", "2026", set()),
    ],
)
def test_a_value_falls_in_its_buckets(name: str, value: JsonValue, buckets: set[str]) -> None:
    """Levels and hours are found from below, places by their area, lists by each member."""
    assert terms(name, value) == buckets


@pytest.mark.parametrize("name", sorted(SEARCHABLE))
@pytest.mark.parametrize("value", [None, {"a": 1}, [["x"]], [None]])
def test_what_is_no_value_has_no_terms(name: str, value: JsonValue) -> None:
    """A missing or misshapen value is not found by anything."""
    assert terms(name, value) == set()


@pytest.mark.parametrize("name", ["nt2_niveau_spreken", "engels_niveau"])
def test_an_unknown_level_has_no_terms(name: str) -> None:
    """A level that is not on the ladder stands nowhere on it."""
    assert terms(name, "D7") == set()


def test_what_is_not_searchable_has_no_terms() -> None:
    """Names and numbers leave no term behind."""
    assert terms_of({FieldName("achternaam"): "Voorbeeld", FieldName("bsn"): "999959086"}) == ()


@given(st.sampled_from(NT2_LEVELS), st.sampled_from(NT2_LEVELS))
def test_at_least_a_level_finds_that_level_and_above(has: str, asked: str) -> None:
    """Who has a level is found by asking for it or for less, and not for more."""
    found = bucket_asked(FieldName("nt2_niveau_spreken"), asked) in terms("nt2_niveau_spreken", has)
    assert found is (NT2_LEVELS.index(has) >= NT2_LEVELS.index(asked))


@given(st.sampled_from(ENGLISH_LEVELS), st.sampled_from(ENGLISH_LEVELS))
def test_english_goes_by_level_too(has: str, asked: str) -> None:
    """The same holds for English."""
    found = bucket_asked(FieldName("engels_niveau"), asked) in terms("engels_niveau", has)
    assert found is (ENGLISH_LEVELS.index(has) >= ENGLISH_LEVELS.index(asked))


@given(st.integers(0, 60), st.integers(0, 60))
def test_hours_are_asked_in_steps(has: int, asked: int) -> None:
    """A question for hours is taken up to the next step: who is found has what was asked, up to 40."""
    found = bucket_asked(FieldName("beschikbaar_uren"), str(asked)) in terms(
        "beschikbaar_uren", has
    )
    step = next((step for step in HOURS if step >= asked), HOURS[-1])
    assert found is (has >= step)
    assert not found or has >= min(asked, HOURS[-1])


def test_a_place_is_asked_by_its_area() -> None:
    """Two digits of a postcode are all that a question can hold; other values stand for themselves."""
    assert bucket_asked(FieldName("bemiddelingspostcode4"), "3841") == "38"
    assert bucket_asked(FieldName("arbeidsmarktregio"), "Zeeland") == "Zeeland"


@given(
    has=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    asked=st.dates(date(2024, 1, 1), date(2034, 8, 1)),
)
def test_available_by_a_day_means_in_its_month_or_before(has: date, asked: date) -> None:
    """A few spans hold exactly the months up to the one asked."""
    spans = buckets_asked(FieldName("beschikbaar_vanaf"), asked.isoformat())
    found = not terms("beschikbaar_vanaf", has.isoformat()).isdisjoint(spans)
    assert found is ((has.year, has.month) <= (asked.year, asked.month))
    assert len(spans) <= 7
