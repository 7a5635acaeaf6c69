"""What operators may be told: one frozen type an event; its fields are the allow-list."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DisclosureDecided:
    """A question was answered; counts only, and codes that name no person."""

    purpose: str
    role: str
    partner: str
    outcome: str
    reason: str
    granted: int
    refused: int
    subjects: int


@dataclass(frozen=True, slots=True)
class DeliveryProcessed:
    """A delivery came in; counts only."""

    accepted: int
    warnings: int
    held: int
    quarantined: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class ConsentRecorded:
    """A consent event was recorded."""

    purpose: str
    state: str


@dataclass(frozen=True, slots=True)
class LogStopped:
    """The log refuses to take entries; disclosures have stopped."""

    cause: str


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request ended in a fault of ours: its type, and module and line in the code, no text."""

    error: str
    place: str


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """Someone broke the glass: her organisation and purpose, and no person."""

    purpose: str
    partner: str


Event = (
    DisclosureDecided
    | DeliveryProcessed
    | ConsentRecorded
    | LogStopped
    | RequestFailed
    | GlassBroken
)
