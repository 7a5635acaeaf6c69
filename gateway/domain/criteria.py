"""What a matcher may search by (P04), and the blind terms under which candidates are found.

A filter exists only on a field that the asker may read; a term never says more than a bucket.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName

NT2_LEVELS: Final = ("<A1", "A1-", "A1", "A2", "B1", "B2")
ENGLISH_LEVELS: Final = ("geen", "A1", "A2", "B1", "B2", "C1", "C2")
HOURS: Final = (8, 16, 24, 32, 36, 40)

Extract: TypeAlias = Callable[[JsonValue], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One filter: a field, and the values of which a candidate must have at least one."""

    field: FieldName
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Criteria:
    """All filters of a search; every one must hold."""

    filters: tuple[Criterion, ...] = ()


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


def _hours(value: JsonValue) -> Iterator[str]:
    if isinstance(value, int):
        yield from (f">={hours}" for hours in HOURS if value >= hours)


def _area(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:2]


SEARCHABLE: Final[Mapping[FieldName, Extract]] = {
    FieldName("arbeidsmarktregio"): _equal,
    FieldName("bemiddelingspostcode4"): _area,
    FieldName("beschikbaar_uren"): _hours,
    FieldName("beroepen_gewenst"): _each,
    FieldName("contractvoorkeur"): _each,
    FieldName("engels_niveau"): _up_to(ENGLISH_LEVELS),
    FieldName("inzetbaarheid"): _equal,
    FieldName("nt2_niveau_spreken"): _up_to(NT2_LEVELS),
    FieldName("opleidingsniveau_hoogste"): _equal,
    FieldName("rijbewijs"): _each,
    FieldName("setu_beroepscategorie"): _equal,
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


def bucket_asked(field: FieldName, value: str) -> str:
    """Return the bucket a filter value stands for: a level or hours mean "at least"."""
    if field in {"nt2_niveau_spreken", "engels_niveau"}:
        return f">={value}"
    if field == "beschikbaar_uren":
        hours = int(value)
        return f">={min((step for step in HOURS if step >= hours), default=HOURS[-1])}"
    return value[:2] if field == "bemiddelingspostcode4" else value
