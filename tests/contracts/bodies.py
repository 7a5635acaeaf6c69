"""The ports of the store, each body of them behind one face, so that one law is asked of all.

A database joins the contract with one line in ``BODIES``.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

from audit.log import Log
from audit.note import Signer
from audit.shelf import Shelf
from gateway.domain import ports
from gateway.domain.archive import LogArchive
from gateway.domain.blind import Held, IndexStock
from gateway.domain.breakglass import Glasses as GlassesPort
from gateway.domain.changes import (
    Change,
    OpenDelivery,
    RecordConsent,
    RecordRelations,
    RuleFacts,
    StoreProfile,
)
from gateway.domain.clocks import Clocks
from gateway.domain.consent_overview import ConsentsGiven
from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.counting import Statistics as StatisticsPort
from gateway.domain.exports import Exports
from gateway.domain.feeds import Feeds
from gateway.domain.handovers import Handovers
from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode, SubjectId
from gateway.domain.introductions import Introductions as IntroductionsPort
from gateway.domain.keys import KeyStore, WrappedKey
from gateway.domain.look_ups import LookUps as LookUpsPort
from gateway.domain.notices import Notices as NoticesPort
from gateway.domain.own_access import OwnAccess
from gateway.domain.placements import Placements
from gateway.domain.policy_versions import PolicyVersions
from gateway.domain.ports import Entry, Rejected
from gateway.domain.projection import Outbox
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.domain.rectification import Rectifications as RectificationsPort
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.replays import Replays
from gateway.domain.sessions import Sessions
from gateway.domain.signals import Signals
from gateway.domain.subjects import Dossier
from gateway.domain.subscriptions import Subscriptions as SubscriptionsPort
from gateway.domain.teams import Teams
from gateway.domain.upkeep import JobRuns
from gateway.store.candidates import Candidates
from gateway.store.clocks import StoredClocks
from gateway.store.consents import Consents
from gateway.store.database import Database
from gateway.store.deliveries import Deliveries
from gateway.store.exports import Exports as StoredExports
from gateway.store.feeds import StoredFeeds
from gateway.store.glasses import Glasses
from gateway.store.handovers import StoredHandovers
from gateway.store.indexing import IndexStock as StoredStock
from gateway.store.introductions import Introductions
from gateway.store.job_runs import StoredRuns
from gateway.store.key_store import KeyStore as StoredKeys
from gateway.store.ledger import LogLedger
from gateway.store.log_archive import LogArchive as StoredArchive
from gateway.store.log_reader import LogReader
from gateway.store.log_storage import LogStorage
from gateway.store.look_ups import LookUps
from gateway.store.notices import Notices
from gateway.store.outbox import Outbox as StoredOutbox
from gateway.store.own_access import StoredOwnAccess
from gateway.store.placements import StoredPlacements
from gateway.store.policy_versions import StoredPolicies
from gateway.store.rectifications import Rectifications
from gateway.store.replays import StoredReplays
from gateway.store.sessions import Sessions as StoredSessions
from gateway.store.signals import Signals as StoredSignals
from gateway.store.statistics import Statistics
from gateway.store.subjects import Subjects
from gateway.store.subscriptions import Subscriptions as StoredSubscriptions
from gateway.store.teams import StoredTeams
from gateway.store.withholdings import Withholdings
from tests import servers
from tests.fakes import (
    candidates,
    consents,
    deliveries,
    glasses,
    introductions,
    ledger,
    log_archive,
    log_reader,
    look_ups,
    outbox,
    rectifications,
    subjects,
)
from tests.fakes.blind_index import BlindIndex
from tests.fakes.clocks import Clocks as FakeClocks
from tests.fakes.exports import Exports as FakeExports
from tests.fakes.feeds import Feeds as FakeFeeds
from tests.fakes.handovers import Handovers as FakeHandovers
from tests.fakes.index_stock import IndexStock as FakeStock
from tests.fakes.job_runs import JobRuns as FakeRuns
from tests.fakes.key_store import FakeKeyStore
from tests.fakes.notices import Notices as FakeNotices
from tests.fakes.own_access import OwnAccess as FakeOwnAccess
from tests.fakes.payload_sealer import MemoryPayloadSealer
from tests.fakes.placements import Placements as FakePlacements
from tests.fakes.policy_versions import PolicyVersions as FakePolicies
from tests.fakes.replays import Replays as FakeReplays
from tests.fakes.sessions import Sessions as FakeSessions
from tests.fakes.signals import Signals as FakeSignals
from tests.fakes.statistics import Statistics as FakeStatistics
from tests.fakes.subscriptions import Subscriptions as FakeSubscriptions
from tests.fakes.teams import Teams as FakeTeams
from tests.fakes.withholdings import Withholdings as FakeWithholdings
from tests.fakes.world import World
from tests.gates import lay
from tests.suites import OLDEST

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)
SEARCH: Final = PurposeCode("P04_arbeidsbemiddeling_zoeken")
AGENCIES: Final = "soort:uitzendbureau"
ORIGIN: Final = "gateway.example.nl/audit/test/2026"


class ConsentsPort(ports.Consents, ConsentsGiven, Protocol):
    """Consents by their id, and as they are counted."""


@dataclass(frozen=True, slots=True)
class Body:
    """All ports of one store, with small words for what the tests do most."""

    ledger: ports.Ledger
    subjects: ports.Subjects
    candidates: ports.Candidates
    consents: ConsentsPort
    introductions: IntroductionsPort
    glasses: GlassesPort
    look_ups: LookUpsPort
    rectifications: RectificationsPort
    statistics: StatisticsPort
    withholdings: ports.Withholdings
    notices: NoticesPort
    subscriptions: SubscriptionsPort
    deliveries: ports.Deliveries
    exports: Exports
    keys: KeyStore
    log: ports.LogReader
    archive: LogArchive
    outbox: Outbox
    signals: Signals
    clocks: Clocks
    handovers: Handovers
    feeds: Feeds
    own: OwnAccess
    sessions: Sessions
    teams: Teams
    placements: Placements
    replays: Replays
    stock: IndexStock
    policies: PolicyVersions
    runs: JobRuns
    forget: Callable[[SubjectId], None]
    opened: list[UUID] = field(default_factory=list)

    def append(self, *entries: Entry) -> Sequence[Receipt | Rejected]:
        """Append entries in one call."""
        return asyncio.run(self.ledger.append(entries))

    def change(
        self, subject: SubjectId | None, *changes: Change, at: datetime = NOON
    ) -> Receipt | Rejected:
        """Append one entry with these changes."""
        (answer,) = self.append(entry(subject, *changes, at=at))
        return answer

    def delivery(self) -> UUID:
        """Return the id of an unfinished delivery."""
        if not self.opened:
            delivery = uuid4()
            assert isinstance(
                self.change(None, OpenDelivery(delivery, delivery.bytes * 2, NOON)), Receipt
            )
            self.opened.append(delivery)
        return self.opened[0]

    def person(self, number: int = 1, **details: object) -> SubjectId:
        """Store the first version of a profile, and its key before it."""
        subject = subject_id(number)
        self.keys.add((WrappedKey(subject.bytes, "profile", 1, b"key" + subject.bytes),))
        answer = self.change(subject, self.version(subject, 1, **details))
        assert isinstance(answer, Receipt)
        return subject

    def version(self, subject: SubjectId, version: int = 1, **details: object) -> StoreProfile:
        """Make a version of a profile."""
        whole: dict[str, Any] = {
            "subject": subject,
            "v_tag": b"tag" + subject.bytes[-13:],
            "version": version,
            "at": NOON,
            "as_of": "2026-03-01",
            "changed": 0b1011,
            "content": b"digest" + bytes((version,)),
            "parts": b"parts" + bytes((version,)),
            "facts": RuleFacts(),
            "relations": (),
            "terms": (),
            "delivery": self.delivery(),
        }
        whole |= details
        terms: tuple[bytes, ...] = whole["terms"]
        whole["terms"] = held(subject, *terms)
        return StoreProfile(**whole)

    def load(self, subject: SubjectId) -> Dossier:
        """Load one subject that is known."""
        return asyncio.run(self.subjects.load([subject]))[subject]

    def epoch(self, subject: SubjectId) -> int:
        """Return a subject's epoch."""
        return self.load(subject).situation.epoch


