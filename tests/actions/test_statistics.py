"""Analysts get counts and nothing of persons: enough people in each number, a budget, all on record."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import combinations, product
from typing import Any, Final
from uuid import uuid4

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.actions.count import Counted
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.statistics import TableQuestion, ToldTable
from gateway.domain.changes import Shield, Withhold
from gateway.domain.counting import TellTable
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import ActorId, FieldName, PurposeCode, RoleId, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import AuditRecord, RecordKind
from gateway.domain.statistics import (
    ABSENT,
    DOELGROEP,
    INDICATORS,
    LEEFTIJD,
    LOCATIE,
    MAG_WERKEN,
    OVERDRACHT,
    REGIO,
    TABLES,
    WERK,
    Dimensions,
    Place,
    Share,
    Told,
)
from gateway.domain.subjects import Withholding, WithholdingKind
from gateway.domain.suppression import Cell, Node, lattice
from tests.actions.house import DAY, MINUTE, NOON, SITE, House, row, run
from tests.domain.attacker import Attacker, under

P09: Final = PurposeCode("P09_statistiek_monitoring")
HANDOVER_PURPOSE: Final = "P02_warme_overdracht_brede_intake"
BY_REGION, BY_GROUP, HANDOVER = "werk-per-regio", "werk-per-doelgroep", "overdracht-per-regio"
JOINT: Final[Dimensions] = (REGIO, DOELGROEP, MAG_WERKEN, WERK, LOCATIE, LEEFTIJD, OVERDRACHT)
LINES: Final = (
    ("Flevoland", "FoodValley"),
    ("statushouder", "nareiziger"),
    ("ja", "nee"),
    ("werkend", "zoekend"),
    (SITE,),
    ("35-44",),
    ("gevoerd",),
)
CELLS: Final[tuple[Cell, ...]] = tuple(product(*LINES))
ASKED: Final = (BY_REGION, BY_GROUP, HANDOVER, "werk-per-locatie")


def analyst(house: House, actor: str = "analyst-1") -> Caller:
    """Return an analyst of COA."""
    return house.caller("coa", "analist", actor)


def job(house: House) -> Caller:
    """Return the gate's own hand."""
    return Caller(analyst(house).partner, RoleId("poort"), ActorId("nightly-count"))


def count(house: House) -> Counted:
    """Count everyone."""
    return run(house.counting(job(house)))


def settle(house: House, people: Mapping[Cell, int]) -> None:
    """Deliver so many people in each cell, and count them."""
    cells = [cell for cell, number in people.items() for _ in range(number)]
    house.deliver(*(row(number, **_values(cell)) for number, cell in enumerate(cells, 1)))
    assert count(house).people == len(cells)
    house.forget()


def _values(cell: Cell) -> dict[str, Any]:
    values: dict[str, Any] = dict(zip(JOINT, cell, strict=True))
    del values[LEEFTIJD]  # follows from the date of birth
    return values | {"mag_werken": values[MAG_WERKEN] == "ja"}


def people(**numbers: int) -> Mapping[Cell, int]:
    """Say how many people are in cells, named by region, work and target group."""
    return {
        (region, group, "ja", work, SITE, "35-44", "gevoerd"): number
        for name, number in numbers.items()
        for region, work, group in (name.split("_"),)
    }


def ask(
    house: House,
    table: str = BY_REGION,
    over: Iterable[str] = (REGIO,),
    where: Place | None = None,
    who: Caller | None = None,
) -> ToldTable:
    """Ask for a table."""
    named = tuple(map(FieldName, over))
    question = TableQuestion(Ask(who or analyst(house), "P09"), table, named, where)
    return run(house.analysts.query(question))


def refused(attempt: Callable[[], object]) -> Reason:
    """Try what must be refused; return why."""
    with pytest.raises(DisclosureRefusedError) as refusal:
        attempt()
    return refusal.value.reason


