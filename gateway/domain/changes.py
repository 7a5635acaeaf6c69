"""Changes that commit together with their log entry, or not at all: no deed without its record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.domain.blind import Held, RaiseIndexFloor, RekeySubject
from gateway.domain.breakglass import BreakGlass, ReviewGlass
from gateway.domain.consents import ConsentEvent
from gateway.domain.counting import PublishCounts, TellTable
from gateway.domain.exports import ClearExport, FetchExport, OpenExport, StagePart
from gateway.domain.feeds import FeedChange
from gateway.domain.handovers import HandoverChange
from gateway.domain.identifiers import ActorId, PurposeCode, SubjectId
from gateway.domain.introductions import (
    CloseIntroduction,
    RequestIntroduction,
)
from gateway.domain.look_ups import ApproveLookUp, AskLookUp
from gateway.domain.notices import ConfirmNotice, IssueNotice, RemindNotice, WithdrawNotice
from gateway.domain.own_access import OwnAccessChange
from gateway.domain.placements import PlacementChange
from gateway.domain.policy_versions import PolicyLifeChange
from gateway.domain.quarantine import ReleaseHeld, SettleQuarantined
from gateway.domain.rectification import (
    AskRectification,
    CloseRectification,
)
from gateway.domain.relations import RelationEvent
from gateway.domain.signals import CloseSignal, ProposeVerdict
from gateway.domain.subjects import Withholding
from gateway.domain.subscriptions import MarkPushed, Subscribe, Unsubscribe


@dataclass(frozen=True, slots=True)
class RequireEpoch:
    """Not a change but a condition: the subject's epoch is still ``epoch``, else the entry is refused."""

    subject: SubjectId
    epoch: int


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """Facts kept outside the sealed profile because a decision, a clock or a sort order needs them."""

    doelgroep: str | None = None
    reception_site: str | None = None
    reception_gemeente: str | None = None
    coa_regio: str | None = None
    koppel_datum: str | None = None
    pip_deadline: str | None = None
    held: int = 0
    sixteen: bool = False
    eighteen: bool = False
    overdracht_status: str | None = None


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """Store version ``version`` of a profile, and with it the facts, relations and search terms.

    Refused when another version got there first. ``changed`` is the mask of fields that differ
    from the version before; ``content`` the keyed digest of the values, by which a second delivery
    of the same row is known; ``as_of`` the profiel_peildatum; ``terms`` the blind search terms,
    kept only while a P04 consent lives or a municipality is linked. ``older_tags`` are the tags of
    the same V-nummer under older versions of the index key: by any of them she is the same.
    """

    subject: SubjectId
    v_tag: bytes
    version: int
    at: datetime
    as_of: str
    changed: int
    content: bytes
    parts: bytes
    facts: RuleFacts
    relations: tuple[RelationEvent, ...]
    terms: tuple[Held, ...]
    delivery: UUID
    older_tags: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviseProfile:
    """Store the next version of a known profile, which came from no delivery.

    It keeps the as-of day, delivery and content digest of the version before; the values of all
    versions before it are deleted. Refused when another version got there first.
    """

    subject: SubjectId
    version: int
    at: datetime
    changed: int
    parts: bytes
    facts: RuleFacts
    terms: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class ClosePurposes:
    """Say from when which purposes no longer keep this profile here, and raise its epoch."""

    subject: SubjectId
    closed: tuple[tuple[PurposeCode, datetime], ...]


@dataclass(frozen=True, slots=True)
class DropQuarantine:
    """Delete quarantined rows, and parked events of feeds, that came in before a moment."""

    before: datetime


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """Append a consent event and raise the subject's epoch.

    ``terms`` are the blind search terms that a P04 consent opens; when it ends they are removed.
    """

    subject: SubjectId
    event: ConsentEvent
    terms: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordRelations:
    """Append relation events and raise the subject's epoch.

    ``terms`` are the blind search terms of someone who comes to be findable; empty keeps hers.
    """

    subject: SubjectId
    events: tuple[RelationEvent, ...]
    terms: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchAs:
    """How someone may be found from now on: under which blind ``terms``, or not at all."""

    terms: tuple[Held, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Withhold:
    """Record a restriction or objection under ``withholding_id`` and raise the subject's epoch.

    ``search`` says what it leaves of searching; ``None``: what there was.
    """

    subject: SubjectId
    withholding_id: UUID
    withholding: Withholding
    search: SearchAs | None = None


@dataclass(frozen=True, slots=True)
class LiftWithholding:
    """End a restriction or objection at ``at``; refused when it is another's or was lifted before.

    ``search`` says what searching it gives back; ``None``: none.
    """

    subject: SubjectId
    withholding_id: UUID
    at: datetime
    search: SearchAs | None = None


@dataclass(frozen=True, slots=True)
class Shield:
    """Hide a subject from everyone but herself: raises her epoch and makes her unsearchable."""

    subject: SubjectId


@dataclass(frozen=True, slots=True)
class EraseFacts:
    """Leave nothing readable of an erased subject: no rule facts, talks, questions or work.

    Her number leads to nobody any more: no version of her profile is stored after this. What happened
    when (relations, consents, notices) stays under her pseudonym.
    """

    subject: SubjectId


@dataclass(frozen=True, slots=True)
class Unshield:
    """Show a subject again, and under ``terms`` to whoever may search her."""

    subject: SubjectId
    terms: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """Note that a delivery came in; refused when the same file was already processed."""

    delivery: UUID
    digest: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class CloseDelivery:
    """Note that a delivery was processed, with its report (JSON, V-numbers sealed by the caller)."""

    delivery: UUID
    at: datetime
    report: bytes


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """Keep a row that could not be accepted: allowed columns only, sealed under the delivery key."""

    delivery: UUID
    row: int
    at: datetime
    reasons: tuple[str, ...]
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SpendQuery:
    """Count one search of an actor; refused once she did ``most`` since ``since``, where it is said.

    Two questions at once are counted one after the other, so that none slips past a budget.
    """

    actor: ActorId
    purpose: PurposeCode
    at: datetime
    since: datetime | None = None
    most: int = 0


Change = (
    RequireEpoch
    | StoreProfile
    | ReviseProfile
    | RekeySubject
    | RaiseIndexFloor
    | ClosePurposes
    | DropQuarantine
    | RecordConsent
    | RecordRelations
    | Withhold
    | LiftWithholding
    | Shield
    | EraseFacts
    | Unshield
    | IssueNotice
    | ConfirmNotice
    | RemindNotice
    | WithdrawNotice
    | Subscribe
    | Unsubscribe
    | MarkPushed
    | OpenDelivery
    | CloseDelivery
    | QuarantineRow
    | SettleQuarantined
    | ReleaseHeld
    | SpendQuery
    | RequestIntroduction
    | CloseIntroduction
    | BreakGlass
    | ReviewGlass
    | AskLookUp
    | AskRectification
    | CloseRectification
    | ApproveLookUp
    | ProposeVerdict
    | CloseSignal
    | PublishCounts
    | TellTable
    | OpenExport
    | StagePart
    | FetchExport
    | ClearExport
    | HandoverChange
    | FeedChange
    | PlacementChange
    | OwnAccessChange
    | PolicyLifeChange
)
