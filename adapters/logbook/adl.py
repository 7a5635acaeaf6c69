"""Decisions as Authorization Decision Log records (Logius, draft of 2026), in the words of AuthZEN.

1. One record for each decision about a person: a disclosure granted or refused, or one explained.
   Other entries are no decisions, and an erased one tells nothing: they have no record.
2. Question and answer stand in the body; policy, what was read and engine are references, enough to
   decide again: the policy by its digest, what was read by the entry that holds it sealed
   (``doelpoort explain ID --replay``).
3. A denial is an answer; it is never an error. A person is named by pseudonym.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gateway.domain.access import CLIENT, ROLE
from gateway.domain.logbook import LoggedEvent, Told
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import SeenEntry
from gateway.domain.traces import kept, span_of

MEDIA_TYPE: Final = "application/x-ndjson"
EVENT: Final = "adl.access_evaluation"
_DECISIONS: Final = frozenset({RecordKind.INTENT, RecordKind.DENIED, RecordKind.EXPLAINED})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

Json = dict[str, Any]


class AdlRecords:
    """Writes records for the log of one origin; ``version`` is that of the engine."""

    media_type = MEDIA_TYPE

    def __init__(self, origin: str, version: str) -> None:
        self._origin = origin
        self._version = version

    def write(self, seen: SeenEntry) -> Json | None:
        """Return the record of a decision; ``None`` for an entry that tells of none (1)."""
        event, told = seen.event, seen.event.told
        if event.kind not in _DECISIONS or told is None or not told.rests_on:
            return None
        trace, parent = kept(told.trace_id) or (event.event_id.bytes, None)
        written: Json = {
            "trace_id": trace.hex(),
            "span_id": span_of(event.event_id).hex(),
            "event_name": EVENT,
            "timestamp": (event.at - _EPOCH) // _MILLISECOND,
            "status": "Unset",
            "attributes": self._sources(seen),
            "resource": {"service.name": "doelpoort", "doelpoort.log": self._origin},
            "body": {
                "adl.core.request": _request(seen, told),
                "adl.core.response": _response(event, told),
            },
        }
        return written | ({"parent_span_id": parent.hex()} if parent else {})

    def _sources(self, seen: SeenEntry) -> Json:
        """Refer to what it takes to decide again (2)."""
        event = seen.event
        sources: Json = {
            "adl.core.policies": {"doelpoort": event.policy},
            "adl.core.information": {"doelpoort-log": str(event.event_id)},
            "adl.core.configuration": {"doelpoort": self._version},
        }
        if seen.pseudonym is not None:
            sources["dpl.core.data_subject_id"] = str(seen.pseudonym)
        return sources


def _request(seen: SeenEntry, told: Told) -> Json:
    event = seen.event
    return {
        "subject": {"type": ROLE, "id": told.role, "properties": {"oin": event.recipient}},
        "action": {"name": event.purpose},
        "resource": {
            "type": CLIENT,
            "id": str(seen.pseudonym) if seen.pseudonym else "",
            "properties": {"velden": list(told.fields)},
        },
        "context": {"time": event.at.isoformat(timespec="milliseconds")},
    }


def _response(event: LoggedEvent, told: Told) -> Json:
    granted = bool(event.basis)
    context = {"regels": list(event.basis)} if granted else {"reden": told.reason}
    return {"decision": granted, "context": context}