def total(house: House) -> int | None:
    """Return how many people the tables say there are, to someone who was told nothing yet."""
    told = ask(house, who=analyst(house, f"fresh-{len(house.world.tables)}"))
    return told.table.cells[(None,)]


def test_a_round_is_one_entry_and_opens_only_what_is_counted(house: House) -> None:
    """The job opens the fields of rule P09 of each person, and its whole round is one line."""
    persons = house.people(3)
    counted = count(house)
    (rule,) = house.catalogue.purposes[P09].rules
    fields = house.gate.fields.mask(rule.fields)
    assert sorted(house.vault.opened) == sorted((subject, fields) for subject in persons)
    assert (counted.people, counted.left_out) == (3, 0)
    (record,) = house.records
    assert (record.kind, record.outcome, record.purpose) == (RecordKind.STATISTICS, "counted", P09)
    told = {"people": 3, "left out": 0, "unreadable": 0, "tables": len(TABLES)}
    assert record.detail == told
    assert (record.subject, record.role, record.actor) == (None, "poort", "nightly-count")


def test_a_profile_that_does_not_open_keeps_nobody_from_being_counted(house: House) -> None:
    """She is in no count, and the entry of the round says that one was unreadable."""
    lost, *_ = house.people(3)
    house.lose_key(lost)
    counted = count(house)
    assert (counted.people, counted.left_out) == (2, 1)
    assert house.records[-1].detail["unreadable"] == 1


def test_pages_miss_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pages, everyone is counted once."""
    monkeypatch.setattr("gateway.actions.count.PAGE", 2)
    settle(house, people(Flevoland_werkend_statushouder=11))
    assert total(house) == 11


def test_nothing_of_a_small_number_is_at_rest(house: House) -> None:
    """Nine people leave no number in the store; and no category can be read there."""
    settle(house, people(Flevoland_werkend_statushouder=9))
    kept = [n for cube in house.world.cubes for n in cube.counts.values()]
    assert kept
    assert set(kept) == {None}
    settle(house, people(Flevoland_werkend_statushouder=10))
    assert {n for cube in house.world.cubes for n in cube.counts.values()} == {10}
    assert b"Flevoland" not in b"".join(t for cube in house.world.cubes for t in cube.counts)


def write(house: House, kind: RecordKind, change: Withhold | Shield) -> None:
    """Record a resident's wish."""
    record = AuditRecord(uuid4(), kind, NOON, "recorded", subject=change.subject)
    run(house.ledger.append([Entry(record, (change,))]))


def withhold(
    kind: WithholdingKind, *purposes: str, field: str = "werk_status"
) -> Callable[..., None]:
    """Record a restriction or objection on one field."""

    def done(house: House, subject: SubjectId) -> None:
        codes = frozenset(map(PurposeCode, purposes))
        one = Withholding(kind, house.mask(field), codes, house.clock.now())
        write(house, RecordKind.WITHHOLDING, Withhold(subject, uuid4(), one))

    return done


def shield(house: House, subject: SubjectId) -> None:
    """Hide someone."""
    write(house, RecordKind.SHIELD, Shield(subject))


def close(house: House, subject: SubjectId) -> None:
    """Let the term pass for which P09 keeps someone's profile."""
    person = house.world.people[subject]
    house.world.people[subject] = replace(person, closed=((P09, NOON),))


def erase(house: House, subject: SubjectId) -> None:
    """Destroy someone's key."""
    house.world.keys.destroy(subject.bytes, "profile")


RESTRICTED, OBJECTED = WithholdingKind.RESTRICTED, WithholdingKind.OBJECTED


WISHES: Final[Mapping[str, tuple[Callable[[House, SubjectId], None], int]]] = {
    "shielded": (shield, 10),
    "term passed": (close, 10),
    "erased": (erase, 10),
    "restricted": (withhold(RESTRICTED), 10),
    "restricted for statistics": (withhold(RESTRICTED, P09), 10),
    "objected": (withhold(OBJECTED, P09), 10),
    "objected to one field": (withhold(OBJECTED, P09, field="reden_einde_werk"), 10),
    "restricted for another purpose": (withhold(RESTRICTED, HANDOVER_PURPOSE), 11),
    "restricted in another field": (withhold(RESTRICTED, field="achternaam"), 11),
}


