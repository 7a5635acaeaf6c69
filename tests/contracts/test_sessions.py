"""Sessions: kept under a digest, found, seen, and gone once they end."""

import asyncio
from datetime import timedelta

import pytest

from gateway.domain.identifiers import ActorId
from gateway.domain.sessions import KeptSession
from tests.contracts.bodies import NOON, Body

HOUR = timedelta(hours=1)


def kept(
    number: int, provider: str | None = None, hours: int = 0, actor: str = "a-1"
) -> KeptSession:
    """Make a session, opened so many hours after noon."""
    opened = NOON + hours * HOUR
    return KeptSession(bytes((number,)) * 32, ActorId(actor), provider, opened, opened, b"sealed")


def test_a_session_is_found_as_it_was_kept(body: Body) -> None:
    """What was kept comes back whole; another key finds nothing."""
    asyncio.run(body.sessions.keep(kept(1, "p-1")))
    assert asyncio.run(body.sessions.find(kept(1).key)) == kept(1, "p-1")
    assert asyncio.run(body.sessions.find(kept(2).key)) is None


def test_use_is_noted(body: Body) -> None:
    """Seeing a session moves when it was last seen, and nothing else; an unknown one is no fault."""
    asyncio.run(body.sessions.keep(kept(1)))
    asyncio.run(body.sessions.see(kept(1).key, NOON + HOUR))
    asyncio.run(body.sessions.see(kept(2).key, NOON + HOUR))
    found = asyncio.run(body.sessions.find(kept(1).key))
    assert found is not None
    assert (found.seen, found.opened) == (NOON + HOUR, NOON)


def test_a_session_that_ended_is_gone(body: Body) -> None:
    """Ending a session removes it, and it alone; ending it twice is ending it once."""
    for number in (1, 2):
        asyncio.run(body.sessions.keep(kept(number)))
    for _ in range(2):
        asyncio.run(body.sessions.end(kept(1).key))
    assert asyncio.run(body.sessions.find(kept(1).key)) is None
    assert asyncio.run(body.sessions.find(kept(2).key)) is not None


@pytest.mark.parametrize(
    ("session", "actor", "stay"),
    [
        ("p-1", None, [3, 4, 5]),
        ("p-1", "a-1", [3, 5]),
        ("p-9", "a-1", [1, 2, 3, 5]),
        (None, "a-1", [5]),
        (None, "a-9", [1, 2, 3, 4, 5]),
    ],
)
def test_a_provider_ends_all_that_rest_on_what_is_over(
    body: Body, session: str | None, actor: str | None, stay: list[int]
) -> None:
    """A session at the provider, a worker's that name none, or all of hers; those of others stay."""
    for number, provider in ((1, "p-1"), (2, "p-1"), (3, "p-2"), (4, None)):
        asyncio.run(body.sessions.keep(kept(number, provider)))
    asyncio.run(body.sessions.keep(kept(5, None, actor="a-2")))
    over = body.sessions.end_of_provider(session, ActorId(actor) if actor else None)
    assert asyncio.run(over) == 5 - len(stay)
    assert [n for n in range(1, 6) if asyncio.run(body.sessions.find(kept(n).key))] == stay


def test_old_sessions_are_swept(body: Body) -> None:
    """What was opened before a moment is forgotten, what was opened at it is not."""
    for number in (1, 2, 3):
        asyncio.run(body.sessions.keep(kept(number, hours=number)))
    assert asyncio.run(body.sessions.sweep(NOON + 2 * HOUR)) == 1
    assert asyncio.run(body.sessions.find(kept(2, hours=2).key)) is not None
