"""Someone who knows every number that is shown and every zero, and has a pencil and all day."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product

from gateway.domain.suppression import Cell, Node

Row = dict[int, Fraction]
Numbers = Iterable[tuple[frozenset[Cell], int]]


class Attacker:
    """Adds and subtracts, exactly: knows a set of cells' sum if it follows from those shown."""

    def __init__(self, sums: Iterable[frozenset[Cell]], cells: Iterable[Cell]) -> None:
        self._at = {cell: at for at, cell in enumerate(sorted(cells))}
        self._rows: dict[int, Row] = {}
        for known in sums:
            self._learn(self._reduced(known))

    def knows(self, asked: frozenset[Cell]) -> bool:
        """Tell whether the sum over ``asked`` follows."""
        return not self._reduced(asked)

    def _reduced(self, cells: frozenset[Cell]) -> Row:
        row = {self._at[cell]: Fraction(1) for cell in cells if cell in self._at}
        for pivot, other in self._rows.items():
            if factor := row.get(pivot):
                row = _less(row, other, factor)
        return row

    def _learn(self, row: Row) -> None:
        if not row:
            return
        pivot = min(row)
        row = {at: value / row[pivot] for at, value in row.items()}
        for at, other in self._rows.items():
            if factor := other.get(pivot):
                self._rows[at] = _less(other, row, factor)
        self._rows[pivot] = row


def _less(row: Row, other: Row, factor: Fraction) -> Row:
    found = dict(row)
    for at, value in other.items():
        found[at] = found.get(at, Fraction(0)) - factor * value
    return {at: value for at, value in found.items() if value}


def under(node: Node, cells: Iterable[Cell]) -> frozenset[Cell]:
    """Return the cells that a node sums."""
    return frozenset(
        cell
        for cell in cells
        if all(own in {None, value} for own, value in zip(node, cell, strict=True))
    )


class Guesser:
    """Tries all whole, non-negative counts that give what is shown; for very small cubes only.

    What is zero stays zero. The cells asked about come first, the largest counts before smaller.
    """

    def __init__(self, asked: frozenset[Cell], shown: Numbers, counts: Mapping[Cell, int]) -> None:
        self._cells = sorted(counts, key=lambda cell: (cell not in asked, cell))
        self._asked = len(asked & counts.keys())
        self._sums = [([self._cells.index(cell) for cell in known], n) for known, n in shown]
        self._top = max(counts.values(), default=0)

    def can_hold(self, least: int) -> bool:
        """Tell whether the cells asked about may hold ``least`` people together."""
        return self._search((), least)

    def _search(self, counts: tuple[int, ...], least: int) -> bool:
        if len(counts) == self._asked and sum(counts) < least:
            return False
        if not all(self._fits(counts, places, total) for places, total in self._sums):
            return False
        if len(counts) == len(self._cells):
            return True
        return any(self._search((*counts, n), least) for n in range(self._top + least, -1, -1))

    def _fits(self, counts: tuple[int, ...], places: list[int], total: int) -> bool:
        so_far = sum(counts[at] for at in places if at < len(counts))
        return so_far == total if max(places) < len(counts) else so_far <= total


def box(*sizes: int) -> tuple[Cell, ...]:
    """Return the cells of a cube of such sizes: a0, a1, …; b0, …; c0, …."""
    axes = [
        [f"{name}{at}" for at in range(size)] for name, size in zip("abcd", sizes, strict=False)
    ]
    return tuple(product(*axes))