@pytest.mark.parametrize("wish", WISHES)
def test_who_wants_no_part_of_it_is_in_no_table(house: House, wish: str) -> None:
    """Shielded, restricted, objecting or past her term: she is out of every cube, whole."""
    settle(house, people(Flevoland_werkend_statushouder=11))
    done, left = WISHES[wish]
    done(house, house.subject(4))
    house.forget()
    counted = count(house)
    assert (counted.people, counted.left_out) == (left, 11 - left)
    assert len(house.vault.opened) == left
    for name, cube in TABLES.items():
        who = analyst(house, name)
        assert ask(house, name, cube[:1], who=who).table.cells[(None,)] == left


def test_of_two_rounds_at_once_the_later_stays(house: House) -> None:
    """A round that ends after a later one has published is refused, and nothing changes."""
    house.people(1)
    count(house)
    later = tuple(replace(cube, at=NOON + 2 * MINUTE) for cube in house.world.cubes)
    house.clock.wait(MINUTE)
    house.ledger.before.append(lambda: setattr(house.world, "cubes", later))
    with pytest.raises(LedgerUnavailableError):
        count(house)
    assert house.world.cubes == later


def test_a_table_is_told_on_record_and_from_the_budget(house: House) -> None:
    """The entry names the fields, the table and the category asked about; no row is opened."""
    settle(house, people(Flevoland_werkend_statushouder=12, Flevoland_zoekend_statushouder=20))
    told = ask(house, over=[WERK], where=(REGIO, "Flevoland"))
    assert told.table.cells["werkend",] == 12
    assert told.shares == {"werkend / mag_werken": Share(12, 32)}
    assert told.left == 99
    (record,) = house.records
    assert (record.kind, record.outcome, record.actor) == (
        RecordKind.STATISTICS, "told", "analyst-1",
    )  # fmt: skip
    assert set(record.fields) == {"werk_status", "arbeidsmarktregio"}
    assert record.detail == {
        "table": BY_REGION, "over": WERK, "about": "arbeidsmarktregio: Flevoland",
    }  # fmt: skip
    assert house.vault.opened == []
    assert told.receipt.index == 0


def test_a_base_that_is_too_small_is_an_answer(house: House) -> None:
    """About a category of nine she gets no table; it is on record, and takes from her budget."""
    settle(house, people(Flevoland_werkend_statushouder=12, FoodValley_werkend_statushouder=9))
    small = (REGIO, "FoodValley")
    assert refused(lambda: ask(house, over=[WERK], where=small)) is Reason.GROUP_TOO_SMALL
    assert [(one.kind, one.reason) for one in house.records] == [
        (RecordKind.DENIED, "GROUP_TOO_SMALL")
    ]
    assert ask(house).left == 98


def test_what_two_tables_tell_together_is_refused(house: House) -> None:
    """The same people cut another way would betray nine: she stays with the table she has."""
    settle(house, people(Flevoland_werkend_statushouder=30, Flevoland_werkend_nareiziger=9))
    ask(house, HANDOVER, [DOELGROEP])
    assert refused(lambda: ask(house, BY_GROUP, [WERK])) is Reason.WOULD_REVEAL
    denial = house.records[-1]
    assert (denial.kind, denial.reason) == (RecordKind.DENIED, "WOULD_REVEAL")
    assert denial.detail["table"] == BY_GROUP
    assert ask(house, HANDOVER, [DOELGROEP]).left == 98
    house.clock.wait(400 * DAY)
    count(house)
    assert refused(lambda: ask(house, BY_GROUP, [WERK])) is Reason.WOULD_REVEAL


def overtake(house: House) -> None:
    """Let another answer to the same analyst come first."""
    who, told = analyst(house), Told(house.clock.now(), TABLES[HANDOVER])
    earlier = len(house.world.tables)
    house.world.tables.append(TellTable(who.partner.oin, who.actor, told, earlier))


