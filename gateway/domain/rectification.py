"""Rectification (GDPR art. 16 and 19): someone says that a field is wrong, and what became of it.

1. She herself may say so, and whoever receives the field for a purpose of its own.
2. It is corrected at the source: by a delivery, after the request, that changes the field. Nothing is
   typed over here. What is not corrected is refused with a reason.
3. When it is corrected, whoever received the field is told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.logbook import LoggedEvent
from gateway.domain.records import RecordKind
from gateway.domain.subjects import ProfileVersion


class RectificationState(StrEnum):
    """How a request stands; only ``open`` can still change."""

    OPEN = "open"
    GECORRIGEERD = "gecorrigeerd"
    GEWEIGERD = "geweigerd"


@dataclass(frozen=True, slots=True)
class Rectification:
    """A request about one field (``None``: about her data at large), by the id of its log entry."""

    rectification_id: UUID
    subject: SubjectId
    field: FieldName | None
    asked_by: Oin
    at: datetime
    state: RectificationState = RectificationState.OPEN
    closed: datetime | None = None


def corrected(versions: Iterable[ProfileVersion], since: datetime, mask: int) -> bool:
    """Tell whether a version after ``since`` changed any field of the mask (2)."""
    return any(version.at > since and version.changed & mask for version in versions)


def received(events: Iterable[LoggedEvent], field: FieldName | None) -> frozenset[Oin]:
    """Name who was granted the field (``None``: any), as the log tells; what was erased it does not.

    An intent without a known outcome counts as sent.
    """
    return frozenset(
        event.recipient
        for event in events
        if event.kind is RecordKind.INTENT and event.recipient and event.told
        if field is None or field in event.told.fields
    )


class Rectifications(Protocol):
    """Requests to correct a field, and what became of them."""

    async def by_id(self, rectification_id: UUID) -> Rectification | None:
        """Find one; ``None`` when there is no such request."""
        ...

    async def open_at(
        self, sites: Sequence[str], after: UUID | None, limit: int
    ) -> Sequence[Rectification]:
        """List open requests about residents of these reception sites, in order of id.

        A superset of who may be seen: each is still decided one by one.
        """
        ...


@dataclass(frozen=True, slots=True)
class AskRectification:
    """Keep that someone called a field wrong, under the id of its entry; it changes no decision."""

    rectification: Rectification


@dataclass(frozen=True, slots=True)
class CloseRectification:
    """Note what became of it; refused when it is another's or was closed before."""

    rectification_id: UUID
    subject: SubjectId
    state: RectificationState
    at: datetime
