"""The index is turned over while the gate is open: at every moment everyone is found as before."""

import io
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from gateway.actions.references import all_meant, meant, numbered
from gateway.actions.rekey import RekeyIndex, Stock
from gateway.actions.repseudonymise import Repseudonymise
from gateway.domain.blind import version_of
from gateway.domain.counting import opened
from gateway.domain.criteria import Criteria, Criterion, Wanted, buckets_asked
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, RoleId, SubjectId, VNummer
from gateway.domain.keys import INDEX, PSEUDONYM, SETTLED, KeyVersions, Rekeyed
from gateway.domain.ports import Entry, Rejected
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.statistics import categories
from tests.actions.house import AGENCIES, House, Rows, row, run, v_nummer
from tests.fakes.candidates import Candidates
from tests.fakes.index_stock import IndexStock
from tests.fakes.key_turns import KeyTurns
from tests.fakes.statistics import Statistics
from tests.fakes.subjects import Subjects

LEVELS = ("A1", "A2", "B1", "B2")
SPOKEN, WHERE = FieldName("nt2_niveau_spreken"), FieldName("bemiddelingspostcode4")
PLACES = ("3811", "3511", "1011")
ASKED = tuple(
    Criteria(tuple(Criterion(name, (value,)) for name, value in some))
    for some in (
        *[((SPOKEN, level),) for level in LEVELS],
        *[((WHERE, place),) for place in PLACES],
        *[((SPOKEN, "A2"), (WHERE, place)) for place in PLACES],
    )
)


class KilledError(Exception):
    """The process that turned the key over is gone."""


@dataclass(slots=True)
class Turning:
    """A house of people who can be found, and someone who turns its index over.

    ``watch`` looks at the house whenever anything was written, or was waited for; it dies in the
    turn after ``lives`` of those.
    """

    house: House
    turns: KeyTurns
    watch: Callable[[], Awaitable[None]] | None = None
    lives: int = 1_000
    waited: list[float] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)

    async def pause(self, seconds: float) -> None:
        """Let every gate hear what was turned."""
        self.waited.append(seconds)
        await self.look()
        self.turns.read(INDEX)
        await self.look()

    async def append(self, entries: Sequence[Entry]) -> Sequence[Receipt | Rejected]:
        """Append for the turn."""
        answers = await self.house.inner.append(entries)
        await self.look()
        return answers

    async def look(self) -> None:
        """Watch, or die."""
        if self.watch is not None:
            await self.watch()
        self.lives -= 1
        if self.lives == 0:
            raise KilledError

    def turn(self) -> Rekeyed:
        """Turn the index over, in a process that starts now."""
        self.turns.read(INDEX)
        house = self.house
        axes = categories(house.catalogue.codes)
        stock = Stock(IndexStock(house.world), Statistics(house.world), axes)
        house.ledger.inner = self  # type: ignore[assignment]  # it stands between the turn and the ledger
        rekey = RekeyIndex(house.gate, self.turns, house.index, stock, self.pause)
        try:
            return run(rekey(house.casemanager, lambda *far: self.told.append(far)))
        finally:
            house.ledger.inner = house.inner


def _full(people: int = 24) -> House:
    house = House()
    rows = [
        row(
            number,
            nt2_niveau_spreken=LEVELS[number % 4],
            bemiddelingspostcode4=PLACES[number % 3],
        )
        for number in range(1, people + 1)
    ]
    house.deliver(*rows)
    for number in range(1, people + 1):
        if number % 5:
            house.consent(house.subject(number), "P04", AGENCIES)
    house.forget()
    return house


@pytest.fixture(name="turning")
def fixture_turning() -> Turning:
    """Fill a house."""
    house = _full()
    return Turning(house, KeyTurns([house.index]))


async def _found(house: House) -> list[frozenset[SubjectId]]:
    """Ask everything, as ``Search`` does but for its least number and its budget."""
    stock, moment = Candidates(house.world), house.clock.now()
    answers = []
    for criteria in ASKED:
        terms = [
            [
                term
                for value in one.values
                for bucket in buckets_asked(one.field, value)
                for term in house.index.terms(one.field, bucket)
            ]
            for one in criteria.filters
        ]
        answers.append(frozenset(await stock.find(Wanted(terms, [AGENCIES], moment, 999))))
    return answers


async def _named(house: House, people: int) -> list[SubjectId | None]:
    """Look everyone up by number."""
    found = []
    for number in range(1, people + 1):
        one = await numbered(house.subjects, house.index, VNummer(v_nummer(number)))
        found.append(one.subject if one else None)
    return found


