"""Numbers set by law mask themselves in every text one could make of them."""

import pytest

from gateway.domain.identifiers import Bsn, MaskedNumber, VNummer

NUMBERS = [Bsn("999959086"), VNummer("0307000001")]


@pytest.mark.parametrize("number", NUMBERS, ids=["bsn", "v_nummer"])
def test_no_text_of_a_number_shows_it(number: MaskedNumber) -> None:
    """Printed, formatted, in a list or in an error, it is stars."""
    texts = (str(number), repr(number), f"{number}", f"{number:>30}", str([number]), f"{number!r}")
    assert all(number.reveal() not in text and "***" in text for text in texts)
    assert number.reveal() not in str(ValueError(number))


def test_a_number_is_revealed_on_request_only() -> None:
    """The digits come back whole, leading zeros too."""
    assert [number.reveal() for number in NUMBERS] == ["999959086", "0307000001"]


def test_equal_numbers_of_one_kind_are_equal() -> None:
    """A number equals itself, not another, and not its digits."""
    assert Bsn("999959086") == Bsn("999959086")
    assert len({Bsn("999959086"), Bsn("999959086"), Bsn("999950009")}) == 2
    assert Bsn("999959086") != Bsn("999950009")
    assert Bsn("999959086") != "999959086"


@pytest.mark.parametrize("digits", ["", "99995908", "999959087", "0999959086", "99995908x"])
def test_a_bsn_passes_the_eleven_proof(digits: str) -> None:
    """Anything else is refused without being repeated."""
    with pytest.raises(ValueError, match="11-proef") as error:
        Bsn(digits)
    assert not digits or digits not in str(error.value)


@pytest.mark.parametrize("digits", ["", "307000001", "03070000011", "030700000x", "٠٣٠٧٠٠٠٠٠١"])
def test_a_v_nummer_is_ten_digits(digits: str) -> None:
    """Anything else is refused without being repeated."""
    with pytest.raises(ValueError, match="ten digits") as error:
        VNummer(digits)
    assert not digits or digits not in str(error.value)
