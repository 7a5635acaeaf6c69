"""Tables of counts for an analyst (P09): fixed dimensions, no small numbers, no way to get at them.

1. A count is over the fields that rule P09-analist names, in fixed categories, and over the cubes
   below: at most three dimensions together. Rows of people never come here.
2. What of a cube is shown is settled once, when it is published; a table is a view of that. So a
   number is shown in every table or in none (``gateway.domain.suppression``).
3. A table has one or two dimensions, and may be about one category of the third that itself is
   shown, so holds enough people.
4. Cubes protect themselves, not each other. Where two share a number that is withheld in either,
   an analyst who was told of one is not told of the other.
5. An analyst has a budget of tables a day.

What this does not do: counts of two days differ by those who came and went in between. Publish as
seldom as the purpose allows, and pass what was told of earlier publications to ``admit`` as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from types import MappingProxyType
from typing import Final

from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName
from gateway.domain.parameters import Terms
from gateway.domain.reasons import Reason
from gateway.domain.suppression import Cell, Node, lattice, withheld

Dimensions = tuple[FieldName, ...]
Place = tuple[FieldName, str]

ABSENT: Final = "niet_ingevuld"
YES, NO = "ja", "nee"
HOURS: Final = (
    (7, "0-7"),
    (15, "8-15"),
    (23, "16-23"),
    (31, "24-31"),
    (40, "32-40"),
    (60, "41-60"),
)
BUDGET_TERM: Final = timedelta(days=1)
MOST_DIMENSIONS: Final = 2

DOELGROEP, LEEFTIJD = FieldName("doelgroep"), FieldName("leeftijdsband")
LOCATIE, REGIO = FieldName("opvanglocatie_code"), FieldName("arbeidsmarktregio")
MAG_WERKEN, WERK = FieldName("mag_werken"), FieldName("werk_status")
UREN, KANAAL = FieldName("dienstverband_uren"), FieldName("plaatsing_kanaal")
TWV, BSN = FieldName("twv_status"), FieldName("bsn_status")
OVERDRACHT, EINDE = FieldName("overdracht_status"), FieldName("reden_einde_werk")

TABLES: Final[Mapping[str, Dimensions]] = MappingProxyType(
    {
        "werk-per-locatie": (LOCATIE, MAG_WERKEN, WERK),
        "werk-per-regio": (REGIO, MAG_WERKEN, WERK),
        "werk-per-doelgroep": (DOELGROEP, LEEFTIJD, WERK),
        "vergunning-per-locatie": (LOCATIE, TWV, BSN),
        "overdracht-per-regio": (REGIO, DOELGROEP, OVERDRACHT),
        "plaatsing-per-regio": (REGIO, KANAAL, UREN),
        "einde-werk-per-doelgroep": (DOELGROEP, KANAAL, EINDE),
    }
)
CUBES: Final[tuple[Dimensions, ...]] = tuple(TABLES.values())


@dataclass(frozen=True, slots=True)
class Cube:
    """How many people there were on a day in each combination of categories, zeros left out."""

    day: date
    dimensions: Dimensions
    counts: Mapping[Cell, int]


@dataclass(frozen=True, slots=True)
class Publication:
    """What of a cube may be told; it holds no number that may not be.

    ``shown`` maps nodes to counts. ``withheld`` holds the other nodes that are not zero; it is for
    judging cubes against each other and is never shown. ``axes`` are the categories in order.
    """

    day: date
    dimensions: Dimensions
    axes: tuple[tuple[str, ...], ...]
    shown: Mapping[Node, int]
    withheld: frozenset[Node]

    def node(self, places: Iterable[Place]) -> Node:
        """Return the node of people who are in all ``places``."""
        at = dict(places)
        return tuple(at.get(dimension) for dimension in self.dimensions)

    def meets(self, other: "Publication") -> bool:
        """Tell whether the two share a number that is withheld in either."""
        common = set(self.dimensions) & set(other.dimensions)
        return any(
            common.issuperset(_fixed(cube.dimensions, node))
            for cube in (self, other)
            for node in cube.withheld
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A table of one or two dimensions of a cube; ``where``: about one category of another."""

    cube: Dimensions
    dimensions: Dimensions
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The answer: each combination of categories (``None``: the total) and its count.

    A count of ``None`` is withheld: it is small, or zero, or would let a small one be computed.
    """

    day: date
    dimensions: Dimensions
    where: Place | None
    cells: Mapping[Node, int | None]


@dataclass(frozen=True, slots=True)
class Told:
    """That an analyst was answered from a cube, and when."""

    at: datetime
    cube: Dimensions


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share that is steered on: of the people ``among`` (all where ``None``), how many ``are``.

    People in one of the categories ``without`` of the same dimension do not count in the whole.
    """

    name: str
    are: Place
    among: Place | None = None
    without: tuple[str, ...] = ()

    @property
    def dimensions(self) -> frozenset[FieldName]:
        """What it is measured over."""
        return frozenset(place[0] for place in (self.are, self.among) if place)


WORK: Final = Indicator("werkend / mag_werken", (WERK, "werkend"), among=(MAG_WERKEN, YES))
HANDOVER: Final = Indicator("gevoerd / gekoppeld", (OVERDRACHT, "gevoerd"), without=(ABSENT,))
INDICATORS: Final = (WORK, HANDOVER)


@dataclass(frozen=True, slots=True)
class Share:
    """A part and the whole it is of."""

    part: int
    whole: int

    @property
    def percent(self) -> int:
        """The share in whole percents."""
        return round(100 * self.part / self.whole)


