"""What a review shows: groups, signals, the reach of a breach, a sample (P10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from gateway.domain.identifiers import FieldName
from gateway.domain.logbook import LoggedEvent
from gateway.domain.records import Receipt
from gateway.domain.signals import Judged, Verdict

PAGE: Final = 100
_Item = TypeVar("_Item")


class Grouping(StrEnum):
    """By what an overview gathers entries."""

    PERSON = "betrokkene"
    WORKER = "medewerker"
    PARTNER = "partner"
    PURPOSE = "doel"
    REASON = "reden"
    DAY = "dag"


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry, and the name under which this organisation's log knows whom it is about."""

    event: LoggedEvent
    pseudonym: UUID | None


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that have something in common, counted; a person is named by her pseudonym."""

    key: str
    entries: int
    persons: int
    disclosed: int
    refused: int
    emergencies: int
    unanswered: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """A page of groups, those with most entries first; ``onward`` is where to go on, if anywhere."""

    groups: Sequence[Group]
    onward: int | None
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Signal:
    """What a rule found, and how it stands: ``open``, ``proposed`` or ``closed``."""

    signal_id: UUID
    rule: str
    reason: str
    entries: tuple[int, ...]
    state: str
    judged: Judged | None


@dataclass(frozen=True, slots=True)
class HitRate:
    """How often a rule hits: entries it names, of those it looked at."""

    rule: str
    flagged: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Signalled:
    """A page of signals, each rule's hit rate, and the receipt of the look-up.

    ``unreadable`` people could be compared with nobody, as their profiles do not open.
    """

    signals: Sequence[Signal]
    rates: Sequence[HitRate]
    onward: int | None
    receipt: Receipt
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an officer found of a signal, and why; ``note`` names no one by number."""

    signal_id: UUID
    verdict: Verdict
    note: str


@dataclass(frozen=True, slots=True)
class Received:
    """Who received which fields of whom, and what became of it."""

    seen: SeenEntry
    fields: tuple[FieldName, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What a breach concerns (GDPR art. 33(3)): how many, by field, and a page of who and when."""

    persons: int
    entries: int
    recipients: tuple[str, ...]
    by_field: Mapping[FieldName, int]
    page: Sequence[Received]
    onward: int | None
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample, and what is needed to draw it again: root and size of the log, and among how many."""

    root: bytes
    size: int
    among: int
    entries: Sequence[SeenEntry]
    receipt: Receipt


def scope(received: Sequence[Received], offset: int, receipt: Receipt) -> Scope:
    """Count what a breach concerns, and cut a page of it."""
    people: dict[FieldName, set[UUID | None]] = {}
    for one in received:
        for name in one.fields:
            people.setdefault(name, set()).add(one.seen.pseudonym)
    page, onward = cut(received, offset)
    return Scope(
        len({one.seen.pseudonym for one in received}),
        len(received),
        tuple(sorted({str(one.seen.event.recipient) for one in received})),
        {name: len(found) for name, found in sorted(people.items())},
        page,
        onward,
        receipt,
    )


def cut(items: Sequence[_Item], offset: int) -> tuple[Sequence[_Item], int | None]:
    """Cut a page off from an offset; the second is where to go on, ``None`` at the end."""
    end = offset + PAGE
    return items[offset:end], end if len(items) > end else None
