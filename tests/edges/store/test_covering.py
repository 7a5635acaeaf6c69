"""No term at rest leads to fewer than ten people, and none of those who are cover is ever found."""

import asyncio
import random  # noqa: TID251 - populations, no keys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
import sqlalchemy as sa

from gateway.domain.blind import COVER, Held
from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import SubjectId
from gateway.store.candidates import Candidates
from gateway.store.covering import hold
from gateway.store.database import Database
from gateway.store.tables import candidate, candidate_term, subject
from tests.edges.store.appender import NOON
from tests.fakes.blind_index import BlindIndex

AGENCIES: Final = "soort:uitzendbureau"
INDEX: Final = BlindIndex()
VALUES: Final = tuple(INDEX.term("beroepen_gewenst", str(number)) for number in range(40))
Population = dict[SubjectId, frozenset[bytes]]


def enter(connection: sa.Connection, one: SubjectId) -> None:
    """Make someone known, and open to agencies."""
    row = {"id": one, "v_tag": one.bytes, "epoch": 0, "version": 1, "shielded": False, "held": 0,
           "created": NOON, "search_closed": False}  # fmt: skip
    connection.execute(sa.insert(subject), row)
    window = {"recipient": AGENCIES, "subject": one, "since": NOON - timedelta(days=1)}
    connection.execute(sa.insert(candidate), window | {"until": NOON + timedelta(days=1)})


def leave(connection: sa.Connection, one: SubjectId) -> None:
    """Let nobody find someone any more."""
    connection.execute(sa.delete(candidate).where(candidate.c.subject == one))
    hold(connection, one, (), 1)


def has(connection: sa.Connection, one: SubjectId, terms: Iterable[bytes]) -> None:
    """Let someone have these terms."""
    hold(connection, one, [Held(term, INDEX.seal(term, one)) for term in terms], 1)


def holders(database: Database) -> Mapping[bytes, set[SubjectId]]:
    """Read whom each term leads to, as a thief of the file does."""
    found: defaultdict[bytes, set[SubjectId]] = defaultdict(set)
    for term, one in database.data.reading().execute(
        sa.select(candidate_term.c.term, candidate_term.c.subject)
    ):
        found[bytes(term)].add(SubjectId(one))
    return found


def found(database: Database, *groups: Iterable[bytes], at: datetime = NOON) -> set[SubjectId]:
    """Search as agencies do."""
    wanted = Wanted([tuple(group) for group in groups], [AGENCIES], at, 250)
    return set(asyncio.run(Candidates(database, INDEX).find(wanted)))


def changed(connection: sa.Connection, dice: random.Random, people: Population, step: int) -> None:
    """Let someone come, change or go; most have common values, a few a rare one."""
    move = dice.random()
    if people and move < 0.15:
        gone = dice.choice(sorted(people))
        del people[gone]
        leave(connection, gone)
        return
    if people and move < 0.35:
        one = dice.choice(sorted(people))
    else:
        one = SubjectId(UUID(int=dice.getrandbits(120) << 8 | step))
        enter(connection, one)
    ranks = (min(int(dice.paretovariate(0.6)), len(VALUES)) for _ in range(dice.randint(0, 4)))
    people[one] = frozenset(VALUES[rank - 1] for rank in ranks)
    has(connection, one, people[one])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_term_leads_to_ten_or_to_everyone(database: Database, *, seed: int, deep: bool) -> None:
    """After every coming and going, and only whoever has a value is found by it."""
    dice, people = random.Random(seed), Population()  # noqa: S311 - the same people in each run
    for step in range(1_000 if deep else 45):
        with database.data.writing() as connection:
            changed(connection, dice, people, step)
        least = min(COVER, len(people))
        stand = holders(database)
        assert all(len(those) >= least for those in stand.values())
        assert all(those <= people.keys() for those in stand.values())
    for term in VALUES:
        assert found(database, [term]) == {one for one, hers in people.items() if term in hers}
    for _ in range(20):
        one, two, three = dice.choices(VALUES[:12], k=3)
        right = {
            p for p, hers in people.items() if one in hers and not hers.isdisjoint({two, three})
        }
        assert found(database, [one], [two, three]) == right


def test_a_rare_value_of_one_person_is_not_hers_to_see(database: Database) -> None:
    """Ten hold the only value of its kind, and who has it is not told by the order or form of rows."""
    rare, people = VALUES[0], [SubjectId(UUID(int=number << 64)) for number in range(1, 31)]
    with database.data.writing() as connection:
        for one in people:
            enter(connection, one)
        has(connection, people[0], [rare])
    rows = database.data.reading().execute(sa.select(candidate_term)).all()
    assert len(rows) == COVER
    assert {len(row.seal) for row in rows} == {8}
    assert len({row.seal for row in rows}) == COVER
    assert found(database, [rare]) == {people[0]}


def test_whoever_was_cover_can_come_to_have_it(database: Database) -> None:
    """Her row becomes hers, and it stays covered when its first holder goes."""
    rare, people = VALUES[0], [SubjectId(UUID(int=number << 64)) for number in range(1, 13)]
    with database.data.writing() as connection:
        for one in people:
            enter(connection, one)
        has(connection, people[0], [rare])
    cover = min(holders(database)[rare] - {people[0]})
    with database.data.writing() as connection:
        has(connection, cover, [rare])
        leave(connection, people[0])
    assert found(database, [rare]) == {cover}
    assert len(holders(database)[rare]) == COVER


def test_what_stood_before_seals_is_hers(database: Database) -> None:
    """A row of a version of the gate that knew no cover counts as its holder's own."""
    one = SubjectId(UUID(int=7))
    with database.data.writing() as connection:
        enter(connection, one)
        connection.execute(sa.insert(candidate_term), {"term": VALUES[0], "subject": one})
    assert found(database, [VALUES[0]]) == {one}


def test_an_outgoing_version_is_covered_no_more(database: Database) -> None:
    """While the index key is turned over, nobody is put under the version that goes."""
    people = [SubjectId(UUID(int=number << 64)) for number in range(1, 13)]
    with database.data.writing() as connection:
        for one in people:
            enter(connection, one)
            hold(connection, one, [Held(VALUES[0], INDEX.seal(VALUES[0], one))], 1)
        for one in people[:4]:
            hold(connection, one, (), 2)
    assert holders(database)[VALUES[0]] == set(people[4:])
