"""What the actions need from outside, as protocols; each has one fake and one or more real bodies."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol
from uuid import UUID

from gateway.domain.changes import Change
from gateway.domain.consent_texts import ConsentText
from gateway.domain.consents import Asked
from gateway.domain.criteria import Wanted
from gateway.domain.deliveries import ReadDelivery
from gateway.domain.disclosures import Disclosed
from gateway.domain.events import Event
from gateway.domain.identifiers import ActorId, SubjectId
from gateway.domain.logbook import LoggedEvent, LogPage, Proven, Sought
from gateway.domain.quarantine import QuarantinedRow
from gateway.domain.records import AuditRecord, Receipt
from gateway.domain.subjects import Dossier, SealedProfile, Withholding


@dataclass(frozen=True, slots=True)
class Entry:
    """A record for the log with the changes that stand or fall with it, in order."""

    record: AuditRecord
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry the log did not take because one of its changes did not hold; redo the decision."""

    event_id: UUID
    why: str


class Ledger(Protocol):
    """The log, as actions see it."""

    async def append(self, entries: Sequence[Entry]) -> Sequence[Receipt | Rejected]:
        """Take each entry with its changes, or reject it; return when all that was taken is durable.

        Answers are in the order of ``entries``; all entries of one call are in one commit. Raises
        ``LedgerUnavailableError`` when durability is not certain; then nothing may leave.
        """
        ...


class LogReader(Protocol):
    """The log, read back by those who may oversee it, and by whom it is about."""

    async def back(self, sought: Sought, before: int | None, limit: int) -> LogPage:
        """Read at most ``limit`` entries that are sought, newest first, below index ``before``.

        Gives up after a stretch of the log and says where to go on. Raises ``UnreadableValueError``
        when a payload was changed.
        """
        ...

    async def about(self, subject: SubjectId) -> Sequence[LoggedEvent]:
        """Read every entry about a subject, in order of her count; erased ones tell nothing."""
        ...

    async def latest(
        self, subject: SubjectId, only: Callable[[LoggedEvent], bool], below: int | None
    ) -> LogPage:
        """Read a few entries about a subject, newest first, below a count of hers; ``None``: from the last.

        None is opened but those of which ``only`` says yes on seeing the leaf.
        """
        ...

    async def one(self, index: int) -> LoggedEvent | None:
        """Read one entry, its payload left shut; ``None`` when the log has no such index."""
        ...

    async def opened(self, place: int | UUID) -> LoggedEvent | None:
        """Read one entry with what it told, by index or event id; ``None`` when there is none.

        Raises ``UnreadableValueError`` when it is not as the log's signed checkpoint says.
        """
        ...

    async def prove(self, index: int) -> Proven:
        """Prove that the log holds the entry with this index, which must be there."""
        ...


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """What ingest must know of a profile it may replace."""

    subject: SubjectId
    version: int
    as_of: str
    content: bytes
    wrapped_key: bytes


class Subjects(Protocol):
    """Subjects and their sealed profiles; reads see one moment and every committed change."""

    async def load(self, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, Dossier]:
        """Read situation and sealed profile of each known subject; unknown ones are absent."""
        ...

    async def stored(self, v_tags: Sequence[bytes]) -> Mapping[bytes, StoredProfile]:
        """Find current profiles by the blind tag of the V-nummer."""
        ...

    async def related(
        self, parties: Sequence[str], after: SubjectId | None, limit: int
    ) -> Sequence[SubjectId]:
        """List subjects with any relation event that names one of ``parties``, in order of id.

        A superset of who may be seen: each is still decided one by one.
        """
        ...

    async def everyone(self, after: SubjectId | None, limit: int) -> Sequence[SubjectId]:
        """List all subjects, in order of id; for the gate's own rounds, never for a partner."""
        ...

    async def known(self, subjects: Collection[SubjectId]) -> frozenset[SubjectId]:
        """Tell which of these ids are of a subject."""
        ...

    async def keyless(self) -> int:
        """Count the profiles whose key is gone though nobody destroyed it."""
        ...


class Candidates(Protocol):
    """The narrow index of people who agreed to be found (P04) or are linked to a municipality."""

    async def find(self, wanted: Wanted) -> Sequence[SubjectId]:
        """Return the subjects that have one term of every group, in order of id from its start on.

        Only those with a live P04 consent to one of its recipients (OIN or ``soort:…``) or linked to
        it as municipality (``gemeente:…``) at the moment; an empty group finds nobody.
        """
        ...

    async def searches_since(self, actor: ActorId, since: datetime) -> int:
        """Count the actor's searches since a moment."""
        ...


class Consents(Protocol):
    """Where consents are found by their id; the events live with the subject."""

    async def subject_of(self, consent_id: UUID) -> SubjectId | None:
        """Return whose consent it is; ``None`` when there is no such consent."""
        ...

    async def running_out(self, before: datetime) -> Sequence[SubjectId]:
        """List subjects with a consent that was never ended and has a term up to ``before``.

        A superset in order of id: a consent that was renewed since may be among the reasons.
        """
        ...

    async def asked_at(
        self, sites: Sequence[str], moment: datetime, after: UUID | None, limit: int
    ) -> Sequence[Asked]:
        """List requests that wait at ``moment``, of residents of these reception sites.

        In order of the consent's id, beyond ``after``. A superset of who may be seen: each is
        still decided one by one.
        """
        ...


