"""Every body of the port Statistics, and what the ledger takes of counts and of tables told."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.counting import BlindCube, PublishCounts, TellTable
from gateway.domain.identifiers import ActorId, Oin, SubjectId
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from gateway.domain.statistics import CUBES, Told
from tests.contracts.bodies import DAY, NOON, Body, subject_id

COA, OTHER = Oin("00000099000000001000"), Oin("00000099000000002000")
ANALYST: Final = ActorId("analyst-1")
MINUTE: Final = timedelta(minutes=1)
FIRST, SECOND = CUBES[:2]


def cube(at: datetime = NOON, counts: Mapping[bytes, int | None] | None = None) -> BlindCube:
    """Make a cube in which one count is shown and one is withheld."""
    terms = {b"a" * 16: 12, b"b" * 16: None} if counts is None else counts
    return BlindCube(FIRST, at.date(), at, terms)


def told(earlier: int, at: datetime = NOON, actor: ActorId = ANALYST, to: Oin = COA) -> TellTable:
    """Tell an analyst of the first cube."""
    return TellTable(to, actor, Told(at, FIRST), earlier)


def published(body: Body) -> Mapping[object, BlindCube]:
    """Read what was published, by dimensions."""
    return {one.dimensions: one for one in asyncio.run(body.statistics.published())}


def heard(body: Body, actor: ActorId = ANALYST, to: Oin = COA) -> list[Told]:
    """Read what an analyst was told."""
    return list(asyncio.run(body.statistics.told(to, actor)))


def test_everyone_is_listed_page_by_page(body: Body) -> None:
    """Pages go on after the last id, in order, until nobody is left."""
    people = [body.person(number) for number in (3, 1, 2)]

    def page(after: SubjectId | None) -> list[SubjectId]:
        return list(asyncio.run(body.statistics.people(after, 2)))

    assert page(None) == sorted(people)[:2]
    assert page(subject_id(2)) == [subject_id(3)]
    assert page(subject_id(3)) == []


def test_a_publication_is_read_back_whole(body: Body) -> None:
    """Counts and what is withheld come back under their terms, and so does a cube of nobody."""
    assert published(body) == {}
    empty = replace(cube(counts={}), dimensions=SECOND)
    assert isinstance(body.change(None, PublishCounts(NOON, (cube(), empty))), Receipt)
    assert published(body) == {FIRST: cube(), SECOND: empty}


def test_a_publication_takes_the_place_of_all_before(body: Body) -> None:
    """Nothing of last night is left, not even a cube that was not counted again."""
    old = replace(cube(), dimensions=SECOND)
    body.change(None, PublishCounts(NOON, (cube(), old)))
    fresh = cube(NOON + DAY, {b"c" * 16: 40})
    body.change(None, PublishCounts(NOON + DAY, (fresh,)))
    assert published(body) == {FIRST: fresh}


def test_what_was_counted_earlier_does_not_replace_what_is_there(body: Body) -> None:
    """Of two rounds at once, the one that began first is refused when it ends last."""
    later = cube(NOON + MINUTE)
    body.change(None, PublishCounts(NOON + MINUTE, (later,)))
    assert isinstance(body.change(None, PublishCounts(NOON, (cube(),))), Rejected)
    assert published(body) == {FIRST: later}


def test_what_was_told_is_kept_for_each_analyst_of_each_partner(body: Body) -> None:
    """In order of time; someone of the same name elsewhere was told nothing."""
    body.change(None, told(0, NOON + MINUTE))
    body.change(None, told(1, NOON + 2 * MINUTE))
    body.change(None, told(0, to=OTHER))
    assert heard(body) == [Told(NOON + MINUTE, FIRST), Told(NOON + 2 * MINUTE, FIRST)]
    assert heard(body, to=OTHER) == [Told(NOON, FIRST)]
    assert heard(body, ActorId("analyst-2")) == []


def test_a_table_is_told_only_on_what_she_was_known_to_have(body: Body) -> None:
    """Two answers that were judged at once: the second is refused, and is nowhere on record."""
    assert isinstance(body.change(None, told(0)), Receipt)
    assert isinstance(body.change(None, told(0)), Rejected)
    assert heard(body) == [Told(NOON, FIRST)]
    assert isinstance(body.change(None, told(1)), Receipt)
