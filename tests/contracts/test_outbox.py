"""Every body of the port Outbox keeps this law."""

import asyncio

from gateway.domain.projection import Waiting
from tests.contracts.bodies import Body, entry, subject_id


def waiting(body: Body, limit: int = 50) -> list[int]:
    """Return what waits."""
    return list(asyncio.run(body.outbox.waiting(limit)))


def fill(body: Body) -> None:
    """Log five entries in one call."""
    body.append(*(entry(subject_id(1)) for _ in range(5)))


def test_each_entry_waits_from_its_commit_on(body: Body) -> None:
    """In order of index, at most so many at once."""
    assert waiting(body) == []
    fill(body)
    assert waiting(body) == [0, 1, 2, 3, 4]
    assert waiting(body, 2) == [0, 1]


def test_what_is_done_waits_no_more(body: Body) -> None:
    """Whichever it is; the others keep their place."""
    fill(body)
    asyncio.run(body.outbox.done([0, 3]))
    assert waiting(body) == [1, 2, 4]
    asyncio.run(body.outbox.done([]))
    assert asyncio.run(body.outbox.count()) == Waiting(3, 0)


def test_what_is_refused_is_kept_aside(body: Body) -> None:
    """It does not wait, is counted apart, and waits again when it is restored."""
    fill(body)
    asyncio.run(body.outbox.refuse([1, 2]))
    assert waiting(body) == [0, 3, 4]
    assert asyncio.run(body.outbox.count()) == Waiting(3, 2)
    assert asyncio.run(body.outbox.restore()) == 2
    assert waiting(body) == [0, 1, 2, 3, 4]
    assert asyncio.run(body.outbox.restore()) == 0


def test_a_rejected_entry_never_waits(body: Body) -> None:
    """What is not in the log is not told."""
    body.change(subject_id(9), body.version(subject_id(9), 2))
    first = len(waiting(body))
    body.change(subject_id(9), body.version(subject_id(9), 2))
    assert len(waiting(body)) == first
