"""A delivery (levering): rows as a source hands them over, and what became of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from gateway.domain.identifiers import FieldName

JsonValue: TypeAlias = "str | int | bool | list[JsonValue] | dict[str, JsonValue] | None"


@dataclass(frozen=True, slots=True)
class DeliveredRow:
    """One row as read: ``row`` as people count it in that format, raw values by field name.

    Values are text, or for structured formats numbers, booleans, lists and objects; blocked and
    unknown columns are already left behind.
    """

    row: int
    values: Mapping[FieldName, JsonValue]


@dataclass(frozen=True, slots=True)
class ReadDelivery:
    """A whole delivery as read; column names are spelled as in the file."""

    rows: Iterable[DeliveredRow]
    blocked_columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]


class RowOutcome(StrEnum):
    """What a careful importer makes of a row."""

    ACCEPTED = "accepted"
    WARNING = "accepted_with_warning"
    HELD = "held_for_review"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row after judgement.

    ``values`` are clean and typed for storing (dates ISO 8601, codes normalised, lists as lists);
    ``held`` names the free-text fields that wait for a person; ``reasons`` name field and reason
    and never repeat a value; ``duplicate`` marks an exact copy of an earlier row.
    """

    row: int
    v_nummer: str
    outcome: RowOutcome
    reasons: tuple[str, ...]
    values: Mapping[FieldName, JsonValue]
    held: frozenset[FieldName] = frozenset()
    signals: tuple[str, ...] = ()
    duplicate: bool = False
