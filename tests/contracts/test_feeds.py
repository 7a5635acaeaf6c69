"""Every body of the port Feeds keeps this law."""

import asyncio
from uuid import UUID, uuid4

from gateway.domain.changes import DropQuarantine
from gateway.domain.feeds import (
    ApplyEvent,
    FeedChange,
    KeepEvent,
    KeptEvent,
    SkipEvents,
    Standing,
)
from gateway.domain.records import Receipt
from tests.contracts.bodies import DAY, NOON, Body

IBIS = "IBIS"


def event(number: int, name: int | None = None, source: str = IBIS, days: int = 0) -> KeptEvent:
    """Make an event; its id follows its number."""
    event_id = UUID(int=number if name is None else name)
    return KeptEvent(source, number, event_id, b"d" * 32, NOON + days * DAY, b"sealed")


def holds(body: Body, change: FeedChange) -> bool:
    """Tell whether a change was taken."""
    return isinstance(body.change(None, change), Receipt)


def keep(body: Body, *events: KeptEvent) -> None:
    """Keep events that hold."""
    assert all(holds(body, KeepEvent(one)) for one in events)


def standing(body: Body, source: str = IBIS) -> tuple[int, list[int]]:
    """Return the position, and the numbers of what is parked."""
    found = asyncio.run(body.feeds.standing(source))
    return found.position, [one.number for one in found.parked]


def test_a_feed_that_nothing_came_from_stands_at_zero(body: Body) -> None:
    """Nothing is parked, nothing follows."""
    assert asyncio.run(body.feeds.standing(IBIS)) == Standing(IBIS, 0, ())
    assert asyncio.run(body.feeds.following(IBIS)) is None


def test_an_event_is_kept_once_by_number_and_by_id(body: Body) -> None:
    """Another at its number or under its id is refused; another source counts for itself."""
    keep(body, event(2), event(4), event(2, source="TVS"))
    assert not holds(body, KeepEvent(event(2)))
    assert not holds(body, KeepEvent(event(2, name=9)))
    assert not holds(body, KeepEvent(event(9, name=2)))
    assert standing(body) == (0, [2, 4])
    alike = asyncio.run(body.feeds.alike(IBIS, 4, UUID(int=2)))
    assert list(alike) == [event(2), event(4)]


def test_events_have_effect_in_order_each_once(body: Body) -> None:
    """The next is emptied and names its delivery; the one after it must wait for it."""
    keep(body, event(1), event(2))
    delivery = body.delivery()
    assert not holds(body, ApplyEvent(IBIS, 2, delivery, NOON))
    assert asyncio.run(body.feeds.following(IBIS)) == event(1)
    assert holds(body, ApplyEvent(IBIS, 1, delivery, NOON))
    assert not holds(body, ApplyEvent(IBIS, 1, delivery, NOON))
    assert standing(body) == (1, [2])
    (done,) = asyncio.run(body.feeds.alike(IBIS, 1, uuid4()))
    assert (done.sealed, done.delivery) == (b"", delivery)
    assert holds(body, ApplyEvent(IBIS, 2, delivery, NOON))
    assert asyncio.run(body.feeds.following(IBIS)) is None
    assert not holds(body, ApplyEvent(IBIS, 3, delivery, NOON))


def test_only_what_never_came_is_given_up(body: Body) -> None:
    """Neither what is parked nor what had its turn; after it, a late event is refused."""
    keep(body, event(4))
    assert not holds(body, SkipEvents(IBIS, 4, NOON))
    assert holds(body, SkipEvents(IBIS, 3, NOON))
    assert not holds(body, SkipEvents(IBIS, 3, NOON))
    assert not holds(body, KeepEvent(event(3)))
    assert asyncio.run(body.feeds.following(IBIS)) == event(4)
    assert standing(body) == (3, [4])


def test_what_was_parked_too_long_is_missing_again(body: Body) -> None:
    """It is dropped as quarantined rows are, and can be sent again; what had its turn stays known."""
    keep(body, event(1), event(3), event(5, days=2))
    assert holds(body, ApplyEvent(IBIS, 1, body.delivery(), NOON))
    assert isinstance(body.change(None, DropQuarantine(NOON + DAY)), Receipt)
    assert standing(body) == (1, [5])
    assert not holds(body, KeepEvent(event(1)))
    keep(body, event(3))
