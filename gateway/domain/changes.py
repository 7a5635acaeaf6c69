"""Changes that commit together with their log entry, or not at all: no deed without its record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.domain.blind import Held, RaiseIndexFloor, RekeySubject
from gateway.domain.breakglass import GlassBreak, Review
from gateway.domain.consents import ConsentEvent
from gateway.domain.counting import BlindCube
from gateway.domain.exports import Export
from gateway.domain.handovers import HandoverChange
from gateway.domain.identifiers import ActorId, Oin, PurposeCode, SubjectId
from gateway.domain.introductions import Introduction, IntroductionState
from gateway.domain.look_ups import LookUp
from gateway.domain.notices import Notice
from gateway.domain.quarantine import SettleQuarantined
from gateway.domain.rectification import Rectification, RectificationState
from gateway.domain.relations import RelationEvent
from gateway.domain.signals import Judged, Verdict
from gateway.domain.statistics import Told
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
    """Delete quarantined rows that came in before a moment."""

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
    """Append relation events and raise the subject's epoch."""

    subject: SubjectId
    events: tuple[RelationEvent, ...]


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
class Unshield:
    """Show a subject again, and under ``terms`` to whoever may search her."""

    subject: SubjectId
    terms: tuple[Held, ...] = ()


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
class Subscribe:
    """Keep where a partner wants to hear of its notices; ``sealed`` is the secret it is signed with."""

    subscription_id: UUID
    partner: Oin
    url: str
    sealed: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Forget a subscription; refused when it is another partner's or gone."""

    subscription_id: UUID
    partner: Oin


@dataclass(frozen=True, slots=True)
class MarkPushed:
    """Note that a subscription took a notice, told with so many ``reminders``; refused once it is gone."""

    subject: SubjectId
    notice_id: UUID
    subscription_id: UUID
    reminders: int
    at: datetime


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


@dataclass(frozen=True, slots=True)
class PublishCounts:
    """Put these cubes in the place of all before; refused when later ones are there already."""

    at: datetime
    cubes: tuple[BlindCube, ...]


@dataclass(frozen=True, slots=True)
class TellTable:
    """Keep that an analyst of ``recipient`` is told a table.

    ``earlier`` is how many she was told when this one was judged; refused when it is more by now.
    """

    recipient: Oin
    actor: ActorId
    told: Told
    earlier: int


@dataclass(frozen=True, slots=True)
class ProposeVerdict:
    """Keep what one officer found of a signal, in place of an earlier proposal; refused once closed."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class CloseSignal:
    """Close a signal: refused unless another officer proposed this verdict and it is still open."""

    signal_id: UUID
    verdict: Verdict
    by: ActorId
    at: datetime


@dataclass(frozen=True, slots=True)
class AskLookUp:
    """Keep a request to look a person up in the log; it changes no decision."""

    look_up: LookUp


@dataclass(frozen=True, slots=True)
class ApproveLookUp:
    """Note that another officer approved a request; refused the second time, and to who asked."""

    look_up_id: UUID
    by: ActorId
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenExport:
    """Keep an export that was asked for, and drop the parts of those whose term has passed."""

    export: Export


@dataclass(frozen=True, slots=True)
class StagePart:
    """Keep one sealed part of an export, with how many people it shows; refused out of its turn."""

    export: UUID
    number: int
    shown: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class FetchExport:
    """Note that an export leaves; refused when it is not whole, left before, or its term has passed."""

    export: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ClearExport:
    """Drop the parts of an export that left."""

    export: UUID


@dataclass(frozen=True, slots=True)
class AskRectification:
    """Keep that someone called a field wrong, under the id of its entry; it changes no decision."""

    rectification: Rectification


@dataclass(frozen=True, slots=True)
class CloseRectification:
    """Note what became of it; refused when it is another's or was closed before."""

    rectification_id: UUID
    subject: SubjectId
    state: RectificationState
    at: datetime


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
    | Unshield
    | IssueNotice
    | ConfirmNotice
    | RemindNotice
    | Subscribe
    | Unsubscribe
    | MarkPushed
    | OpenDelivery
    | CloseDelivery
    | QuarantineRow
    | SettleQuarantined
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
)
