"""A term says by which version it was made."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.blind import BARE_SIZE, FIRST, marked, version_of

VERSIONS = st.integers(FIRST, 0xFFFF)
BARE = st.binary(min_size=BARE_SIZE, max_size=BARE_SIZE)


@given(VERSIONS, BARE)
def test_the_version_is_read_back(version: int, bare: bytes) -> None:
    """Whatever its bytes are, a term tells the version that made it, and no other."""
    assert version_of(marked(version, bare)) == version


@given(VERSIONS, VERSIONS, BARE, BARE)
def test_terms_of_two_versions_never_meet(one: int, two: int, a: bytes, b: bytes) -> None:
    """Terms are equal only when version and bytes are."""
    assert (marked(one, a) == marked(two, b)) == ((one, a) == (two, b))


@given(VERSIONS, VERSIONS, BARE)
def test_later_versions_sort_after_earlier_ones(one: int, two: int, bare: bytes) -> None:
    """Beyond the first, terms stand in the order of their versions, as the store compares them."""
    earlier, later = sorted({one, two, 2, 3} - {FIRST})[:2]
    assert marked(earlier, bare) < marked(later, bytes(BARE_SIZE))
