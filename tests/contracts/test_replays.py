"""Every body of the port Replays keeps this law."""

import asyncio

from gateway.domain.replays import once
from tests.contracts.bodies import DAY, NOON, Body


def test_a_token_is_good_once_until_it_is_forgotten(body: Body) -> None:
    """The first use is, a second is not, another's is; what ran out is forgotten by then."""

    def first(token: bytes, now: int) -> bool:
        return asyncio.run(body.replays.first(token, NOON + 2 * DAY, NOON + now * DAY))

    one, other = once("us", "t-1"), once("us", "t-2")
    assert [first(one, 0), first(one, 0), first(other, 1), first(one, 1)] == [
        True,
        False,
        True,
        False,
    ]
    assert first(one, 2)


def test_a_token_is_named_by_who_made_it_and_its_id() -> None:
    """Two makers may use one id, and no two pairs have one name."""
    assert len({once("a", "bc"), once("ab", "c"), once("a", "b"), once("b", "bc")}) == 4
