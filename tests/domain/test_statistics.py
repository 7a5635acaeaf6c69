"""Tables for analysts show no small number, and no set of answers lets one be computed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import PurposeCode
from gateway.domain.parameters import Terms
from gateway.domain.reasons import Reason
from gateway.domain.statistics import (
    ABSENT,
    CUBES,
    DOELGROEP,
    HANDOVER,
    LEEFTIJD,
    MAG_WERKEN,
    OVERDRACHT,
    REGIO,
    UREN,
    WERK,
    WORK,
    Cube,
    Dimensions,
    Place,
    Publication,
    Question,
    Share,
    Table,
    Told,
    admit,
    categories,
    category,
    measure,
    publish,
    tabulate,
)
from gateway.domain.suppression import Cell, lattice
from policies.catalogue import load
from policies.parameters import load_parameters
from tests.domain.attacker import Attacker, under

DAY = date(2026, 11, 1)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
TERMS = load_parameters().on(DAY)
AXES = {
    REGIO: ("Flevoland", "Zwolle", ABSENT),
    MAG_WERKEN: ("ja", "nee"),
    WERK: ("werkend", "zoekend", "mag_niet_werken"),
    DOELGROEP: ("asielzoeker", "statushouder"),
    LEEFTIJD: ("18-24", "25-34"),
    OVERDRACHT: ("gevoerd", "open", ABSENT),
}
WORK_CUBE: Dimensions = (REGIO, MAG_WERKEN, WERK)
COUNTS: dict[Cell, int] = {
    ("Flevoland", "ja", "werkend"): 60,
    ("Flevoland", "ja", "zoekend"): 40,
    ("Flevoland", "nee", "mag_niet_werken"): 50,
    ("Zwolle", "ja", "werkend"): 25,
    ("Zwolle", "ja", "zoekend"): 75,
    ("Zwolle", "nee", "mag_niet_werken"): 20,
    (ABSENT, "ja", "zoekend"): 12,
}


def published(counts: Mapping[Cell, int], *dimensions: str) -> Publication:
    """Publish counts over some of the dimensions above."""
    named = tuple(name for name in AXES if name in dimensions)
    return publish(Cube(DAY, named, counts), AXES, TERMS)


def worked(**changed: int) -> Publication:
    """Publish the work cube, with other numbers working in a region."""
    cells = {(place, "ja", "werkend"): count for place, count in changed.items()}
    return published(COUNTS | cells, *WORK_CUBE)


def counts_over(*dimensions: str) -> st.SearchStrategy[Mapping[Cell, int]]:
    """Make small counts over some of the dimensions."""
    cells = tuple(product(*(AXES[name][:2] for name in AXES if name in dimensions)))
    count = st.one_of(st.just(0), st.integers(0, 12), st.integers(8, 40))
    lists = st.lists(count, min_size=len(cells), max_size=len(cells))
    return lists.map(lambda found: {cell: n for cell, n in zip(cells, found, strict=True) if n})


def questions(cube: Dimensions) -> Iterable[Question]:
    """Ask everything that may be asked of a cube."""
    for size in (1, 2):
        for named in combinations(cube, size):
            rest = [name for name in cube if name not in named]
            yield Question(cube, named)
            for name in rest:
                yield from (Question(cube, named, (name, value)) for value in AXES[name])


def answered(publication: Publication) -> Mapping[tuple[Place, ...], int]:
    """Gather all numbers that all tables of a cube show, by the categories they are about."""
    found: dict[tuple[Place, ...], int] = {}
    for question in questions(publication.dimensions):
        table = tabulate(publication, question)
        if isinstance(table, Table):
            where = [table.where] if table.where else []
            for values, count in table.cells.items():
                named = zip(table.dimensions, values, strict=True)
                places = [(name, value) for name, value in named if value is not None]
                if count is not None:
                    found[tuple(sorted([*where, *places]))] = count
    return found


@settings(max_examples=100)
@given(counts_over(*WORK_CUBE))
def test_no_set_of_tables_gives_a_small_number(counts: Mapping[Cell, int]) -> None:
    """All tables, filters and shares of a cube together let nobody compute a number under ten."""
    publication = published(counts, *WORK_CUBE)
    shown = answered(publication)
    sums = [under(publication.node(places), counts) for places in shown]
    for where in (None, (REGIO, "Flevoland"), (REGIO, "Zwolle")):
        if isinstance(measure(WORK, publication, where), Share):
            about = [where] if where else []
            sums.append(under(publication.node([*about, *filter(None, [WORK.among])]), counts))
    attacker = Attacker(sums, counts)
    nodes = product(*((*AXES[name], None) for name in WORK_CUBE))
    for asked in {under(node, counts) for node in nodes}:
        if 0 < sum(counts[cell] for cell in asked) < 10:
            assert not attacker.knows(asked)


@settings(max_examples=100)
@given(counts_over(MAG_WERKEN, WERK, DOELGROEP, LEEFTIJD))
def test_cubes_told_together_give_no_small_number(people: Mapping[Cell, int]) -> None:
    """Two cubes of the same people, told to one analyst, give no number that either withholds."""
    joint: Dimensions = (MAG_WERKEN, WERK, DOELGROEP, LEEFTIJD)
    first: Dimensions = (MAG_WERKEN, WERK, DOELGROEP)
    second: Dimensions = (MAG_WERKEN, WERK, LEEFTIJD)
    counts = {cube: summed(people, joint, cube) for cube in (first, second)}
    cubes = {cube: published(counts[cube], *cube) for cube in counts}
    if admit(second, cubes, [Told(NOON, first)], NOON, TERMS) is Reason.WOULD_REVEAL:
        cubes.pop(second)
    possible = [  # where somebody may be, to one who knows the zeros of the cubes told
        cell
        for cell in product(*(AXES[name][:2] for name in joint))
        if all(summed({cell: 1}, joint, cube).keys() <= counts[cube].keys() for cube in cubes)
    ]
    shown = [places for publication in cubes.values() for places in answered(publication)]
    attacker = Attacker((those(places, possible, joint) for places in shown), possible)
    for cube, publication in cubes.items():
        for node, count in lattice(counts[cube]).items():
            if count < 10:
                named = zip(cube, node, strict=True)
                places = [(name, value) for name, value in named if value is not None]
                assert node in publication.withheld
                assert not attacker.knows(those(places, possible, joint))


def summed(people: Mapping[Cell, int], joint: Dimensions, cube: Dimensions) -> Mapping[Cell, int]:
    """Count the same people over fewer dimensions."""
    counts: Counter[Cell] = Counter()
    for cell, count in people.items():
        counts[tuple(cell[joint.index(name)] for name in cube)] += count
    return counts


def those(places: Iterable[Place], cells: Iterable[Cell], joint: Dimensions) -> frozenset[Cell]:
    """Return the cells that are in all places."""
    at = dict(places)
    return under(tuple(at.get(name) for name in joint), cells)


def test_a_share_of_cubes_can_be_told_together() -> None:
    """One may ask on in the same cube, and in another where all numbers in common are shown."""
    full = dict.fromkeys(product(*(AXES[name] for name in (REGIO, MAG_WERKEN, WERK))), 30)
    other = (REGIO, DOELGROEP, OVERDRACHT)
    fuller = dict.fromkeys(product(*(AXES[name] for name in other)), 30)
    small = {(ABSENT, "statushouder", "gevoerd"): 3}
    cubes = {WORK_CUBE: published(full, *WORK_CUBE)}
    told = [Told(NOON, WORK_CUBE)]
    assert admit(WORK_CUBE, cubes, told, NOON, TERMS) is cubes[WORK_CUBE]
    cubes[other] = published(fuller | small, *other)
    assert admit(other, cubes, told, NOON, TERMS) is cubes[other]
    cubes[other] = published({c: n for c, n in fuller.items() if c[0] != ABSENT} | small, *other)
    assert admit(other, cubes, told, NOON, TERMS) is Reason.WOULD_REVEAL
    gone = [Told(NOON - timedelta(days=400), (DOELGROEP, LEEFTIJD, WERK))]
    assert admit(WORK_CUBE, cubes, gone, NOON, TERMS) is Reason.WOULD_REVEAL


def test_a_day_has_a_budget() -> None:
    """An analyst gets a number of tables in 24 hours, and then no more until they have passed."""
    budget = replace(TERMS.parameters["statistics_budget"], value=2)
    terms = Terms({**TERMS.parameters, "statistics_budget": budget})
    cubes = {WORK_CUBE: published(COUNTS, *WORK_CUBE)}
    told = [Told(NOON, WORK_CUBE), Told(NOON + timedelta(hours=1), WORK_CUBE)]
    evening, next_noon = NOON + timedelta(hours=2), NOON + timedelta(days=1)
    assert admit(WORK_CUBE, cubes, told[:1], evening, terms) is cubes[WORK_CUBE]
    assert admit(WORK_CUBE, cubes, told, evening, terms) is Reason.QUERY_BUDGET_SPENT
    assert admit(WORK_CUBE, cubes, told, next_noon, terms) is cubes[WORK_CUBE]


def test_a_table_has_totals_and_all_categories() -> None:
    """A table names every category, its totals are there, and what is withheld has no number."""
    table = tabulate(published(COUNTS, *WORK_CUBE), Question(WORK_CUBE, (REGIO, MAG_WERKEN)))
    assert table == Table(
        DAY,
        (REGIO, MAG_WERKEN),
        None,
        {
            ("Flevoland", "ja"): 100,
            ("Flevoland", "nee"): 50,
            ("Flevoland", None): 150,
            ("Zwolle", "ja"): 100,
            ("Zwolle", "nee"): 20,
            ("Zwolle", None): 120,
            (ABSENT, "ja"): 12,
            (ABSENT, "nee"): None,
            (ABSENT, None): 12,
            (None, "ja"): 212,
            (None, "nee"): 70,
            (None, None): 282,
        },
    )


def test_a_table_may_be_about_one_category() -> None:
    """A filter on a category of the third dimension gives that slice, with its own totals."""
    publication = published(COUNTS, *WORK_CUBE)
    table = tabulate(publication, Question(WORK_CUBE, (WERK,), (REGIO, "Zwolle")))
    assert isinstance(table, Table)
    assert table.where == (REGIO, "Zwolle")
    assert table.cells == {
        ("werkend",): 25,
        ("zoekend",): 75,
        ("mag_niet_werken",): 20,
        (None,): 120,
    }


def test_a_small_base_gives_no_table() -> None:
    """About a category of nobody, or of fewer than ten, no table and no share is told."""
    few = {cell: n for cell, n in COUNTS.items() if cell[0] != ABSENT}
    for counts in (few, few | {(ABSENT, "ja", "zoekend"): 9}):
        publication = published(counts, *WORK_CUBE)
        question = Question(WORK_CUBE, (WERK,), (REGIO, ABSENT))
        assert tabulate(publication, question) is Reason.GROUP_TOO_SMALL
        assert measure(WORK, publication, (REGIO, ABSENT)) is Reason.GROUP_TOO_SMALL


def test_a_zero_looks_like_a_small_number() -> None:
    """In the table, nobody and a few are the same mark."""
    question = Question(WORK_CUBE, (REGIO, WERK))
    none, few = (tabulate(worked(Zwolle=count), question) for count in (0, 4))
    assert isinstance(none, Table)
    assert isinstance(few, Table)
    assert none.cells["Zwolle", "werkend"] is few.cells["Zwolle", "werkend"] is None
    assert none.cells.keys() == few.cells.keys()


@given(counts_over(*WORK_CUBE))
def test_a_publication_holds_no_small_number(counts: Mapping[Cell, int]) -> None:
    """What is stored of a cube has no count under ten anywhere."""
    assert all(count >= 10 for count in published(counts, *WORK_CUBE).shown.values())


def test_the_shares_steered_on() -> None:
    """Of those who may work, who works; of those linked, who had the talk; whole and by region."""
    work = published(COUNTS, *WORK_CUBE)
    assert measure(WORK, work) == Share(85, 212)
    assert measure(WORK, work, (REGIO, "Flevoland")) == Share(60, 100)
    assert Share(85, 212).percent == 40
    cube = (DOELGROEP, OVERDRACHT)
    talks: dict[Cell, int] = {("statushouder", "gevoerd"): 80, ("statushouder", "open"): 20}
    assert measure(HANDOVER, published(talks, *cube)) == Share(80, 100)
    absent: dict[Cell, int] = {("asielzoeker", ABSENT): 500}
    assert measure(HANDOVER, published(talks | absent, *cube)) == Share(80, 100)


def test_a_share_that_would_tell_a_small_number_is_not_told() -> None:
    """Neither a small part, nor a whole that a small number is taken from, makes a share."""
    assert measure(WORK, worked(Zwolle=4), (REGIO, "Zwolle")) is Reason.GROUP_TOO_SMALL
    cube = (DOELGROEP, OVERDRACHT)
    talks: dict[Cell, int] = {
        ("statushouder", "gevoerd"): 80,
        ("statushouder", "open"): 20,
        ("statushouder", ABSENT): 4,
    }
    publication = published(talks, *cube)
    assert publication.shown[None, None] == 104
    assert publication.shown[None, "gevoerd"] == 80
    assert measure(HANDOVER, publication) is Reason.GROUP_TOO_SMALL


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (Question((REGIO, WERK), (REGIO,)), "dimensies"),
        (Question(WORK_CUBE, ()), "dimensies"),
        (Question(WORK_CUBE, WORK_CUBE), "dimensies"),
        (Question(WORK_CUBE, (REGIO, REGIO)), "dimensies"),
        (Question(WORK_CUBE, (LEEFTIJD,)), "dimensies"),
        (Question(WORK_CUBE, (REGIO,), (REGIO, "Zwolle")), "waar"),
        (Question(WORK_CUBE, (REGIO,), (LEEFTIJD, "18-24")), "waar"),
        (Question(WORK_CUBE, (REGIO,), (WERK, "dromend")), "waar"),
    ],
)
def test_a_question_that_does_not_fit_is_refused(question: Question, field: str) -> None:
    """The complaint names what does not fit the cube."""
    with pytest.raises(InvalidRequestError) as complaint:
        tabulate(published(COUNTS, *WORK_CUBE), question)
    assert complaint.value.field == field


def test_what_is_not_counted_cannot_be_asked() -> None:
    """A cube that is not published, and a share over other dimensions, are no question."""
    with pytest.raises(InvalidRequestError, match="not counted together"):
        admit(WORK_CUBE, {}, [], NOON, TERMS)
    with pytest.raises(InvalidRequestError, match="no category"):
        measure(HANDOVER, published(COUNTS, *WORK_CUBE))
    with pytest.raises(InvalidRequestError, match="twice"):
        measure(WORK, published(COUNTS, *WORK_CUBE), (MAG_WERKEN, "nee"))


@pytest.mark.parametrize(
    "cell", [("Atlantis", "ja", "werkend"), ("Zwolle", "ja", "werkend", "x"), ("Zwolle", "ja")]
)
def test_only_fixed_categories_are_counted(cell: Cell) -> None:
    """A count off the axes is refused when the cube is published."""
    with pytest.raises(ValueError):  # noqa: PT011 - zip and publish each say it in their words
        published(COUNTS | {cell: 20}, *WORK_CUBE)
    with pytest.raises(ValueError, match="below zero"):
        worked(Zwolle=-1)


@pytest.mark.parametrize(
    ("hours", "band"),
    [(0, "0-7"), (7, "0-7"), (8, "8-15"), (40, "32-40"), (41, "41-60"), (61, ABSENT)],
)
def test_hours_count_in_bands(hours: int, band: str) -> None:
    """Hours a week fall in one of six bands, of which eight begins the second."""
    assert category(UREN, hours) == band


def test_other_values_are_their_own_category() -> None:
    """Codes stand for themselves, yes and no are words, and what is absent has a category too."""
    assert category(WERK, "werkend") == "werkend"
    assert [category(MAG_WERKEN, value) for value in (True, False, None)] == ["ja", "nee", ABSENT]


def test_the_cubes_are_over_what_an_analyst_may_have() -> None:
    """The dimensions are the fields of rule P09-analist, all of them, each with its categories."""
    catalogue = load()
    (rule,) = catalogue.purposes[PurposeCode("P09_statistiek_monitoring")].rules
    used = {name for cube in CUBES for name in cube}
    axes = categories(catalogue.codes)
    assert used == rule.fields == axes.keys()
    assert all(len(cube) <= 3 for cube in CUBES)
    assert axes[MAG_WERKEN] == ("ja", "nee", ABSENT)
    assert axes[UREN] == ("0-7", "8-15", "16-23", "24-31", "32-40", "41-60", ABSENT)
    assert {"werkend", "zoekend", ABSENT} <= set(axes[WERK])
    assert all(len(line) == len(set(line)) > 2 for line in axes.values())
