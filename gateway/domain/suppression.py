"""Small numbers in tables stay hidden: withheld, and not to be computed from what is shown.

A cube counts people by up to three dimensions. Its nodes are all its sums: cells, the totals of
each line and plane, the grand total.

1. A node of fewer than ``least`` people is withheld, a zero among them.
2. For each such node that is not a zero there is another cube, its witness: no count in it is
   negative, whatever is shown or zero is the same, and this node holds ``least`` people or more.
   So no sum or difference of what is shown, and no bound on it, tells that the node is small.
3. A witness is made by moving people between the corners of a line, rectangle or box, so that
   the sums across it stay. Every node that a move changes is withheld too. Of all moves the one
   is taken that withholds the fewest people more.
4. Where no such move is left, people are added, and the totals above them are withheld.

What is withheld only grows, and a witness stays one when more is withheld; hence all hold together.
A zero is no secret that a witness keeps: none ever fills one, and some can be computed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Final

Cell = tuple[str, ...]
Node = tuple[str | None, ...]
Witness = Counter[Cell]

NEAREST: Final = 6  # partners tried on each side: more is slower and withholds a little less


def lattice(counts: Mapping[Cell, int]) -> Mapping[Node, int]:
    """Return all nodes that are not zero; ``None`` in a node stands for all values."""
    nodes: Counter[Node] = Counter()
    for cell, count in counts.items():
        for node in _above(cell, ()):
            nodes[node] += count
    return {node: count for node, count in nodes.items() if count}


def withheld(nodes: Mapping[Node, int], least: int) -> frozenset[Node]:
    """Return which of the ``nodes`` of a lattice are withheld, so that (1) and (2) hold."""
    small = sorted((node for node, count in nodes.items() if count < least), key=_order)
    cover = _Cover(nodes, least, small)
    for node in small:
        cover.protect(node)
    return frozenset(cover.withheld)


def _order(node: Node) -> tuple[int, tuple[str, ...]]:
    """Totals come before cells: what is withheld for them helps the cells below."""
    return sum(value is not None for value in node), tuple(value or "" for value in node)


def _above(cell: Cell, kept: tuple[int, ...]) -> Iterator[Node]:
    """Yield the cell and all its totals that do not sum over the dimensions ``kept``."""
    return product(*((value,) if at in kept else (value, None) for at, value in enumerate(cell)))


@dataclass(frozen=True, slots=True)
class _Move:
    """``people`` move from the cells ``less`` to the cells ``more``; ``changed`` are all nodes hit."""

    people: int
    more: tuple[Cell, ...]
    less: tuple[Cell, ...]
    changed: frozenset[Node]


class _Cover:
    """What is withheld so far, of which lattice."""

    def __init__(self, nodes: Mapping[Node, int], least: int, small: Iterable[Node]) -> None:
        self.withheld = set(small)
        self._nodes = nodes
        self._least = least
        self._below: defaultdict[Node, list[Cell]] = defaultdict(list)
        for node in sorted(nodes, key=_order):
            cell = tuple(value for value in node if value is not None)
            if len(cell) == len(node):
                for above in _above(cell, ()):
                    self._below[above].append(cell)

    def protect(self, node: Node) -> None:
        """Build the witness of ``node``, and withhold what it changes."""
        witness: Witness = Counter()
        missing = self._least - self._nodes[node]
        while missing > 0:
            move = min(self._moves(node, witness, missing), key=self._price)
            witness.update(dict.fromkeys(move.more, move.people))
            witness.subtract(dict.fromkeys(move.less, move.people))
            self.withheld |= move.changed
            missing -= move.people

    def _price(self, move: _Move) -> tuple[float, int]:
        """Count whom the move newly withholds, for each that it moves; many at once go first."""
        fresh = sum(self._nodes[node] for node in move.changed - self.withheld)
        return fresh / move.people, -move.people

    def _moves(self, node: Node, witness: Witness, missing: int) -> Iterator[_Move]:
        fixed = [at for at, value in enumerate(node) if value is not None]
        turns = [turned for size in range(len(fixed) + 1) for turned in combinations(fixed, size)]
        for cell in self._below[node]:
            partners = {at: self._partners(cell, at, missing) for at in fixed}
            for turned in turns:
                for values in product(*(partners[at] for at in turned)):
                    across = dict(zip(turned, values, strict=True))
                    move = self._move(cell, across, witness, missing)
                    if move:
                        yield move

    def _partners(self, cell: Cell, at: int, missing: int) -> tuple[str, ...]:
        """Return the values most likely to stand across from the cell's own at a low price."""
        line = [
            (other not in self.withheld, max(0, missing - count), count, other[at])
            for other in self._below[(*cell[:at], None, *cell[at + 1 :])]
            if other != cell and (count := self._nodes[other])
        ]
        return tuple(value for *_, value in sorted(line)[:NEAREST])

    def _move(
        self, cell: Cell, turned: Mapping[int, str], witness: Witness, missing: int
    ) -> _Move | None:
        """Make the move over the corners between ``cell`` and its partners, if it can be made."""
        corners = product(
            *((value, turned[at]) if at in turned else (value,) for at, value in enumerate(cell))
        )
        more: list[Cell] = []
        less: list[Cell] = []
        for corner in corners:
            if corner not in self._nodes:
                return None
            odd = sum(own != value for own, value in zip(cell, corner, strict=True)) % 2
            (less if odd else more).append(corner)
        left = [self._nodes[corner] + witness[corner] for corner in less]
        people = min(left, default=missing)
        if people <= 0:
            return None
        kept = tuple(turned)
        changed = frozenset(chain.from_iterable(_above(corner, kept) for corner in more + less))
        return _Move(min(people, missing), tuple(more), tuple(less), changed)
