"""At the search stage places and years are shown in buckets."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.generalise import generalise
from gateway.domain.identifiers import FieldName

YEARS = {0: "0", 1: "1-2", 2: "1-2", 3: "3-5", 5: "3-5", 6: "6-10", 10: "6-10", 11: "meer dan 10"}


@pytest.mark.parametrize(("years", "band"), YEARS.items())
def test_years_fall_in_bands(years: int, band: str) -> None:
    """Each band has its first and its last year."""
    shown = generalise(FieldName("ervaring_jaren"), json.dumps(years).encode())
    assert json.loads(shown) == band


@given(st.from_regex(r"[1-9][0-9]{3}", fullmatch=True))
def test_a_postcode_keeps_two_digits(postcode: str) -> None:
    """Of four digits two are shown."""
    shown = generalise(FieldName("bemiddelingspostcode4"), json.dumps(postcode).encode())
    assert json.loads(shown) == f"{postcode[:2]}xx"


@given(st.binary())
def test_other_fields_pass_unchanged(value: bytes) -> None:
    """What is no place and no number of years is not touched, not even read."""
    assert generalise(FieldName("engels_niveau"), value) is value
