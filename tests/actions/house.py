"""A gate on fakes: the real rules and actions over a small world, with words for what tests do."""

import asyncio
import io
import json
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, BinaryIO, Final, TypeVar
from uuid import UUID

from gateway.actions.assignments import TeamDesk
from gateway.actions.breakglass import Emergencies
from gateway.actions.clients import ListClients
from gateway.actions.consent import ConsentDesk, RecordedConsent
from gateway.actions.count import CountPeople
from gateway.actions.disclose import PAGE, Disclose, Question
from gateway.actions.explain import Explain
from gateway.actions.extract import Extract
from gateway.actions.gate import Gate
from gateway.actions.handover_files import HandoverFiles
from gateway.actions.handover_questions import QuestionDesk
from gateway.actions.handovers import HandoverDesk
from gateway.actions.held_texts import TextDesk
from gateway.actions.ingest import Delivered, Ingest
from gateway.actions.inspect import Inspect
from gateway.actions.introduce import Introduce
from gateway.actions.kinship import Kinship
from gateway.actions.link import LinkDesk
from gateway.actions.notices import NoticeDesk
from gateway.actions.oversee import Oversee
from gateway.actions.own_access import OwnAccessDesk, residents
from gateway.actions.placements import PlacementDesk
from gateway.actions.profiles import Known, ProfileWriter
from gateway.actions.rectify import RectifyDesk
from gateway.actions.reidentify import Reidentify
from gateway.actions.retain import Retain
from gateway.actions.review import ReviewDesk
from gateway.actions.search import Found, Search, SearchIndex, SearchQuestion
from gateway.actions.signal import SignalDesk
from gateway.actions.statistics import AnalystDesk
from gateway.actions.sweep import ConsentSweep
from gateway.actions.take_back import TakeBackDesk
from gateway.actions.teams import Roster
from gateway.actions.terms import SearchTerms
from gateway.actions.waiting import WaitingList, asked_of
from gateway.actions.withhold import WithholdDesk
from gateway.actions.wording import Wording
from gateway.actions.worklist import Waiting
from gateway.domain.consent_choices import ConsentWish
from gateway.domain.criteria import Criteria
from gateway.domain.decisions import Ask
from gateway.domain.deliveries import DeliveredRow, ReadDelivery
from gateway.domain.disclosures import Disclosed
from gateway.domain.identifiers import ActorId, FieldName, RoleId, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.policy_changes import Edition
from gateway.domain.ports import Entry, Rejected
from gateway.domain.purposes import Matrix
from gateway.domain.records import AuditRecord, Receipt
from gateway.domain.relations import RelationEvent, RelationKind
from policies.catalogue import Catalogue
from policies.enforcer import load_policy
from policies.parameters import load_parameters
from tests.fakes.blind_index import BlindIndex
from tests.fakes.candidates import Candidates
from tests.fakes.clock import Clock
from tests.fakes.clocks import Clocks
from tests.fakes.consent_texts import ConsentTexts
from tests.fakes.consents import Consents
from tests.fakes.deliveries import Deliveries
from tests.fakes.firewall import Firewall
from tests.fakes.format import Lines
from tests.fakes.glasses import Glasses
from tests.fakes.handovers import Handovers
from tests.fakes.introductions import Introductions
from tests.fakes.key_store import FakeKeyStore
from tests.fakes.ledger import Ledger
from tests.fakes.log_archive import LogArchive
from tests.fakes.log_reader import LogReader
from tests.fakes.look_ups import LookUps
from tests.fakes.notices import Notices
from tests.fakes.own_access import OwnAccess
from tests.fakes.placements import Placements
from tests.fakes.pseudonyms import Pseudonyms
from tests.fakes.rectifications import Rectifications
from tests.fakes.rules import Rules
from tests.fakes.signals import Signals
from tests.fakes.statistics import Statistics
from tests.fakes.subjects import Subjects
from tests.fakes.teams import Teams
from tests.fakes.telemetry import Telemetry
from tests.fakes.vault import Vault
from tests.fakes.withholdings import Withholdings
from tests.fakes.world import World

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
SITE: Final = "AZC-HDW-01"
AGENCY: Final = "00000099000000004000"
EMPLOYER: Final = "00000099000000005000"
AGENCIES: Final = "soort:uitzendbureau"
BUDGET: Final = 5

Answer = TypeVar("Answer")
Values = Mapping[str, Any]