def test_two_questions_at_once_are_judged_one_after_the_other(house: House) -> None:
    """While one table is being told she asks for another: what was first decides on the second."""
    settle(house, people(Flevoland_werkend_statushouder=30, Flevoland_werkend_nareiziger=9))
    house.ledger.before.append(lambda: overtake(house))
    assert refused(lambda: ask(house, BY_GROUP, [WERK])) is Reason.WOULD_REVEAL
    assert [one.told.cube for one in house.world.tables] == [TABLES[HANDOVER]]


def test_questions_that_keep_coming_first_give_up(house: House) -> None:
    """Where each attempt is overtaken, nothing is told and she is asked to try again."""
    settle(house, people(Flevoland_werkend_statushouder=30))
    house.ledger.before.extend([lambda: overtake(house)] * 10)
    with pytest.raises(LedgerUnavailableError, match="ask again"):
        ask(house, BY_GROUP, [WERK])
    assert {one.told.cube for one in house.world.tables} == {TABLES[HANDOVER]}


def test_a_day_of_questions_ends(house: House) -> None:
    """After a hundred tables in 24 hours no more is told, until the first of them is a day ago."""
    settle(house, people(Flevoland_werkend_statushouder=30))
    left = [ask(house).left for _ in range(100)]
    assert left == [*range(99, -1, -1)]
    assert refused(lambda: ask(house)) is Reason.QUERY_BUDGET_SPENT
    assert total(house) == 30  # another analyst
    house.clock.wait(DAY)
    assert ask(house).left == 99


def test_only_counts_of_her_own_fields_and_role(house: House) -> None:
    """A name is no dimension, no other role has counts, and P09 opens nobody; each is on record."""
    settle(house, people(Flevoland_werkend_statushouder=30))
    name = refused(lambda: ask(house, over=["achternaam"]))
    assert name is Reason.FIELD_NOT_IN_PURPOSE
    klantmanager = refused(lambda: ask(house, who=house.klantmanager))
    assert klantmanager is Reason.PURPOSE_NOT_IN_AGREEMENT
    question = TableQuestion(Ask(house.klantmanager, "P02"), BY_REGION, (DOELGROEP,))
    assert refused(lambda: run(house.analysts.query(question))) is Reason.FIELD_NOT_IN_PURPOSE
    assert refused(lambda: run(house.analysts.tables(Ask(house.klantmanager, "P02"))))
    person = house.subject(1)
    assert refused(lambda: house.show(analyst(house), "P09", person)) is Reason.AGGREGATES_ONLY
    assert {one.kind for one in house.records} == {RecordKind.DENIED}
    assert len(house.records) == 5
    assert house.world.tables == []


def test_what_was_agreed_away_is_not_counted_for_her(house: House) -> None:
    """A partner that gave up a field gets no table over it."""
    settle(house, people(Flevoland_werkend_statushouder=30))
    partner = analyst(house).partner
    agreement = replace(partner.agreement, without=frozenset({REGIO}))
    who = replace(analyst(house), partner=replace(partner, agreement=agreement))
    assert refused(lambda: ask(house, who=who)) is Reason.FIELD_NOT_IN_AGREEMENT
    assert ask(house, over=[WERK], who=who).table.cells["werkend",] == 30


def test_there_are_tables_and_they_have_a_day(house: House) -> None:
    """The list gives dimensions, categories and the day; before the first round there is none."""
    offered = run(house.analysts.tables(Ask(analyst(house), "P09")))
    assert {one.name: tuple(one.axes) for one in offered} == TABLES
    assert {one.day for one in offered} == {None}
    with pytest.raises(InvalidRequestError, match="not counted yet"):
        ask(house)
    count(house)
    offered = run(house.analysts.tables(Ask(analyst(house), "P09")))
    assert {one.day for one in offered} == {NOON.date()}
    assert all("niet_ingevuld" in line for one in offered for line in one.axes.values())


