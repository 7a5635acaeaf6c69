"""Synthetic people as shares of a file, clean as a gate keeps them."""

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Final
from uuid import UUID

from adapters.synthetic import population
from gateway.domain.deliveries import DeliveredRow, JsonValue
from gateway.domain.files import Cover, FileFormat, Person
from gateway.domain.identifiers import FieldName, Oin, PurposeCode
from gateway.domain.intake import judge
from policies.catalogue import Catalogue, load

DAY: Final = date(2026, 11, 1)
COVER: Final = Cover(
    PurposeCode("P02_warme_overdracht_brede_intake"),
    "Warme overdracht en brede intake",
    Oin("00000099000000000243"),
    "Gemeente Harderwijk",
    "ab" * 32,
    datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    datetime(2026, 11, 3, 9, 30, tzinfo=UTC),
)


@cache
def catalogue() -> Catalogue:
    """Load the catalogue that comes with the program."""
    return load()


def clean(rows: Iterable[Mapping[FieldName, JsonValue]]) -> list[dict[FieldName, JsonValue]]:
    """Judge raw profiles and return them as a gate keeps them."""
    delivered = [DeliveredRow(number, values) for number, values in enumerate(rows, start=2)]
    kept = judge(delivered, catalogue().fields, catalogue().codes)
    return [dict(row.values) for row in kept]


@cache
def profiles(count: int) -> tuple[Mapping[FieldName, JsonValue], ...]:
    """Return clean synthetic profiles."""
    return tuple(clean(population(count, 7, DAY, catalogue().codes)))


def person(number: int, values: Mapping[FieldName, JsonValue], **more: object) -> Person:
    """Make a share of someone."""
    return Person(UUID(int=number), values, **more)  # type: ignore[arg-type]  # a test names what differs


def people(count: int, only: frozenset[FieldName] | None = None) -> list[Person]:
    """Return shares of synthetic people, of all their fields or of some."""
    return [
        person(number, {n: v for n, v in values.items() if only is None or n in only})
        for number, values in enumerate(profiles(count), start=1)
    ]


def rule(purpose: str, rule_id: str) -> frozenset[FieldName]:
    """Return the fields of a rule of the catalogue."""
    found = catalogue().purposes
    whole = next(one for one in found.values() if one.short == purpose)
    return next(one.fields for one in whole.rules if one.rule_id == rule_id)


def written(form: FileFormat, shares: Iterable[Person], cover: Cover = COVER) -> bytes:
    """Write shares in a format."""
    sink = io.BytesIO()
    form.write(sink, cover, shares)
    return sink.getvalue()