@cache
def policy() -> tuple[Catalogue, Matrix]:
    """Read the shipped rules once."""
    return load_policy()


@dataclass(frozen=True, slots=True)
class Rows:
    """A source that reads rows from JSON lines."""

    @contextmanager
    def read(self, stream: BinaryIO) -> Iterator[ReadDelivery]:
        """Read each line as a row."""
        rows = [json.loads(line) for line in stream.read().splitlines()]
        yield ReadDelivery(
            [DeliveredRow(number, row) for number, row in enumerate(rows, 2)], ("religie",), ()
        )


@dataclass(slots=True)
class WatchedLedger:
    """A ledger that writes each durable record in a journal; ``before`` runs ahead of an append."""

    inner: Ledger
    journal: list[str]
    before: deque[Callable[[], None]] = field(default_factory=deque)
    calls: int = 0

    async def append(self, entries: Sequence[Entry]) -> Sequence[Receipt | Rejected]:
        """Let the next surprise happen, then append."""
        self.calls += 1
        if self.before:
            self.before.popleft()()
        answers = await self.inner.append(entries)
        for entry, answer in zip(entries, answers, strict=True):
            if isinstance(answer, Receipt):
                self.journal.append(entry.record.kind.value)
        return answers


class House:
    """A gate whose ports are fakes; everything in it is open to the test."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.catalogue, matrix = policy()
        self.world = World(FakeKeyStore())
        self.clock = Clock(NOON)
        self.journal: list[str] = []
        self.vault = Vault(self.world.keys, self.journal)
        self.inner = Ledger(self.world)
        self.ledger = WatchedLedger(self.inner, self.journal)
        self.pseudonyms = Pseudonyms()
        self.firewall = Firewall(b"999959086")
        self.telemetry = Telemetry()
        self.index = BlindIndex()
        self.subjects = Subjects(self.world)
        self.rules = Rules(Edition(matrix, self.catalogue.fields, {}))
        self.gate = Gate(
            self.rules,
            self.catalogue.fields,
            self.subjects,
            self.ledger,
            self.vault,
            self.pseudonyms,
            self.firewall,
            self.telemetry,
            self.clock,
        )
        partners, codes = dict(self.catalogue.partners), self.catalogue.codes
        asked = Introductions(self.world)
        terms = SearchTerms(self.vault, self.index, self.catalogue.fields)
        self.texts = ConsentTexts()
        self.wording = Wording(self.texts, partners, unreviewed=True)
        self.disclose = Disclose(self.gate)
        self.clients = ListClients(self.gate, self.disclose)
        found_by = SearchIndex(Candidates(self.world), self.index, codes.postcode_areas)
        self.search = Search(self.gate, self.disclose, found_by, budget)
        self.consents = ConsentDesk(self.gate, Consents(self.world), terms, self.wording, asked)
        self.requests = WaitingList(self.gate, self.disclose, asked_of(Consents(self.world)))
        self.links = LinkDesk(self.gate, terms, frozenset(codes.gemeenten), partners)
        self.withholdings = WithholdDesk(self.gate, Withholdings(self.world), terms, partners)
        self.notices = NoticeDesk(self.gate, Notices(self.world))
        self.sweep = ConsentSweep(self.gate, Consents(self.world), partners)
        self.log = LogReader(self.inner)
        look_ups = LookUps(self.world)
        self.oversee = Oversee(self.gate, self.log, look_ups, partners)
        self.archive = LogArchive(self.log)
        self.review = ReviewDesk(self.gate, self.oversee, self.archive)
        self.signals = SignalDesk(
            self.gate,
            self.oversee,
            self.review,
            Signals(self.world),
            Kinship(self.gate, self.archive),
        )
        self.extract = Extract(self.gate, self.oversee, self.archive)
        self.reidentify = Reidentify(self.gate, look_ups)
        self.emergencies = Emergencies(self.gate, Glasses(self.world))
        self.explain, self.teams = Explain(self.gate, self.log), Teams()
        wrong = Rectifications(self.world)
        self.rectify = RectifyDesk(self.gate, self.disclose, wrong, self.log, partners)
        self.inspect = Inspect(self.gate, self.disclose, self.log, self.rectify, partners)
        self.introduce = Introduce(self.gate, self.disclose, asked, partners)
        known = Known(codes, load_parameters(), partners)
        counts = Statistics(self.world)
        self.counting = CountPeople(self.gate, counts, self.index, codes, known.parameters)
        self.analysts = AnalystDesk(self.gate, counts, self.index, codes, known.parameters)
        self.retain = Retain(self.gate, terms, known, Placements(self.world))
        profiles = ProfileWriter(self.gate, terms, self.index, known)
        self.ingest = Ingest(self.gate, Deliveries(self.world), profiles, codes)

    @property
    def texts_held(self) -> TextDesk:
        """Where texts held for review are looked at and released."""
        return TextDesk(self.gate, self.disclose, self.ingest, self.index)

    @property
    def handovers(self) -> HandoverDesk:
        """Where a klantmanager says what she does with a handover."""
        gemeenten = frozenset(self.catalogue.codes.gemeenten)
        return HandoverDesk(
            self.gate, Handovers(self.world), gemeenten, dict(self.catalogue.partners)
        )

    @property
    def take_backs(self) -> TakeBackDesk:
        """Where a municipality takes back whom it handed on."""
        partners = dict(self.catalogue.partners)
        return TakeBackDesk(self.gate, Handovers(self.world), Notices(self.world), partners)

    @property
    def own(self) -> OwnAccessDesk:
        """Where residents' codes are made and used."""
        of = residents(self.catalogue.partners.values())
        return OwnAccessDesk(self.gate, self.disclose, OwnAccess(self.world), self.index, of)

    @property
    def questions(self) -> QuestionDesk:
        """Where a klantmanager asks, and COA answers."""
        return QuestionDesk(self.gate, self.disclose, Handovers(self.world), self.log)

    @property
    def handover_files(self) -> HandoverFiles:
        """Where both sides read how handovers stand."""
        return HandoverFiles(self.gate, self.disclose, Handovers(self.world), self.log)

    @property
    def team(self) -> TeamDesk:
        """Where a municipality divides its handovers."""
        clocks, handovers = Clocks(self.world), Handovers(self.world)
        waiting = Waiting(clocks, handovers, load_parameters())
        return TeamDesk(self.gate, Roster(self.gate, self.teams), self.teams, waiting)

    @property
    def placements(self) -> PlacementDesk:
        """Where an agency writes down work and how it goes."""
        return PlacementDesk(self.gate, self.disclose, Placements(self.world), self.log)

    @property
    def records(self) -> list[AuditRecord]:
        """What the log holds."""
        return self.inner.records

    def kinds(self) -> list[str]:
        """Name what the log holds, in order."""
        return [f"{record.kind.value}: {record.outcome}" for record in self.records]

    def caller(
        self, partner: str, role: str, actor: str = "worker-1", *, sites: Sequence[str] = (SITE,)
    ) -> Caller:
        """Return a worker; one of COA works for the site of Harderwijk."""
        known = self.catalogue.partners.values()
        organisation = next(one for one in known if one.slug == partner)
        own = frozenset(sites) if partner == "coa" else frozenset()
        places = self.catalogue.codes.opvanglocaties
        regions = frozenset(places[site].regio for site in own)
        return Caller(organisation, RoleId(role), ActorId(actor), own, regions)

    @property
    def casemanager(self) -> Caller:
        """Someone who guides residents at the site of Harderwijk."""
        return self.caller("coa", "coa_casemanager", "casemanager-1")

    @property
    def klantmanager(self) -> Caller:
        """Someone who receives handovers in Harderwijk."""
        return self.caller("harderwijk", "gemeente_klantmanager", "klantmanager-1")

    @property
    def matcher(self) -> Caller:
        """Someone who matches for the agency."""
        return self.caller("uitzendbureau", "uitzendbureau_matcher", "matcher-1")

    def deliver(self, *rows: Values, caller: Caller | None = None) -> Delivered:
        """Take in a delivery of these rows."""
        stream = io.BytesIO(b"\n".join(json.dumps(row).encode() for row in rows))
        return run(self.ingest(caller or self.casemanager, stream, Rows()))

    def person(self, number: int = 1, **values: object) -> SubjectId:
        """Deliver one person, and forget what the log and the vault say of it."""
        self.deliver(row(number, **values))
        self.forget()
        return self.subject(number)

    def people(self, count: int, **values: object) -> list[SubjectId]:
        """Deliver many people in one go."""
        self.deliver(*(row(number, **values) for number in range(1, count + 1)))
        self.forget()
        return [self.subject(number) for number in range(1, count + 1)]

    def lose_key(self, subject: SubjectId) -> None:
        """Take the key of a profile away, though nobody destroyed it."""
        key = self.world.keys.get(subject.bytes, "profile")
        assert key is not None
        self.world.keys.drop(key)

    def forget(self) -> None:
        """Begin a new page: what came before is not what the test is about."""
        self.inner.records.clear()
        self.journal.clear()
        self.vault.opened.clear()
        self.telemetry.events.clear()
        self.ledger.calls = 0

    def subject(self, number: int) -> SubjectId:
        """Return who has the V-nummer of this number."""
        tag = self.index.term("v_nummer", v_nummer(number))
        return next(s for s, person in self.world.people.items() if person.v_tag == tag)

    def consent(
        self, subject: SubjectId, purpose: str, recipient: str = AGENCY, **wish: object
    ) -> RecordedConsent:
        """Record a consent by the casemanager."""
        whole = ConsentWish(subject, purpose, recipient, "tir", "1", **wish)  # type: ignore[arg-type]  # a test names what differs
        return run(self.consents.record(self.casemanager, whole))

    def relate(self, subject: SubjectId, kind: RelationKind, party: str) -> Receipt:
        """Record a relation by the casemanager."""
        event = RelationEvent(kind, party, self.clock.now(), "coa")
        return run(self.links.record(self.casemanager, subject, event))

    def show(self, caller: Caller, purpose: str, subject: SubjectId, *names: str) -> Disclosed:
        """Disclose one subject, take every byte, and return her share."""
        lines = Lines()

        async def one() -> None:
            async with self.disclose.one(
                self.question(caller, purpose, lines, subject, *names)
            ) as r:
                b"".join(r.chunks)

        run(one())
        (share,) = lines.shares
        return share

    def question(
        self, caller: Caller, purpose: str, lines: Lines, subject: SubjectId, *names: str
    ) -> Question:
        """Ask about one subject; without names, all that the purpose names."""
        return Question(
            Ask(caller, purpose, self.mask(*names) if names else None), (subject,), lines
        )

    def mask(self, *names: str) -> int:
        """Return the bits of fields."""
        return self.catalogue.fields.mask(FieldName(name) for name in names)

    def find(
        self,
        caller: Caller,
        criteria: Criteria | None = None,
        session: str = "s1",
        offset: int = 0,
        limit: int = PAGE,
    ) -> tuple[Found, Sequence[Disclosed]]:
        """Search, take every byte, and return what was found with the shares shown."""
        lines = Lines()
        ask = Ask(caller, "P04")
        question = SearchQuestion(
            ask, criteria or Criteria(), session, offset, lambda _: lines, limit=limit
        )

        async def once() -> Found:
            async with self.search(question) as found:
                b"".join(found.released.chunks if found.released else ())
                return found

        return run(once()), lines.shares

    def list_clients(
        self, caller: Caller, purpose: str, after: UUID | None = None
    ) -> tuple[Sequence[Disclosed], UUID | None]:
        """List a page of clients, take every byte, and return the shares with the place to go on."""
        lines = Lines()

        async def page() -> UUID | None:
            async with self.clients(Ask(caller, purpose), after, lines) as listed:
                b"".join(listed.released.chunks)
                return listed.after

        onward = run(page())
        return lines.shares, onward


def run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end."""
    return asyncio.run(work)


def v_nummer(number: int) -> str:
    """Return a synthetic V-nummer."""
    return f"09990{number:05d}"


def row(number: int = 1, **values: object) -> dict[str, object]:
    """Return a delivered row of someone linked to Harderwijk who stays at its site."""
    whole: dict[str, object] = {
        "v_nummer": v_nummer(number),
        "achternaam": f"Voorbeeld{number}",
        "voornamen": "Selam",
        "roepnaam": "Selam",
        "geboortedatum": "1990-05-01",
        "doelgroep": "statushouder",
        "opvanglocatie_code": SITE,
        "koppel_gemeente_code": "0243",
        "koppel_datum": "2026-02-01",
        "koppel_status": "gekoppeld",
        "profiel_peildatum": "2026-03-01",
        "nt2_niveau_spreken": "A2",
        "bemiddelingspostcode4": "3841",
        "werkambitie": "Ik wil in de zorg werken.",
    }
    return {name: value for name, value in (whole | values).items() if value is not None}