def _plain(house: House) -> list[frozenset[SubjectId]]:
    """Say from the plain values who is to be found: the oracle."""
    people = {house.subject(number): number for number in range(1, 25) if number % 5}

    def fits(number: int, one: Criterion) -> bool:
        if one.field == SPOKEN:
            return LEVELS.index(one.values[0]) <= number % 4  # at least this level
        return PLACES[number % 3][:2] == one.values[0][:2]

    return [
        frozenset(s for s, number in people.items() if all(fits(number, c) for c in each.filters))
        for each in ASKED
    ]


def test_everyone_is_indexed_anew_and_the_older_version_goes(turning: Turning) -> None:
    """At the end nothing is under the older version, which is gone; the log says it step by step."""
    done = turning.turn()
    assert (done.version, done.moved, done.unreadable, done.left) == (2, 24, 0, 0)
    assert done.retired == (1,)
    assert turning.turns.versions(INDEX) == KeyVersions(2)
    for person in turning.house.world.people.values():
        assert {version_of(t) for t in (person.v_tag, *person.terms)} == {2}
    assert turning.waited == [SETTLED, SETTLED]
    assert turning.told[-1] == (24, 24)
    records = turning.house.records
    assert {record.kind for record in records} == {RecordKind.KEYS}
    assert [record.outcome for record in records] == [
        "index re-keying begun", "index floor raised", "index page re-keyed", "index re-keyed",
    ]  # fmt: skip
    assert all(record.subject is None for record in records)


def test_every_search_is_answered_as_before_at_every_moment(turning: Turning) -> None:
    """After each write and each wait of a turn, every query equals the oracle over plain values."""
    house, looked = turning.house, 0
    expected, people = _plain(house), [house.subject(number) for number in range(1, 25)]
    assert all(expected[:4])

    async def watch() -> None:
        nonlocal looked
        looked += 1
        assert await _found(house) == expected
        assert await _named(house, 24) == people

    turning.watch = watch
    turning.turn()
    assert looked == 8  # four entries, two waits seen from both sides
    run(watch())


@pytest.mark.parametrize("lives", range(1, 9))
def test_a_turn_that_is_killed_is_gone_on_with(turning: Turning, lives: int) -> None:
    """Killed after any step, and again one later, it ends with all under one new version."""
    expected = _plain(turning.house)
    for life in (lives, 1):
        turning.lives = life
        with pytest.raises(KilledError):
            turning.turn()
        assert run(_found(turning.house)) == expected
    turning.lives = 1_000
    done = turning.turn()
    assert done.left == 0
    assert done.retired
    assert run(_found(turning.house)) == expected
    assert len({version_of(one.v_tag) for one in turning.house.world.people.values()}) == 1


def test_the_same_file_again_is_known_after_a_turn(turning: Turning) -> None:
    """The digest of what was delivered is made anew: the same row again stores no version."""
    house = turning.house
    turning.turn()
    house.deliver(row(1, nt2_niveau_spreken=LEVELS[1], bemiddelingspostcode4=PLACES[1]))
    assert len(house.world.people[house.subject(1)].stored) == 1
    house.deliver(row(1, nt2_niveau_spreken="B2", bemiddelingspostcode4=PLACES[1]))
    assert len(house.world.people[house.subject(1)].stored) == 2
    assert len(house.world.people) == 24


def test_a_delivery_meanwhile_makes_nobody_twice(turning: Turning) -> None:
    """Rows that come while the index is turned over replace who is known, and are indexed too."""
    house, coming = turning.house, iter(range(1, 25))

    async def watch() -> None:
        number = next(coming)
        ledger, house.ledger.inner = house.ledger.inner, house.inner
        body = io.BytesIO(json.dumps(row(number, roepnaam=f"Nieuw{number}")).encode())
        await house.ingest(house.casemanager, body, Rows())
        house.ledger.inner = ledger

    turning.watch = watch
    done = turning.turn()
    assert len(house.world.people) == 24
    assert done.left == 0
    assert run(_named(house, 24)) == [house.subject(number) for number in range(1, 25)]


def test_who_changes_again_and_again_keeps_the_older_version(turning: Turning) -> None:
    """Whoever changed since she was read is left, counted, and indexed by the next turn."""
    house = turning.house
    subject = house.subject(7)

    def surprise() -> None:
        person = house.world.people[subject]
        house.world.people[subject] = replace(person, epoch=person.epoch + 1)

    house.ledger.before.extend([surprise] * 30)
    done = turning.turn()
    assert (done.moved, done.left, done.retired) == (23, 1, ())
    assert turning.turns.versions(INDEX).older == (1,)
    house.ledger.before.clear()
    assert turning.turn().retired == (1,)


def test_of_someone_erased_no_number_is_kept(turning: Turning) -> None:
    """No number leads to someone erased any more, and she does not keep the older version."""
    house = turning.house
    subject = house.subject(3)
    tag = house.world.people[subject].v_tag
    house.world.keys.destroy(subject.bytes, "profile")
    done = turning.turn()
    assert (done.left, done.retired) == (0, (1,))
    person = house.world.people[subject]
    assert person.v_tag not in {tag, house.index.term("v_nummer", v_nummer(3))}
    assert person.terms == frozenset()


