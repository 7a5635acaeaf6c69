"""An entry in the words of ``audit.review``: what its rules and timelines read."""

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.review import Opened, Words
from gateway.domain.logbook import LoggedEvent
from gateway.domain.reasons import Reason, step
from gateway.domain.records import RecordKind

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_RELATION_STEP: Final = 3

WORDS: Final = Words(
    glass=RecordKind.GLASS,
    strange=frozenset(
        reason
        for reason in Reason
        if step(reason) == _RELATION_STEP and reason is not Reason.AGGREGATES_ONLY
    ),
)


def milliseconds(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def as_opened(event: LoggedEvent) -> Opened:
    """Return the entry as a reviewer's rules read it; an erased one has no payload."""
    leaf: dict[str, str | int] = {"type": event.kind, "at": milliseconds(event.at)}
    said = {
        "outcome": event.outcome,
        "purpose": event.purpose,
        "recipient": event.recipient,
    }
    leaf |= {key: value for key, value in said.items() if value}
    told, payload = event.told, {}
    if told is not None:
        detail = told.detail or {}
        payload = {
            "actor": told.actor,
            "role": told.role,
            "reason": told.reason or detail.get("why") or detail.get("note"),
            "parent": str(told.parent) if told.parent else None,
        }
    return Opened(event.index, event.event_id.hex, leaf, payload, event.tag)