class ConsentTexts(Protocol):
    """The words in which consent is asked, every edition of them."""

    @property
    def newest(self) -> str:
        """The version in which consent is asked now."""
        ...

    def get(
        self, purpose_short: str, recipient_kind: str, language: str, version: str | None = None
    ) -> ConsentText:
        """Return the text for a purpose, kind of recipient and language; without version the newest.

        Raises ``InvalidRequestError`` where there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class WithholdingState:
    """Whose a restriction or objection is, and what it says."""

    subject: SubjectId
    withholding: Withholding

    @property
    def lifted(self) -> datetime | None:
        """When it was lifted, if it was."""
        return self.withholding.until


class Withholdings(Protocol):
    """Where restrictions and objections are found by their id."""

    async def by_id(self, withholding: UUID) -> WithholdingState | None:
        """Find one; ``None`` when there is no such withholding."""
        ...


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """A delivery known by the digest of its bytes: ``report`` is ``None`` while it is unfinished."""

    delivery: UUID
    digest: bytes
    at: datetime
    report: bytes | None


class Deliveries(Protocol):
    """Deliveries that came in, by digest and by id."""

    async def by_digest(self, digest: bytes) -> DeliveryState | None:
        """Find a delivery by the SHA-256 of its bytes."""
        ...

    async def by_id(self, delivery: UUID) -> DeliveryState | None:
        """Find a delivery by its id."""
        ...

    async def recent(self, limit: int) -> Sequence[DeliveryState]:
        """List the newest deliveries."""
        ...

    async def quarantined(self, delivery: UUID) -> Sequence[QuarantinedRow]:
        """List a delivery's quarantined rows by number, those that were settled too."""
        ...

    async def waiting(self) -> Mapping[UUID, int]:
        """Count the rows in quarantine that nobody settled, by delivery."""
        ...


class Vault(Protocol):
    """Seals and opens values; the only holder of data keys. Values are JSON text as bytes."""

    def create_keys(self, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, bytes]:
        """Make profile and log keys for new subjects, durable on return; wrapped profile keys."""
        ...

    def seal(self, profile: SealedProfile, values: Mapping[int, bytes]) -> bytes:
        """Seal values by field number under the profile's key, bound to subject, field, version.

        ``profile`` gives subject, version and wrapped key; its ``parts`` are not read.
        """
        ...

    def open(self, profile: SealedProfile, fields: int) -> Mapping[int, bytes]:
        """Open only the fields of the mask; absent ones are left out.

        Raises ``UnreadableValueError`` when a value was moved, changed, or its key is gone, and
        ``ReplayedValueError`` when the log knows a newer profile.
        """
        ...

    def seal_blob(self, label: str, context: bytes, plaintext: bytes) -> bytes:
        """Seal bytes that belong to no subject (quarantine, reports) under the key named ``label``."""
        ...

    def open_blob(self, label: str, context: bytes, sealed: bytes) -> bytes:
        """Open what ``seal_blob`` sealed; raises ``UnreadableValueError``."""
        ...


class Pseudonyms(Protocol):
    """A different name for each recipient; only the gate maps back."""

    def reference(self, recipient: str, subject: SubjectId) -> UUID:
        """Return the subject's reference for this recipient (OIN, or a search session)."""
        ...

    def resolve(self, recipient: str, reference: UUID) -> SubjectId:
        """Return the subject id that a reference made just now stands for.

        An invented one gives an unknown id. For one that may be older: ``gateway.actions.references``.
        """
        ...

    def meanings(self, recipient: str, reference: UUID) -> tuple[SubjectId, ...]:
        """Return the id a reference stands for under each living version of the key, newest first.

        One only unless the key is being turned over; at most one of them is known.
        """
        ...


class BlindIndex(Protocol):
    """Keyed, purpose-bound terms by which equal values are found without being shown."""

    def term(self, name: str, value: str) -> bytes:
        """Return the term of a value to write under the key for ``name`` (``gateway.domain.blind``)."""
        ...

    def terms(self, name: str, value: str) -> tuple[bytes, ...]:
        """Return every term under which the value may be found now, the one to write first.

        One only unless the key is being turned over.
        """
        ...

    def seal(self, term: bytes, subject: SubjectId) -> bytes:
        """Return the seal that says that a subject has a term; another's, or chance, never equals it."""
        ...

    def seals(self, term: bytes, subjects: Collection[bytes]) -> Sequence[bytes]:
        """Return the seal of a term for each subject, told by her bytes."""
        ...


class Source(Protocol):
    """A format in which deliveries come in."""

    def read(self, stream: BinaryIO) -> AbstractContextManager[ReadDelivery]:
        """Open a delivery for reading; raises ``DeliveryRefusedError`` when it cannot be read."""
        ...


class Format(Protocol):
    """A format in which disclosures go out."""

    @property
    def media_type(self) -> str:
        """The media type of what ``render`` yields."""
        ...

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterable[bytes]:
        """Turn opened shares into bytes; lazily, so that a large file need not fit in memory."""
        ...


class Firewall(Protocol):
    """The last look at what leaves for a private party (UAVG art. 46)."""

    def scan(self, chunks: Iterable[bytes], known: frozenset[str]) -> Iterable[bytes]:
        """Pass chunks on until one carries a BSN, or a number of ``known``.

        Raises a ``GatewayError`` before that chunk is passed on.
        """
        ...

    def inspect(self, data: bytes) -> None:
        """Look at a whole file, and into what is packed in it; raises a ``GatewayError``."""
        ...


class Telemetry(Protocol):
    """Tells operators what happened; it can carry nothing that an event type does not name."""

    def tell(self, event: Event) -> None:
        """Emit one event."""
        ...


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        ...