def test_a_profile_that_does_not_open_keeps_the_older_version(turning: Turning) -> None:
    """It is counted, left as it is, and keeps the version that still finds it."""
    house = turning.house
    subject = house.subject(3)
    person = house.world.people[subject]
    moved = house.world.people[house.subject(4)].stored[-1].parts
    broken = replace(person.stored[-1], parts=moved)
    house.world.people[subject] = replace(person, stored=(*person.stored[:-1], broken))
    done = turning.turn()
    assert (done.unreadable, done.left, done.retired) == (1, 1, ())
    assert run(_named(house, 3))[2] == subject


def test_counts_for_analysts_are_read_on(turning: Turning) -> None:
    """Published counts are put under the new version, and tell what they told before."""
    house = turning.house
    job = replace(house.casemanager, role=RoleId("statistics_job"))
    run(house.counting(job))
    before = house.world.cubes
    axes = categories(house.catalogue.codes)
    told = [opened(cube, axes, lambda t: house.index.terms("statistics", t)) for cube in before]
    turning.turn()
    after = house.world.cubes
    assert {version_of(term) for cube in after for term in cube.counts} == {2}
    again = [opened(cube, axes, lambda t: house.index.terms("statistics", t)) for cube in after]
    assert again == told
    assert all(told)


def _repseudonymised(house: House) -> tuple[Repseudonymise, KeyTurns]:
    turns = KeyTurns([house.pseudonyms])

    async def pause(_: float) -> None:
        turns.read(PSEUDONYM)

    return Repseudonymise(house.gate, turns, pause), turns


def test_older_references_are_good_until_they_are_retired(house: House) -> None:
    """Both references mean her while the older version lives; an invented one means nobody."""
    subject = house.person(1)
    oin = house.klantmanager.partner.oin
    older = house.pseudonyms.reference(oin, subject)
    desk, turns = _repseudonymised(house)
    assert run(desk.begin(house.casemanager)) == 2
    turns.read(PSEUDONYM)
    newer = house.pseudonyms.reference(oin, subject)
    assert newer != older
    invented = UUID(int=7)
    found = run(all_meant(house.gate, oin, [older, newer, invented]))
    assert (found[older], found[newer]) == (subject, subject)
    assert found[invented] not in house.world.people
    assert run(desk.retire(house.casemanager)) == (1,)
    turns.read(PSEUDONYM)
    assert run(meant(house.gate, oin, older)) not in house.world.people
    assert run(meant(house.gate, oin, newer)) == subject
    assert [record.outcome for record in house.records] == [
        "pseudonyms announced", "pseudonyms re-keyed",
        "retiring of pseudonyms begun", "pseudonyms retired",
    ]  # fmt: skip


def test_an_older_reference_is_disclosed_under_the_new_one(house: House) -> None:
    """Who asks by the older reference is answered, and meets the new one in the answer."""
    subject = house.person(1)
    caller = house.klantmanager
    older = house.pseudonyms.reference(caller.partner.oin, subject)
    desk, turns = _repseudonymised(house)
    run(desk.begin(house.casemanager))
    turns.read(PSEUDONYM)
    asked = run(meant(house.gate, caller.partner.oin, older))
    share = house.show(caller, "P02", asked)
    assert share.reference == house.pseudonyms.reference(caller.partner.oin, subject) != older


def test_known_and_unknown_take_one_look_up(house: House) -> None:
    """While two versions live any reference costs one look-up; with one version none."""
    subject = house.person(1)
    oin = house.klantmanager.partner.oin
    looked: list[int] = []

    class Counting(Subjects):
        async def known(self, subjects: Collection[SubjectId]) -> frozenset[SubjectId]:
            looked.append(len(subjects))
            return await super().known(subjects)

    gate = replace(house.gate, subjects=Counting(house.world))
    mine = house.pseudonyms.reference(oin, subject)
    run(meant(gate, oin, mine))
    assert looked == []
    desk, turns = _repseudonymised(house)
    run(desk.begin(house.casemanager))
    turns.read(PSEUDONYM)
    for reference in (mine, house.pseudonyms.reference(oin, subject), UUID(int=9)):
        run(meant(gate, oin, reference))
    assert looked == [2, 2, 2]


def test_a_second_turn_waits_for_the_older_references(house: House) -> None:
    """Pseudonyms are not turned over again before the older ones are retired."""
    desk, _ = _repseudonymised(house)
    run(desk.begin(house.casemanager))
    with pytest.raises(InvalidRequestError, match="retire that first"):
        run(desk.begin(house.casemanager))
    assert desk.progress() == {
        "pseudonym version": 2, "pseudonym older": [1], "pseudonym coming": None,
    }  # fmt: skip
