"""What operators may be told: one frozen type an event; its fields are the allow-list."""

from dataclasses import dataclass
from traceback import walk_tb


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
class RoundFailed:
    """One of the keeper's rounds did not succeed: which, and the type of the error, no text."""

    work: str
    error: str


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request ended in a fault of ours: its type, and module and line in the code, no text."""

    error: str
    place: str

    @classmethod
    def of(cls, error: Exception) -> "RequestFailed":
        """Tell of a fault where it arose: module and line are code, never a value."""
        *_, (frame, line) = walk_tb(error.__traceback__)
        return cls(type(error).__name__, f"{frame.f_globals.get('__name__')}:{line}")


@dataclass(frozen=True, slots=True)
class ProfileUnreadable:
    """One profile of several did not open and was left: the type of the error, and nobody's name."""

    error: str


@dataclass(frozen=True, slots=True)
class PageBrokeItsPolicy:
    """A browser refused to do something that a page of ours asked: which directive forbade it."""

    directive: str


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """Someone broke the glass: her organisation and purpose, and no person."""

    purpose: str
    partner: str


@dataclass(frozen=True, slots=True)
class LogbookBehind:
    """Another logbook does not take what it is told: ``unreachable`` or ``refused``, how many wait."""

    why: str
    entries: int


@dataclass(frozen=True, slots=True)
class NoticesUndelivered:
    """A partner's system did not take its notices: whose it is, and how many wait longer for it."""

    partner: str
    notices: int


Event = (
    DisclosureDecided
    | DeliveryProcessed
    | ConsentRecorded
    | LogStopped
    | LogbookBehind
    | NoticesUndelivered
    | RoundFailed
    | RequestFailed
    | ProfileUnreadable
    | PageBrokeItsPolicy
    | GlassBroken
)