def subject_id(number: int) -> SubjectId:
    """Return a subject's id; ids sort as their numbers do."""
    return SubjectId(UUID(int=number))


def entry(subject: SubjectId | None, *changes: Change, at: datetime = NOON) -> Entry:
    """Make an entry with a fresh event id."""
    return Entry(AuditRecord(uuid4(), RecordKind.PROFILE, at, "stored", subject=subject), changes)


def linked(gemeente: str = "0243", at: datetime = NOON) -> RelationEvent:
    """Make a link to a municipality."""
    return RelationEvent(RelationKind.GEKOPPELD, gemeente, at, "TVS")


def unlinked(gemeente: str = "0243", at: datetime = NOON) -> RelationEvent:
    """Make the end of a link."""
    return RelationEvent(RelationKind.ONTKOPPELD, gemeente, at, "TVS")


def consent(
    kind: ConsentEventKind,
    consent_id: UUID,
    at: datetime = NOON,
    recipient: str = AGENCIES,
    expires: datetime | None = None,
) -> ConsentEvent:
    """Make a consent event; only the first kinds carry a scope."""
    scope = ConsentScope(
        SEARCH, recipient, frozenset({FieldName("nt2_uren")}), "1", "ti", "ab" * 32
    )
    first = {ConsentEventKind.REQUESTED, ConsentEventKind.GIVEN, ConsentEventKind.REFUSED}
    return ConsentEvent(
        ConsentId(consent_id), kind, at, "worker-7", scope if kind in first else None, expires
    )


