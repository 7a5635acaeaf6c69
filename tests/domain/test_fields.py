"""The dictionary turns names into bits and back, and knows which are special."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from tests.domain.law import FIELDS, mask, names

ALL = [spec.name for spec in FIELDS]


@given(st.sets(st.sampled_from(ALL)))
def test_names_become_bits_and_come_back(chosen: set[FieldName]) -> None:
    """A mask holds exactly the names it was made of, told in dictionary order."""
    back = FIELDS.names(FIELDS.mask(chosen))
    assert set(back) == chosen
    assert list(back) == [name for name in ALL if name in chosen]


def test_an_unknown_name_has_no_bit() -> None:
    """What is not in the dictionary cannot be asked for."""
    assert FieldName("onbekend") not in FIELDS
    with pytest.raises(KeyError):
        FIELDS.mask([FieldName("onbekend")])


def test_a_field_is_found_by_its_name() -> None:
    """A field knows its own bit."""
    assert FIELDS[FieldName("naam")].bit == mask("naam")
    assert FieldName("naam") in FIELDS
    assert len(FIELDS) == len(ALL)


def test_classes_four_and_five_are_special() -> None:
    """Special data and criminal data are one mask; numbers set by law another, without overlap."""
    assert names(FIELDS.special) == {"religie", "woonbehoefte", "incident"}
    assert names(FIELDS.numbers_by_law) == {"bsn"}


def test_the_order_is_that_of_the_numbers() -> None:
    """However the lines are told, fields come in order of number."""
    told = FieldDictionary(reversed(list(FIELDS)))
    assert [spec.number for spec in told] == list(range(len(ALL)))
