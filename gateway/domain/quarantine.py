"""Quarantine: rows of deliveries that could not be accepted, texts held back, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from gateway.domain.identifiers import SubjectId


class Fate(StrEnum):
    """What became of a quarantined row."""

    CORRECTED = "gecorrigeerd"
    DISCARDED = "verworpen"
    RELEASED = "vrijgegeven"


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that waits, or its trace once it was settled: then ``sealed`` is empty.

    ``reasons`` name field and reason and never repeat a value.
    """

    row: int
    at: datetime
    reasons: tuple[str, ...]
    sealed: bytes
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class SettleQuarantined:
    """Note what became of a row and delete its values; refused when unknown or settled before."""

    delivery: UUID
    row: int
    fate: Fate
    at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseHeld:
    """Let through all that is held of a profile, and raise her epoch; refused when nothing is."""

    subject: SubjectId
