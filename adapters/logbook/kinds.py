"""What kinds of entries are in the words of others: DICOM audit codes, action letters, outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.domain.logbook import LoggedEvent
from gateway.domain.records import RecordKind


@dataclass(frozen=True, slots=True)
class Action:
    """A DICOM event code (DCM) and the letter of what was done: Create, Read, Update, Execute.

    ``sends`` is set where data go out, or were to.
    """

    code: str
    letter: str
    sends: bool = False


_EXPORT: Final = Action("110106", "R", sends=True)
_IMPORT: Final = Action("110107", "C")
_QUERY: Final = Action("110112", "E")
_LOG_USED: Final = Action("110101", "R")
_RECORDED: Final = Action("110110", "C")
_CHANGED: Final = Action("110110", "U")

_ACTIONS: Final[Mapping[RecordKind, Action]] = MappingProxyType(
    {
        RecordKind.BULK: _EXPORT,
        RecordKind.INTENT: _EXPORT,
        RecordKind.OUTCOME: _EXPORT,
        RecordKind.DENIED: _EXPORT,
        RecordKind.SEARCH: _QUERY,
        RecordKind.DELIVERY: _IMPORT,
        RecordKind.PROFILE: _IMPORT,
        RecordKind.QUARANTINE: _IMPORT,
        RecordKind.OVERSIGHT: _LOG_USED,
        RecordKind.EXPLAINED: _LOG_USED,
        RecordKind.SIGNAL: _LOG_USED,
        RecordKind.CONSENT: _RECORDED,
        RecordKind.RELATION: _RECORDED,
        RecordKind.GLASS: Action("110113", "E"),
    }
)
SUCCESS: Final = 0
REFUSED: Final = 4
FAILED: Final = 8


def acts(kind: RecordKind) -> Action:
    """Return what a kind of entry does; what has no code of its own changes a person's record."""
    return _ACTIONS.get(kind, _CHANGED)


def failed(event: LoggedEvent) -> int:
    """Return how it went: 0 well, 4 refused, 8 failed."""
    if event.kind is RecordKind.DENIED or event.outcome == "refused":
        return REFUSED
    return FAILED if event.outcome == "failed" else SUCCESS
