"""Sessions: kept under a digest, found, seen, and gone once they end."""

import asyncio
from datetime import timedelta

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


def test_a_provider_ends_all_that_rest_on_what_is_over(body: Body) -> None:
    """A session at the provider, a worker's that name none, or all of hers; those of others stay."""
    providers = (None, "p-1", "p-1", "p-2", None)

    def left(session: str | None, actor: str | None) -> list[int]:
        """Keep five anew, the first of someone else, and end what is over."""
        for number, provider in enumerate(providers):
            asyncio.run(body.sessions.end(kept(number).key))
            one = kept(number, provider, actor="a-1" if number else "a-2")
            asyncio.run(body.sessions.keep(one))
        over = body.sessions.end_of_provider(session, ActorId(actor) if actor else None)
        ended = asyncio.run(over)
        stay = [n for n in range(5) if asyncio.run(body.sessions.find(kept(n).key))]
        assert ended == 5 - len(stay)
        return stay

    assert left("p-1", None) == [0, 3, 4]
    assert left("p-1", "a-1") == [0, 3]
    assert left("p-9", "a-1") == [0, 1, 2, 3]
    assert left(None, "a-1") == [0]
    assert left(None, "a-9") == [0, 1, 2, 3, 4]


def test_old_sessions_are_swept(body: Body) -> None:
    """What was opened before a moment is forgotten, what was opened at it is not."""
    for number in (1, 2, 3):
        asyncio.run(body.sessions.keep(kept(number, hours=number)))
    assert asyncio.run(body.sessions.sweep(NOON + 2 * HOUR)) == 1
    assert asyncio.run(body.sessions.find(kept(2, hours=2).key)) is not None
