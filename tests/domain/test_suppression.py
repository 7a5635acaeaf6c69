"""Small numbers stay hidden: no sum, difference or bound of what is shown tells one."""

from collections.abc import Mapping
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.suppression import Cell, Node, lattice, withheld
from tests.domain.attacker import Attacker, Guesser, box, under

LEAST = 10
SHAPES = ((3,), (3, 3), (2, 5), (4, 4), (2, 2, 2), (3, 2, 2), (3, 3, 3))


def cubes(most: int, *shapes: tuple[int, ...]) -> st.SearchStrategy[Mapping[Cell, int]]:
    """Make small cubes with many zeros and many counts around the limit."""

    def counted(cells: tuple[Cell, ...]) -> st.SearchStrategy[Mapping[Cell, int]]:
        count = st.one_of(st.just(0), st.integers(0, most), st.integers(0, 3 * most))
        filled = st.lists(count, min_size=len(cells), max_size=len(cells))
        return filled.map(
            lambda counts: {cell: n for cell, n in zip(cells, counts, strict=True) if n}
        )

    return st.sampled_from(shapes).map(lambda shape: box(*shape)).flatmap(counted)


def small_in(nodes: Mapping[Node, int], least: int) -> list[Node]:
    """List the nodes that must not be known."""
    return [node for node, count in nodes.items() if count < least]


@settings(max_examples=150)
@given(cubes(12, *SHAPES))
def test_no_small_number_can_be_computed(counts: Mapping[Cell, int]) -> None:
    """No sum of sums shown gives a small one, to one who knows all zeros as well."""
    nodes = lattice(counts)
    hidden = withheld(nodes, LEAST)
    attacker = Attacker((under(node, counts) for node in nodes if node not in hidden), counts)
    assert [node for node in small_in(nodes, LEAST) if attacker.knows(under(node, counts))] == []


@settings(max_examples=60)
@given(cubes(3, (4,), (2, 2), (3, 2), (3, 3), (2, 2, 2)))
def test_every_small_number_could_be_a_large_one(counts: Mapping[Cell, int]) -> None:
    """For each small number some counts give all that is shown and make it large."""
    nodes, least = lattice(counts), 3
    hidden = withheld(nodes, least)
    shown = [(under(node, counts), nodes[node]) for node in nodes if node not in hidden]
    for node in small_in(nodes, least):
        assert Guesser(under(node, counts), shown, counts).can_hold(least)


@settings(max_examples=150)
@given(cubes(12, *SHAPES))
def test_no_line_gives_its_small_number_away(counts: Mapping[Cell, int]) -> None:
    """On a line with a total shown, a small number has company, and together they are ten or more."""
    nodes = lattice(counts)
    hidden = withheld(nodes, LEAST)
    for node in small_in(nodes, LEAST):
        for at in [at for at, value in enumerate(node) if value is not None]:
            total = (*node[:at], None, *node[at + 1 :])
            line = [
                other
                for other in hidden
                if other[at] is not None and (*other[:at], None, *other[at + 1 :]) == total
            ]
            assert total in hidden or (len(line) > 1 and sum(nodes[n] for n in line) >= LEAST)


@given(cubes(12, *SHAPES))
def test_small_numbers_are_withheld(counts: Mapping[Cell, int]) -> None:
    """Every number under ten is withheld, and none is where there are no small ones."""
    nodes = lattice(counts)
    hidden = withheld(nodes, LEAST)
    assert set(small_in(nodes, LEAST)) <= hidden <= nodes.keys()
    assert bool(hidden) == bool(small_in(nodes, LEAST))


@given(cubes(12, *SHAPES))
def test_order_does_not_matter(counts: Mapping[Cell, int]) -> None:
    """The same counts in another order give the same answer."""
    other = dict(sorted(counts.items(), reverse=True))
    assert withheld(lattice(counts), LEAST) == withheld(lattice(other), LEAST)


def test_a_lattice_holds_all_sums() -> None:
    """Cells, totals of lines and planes, and the grand total; zeros have no node."""
    nodes = lattice({("a0", "b0"): 3, ("a0", "b1"): 4, ("a1", "b1"): 0})
    assert nodes == {
        ("a0", "b0"): 3,
        ("a0", "b1"): 4,
        ("a0", None): 7,
        (None, "b0"): 3,
        (None, "b1"): 4,
        (None, None): 7,
    }


def test_the_cheapest_company_is_chosen() -> None:
    """One small number in a full table costs its rectangle of the smallest others, and no total."""
    counts = dict.fromkeys(box(4, 4), 1000) | dict.fromkeys(box(2, 2), 40) | {("a0", "b0"): 4}
    assert withheld(lattice(counts), LEAST) == set(box(2, 2))


def test_a_bridge_between_rectangles_does_not_stand_alone() -> None:
    """Two in each row and column are not enough where one cell joins two rectangles."""
    few = {*box(2, 2), *((f"a{i}", f"b{j}") for i, j in product((2, 3), (2, 3))), ("a1", "b2")}
    counts = {cell: 5 if cell in few else 100 for cell in box(4, 4)}
    nodes = lattice(counts)
    naive = Attacker((under(node, counts) for node in nodes if node not in few), counts)
    assert naive.knows(frozenset({("a1", "b2")}))
    hidden = withheld(nodes, LEAST)
    wary = Attacker((under(node, counts) for node in nodes if node not in hidden), counts)
    assert not wary.knows(frozenset({("a1", "b2")}))


def test_totals_go_too_where_nothing_else_helps() -> None:
    """A neighbour keeps a small number company; where there is none, the total is withheld."""
    assert withheld(lattice({("a0",): 4, ("a1",): 20}), LEAST) == {("a0",), ("a1",)}
    assert withheld(lattice({("a0",): 4, ("a1",): 5}), LEAST) == {("a0",), ("a1",), (None,)}
    line: dict[Cell, int] = {("a0", "b0"): 4, ("a0", "b1"): 90}
    assert withheld(lattice(line), LEAST) == {*line, (None, "b0"), (None, "b1")}


def test_both_kinds_of_attacker_can_succeed() -> None:
    """Where only the small number is withheld, pencil and guesses find it."""
    counts: dict[Cell, int] = {("a0",): 4, ("a1",): 20}
    shown = [(frozenset({("a1",)}), 20), (frozenset(counts), 24)]
    assert Attacker((known for known, _ in shown), counts).knows(frozenset({("a0",)}))
    assert Guesser(frozenset({("a0",)}), shown, counts).can_hold(4)
    assert not Guesser(frozenset({("a0",)}), shown, counts).can_hold(5)
