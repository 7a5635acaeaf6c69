"""The encrypted index finds exactly whom a look at every plain profile finds."""

import asyncio
import random  # noqa: TID251 - questions, no keys
from uuid import UUID

from bench.search import Crowd, expected, fill, wanted
from gateway.domain.identifiers import SubjectId
from gateway.store.candidates import Candidates
from gateway.store.database import Database
from tests.fakes.blind_index import BlindIndex


def test_the_index_finds_whom_plain_values_find(database: Database, *, deep: bool) -> None:
    """Two thousand people, half of whom agreed, and random questions of three filters on each database."""
    dice = random.Random(20_261_102)  # noqa: S311 - the same people in each run
    crowd, index = Crowd.of(2_000, dice, 0.5), BlindIndex()
    fill(database, crowd, index)
    stock, found_any = Candidates(database, index), 0
    for _ in range(2_000 if deep else 100):
        filters, start = crowd.question(dice), SubjectId(UUID(int=dice.getrandbits(128)))
        right = expected(crowd, filters, start)
        assert list(asyncio.run(stock.find(wanted(index, filters, start)))) == right
        found_any += bool(right)
    assert found_any > 30
    everyone = expected(crowd, {}, SubjectId(UUID(int=0)))
    assert list(asyncio.run(stock.find(wanted(index, {}, SubjectId(UUID(int=0)))))) == everyone
    assert len(everyone) == 250
