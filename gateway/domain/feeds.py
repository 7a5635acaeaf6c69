"""A feed (gebeurtenissen) of a source system: one whole profile an event, counted from 1.

1. An event is known by its id and stands at its number; the same event again changes nothing.
2. Another event under a known id, at a number that is taken or was passed over, takes no effect: it
   goes to quarantine.
3. Events take effect in the order of their numbers. One that comes too early is parked, sealed, until
   those before it came or an operator gave them up.
4. The position moves in the transaction that closes an event's delivery, never before or after.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import BinaryIO, Final, Protocol
from uuid import UUID

from gateway.domain.deliveries import JsonValue

SOURCES: Final = frozenset({"IBIS", "TVS"})
"""Systems of COA that may keep a feed; see ``bron_systeem`` of the dictionary."""


class EventStatus(StrEnum):
    """What became of an event."""

    APPLIED = "verwerkt"
    DUPLICATE = "dubbel"
    PARKED = "geparkeerd"
    QUARANTINED = "quarantaine"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An event as read; ``document`` is the delivery of one profile that it amounts to."""

    source: str
    number: int
    event_id: UUID
    document: bytes

    @property
    def digest(self) -> bytes:
        """The SHA-256 by which the same event is known again."""
        return sha256(self.document).digest()


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event at rest; ``sealed`` is empty and ``delivery`` known once it took effect."""

    source: str
    number: int
    event_id: UUID
    digest: bytes
    at: datetime
    sealed: bytes
    delivery: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a feed is: its last event that took effect, and those parked, by number."""

    source: str
    position: int
    parked: tuple[KeptEvent, ...]

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """The numbers that parked events wait for, as first and last of each gap."""
        numbers = (self.position, *(one.number for one in self.parked))
        return tuple((low + 1, high - 1) for low, high in pairwise(numbers) if high - low > 1)


@dataclass(frozen=True, slots=True)
class KeepEvent:
    """Keep an event; refused when its id or its number is known, or its number was passed (1, 2)."""

    event: KeptEvent


@dataclass(frozen=True, slots=True)
class ApplyEvent:
    """Move the position to the next event, which came in as ``delivery``, and empty it (4)."""

    source: str
    number: int
    delivery: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class SkipEvents:
    """Give up all events through a number that never came; refused when any of them is parked."""

    source: str
    through: int
    at: datetime


FeedChange = KeepEvent | ApplyEvent | SkipEvents


class Feeds(Protocol):
    """Feeds at rest."""

    async def standing(self, source: str) -> Standing:
        """Tell how far a feed is; one that nothing came from stands at 0."""
        ...

    async def alike(self, source: str, number: int, event_id: UUID) -> Sequence[KeptEvent]:
        """Find the events that have this number or this id, by number."""
        ...

    async def following(self, source: str) -> KeptEvent | None:
        """Return the parked event whose turn it is, if it came."""
        ...


class EventSource(Protocol):
    """Reads events as a source hands them over."""

    def read(self, stream: BinaryIO) -> Sequence[FeedEvent]:
        """Read every event, in the order in which they came, all of one source.

        Raises ``DeliveryRefusedError`` when any of them cannot be read.
        """
        ...


def document_of(
    source: str, number: int, event_id: UUID, profile: Mapping[str, JsonValue]
) -> bytes:
    """Write an event as a delivery of one profile; the same event is always the same bytes."""
    event = {"bron": source, "id": str(event_id), "volgnummer": number}
    whole = {"gebeurtenis": event, "klantprofielen": [profile]}
    return json.dumps(whole, ensure_ascii=True, sort_keys=True).encode()


def place_of_event(event: FeedEvent | KeptEvent) -> bytes:
    """Return to which event of which feed the seal on a parked profile is bound."""
    return f"feed {event.source} {event.number} ".encode() + event.event_id.bytes


def against(event: FeedEvent, known: Sequence[KeptEvent]) -> str | None:
    """Say why an event that was not kept takes no effect (2); ``None`` for the same again (1)."""
    same_id = next((one for one in known if one.event_id == event.event_id), None)
    if same_id and (same_id.number, same_id.digest) == (event.number, event.digest):
        return None
    if same_id:
        return "id: of an earlier event with another number or content"
    if known:
        return "volgnummer: taken by another event"
    return "volgnummer: passed over before this event came"
