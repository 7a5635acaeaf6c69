"""Who is counted in the tables for an analyst (P09), and how the counts are kept.

1. Whoever is shielded, or whose profile P09 no longer keeps, is in no count.
2. A restriction or objection (GDPR art. 18 and 21) that touches any field of these tables takes her
   out of all of them: no two cubes differ by her.
3. A value in no category counts as not filled in.
4. At rest a count stands under a keyed term of its cube, moment and categories. What is withheld
   has a term and no number: small numbers are nowhere.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from types import MappingProxyType
from typing import Protocol

from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import ActorId, FieldName, Oin, PurposeCode, SubjectId
from gateway.domain.statistics import (
    ABSENT,
    CUBES,
    Cube,
    Dimensions,
    Publication,
    Told,
    category,
)
from gateway.domain.subjects import Situation
from gateway.domain.suppression import Cell, Node

Axes = Mapping[FieldName, tuple[str, ...]]
Term = Callable[[str], bytes]
Terms = Callable[[str], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class BlindCube:
    """A published cube at rest: by keyed term its count, ``None`` where it is withheld."""

    dimensions: Dimensions
    day: date
    at: datetime
    counts: Mapping[bytes, int | None]


class Tally:
    """Counts people into all cubes at once; it grows with the categories, not with the people."""

    def __init__(self, axes: Axes) -> None:
        self._axes = {dimension: frozenset(line) for dimension, line in axes.items()}
        self._counts: dict[Dimensions, Counter[Cell]] = {cube: Counter() for cube in CUBES}

    def add(self, values: Mapping[FieldName, JsonValue]) -> None:
        """Count one person."""
        places = {dimension: self._place(dimension, values) for dimension in self._axes}
        for dimensions, counts in self._counts.items():
            counts[tuple(places[dimension] for dimension in dimensions)] += 1

    def cubes(self, day: date) -> Iterator[Cube]:
        """Yield every cube as it stands."""
        for dimensions, counts in self._counts.items():
            yield Cube(day, dimensions, counts)

    def _place(self, dimension: FieldName, values: Mapping[FieldName, JsonValue]) -> str:
        found = category(dimension, values.get(dimension))
        return found if found in self._axes[dimension] else ABSENT  # (3)


def is_counted(situation: Situation, purpose: PurposeCode, fields: int, moment: datetime) -> bool:
    """Tell whether someone is in the tables over ``fields`` (mask) made for ``purpose``."""
    if situation.shielded or any(
        code == purpose and since <= moment for code, since in situation.closed
    ):
        return False  # (1)
    return not any(
        one.fields & fields and one.holds(purpose, moment) for one in situation.withholdings
    )  # (2)


def blinded(publication: Publication, at: datetime, term: Term) -> BlindCube:
    """Put a publication of the moment ``at`` under keyed terms (4)."""
    text = _texts(publication.dimensions, at)
    counts: dict[bytes, int | None] = {term(text(node)): n for node, n in publication.shown.items()}
    counts |= {term(text(node)): None for node in publication.withheld}
    return BlindCube(publication.dimensions, publication.day, at, MappingProxyType(counts))


def opened(kept: BlindCube, axes: Axes, terms: Terms) -> Publication | None:
    """Find back what a cube shows; ``None`` when it was made of other categories, or by another key."""
    text = _texts(kept.dimensions, kept.at)
    lines = tuple(axes.get(dimension, ()) for dimension in kept.dimensions)
    shown: dict[Node, int] = {}
    withheld: set[Node] = set()
    for node in product(*((*line, None) for line in lines)):
        found = next((term for term in terms(text(node)) if term in kept.counts), None)
        if found is None:
            continue
        count = kept.counts[found]
        if count is None:
            withheld.add(node)
        else:
            shown[node] = count
    if len(shown) + len(withheld) < len(kept.counts):
        return None
    return Publication(
        kept.day, kept.dimensions, lines, MappingProxyType(shown), frozenset(withheld)
    )


def _texts(dimensions: Dimensions, at: datetime) -> Callable[[Node], str]:
    """Write a node as its cube does at one moment: the terms of two moments tell nothing together."""
    return lambda node: json.dumps([at.isoformat(), dimensions, node])


class Statistics(Protocol):
    """The counts for analysts as last published, and what each analyst was told of them."""

    async def people(self, after: SubjectId | None, limit: int) -> Sequence[SubjectId]:
        """List everyone the gate knows, in order of id: for the job that counts them only."""
        ...

    async def published(self) -> Sequence[BlindCube]:
        """Read all cubes of the last publication, of one moment; none before the first."""
        ...

    async def told(self, recipient: Oin, actor: ActorId) -> Sequence[Told]:
        """List what an analyst of a partner was ever told, in order of time."""
        ...


@dataclass(frozen=True, slots=True)
class PublishCounts:
    """Put these cubes in the place of all before; refused when later ones are there already."""

    at: datetime
    cubes: tuple[BlindCube, ...]


@dataclass(frozen=True, slots=True)
class TellTable:
    """Keep that an analyst of ``recipient`` is told a table.

    ``earlier`` is how many she was told when this one was judged; refused when it is more by now.
    """

    recipient: Oin
    actor: ActorId
    told: Told
    earlier: int