def test_a_table_that_is_not_there_is_named(house: House) -> None:
    """The complaint lists the tables there are; nothing was asked, so nothing is on record."""
    with pytest.raises(InvalidRequestError, match=BY_REGION):
        ask(house, "alles")
    assert house.records == []


def test_counts_of_other_categories_are_not_read(house: House) -> None:
    """When the code lists changed since the round, a table waits for the next one."""
    settle(house, people(Flevoland_werkend_statushouder=30))
    (cube, *others) = house.world.cubes
    strange = replace(cube, counts={**cube.counts, b"?" * 16: 30})
    house.world.cubes = (strange, *others)
    with pytest.raises(InvalidRequestError, match="not counted yet"):
        ask(house, "werk-per-locatie", [WERK])
    assert total(house) == 30


def questions() -> list[tuple[str, Dimensions, Place | None]]:
    """List everything that may be asked of four tables about the people of this world."""
    lines = dict(zip(JOINT, LINES, strict=True))
    found: list[tuple[str, Dimensions, Place | None]] = []
    for table in ASKED:
        cube = TABLES[table]
        for over in (*combinations(cube, 1), *combinations(cube, 2)):
            rest = [(name, value) for name in cube if name not in over for value in lines[name]]
            found += [(table, over, where) for where in (None, *rest)]
    return found


def those(places: Iterable[Place]) -> frozenset[Cell]:
    """Return the cells that are in all places."""
    at = dict(places)
    return under(tuple(at.get(name) for name in JOINT), CELLS)


def numbers_in(told: ToldTable) -> Iterable[frozenset[Cell]]:
    """Say which people each number of an answer is about, those of its shares too."""
    where = [told.table.where] if told.table.where else []
    for node, number in told.table.cells.items():
        if number is not None:
            pairs = zip(told.table.dimensions, node, strict=True)
            yield those([*where, *((name, value) for name, value in pairs if value is not None)])
    for one in INDICATORS:
        if told.shares.get(one.name):
            about = [*where, *([one.among] if one.among else [])]
            yield those([*about, one.are])
            without = [those([*about, (one.are[0], value)]) for value in one.without]
            yield those(about).difference(*without)


def project(cell: Cell, cube: Dimensions) -> Cell:
    """Say where in a cube the people of a cell are counted."""
    at = dict(zip(JOINT, cell, strict=True))
    return tuple(at.get(name, ABSENT) for name in cube)


def nodes(numbers: Mapping[Cell, int], cube: Dimensions) -> Mapping[Node, int]:
    """Return all sums of a cube that are not zero."""
    counts: Counter[Cell] = Counter()
    for cell, number in numbers.items():
        counts[project(cell, cube)] += number
    return lattice(counts)


@settings(max_examples=10, deadline=None, phases=[Phase.generate])  # to shrink takes minutes
@given(
    st.dictionaries(st.sampled_from(CELLS), st.integers(1, 14), min_size=2),
    st.permutations(questions()),
)
def test_no_sequence_of_questions_gives_a_small_number(
    numbers: Mapping[Cell, int], order: list[tuple[str, Dimensions, Place | None]]
) -> None:
    """Whatever an analyst asks, in whatever order: from all answers no count of 1 to 9 follows."""
    house = House()
    settle(house, numbers)
    sums: list[frozenset[Cell]] = []
    for table, over, where in order:
        try:
            sums += numbers_in(ask(house, table, over, where))
        except DisclosureRefusedError:
            continue
    told = {one.told.cube for one in house.world.tables}
    possible = [cell for cell in CELLS if all(project(cell, c) in nodes(numbers, c) for c in told)]
    attacker = Attacker((known.intersection(possible) for known in sums), possible)
    for cube in TABLES.values():
        for node, number in nodes(numbers, cube).items():
            if number < 10:
                places = zip(cube, node, strict=True)
                people_in = those((name, value) for name, value in places if value is not None)
                assert not attacker.knows(people_in.intersection(possible))
