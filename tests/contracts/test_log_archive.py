"""Every body of the port LogArchive keeps this law."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import Oin
from gateway.domain.logbook import Filters, LoggedEvent, Sought
from gateway.domain.ports import Entry
from gateway.domain.records import RecordKind
from tests.contracts.bodies import DAY, NOON, Body, entry, subject_id

OURS, THEIRS = Oin("00000099000000001000"), Oin("00000099000000002000")
HER, SOMEONE = subject_id(1), subject_id(2)
HOURS = timedelta(hours=1)


def fill(body: Body) -> list[UUID]:
    """Log ten entries, an hour apart, about two people by turns, for two organisations."""
    ids = []
    for number in range(10):
        made = entry((HER, SOMEONE)[number % 2], at=NOON + number * HOURS).record
        record = replace(made, recipient=OURS if number < 6 else THEIRS, actor=f"w{number % 3}")
        body.append(Entry(record))
        ids.append(record.event_id)
    return ids


def period(body: Body, sought: Sought) -> Sequence[LoggedEvent]:
    """Read a period."""

    async def read() -> list[LoggedEvent]:
        return [event async for event in body.archive.period(sought)]

    return asyncio.run(read())


def indexes(body: Body, recipient: Oin | None = None, **filters: object) -> list[int]:
    """Read a period's indexes."""
    sought = Sought(recipient, filters=Filters(**filters))  # type: ignore[arg-type]  # a test names what differs
    return [event.index for event in period(body, sought)]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, None, range(10)),
        (NOON + 3 * HOURS, None, range(3, 10)),
        (None, NOON + 3 * HOURS, range(3)),
        (NOON + 3 * HOURS, NOON + 7 * HOURS, range(3, 7)),
        (NOON + DAY, None, range(0)),
        (None, NOON, range(0)),
        (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), range(10)),
    ],
)
def test_a_period_is_read_in_order(
    body: Body, since: datetime | None, until: datetime | None, found: range
) -> None:
    """From its first moment up to its last, each entry once, opened."""
    fill(body)
    assert indexes(body, since=since, until=until) == list(found)
    assert all(event.told for event in period(body, Sought(None)))


def test_an_entry_out_of_order_is_not_passed_over(body: Body) -> None:
    """Written later than its moment says, it is still found in its period."""
    fill(body)
    body.append(entry(None, at=NOON + 2 * HOURS))
    assert indexes(body, since=NOON + 2 * HOURS, until=NOON + 3 * HOURS) == [2, 10]


def test_a_period_holds_only_what_is_sought(body: Body) -> None:
    """By organisation from the leaf, by actor from the payload, by person from her tag."""
    fill(body)
    assert indexes(body, OURS, actor="w0") == [0, 3]
    assert indexes(body, THEIRS) == [6, 7, 8, 9]
    tag = body.archive.tag(HER)
    assert indexes(body, about=frozenset({tag})) == [0, 2, 4, 6, 8]
    assert indexes(body, OURS, about=frozenset({tag}), since=NOON + HOURS) == [2, 4]
    assert indexes(body, about=frozenset({body.archive.tag(subject_id(3))})) == []


def test_entries_are_read_by_index(body: Body) -> None:
    """In the order asked; one whose key is destroyed tells nothing more."""
    ids = fill(body)
    body.forget(HER)
    found = asyncio.run(body.archive.each([3, 0]))
    assert [event.event_id for event in found] == [ids[3], ids[0]]
    assert [event.told is None for event in found] == [False, True]
    asked = [3, 4, 5, 0, 1, 9, 3]
    found = asyncio.run(body.archive.each(asked))
    assert [event.index for event in found] == asked
    assert asyncio.run(body.archive.each([])) == []


def test_an_entry_is_found_by_its_id(body: Body) -> None:
    """And an id that nobody used is of no entry."""
    ids = fill(body)
    found = asyncio.run(body.archive.named(ids[4]))
    assert found is not None
    assert (found.index, found.kind) == (4, RecordKind.PROFILE)
    assert asyncio.run(body.archive.named(UUID(int=7))) is None


def test_the_root_after_a_moment_is_fixed(body: Body) -> None:
    """It is that of the log with the first entry from then on, however long the log grows."""
    fill(body)
    first = asyncio.run(body.archive.root_after(NOON + 4 * HOURS))
    assert first is not None
    assert (first[0], len(first[1])) == (5, 32)
    body.append(entry(None, at=NOON + DAY))
    assert asyncio.run(body.archive.root_after(NOON + 4 * HOURS)) == first
    assert asyncio.run(body.archive.root_after(NOON + 30 * DAY)) is None


def test_evidence_is_of_something(body: Body) -> None:
    """Files by name, and an error where nothing is gathered."""
    fill(body)
    files = asyncio.run(body.archive.evidence([1, 2], frozenset({2})))
    assert files["evidence.json"]
    with pytest.raises(InvalidRequestError, match="selectie"):
        asyncio.run(body.archive.evidence([], frozenset()))
