"""Records of the standard Logboek Dataverwerkingen (LDV 1.0.0), one for each processing action.

1. A record names at most one person, by a pseudonym of this controller alone; never a worker.
2. It refers to the register (GDPR art. 30) for purpose, basis and term, and repeats none of them.
3. Trace and span come from the entry, so that the same entry gives the same record each time.
4. Reading the log is no processing action; what serves no purpose of the catalogue has no activity.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from gateway.domain.logbook import LoggedEvent
from gateway.domain.records import RecordKind
from gateway.domain.traces import kept, span_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_UNNAMED: Final = "verwerken"
_NAMES: Final = {
    RecordKind.BULK: "lijst verstrekken",
    RecordKind.INTENT: "verstrekken",
    RecordKind.OUTCOME: "verstrekking afronden",
    RecordKind.DENIED: "verstrekking weigeren",
    RecordKind.SEARCH: "kandidaten zoeken",
    RecordKind.CONSENT: "toestemming vastleggen",
    RecordKind.RELATION: "relatie vastleggen",
    RecordKind.WITHHOLDING: "beperking vastleggen",
    RecordKind.SHIELD: "afscherming vastleggen",
    RecordKind.NOTICE: "melding aan ontvanger",
    RecordKind.INTRODUCTION: "voorstel behandelen",
    RecordKind.DELIVERY: "levering ontvangen",
    RecordKind.PROFILE: "klantprofiel opslaan",
    RecordKind.QUARANTINE: "rij in quarantaine",
    RecordKind.RECTIFICATION: "verzoek om rectificatie",
    RecordKind.HANDOVER: "warme overdracht",
    RecordKind.PLACEMENT: "plaatsing en nazorg",
    RecordKind.GLASS: "noodtoegang",
}
_READING: Final = frozenset({RecordKind.OVERSIGHT, RecordKind.EXPLAINED, RecordKind.SIGNAL})


class Status(Enum):
    """How an action ended: a refusal is no fault (``UNSET``), nor is a recipient who went away."""

    UNSET = 0
    OK = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Record:
    """One LDV record; times in milliseconds since 1970."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes | None
    status: Status
    name: str
    start_time: int
    end_time: int
    attributes: dict[str, str]


def tells(event: LoggedEvent) -> bool:
    """Tell whether an entry is a processing action of some activity (4)."""
    return event.purpose is not None and event.kind not in _READING


def record(event: LoggedEvent, pseudonym: UUID | None, register: str) -> Record:
    """Return the record of an entry; ``register`` is the address of the register of activities."""
    trace, parent = _trace(event)
    moment = (event.at - _EPOCH) // _MILLISECOND
    return Record(
        trace,
        span_of(event.event_id),
        parent,
        _status(event),
        _NAMES.get(event.kind, _UNNAMED),
        moment,
        moment,
        _attributes(event, pseudonym, register),
    )


def _trace(event: LoggedEvent) -> tuple[bytes, bytes | None]:
    """Give trace and parent: the caller's trace, or else one that begins with the first entry (3)."""
    told = event.told
    above = told.parent if told else None
    begun, caller = (kept(told.trace_id) if told else None) or (None, None)
    first = (above or event.event_id).bytes
    return begun or first, span_of(above) if above else caller


def _status(event: LoggedEvent) -> Status:
    if event.kind is RecordKind.DENIED:
        return Status.UNSET
    failed = event.kind is RecordKind.OUTCOME and event.outcome == "failed"
    return Status.ERROR if failed else Status.OK


def _attributes(event: LoggedEvent, pseudonym: UUID | None, register: str) -> dict[str, str]:
    attributes = {"dpl.core.processing_activity_id": f"{register}#{event.purpose}"}
    if pseudonym is not None:
        attributes["dpl.core.data_subject_id"] = str(pseudonym)
        attributes["dpl.core.data_subject_id_type"] = f"{register}#betrokkene"
    if event.recipient is not None:
        attributes["dpl.core.foreign_operation.processor"] = f"urn:oin:{event.recipient}"
    return attributes
