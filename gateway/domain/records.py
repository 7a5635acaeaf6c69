"""What the log is told: one frozen record an event, and the receipt that comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from secrets import randbits
from typing import Final, NamedTuple
from uuid import UUID

from gateway.domain.identifiers import ConsentId, FieldName, Oin, PurposeCode, RuleId, SubjectId

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION: Final = 7 << 76
_VARIANT: Final = 2 << 62


def event_name(moment: datetime) -> UUID:
    """Name an event by its millisecond and 74 random bits (RFC 9562 section 5.7, version 7).

    Names of one hour stand together in an index, so that a batch of entries changes a page or two
    of it; wholly random ones change a page each. The time tells nothing that the leaf does not.
    """
    stamp = (moment - _EPOCH) // timedelta(milliseconds=1)
    drawn = randbits(74)
    return UUID(int=stamp << 80 | _VERSION | drawn >> 62 << 64 | _VARIANT | drawn & (1 << 62) - 1)


class RecordKind(StrEnum):
    """What happened; the value is the leaf's ``type``."""

    BULK = "disclosure.bulk"
    INTENT = "disclosure.intent"
    OUTCOME = "disclosure.outcome"
    DENIED = "disclosure.denied"
    SEARCH = "search"
    CONSENT = "consent"
    RELATION = "relation"
    WITHHOLDING = "withholding"
    SHIELD = "shield"
    NOTICE = "notice"
    INTRODUCTION = "introduction"
    DELIVERY = "delivery"
    PROFILE = "profile.stored"
    QUARANTINE = "delivery.quarantined"
    OVERSIGHT = "oversight"
    RECTIFICATION = "rectification"
    HANDOVER = "handover"
    PLACEMENT = "placement"
    EXPLAINED = "decision.explained"
    GLASS = "breakglass"
    EXPORT = "export"
    SIGNAL = "signal"
    ERASURE = "erasure"
    PROFILE_ERASED = "profile.erased"
    GUARD = "log.guard"
    SESSION = "session"
    STATISTICS = "statistics"
    KEYS = "keys"
    BACKUP = "backup"
    RESTORE = "restore"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One entry for the log.

    The leaf (never erased, no personal data) takes ``event_id, kind, at, outcome, purpose, basis,
    policy, recipient``; the sealed payload takes all the rest. ``fields`` are names, never values.
    ``parent`` is the event id of the bulk or intent this entry belongs to; ``rests_on`` is what its
    decision read, in the form of ``gateway.domain.recorded_form``. ``erased`` are the indexes whose
    payloads an erasure takes away.
    """

    event_id: UUID
    kind: RecordKind
    at: datetime
    outcome: str
    purpose: PurposeCode | None = None
    basis: tuple[RuleId, ...] = ()
    policy: str | None = None
    recipient: Oin | None = None
    subject: SubjectId | None = None
    actor: str | None = None
    role: str | None = None
    fields: tuple[FieldName, ...] = ()
    consents: tuple[ConsentId, ...] = ()
    reason: str | None = None
    parent: UUID | None = None
    trace_id: str | None = None
    detail: Mapping[str, str | int] = field(default_factory=dict)
    rests_on: Mapping[str, object] = field(default_factory=dict)
    erased: tuple[int, ...] = ()


class Receipt(NamedTuple):
    """Proof that an entry is durable: its index, leaf hash, and the signed checkpoint over it."""

    event_id: UUID
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks for
    leaf_hash: bytes
    checkpoint: str