def held(subject: SubjectId, *terms: bytes) -> tuple[Held, ...]:
    """Seal terms as hers."""
    return tuple(Held(term, BlindIndex().seal(term, subject)) for term in terms)


def agreed(
    subject: SubjectId, consent_id: UUID, *terms: bytes, expires: datetime | None = None
) -> RecordConsent:
    """Make a consent to be found by agencies."""
    return RecordConsent(
        subject,
        consent(ConsentEventKind.GIVEN, consent_id, expires=expires),
        held(subject, *terms),
    )


def relate(subject: SubjectId, *events: RelationEvent) -> RecordRelations:
    """Make a change that records relations."""
    return RecordRelations(subject, events)


@contextmanager
def fake(_folder: Path) -> Iterator[Body]:
    """Make the fakes over one small world."""
    world = World(FakeKeyStore())
    fake_ledger = ledger.Ledger(world)
    log = log_reader.LogReader(fake_ledger)
    yield Body(
        fake_ledger,
        subjects.Subjects(world),
        candidates.Candidates(world),
        consents.Consents(world),
        introductions.Introductions(world),
        glasses.Glasses(world),
        look_ups.LookUps(world),
        rectifications.Rectifications(world),
        FakeStatistics(world),
        FakeWithholdings(world),
        FakeNotices(world),
        FakeSubscriptions(world),
        deliveries.Deliveries(world),
        FakeExports(world),
        world.keys,
        log,
        log_archive.LogArchive(log),
        outbox.Outbox(fake_ledger),
        FakeSignals(world),
        FakeClocks(world),
        FakeHandovers(world),
        FakeFeeds(world),
        FakeOwnAccess(world),
        FakeSessions(),
        FakeTeams(),
        FakePlacements(world),
        FakeReplays(),
        FakeStock(world),
        FakePolicies(world),
        FakeRuns(),
        log.erased.add,
    )


@contextmanager
def sqlite(folder: Path) -> Iterator[Body]:
    """Make a store on SQLite, with a real log over it."""
    lay(folder)
    with _stored(Database.open(folder)) as body:
        yield body


@contextmanager
def postgres(cluster: Callable[[], servers.Cluster], _folder: Path) -> Iterator[Body]:
    """Make a store on PostgreSQL, with the rights of a gate and a real log over it."""
    database = servers.shared(cluster())
    database.empty()
    with _stored(Database.connect(database.server())) as body:
        yield body


@contextmanager
def _stored(database: Database) -> Iterator[Body]:
    try:
        storage, sealer = LogStorage(database, told=True), MemoryPayloadSealer()
        signer = Signer(ORIGIN, b"\x01" * 32)
        log = Log(storage, sealer, signer)
        try:
            yield Body(
                LogLedger(log),
                Subjects(database, sealer.tag),
                Candidates(database, BlindIndex()),
                Consents(database),
                Introductions(database),
                Glasses(database),
                LookUps(database),
                Rectifications(database),
                Statistics(database),
                Withholdings(database),
                Notices(database),
                StoredSubscriptions(database),
                Deliveries(database),
                StoredExports(database),
                StoredKeys(database),
                LogReader(storage, sealer, Shelf(storage, signer.key)),
                StoredArchive(storage, sealer, Shelf(storage, signer.key)),
                StoredOutbox(database),
                StoredSignals(database),
                StoredClocks(database),
                StoredHandovers(database),
                StoredFeeds(database),
                StoredOwnAccess(database),
                StoredSessions(database),
                StoredTeams(database),
                StoredPlacements(database),
                StoredReplays(database),
                StoredStock(database),
                StoredPolicies(database),
                StoredRuns(database),
                lambda subject: sealer.destroy(subject.bytes),
            )
        finally:
            log.close()
    finally:
        database.close()


BODIES: Final[dict[str, Callable[[Path], AbstractContextManager[Body]]]] = {
    "fake": fake,
    "sqlite": sqlite,
    "postgres": partial(postgres, servers.newest),
    **({"postgres15": partial(postgres, servers.oldest)} if OLDEST.exists() else {}),
}
