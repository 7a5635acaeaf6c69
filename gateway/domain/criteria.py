"""What a matcher may search by (P04), and the blind terms under which candidates are found.

A filter exists only on a field that the asker may read; a term never says more than a bucket.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias
from uuid import UUID

from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName, SubjectId

NT2_LEVELS: Final = ("<A1", "A1-", "A1", "A2", "B1", "B2")
ENGLISH_LEVELS: Final = ("geen", "A1", "A2", "B1", "B2", "C1", "C2")
HOURS: Final = (8, 16, 24, 32, 36, 40)
TRAVEL_KM: Final = (5, 10, 15, 20, 30, 40, 50, 75, 100)
EXPERIENCE_YEARS: Final = (1, 3, 6, 11)
FIRST_MONTH: Final = (2024, 1)
MONTH_BITS: Final = 7

Extract: TypeAlias = Callable[[JsonValue], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One filter: a field, and the values of which a candidate must have at least one.

    ``within_km`` is for a postcode: how far from its area (``gateway.domain.nearby``).
    """

    field: FieldName
    values: tuple[str, ...]
    within_km: int | None = None


@dataclass(frozen=True, slots=True)
class Criteria:
    """All filters of a search; every one must hold."""

    filters: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked for in the index: one term of every group, findable by one of ``recipients``.

    At most ``limit`` people in order of id, from ``start`` on and around, so that a broad search does
    not always show the same ones. ``besides`` leaves out whom these recipients may find.
    """

    groups: Sequence[Sequence[bytes]]
    recipients: Sequence[str]
    moment: datetime
    limit: int
    start: SubjectId = SubjectId(UUID(int=0))  # noqa: RUF009 - immutable
    besides: Sequence[str] = ()


def _equal(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str | int):
        yield str(value)


def _each(value: JsonValue) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield from _equal(item.get("isco") or item.get("code") or item.get("categorie"))
        else:
            yield from _equal(item)


def _up_to(levels: Sequence[str]) -> Extract:
    """Give a level all terms at or below it, so that "at least A2" is one term."""

    def extract(value: JsonValue) -> Iterator[str]:
        if isinstance(value, str) and value in levels:
            yield from (f">={level}" for level in levels[: levels.index(value) + 1])

    return extract


def _at_least(steps: Sequence[int]) -> Extract:
    """Give a number a term for each step it reaches."""

    def extract(value: JsonValue) -> Iterator[str]:
        if isinstance(value, int):
            yield from (f">={step}" for step in steps if value >= step)

    return extract


def _month(day: str) -> int:
    """Return the number of a day's month; what lies outside falls in the first or last month there is."""
    when = date.fromisoformat(day)
    months = (when.year - FIRST_MONTH[0]) * 12 + when.month - FIRST_MONTH[1]
    return min(max(months, 0), 2**MONTH_BITS - 1)


def _span(bits: int, number: int) -> str:
    return f"{number}/{bits}"


def _from_month(value: JsonValue) -> Iterator[str]:
    """Give a day the spans of 1, 2, 4, … months that hold it."""
    try:
        month = _month(value) if isinstance(value, str) else None
    except ValueError:  # a day that is known by its year only
        return
    if month is not None:
        yield from (_span(bits, month >> bits) for bits in range(MONTH_BITS))


def _months_up_to(day: str) -> tuple[str, ...]:
    """Return the few spans that together hold every month up to that of ``day``."""
    end = _month(day) + 1
    if end == 2**MONTH_BITS:
        return _span(MONTH_BITS - 1, 0), _span(MONTH_BITS - 1, 1)
    bits = [bit for bit in range(MONTH_BITS) if end >> bit & 1]
    return tuple(_span(bit, (end >> bit) - 1) for bit in bits)


def _area(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:2]


SEARCHABLE: Final[Mapping[FieldName, Extract]] = {
    FieldName("arbeidsmarktregio"): _equal,
    FieldName("bemiddelingspostcode4"): _area,
    FieldName("beschikbaar_uren"): _at_least(HOURS),
    FieldName("beschikbaar_vanaf"): _from_month,
    FieldName("beroepen_gewenst"): _each,
    FieldName("contractvoorkeur"): _each,
    FieldName("ervaring_jaren"): _at_least(EXPERIENCE_YEARS),
    FieldName("engels_niveau"): _up_to(ENGLISH_LEVELS),
    FieldName("inzetbaarheid"): _equal,
    FieldName("nt2_niveau_spreken"): _up_to(NT2_LEVELS),
    FieldName("opleidingsniveau_hoogste"): _equal,
    FieldName("reisafstand_max_km"): _at_least(TRAVEL_KM),
    FieldName("rijbewijs"): _each,
    FieldName("setu_beroepscategorie"): _equal,
    FieldName("vaardigheden"): _each,
    FieldName("vervoermiddel"): _each,
    FieldName("werktijden"): _each,
}


def terms_of(profile: Mapping[FieldName, JsonValue]) -> tuple[tuple[FieldName, str], ...]:
    """Return the (field, bucket) pairs under which a profile may be found."""
    return tuple(
        (field, bucket)
        for field, extract in SEARCHABLE.items()
        for bucket in extract(profile.get(field))
    )


NUMBERED: Final[Mapping[FieldName, Sequence[int]]] = {
    FieldName("beschikbaar_uren"): HOURS,
    FieldName("ervaring_jaren"): EXPERIENCE_YEARS,
    FieldName("reisafstand_max_km"): TRAVEL_KM,
}
DATED: Final = FieldName("beschikbaar_vanaf")


def buckets_asked(field: FieldName, value: str) -> tuple[str, ...]:
    """Return the buckets of which a filter value means any one: a day means "in its month or before".

    Raises ``ValueError`` for what is no day or number where one is needed.
    """
    return _months_up_to(value) if field == DATED else (bucket_asked(field, value),)


def bucket_asked(field: FieldName, value: str) -> str:
    """Return the one bucket a filter value stands for: a level or number means "at least"."""
    if field in {"nt2_niveau_spreken", "engels_niveau"}:
        return f">={value}"
    steps = NUMBERED.get(field)
    if steps:
        asked = int(value)
        return f">={min((step for step in steps if step >= asked), default=steps[-1])}"
    return value[:2] if field == "bemiddelingspostcode4" else value
