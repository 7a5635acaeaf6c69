"""No burgerservicenummer and no named number leaves, and other numbers are not taken for one."""

import json
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from gateway.crypto.firewall import Firewall, ForbiddenNumberError, passes_eleven_proof

BSN = "999990019"
V_NUMMER = "0123456789"
NONE: frozenset[str] = frozenset()

bsns = st.sampled_from(
    [f"{number}" for number in range(999990000, 1_000_000_000) if bsn.is_valid(f"{number}")]
)


def carries_bsn(chunk: bytes) -> bool:
    """Tell whether the firewall stops these bytes."""
    try:
        list(Firewall.scan([chunk], frozenset()))
    except ForbiddenNumberError:
        return True
    return False


def _pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


def _leaks(data: bytes, cuts: list[int], known: frozenset[str] = NONE) -> bool:
    try:
        list(Firewall.scan(_pieces(data, cuts), known))
    except ForbiddenNumberError:
        return True
    return False


@given(st.integers(0, 999_999_999))
def test_eleven_proof_agrees_with_the_library(number: int) -> None:
    """Our proof and that of python-stdnum never disagree."""
    digits = f"{number:09}"
    assert passes_eleven_proof(digits.encode("ascii")) == bsn.is_valid(digits)


def test_zeros_are_no_number() -> None:
    """Nine zeros pass the sum and are still no number."""
    assert not carries_bsn(b"000000000")


@given(
    bsns, st.sampled_from(["{}", '{{"x":"{}"}}', "nr. {}.", "bsn{}", "({})", "x,{}\r\n", "\t{}\t"])
)
def test_plain_number_is_seen(number: str, around: str) -> None:
    """A number is seen alone, in JSON, in a sentence, behind letters, and in CSV."""
    assert carries_bsn(around.format(number).encode())


@pytest.mark.parametrize(
    "text",
    [
        "999.990.019",
        "9999.90.019",
        "999 990 019",
        "999-990-019",
        "99 99 90 019",
        "9999 90019",
        "9 9 9 9 9 0 0 1 9",
        "999 - 990 - 019",
        "999\u00a0990\u00a0019",
        "999\u2013990\u2013019",
        "999\u2212990\u2212019",
        "9999\u00ad90019",
        "9999\u206090019",
        "code999990019",
        "999990019bsn",
        "\f999990019",
        "in 2024 999990019",
        "999990019 of 2024",
    ],
)
def test_spelled_number_is_seen(text: str) -> None:
    """A number is seen in the groupings that people write, as UTF-8 and as JSON escapes."""
    assert carries_bsn(text.encode())
    assert carries_bsn(json.dumps({"tekst": f"nummer {text} "}).encode())


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\uff10", "\u09e6"])
def test_number_in_other_digits_is_seen(zero: str) -> None:
    """A number is seen in Arabic, Persian, full-width and Bengali digits, as UTF-8 and as JSON escapes."""
    number = "".join(chr(ord(zero) + int(digit)) for digit in BSN)
    assert carries_bsn(f"nummer {number}".encode())
    assert carries_bsn(json.dumps(number).encode())


@pytest.mark.parametrize(
    "text",
    [
        "+31999990019",
        "+31 999990019",
        "+31-999990019",
        "0031 999990019",
        "0031999990019",
        "+31(0)999990019",
        "+31 (0) 999990019",
        "+31600084115",
        "0999990019",
        "9999900190",
        "a999990019",
        "999990019f",
        "52.999990019",
        "9999.90019",
        "99-9990.019",
        "2026-11-22 9",
        "2026-11-22T09:15:00.123456+00:00",
        "999,990,019",
        "9 99 9 99 0 0 19",
        "11111 22222 33333 44444 55555",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    """Telephone numbers, longer numbers, hexadecimal words, fractions and dates raise no alarm."""
    assert not carries_bsn(text.encode())


@given(st.uuids())
def test_references_pass(reference: UUID) -> None:
    """No UUID raises an alarm."""
    assert not carries_bsn(f'{{"clientRef":"{reference}"}}'.encode())


@given(st.integers(0, 99_999_999))
def test_dutch_telephone_numbers_pass(number: int) -> None:
    """No mobile number in the international form raises an alarm, together or grouped."""
    digits = f"{number:08}"
    for text in (
        f"+316{digits}",
        f"+31 6 {digits[:4]} {digits[4:]}",
        f"06-{digits}",
        f"+31 6{digits}",
    ):
        assert not carries_bsn(text.encode())


@given(st.datetimes())
def test_moments_pass(moment: object) -> None:
    """No moment raises an alarm, in ISO form or with a space."""
    assert not carries_bsn(f'"{moment}" "{moment}Z"'.replace(" ", "T").encode())
    assert not carries_bsn(str(moment).encode())


@given(st.binary(max_size=200), st.lists(st.integers(0, 400), max_size=8))
def test_passes_the_same_bytes(data: bytes, cuts: list[int]) -> None:
    """What passes is what came in, byte for byte."""
    if not carries_bsn(data):
        assert b"".join(Firewall.scan(_pieces(data, cuts), NONE)) == data


@given(
    st.text('0199 .-ab,"\n+(0)\u0669\u00a0', max_size=60),
    bsns,
    st.lists(st.integers(0, 400), max_size=12),
)
def test_borders_of_chunks_do_not_matter(text: str, number: str, cuts: list[int]) -> None:
    """The verdict over a stream is that over the whole, wherever the chunks are cut."""
    for data in (text.encode(), f"{text}{number}".encode(), f"{number} {text}".encode()):
        assert _leaks(data, cuts) == carries_bsn(data)


def test_no_digit_of_a_number_leaves() -> None:
    """When a number comes in two chunks, its first half was not passed on."""
    out: list[bytes] = []
    stream = Firewall.scan([b'"one",99999', b'0019,"two"'], NONE)
    with pytest.raises(ForbiddenNumberError) as refused:
        out.extend(stream)
    assert out == [b'"one",']
    assert BSN not in str(refused.value)


def test_passes_on_as_it_goes() -> None:
    """A stream is not held back to its end."""
    stream = Firewall.scan(iter([b'{"a":1}\n', b'{"a":2}\n', b'{"a":"999990019"}\n']), NONE)
    assert next(stream) == b'{"a":1}\n'
    assert next(stream) == b'{"a":2}\n'


@pytest.mark.parametrize("text", ["0123456789", "01234 56789", "x 2024 0123456789", "a0123456789b"])
def test_named_number_is_seen(text: str) -> None:
    """A number that is named is seen in any grouping and beside any letter."""
    assert _leaks(text.encode(), [3], frozenset({V_NUMMER}))
    assert not _leaks(text.encode(), [3], frozenset({"9876543210"}))


@given(st.integers(0, 10**10 - 1), st.lists(st.integers(0, 400), max_size=6))
def test_named_number_is_seen_across_borders(number: int, cuts: list[int]) -> None:
    """A named V-nummer is seen wherever the chunks are cut."""
    v_nummer = f"{number:010}"
    data = f'{{"naam":"Amal","toelichting":"v-nummer {v_nummer}, zie dossier"}}'.encode()
    assert _leaks(data, cuts, frozenset({v_nummer}))


@pytest.mark.parametrize("number", ["", "12345678", "1" * 21, "V123456789", "\u0661" * 10])
def test_names_numbers_only(number: str) -> None:
    """What is named must be 9 to 20 digits, and the error does not repeat it."""
    with pytest.raises(ValueError, match=r"^known: not") as refused:
        list(Firewall.scan([b"x"], frozenset({number})))
    assert number == "" or number not in str(refused.value)
