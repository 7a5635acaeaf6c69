"""Changes that commit together with their log entry, or not at all: no deed without its record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.domain.breakglass import GlassBreak, Review
from gateway.domain.consents import ConsentEvent
from gateway.domain.identifiers import ActorId, Oin, PurposeCode, SubjectId
from gateway.domain.introductions import Introduction, IntroductionState
from gateway.domain.notices import Notice
from gateway.domain.relations import RelationEvent
from gateway.domain.subjects import Withholding


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
    sixteen_on: str | None = None
    eighteen_on: str | None = None


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """Store version ``version`` of a profile, and with it the facts, relations and search terms.

    Refused when another version got there first. ``changed`` is the mask of fields that differ
    from the version before; ``content`` the keyed digest of the values, by which a second delivery
    of the same row is known; ``as_of`` the profiel_peildatum; ``terms`` the blind search terms,
    kept only while a P04 consent lives or a municipality is linked.
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
    terms: tuple[bytes, ...]
    delivery: UUID


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """Append a consent event and raise the subject's epoch.

    ``terms`` are the blind search terms that a P04 consent opens; when it ends they are removed.
    """

    subject: SubjectId
    event: ConsentEvent
    terms: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordRelations:
    """Append relation events and raise the subject's epoch."""

    subject: SubjectId
    events: tuple[RelationEvent, ...]


@dataclass(frozen=True, slots=True)
class Withhold:
    """Record a restriction or objection under ``withholding_id`` and raise the subject's epoch."""

    subject: SubjectId
    withholding_id: UUID
    withholding: Withholding


@dataclass(frozen=True, slots=True)
class LiftWithholding:
    """End a restriction or objection at ``at``; refused when it is another's or was lifted before."""

    subject: SubjectId
    withholding_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Shield:
    """Hide a subject from everyone but herself: raises her epoch and makes her unsearchable."""

    subject: SubjectId


@dataclass(frozen=True, slots=True)
class Unshield:
    """Show a subject again, and under ``terms`` to whoever may search her."""

    subject: SubjectId
    terms: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueNotice:
    """Tell a former recipient, in the entry of its cause; it changes no decision."""

    subject: SubjectId
    notice: Notice


@dataclass(frozen=True, slots=True)
class ConfirmNotice:
    """Note that the recipient's worker ``by`` confirmed deletion; refused the second time."""

    subject: SubjectId
    notice_id: UUID
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class RemindNotice:
    """Count one reminder of a notice that is not confirmed."""

    subject: SubjectId
    notice_id: UUID


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
    """Count one search of an actor against her budget for the day."""

    actor: ActorId
    purpose: PurposeCode
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestIntroduction:
    """Keep a request for an introduction; refused when the subject is unknown."""

    introduction: Introduction


@dataclass(frozen=True, slots=True)
class CloseIntroduction:
    """Close what one recipient asked for; refused when it was answered, taken back or ran out."""

    introduction: UUID
    recipient: Oin
    state: IntroductionState
    at: datetime


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Keep that the glass was broken about ``glass.subject``, and raise her epoch."""

    subject: SubjectId
    glass_id: UUID
    glass: GlassBreak


@dataclass(frozen=True, slots=True)
class ReviewGlass:
    """Keep what the reviewer found; refused when it was reviewed before. It changes no decision."""

    subject: SubjectId
    glass_id: UUID
    review: Review


Change = (
    RequireEpoch
    | StoreProfile
    | RecordConsent
    | RecordRelations
    | Withhold
    | LiftWithholding
    | Shield
    | Unshield
    | IssueNotice
    | ConfirmNotice
    | RemindNotice
    | OpenDelivery
    | CloseDelivery
    | QuarantineRow
    | SpendQuery
    | RequestIntroduction
    | CloseIntroduction
    | BreakGlass
    | ReviewGlass
)