def category(dimension: FieldName, value: JsonValue) -> str:
    """Return the category that a value of a profile counts in; hours a week are in bands."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return YES if value else NO
    if dimension == UREN:
        return next((band for top, band in HOURS if int(str(value)) <= top), ABSENT)
    return str(value)


def categories(codes: CodeLists) -> Mapping[FieldName, tuple[str, ...]]:
    """Return all categories of each dimension, whether or not anybody is in them."""
    found: dict[FieldName, tuple[str, ...]] = {
        MAG_WERKEN: (YES, NO),
        UREN: tuple(band for _, band in HOURS),
        LOCATIE: tuple(sorted(codes.opvanglocaties)),
    }
    for dimension in {dimension for cube in CUBES for dimension in cube} - found.keys():
        found[dimension] = tuple(sorted(codes.enums[dimension]))
    return MappingProxyType({name: (*values, ABSENT) for name, values in found.items()})


def publish(cube: Cube, axes: Mapping[FieldName, tuple[str, ...]], terms: Terms) -> Publication:
    """Settle what of a cube is shown.

    Raises ``ValueError`` for a dimension without axis, a category off its axis, or a count below
    zero.
    """
    lines = tuple(axes.get(dimension, ()) for dimension in cube.dimensions)
    for cell, count in cube.counts.items():
        if count < 0 or not all(at in line for at, line in zip(cell, lines, strict=True)):
            raise ValueError("counts: a category off its axis, or a count below zero")
    nodes = lattice(cube.counts)
    hidden = withheld(nodes, terms["statistics_cell"])
    shown = {node: count for node, count in nodes.items() if node not in hidden}
    return Publication(cube.day, cube.dimensions, lines, MappingProxyType(shown), hidden)


def admit(
    cube: Dimensions,
    publications: Mapping[Dimensions, Publication],
    told: Sequence[Told],
    moment: datetime,
    terms: Terms,
) -> Publication | Reason:
    """Open a cube to an analyst, to whom ``told`` was answered before; the caller records it.

    Raises ``InvalidRequestError`` for a cube that is not published.
    """
    publication = publications.get(cube)
    if publication is None:
        raise InvalidRequestError("dimensies", "are not counted together")
    if budget_left(told, moment, terms) <= 0:
        return Reason.QUERY_BUDGET_SPENT
    for other in {earlier.cube for earlier in told} - {cube}:
        known = publications.get(other)
        if known is None or known.meets(publication):
            return Reason.WOULD_REVEAL
    return publication


def budget_left(told: Sequence[Told], moment: datetime, terms: Terms) -> int:
    """Count how many tables an analyst, to whom ``told`` was answered before, may still ask for."""
    spent = sum(moment - BUDGET_TERM < earlier.at for earlier in told)
    return terms["statistics_budget"] - spent


def tabulate(publication: Publication, question: Question) -> Table | Reason:
    """Answer a question from its cube.

    Raises ``InvalidRequestError`` where the question does not fit the cube.
    """
    _check(publication, question)
    where = (question.where,) if question.where else ()
    if publication.node(where) not in publication.shown:
        return Reason.GROUP_TOO_SMALL
    axes = dict(zip(publication.dimensions, publication.axes, strict=True))
    lines = [(*axes[dimension], None) for dimension in question.dimensions]
    cells: dict[Node, int | None] = {}
    for values in product(*lines):
        pairs = zip(question.dimensions, values, strict=True)
        places = [(dimension, value) for dimension, value in pairs if value is not None]
        cells[values] = publication.shown.get(publication.node((*where, *places)))
    return Table(publication.day, question.dimensions, question.where, MappingProxyType(cells))


def measure(
    indicator: Indicator, publication: Publication, where: Place | None = None
) -> Share | Reason:
    """Measure an indicator from a cube, of all people or of those in one category.

    Both numbers follow from what is shown, so the share tells nothing more. Raises
    ``InvalidRequestError`` where the cube does not have the dimensions.
    """
    about = tuple(place for place in (indicator.among, where) if place)
    _check_places(publication, (indicator.are, *about))
    part = publication.shown.get(publication.node((indicator.are, *about)))
    whole = publication.shown.get(publication.node(about))
    for value in indicator.without:
        node = publication.node(((indicator.are[0], value), *about))
        if whole is None or node in publication.withheld:
            return Reason.GROUP_TOO_SMALL
        whole -= publication.shown.get(node, 0)
    return Share(part, whole) if part and whole else Reason.GROUP_TOO_SMALL


def _check(publication: Publication, question: Question) -> None:
    named = question.dimensions
    if publication.dimensions != question.cube:
        raise InvalidRequestError("dimensies", "are of another cube")
    if not 0 < len(named) <= MOST_DIMENSIONS or len(set(named)) < len(named):
        raise InvalidRequestError("dimensies", "must be one or two, each once")
    if not set(named) <= set(publication.dimensions):
        raise InvalidRequestError("dimensies", "are not counted together")
    if question.where:
        if question.where[0] in named:
            raise InvalidRequestError("waar", "must be about another dimension than the table")
        _check_places(publication, (question.where,))


def _check_places(publication: Publication, places: Sequence[Place]) -> None:
    axes = dict(zip(publication.dimensions, publication.axes, strict=True))
    if len(dict(places)) < len(places):
        raise InvalidRequestError("waar", "names a dimension twice")
    for dimension, value in places:
        if value not in axes.get(dimension, ()):
            raise InvalidRequestError("waar", "is no category of this cube")


def _fixed(dimensions: Dimensions, node: Node) -> Dimensions:
    return tuple(name for name, value in zip(dimensions, node, strict=True) if value is not None)
