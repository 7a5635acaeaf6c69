"""One small world in memory behind the fake ports: what the ledger changes there, the others read.

It keeps the law of the ports more strictly than a database: whoever breaks it hears so at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID, uuid4

from gateway.domain.blind import (
    FIRST,
    Held,
    RaiseIndexFloor,
    RekeySubject,
    marked,
    version_of,
)
from gateway.domain.breakglass import BreakGlass, Broken, ReviewGlass
from gateway.domain.changes import (
    Change,
    CloseDelivery,
    ClosePurposes,
    DropQuarantine,
    EraseFacts,
    LiftWithholding,
    OpenDelivery,
    QuarantineRow,
    RecordConsent,
    RecordRelations,
    RequireEpoch,
    ReviseProfile,
    RuleFacts,
    Shield,
    SpendQuery,
    StoreProfile,
    Unshield,
    Withhold,
)
from gateway.domain.consents import Consent, ConsentEvent, ConsentEventKind, fold, given
from gateway.domain.counting import BlindCube, PublishCounts, TellTable
from gateway.domain.exports import ClearExport, FetchExport, OpenExport, StagePart
from gateway.domain.feeds import ApplyEvent, KeepEvent, SkipEvents
from gateway.domain.handovers import HandoverChange
from gateway.domain.identifiers import PurposeCode, SubjectId
from gateway.domain.introductions import CloseIntroduction, Introduction, RequestIntroduction
from gateway.domain.keys import KeyStore
from gateway.domain.look_ups import ApproveLookUp, AskLookUp, LookUp
from gateway.domain.notices import (
    ConfirmNotice,
    IssueNotice,
    NoticeState,
    RemindNotice,
    WithdrawNotice,
)
from gateway.domain.own_access import OwnAccessChange
from gateway.domain.placements import PlacementChange
from gateway.domain.policy_versions import MOVED, PolicyLifeChange
from gateway.domain.ports import Entry
from gateway.domain.quarantine import Fate, ReleaseHeld, SettleQuarantined
from gateway.domain.rectification import AskRectification, CloseRectification, Rectification
from gateway.domain.relations import RelationEvent, municipal_ties
from gateway.domain.signals import CloseSignal, Judged, ProposeVerdict
from gateway.domain.subjects import (
    Dossier,
    ProfileVersion,
    SealedProfile,
    Situation,
    Withholding,
)
from gateway.domain.subscriptions import MarkPushed, Subscribe, Unsubscribe
from tests.fakes.cabinet import Cabinet
from tests.fakes.feed_shelf import NO_FEEDS, FeedShelf
from tests.fakes.policy_book import PolicyBook
from tests.fakes.post_room import NO_POST, PostRoom
from tests.fakes.safe import EMPTY, NotHeldError, Safe, after
from tests.fakes.verdicts import judge
from tests.fakes.wicket import Wicket
from tests.fakes.work_file import WorkFile

_K = ConsentEventKind
_OPEN = {_K.GIVEN, _K.RENEWED}
_FOLLOWS: Final[dict[ConsentEventKind | None, set[ConsentEventKind]]] = {
    None: {_K.REQUESTED, _K.GIVEN, _K.REFUSED},
    _K.REQUESTED: {_K.GIVEN, _K.REFUSED, _K.EXPIRED, _K.INVALIDATED},
    _K.GIVEN: {_K.RENEWED, _K.WITHDRAWN, _K.EXPIRED, _K.INVALIDATED},
    _K.RENEWED: {_K.RENEWED, _K.WITHDRAWN, _K.EXPIRED, _K.INVALIDATED},
}


NO_FACTS: Final = RuleFacts()


class LawBrokenError(AssertionError):
    """The caller did what the port forbids."""


class DoesNotHoldError(Exception):
    """A change does not hold in this world; the text says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """A subject as the world knows her."""

    v_tag: bytes
    created: datetime
    epoch: int = 0
    shielded: bool = False
    facts: RuleFacts = NO_FACTS
    stored: tuple[StoreProfile, ...] = ()
    relations: tuple[RelationEvent, ...] = ()
    consents: tuple[ConsentEvent, ...] = ()
    withholdings: tuple[Withholding, ...] = ()
    closed: tuple[tuple[PurposeCode, datetime], ...] = ()
    terms: frozenset[bytes] = frozenset()
    search_closed: bool = False

    def findable_by(self, moment: datetime) -> frozenset[str]:
        """Name who may find her at a moment: a municipality, an organisation, a kind of them.

        And which organisation may not, though its kind may, or the other way round.
        """
        if self.shielded or self.search_closed:
            return frozenset()
        towns = {
            f"gemeente:{tie.gemeente}"
            for tie in municipal_ties(self.relations, moment)
            if tie.until is None
        }
        asked = [c for c in fold(self.consents, moment) if c.scope.purpose.startswith("P04")]
        agreed = {
            consent.scope.recipient
            for consent in asked
            if consent.state_at(moment) in _OPEN
            and not any(_gave_way(consent, other) for other in asked)
        }
        newest = [one for one in asked if not any(_gave_way(one, other) for other in asked)]
        kinds = [one for one in newest if one.scope.recipient.startswith("soort:")]
        kept = {
            f"niet:{own.scope.recipient}:{kind.scope.recipient}"
            for own in newest
            for kind in kinds
            if own not in kinds and _keeps(own, kind, moment)
        }
        return frozenset(towns | agreed | kept)


def _gave_way(consent: Consent, other: Consent) -> bool:
    """Tell whether a newer yes to the same recipient took a consent's place."""
    same = consent.scope.recipient == other.scope.recipient
    return bool(same and consent.since and other.since and consent.since < other.since)


def _keeps(own: Consent, kind: Consent, moment: datetime) -> bool:
    """Tell whether the newer of two consents has ended while the older still stands."""
    older, newer = sorted((own, kind), key=given)
    return older.state_at(moment) in _OPEN and newer.state_at(moment) not in _OPEN


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery as the world knows it."""

    digest: bytes
    at: datetime
    report: bytes | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """A restriction or objection as the world knows it."""

    subject: SubjectId
    withholding: Withholding


@dataclass(slots=True)
class World:
    """Everything that is stored; ``keys`` is where the vault keeps its wrapped keys.

    ``people`` is open, so that a test can shield someone or restrict a field.
    """

    keys: KeyStore
    people: dict[SubjectId, Person] = field(default_factory=dict)
    deliveries: dict[UUID, Arrival] = field(default_factory=dict)
    quarantine: dict[tuple[UUID, int], QuarantineRow] = field(default_factory=dict)
    settled: dict[tuple[UUID, int], Fate] = field(default_factory=dict)
    searches: list[SpendQuery] = field(default_factory=list)
    withheld: dict[UUID, Withheld] = field(default_factory=dict)
    notices: dict[UUID, NoticeState] = field(default_factory=dict)
    introductions: dict[UUID, Introduction] = field(default_factory=dict)
    glasses: dict[UUID, Broken] = field(default_factory=dict)
    look_ups: dict[UUID, LookUp] = field(default_factory=dict)
    rectifications: dict[UUID, Rectification] = field(default_factory=dict)
    cubes: tuple[BlindCube, ...] = ()
    tables: list[TellTable] = field(default_factory=list)
    signals: dict[UUID, Judged] = field(default_factory=dict)
    post: PostRoom = NO_POST
    exports: Safe = EMPTY
    feeds: FeedShelf = NO_FEEDS
    index_floor: int = FIRST
    cabinet: Cabinet = field(default_factory=Cabinet)
    work: WorkFile = field(default_factory=WorkFile)
    wicket: Wicket = field(default_factory=Wicket)
    policy: PolicyBook = field(default_factory=PolicyBook)

    def dossier(self, subject: SubjectId) -> Dossier | None:
        """Show a subject as decisions see her."""
        person = self.people.get(subject)
        if person is None:
            return None
        situation = Situation(
            subject,
            person.epoch,
            person.relations,
            person.consents,
            tuple(ProfileVersion(one.version, one.at, one.changed) for one in person.stored),
            person.withholdings,
            person.closed,
            person.facts.held,
            person.shielded,
            person.facts.doelgroep,
            person.facts.reception_gemeente,
            person.facts.coa_regio,
            person.facts.sixteen,
            person.facts.eighteen,
            tuple(one.glass for one in self.glasses.values() if one.glass.subject == subject),
        )
        return Dossier(situation, self.profile(subject))

    def profile(self, subject: SubjectId) -> SealedProfile | None:
        """Show a subject's current profile; ``None`` when it is gone, or its key was destroyed."""
        stored = self.people[subject].stored
        key = self.keys.get(subject.bytes, "profile")
        if not stored or (key is None and self.keys.destroyed(subject.bytes, "profile")):
            return None
        wrapped = key.wrapped if key else b""
        last = stored[-1]
        return SealedProfile(subject, last.version, wrapped, last.parts, last.version)

    def carry_out(self, entry: Entry) -> None:
        """Carry out all changes of an entry, or raise ``DoesNotHoldError`` and change nothing."""
        kept = self.copy()
        _require(self.policy.admits(entry.record), MOVED)
        try:
            for change in entry.changes:
                self._one(change, entry.record.at)
        except DoesNotHoldError:
            self.restore(kept)
            raise

    def restore(self, kept: "World") -> None:
        """Go back to how a copy of this world was."""
        self.people, self.deliveries = kept.people, kept.deliveries
        self.quarantine, self.searches = kept.quarantine, kept.searches
        self.settled = kept.settled
        self.withheld, self.notices = kept.withheld, kept.notices
        self.introductions, self.glasses = kept.introductions, kept.glasses
        self.look_ups, self.rectifications = kept.look_ups, kept.rectifications
        self.cubes, self.tables, self.signals = kept.cubes, kept.tables, kept.signals
        self.post, self.exports = kept.post, kept.exports
        self.feeds = kept.feeds
        self.index_floor = kept.index_floor
        self.cabinet, self.work = kept.cabinet, kept.work
        self.wicket = kept.wicket
        self.policy = kept.policy

    def copy(self) -> "World":
        """Return a world that goes its own way from here."""
        return World(
            self.keys,
            self.people.copy(),
            self.deliveries.copy(),
            self.quarantine.copy(),
            self.settled.copy(),
            self.searches.copy(),
            self.withheld.copy(),
            self.notices.copy(),
            self.introductions.copy(),
            self.glasses.copy(),
            self.look_ups.copy(),
            self.rectifications.copy(),
            self.cubes,
            self.tables.copy(),
            self.signals.copy(),
            self.post,
            self.exports,
            self.feeds,
            self.index_floor,
            self.cabinet.copy(),
            self.work.copy(),
            self.wicket.copy(),
            self.policy.copy(),
        )

    def _one(self, change: Change, moment: datetime) -> None:  # noqa: C901, PLR0912, PLR0915 - one case a change
        if isinstance(change, HandoverChange):
            self._hand_over(change)
            return
        if isinstance(change, PlacementChange):
            why = self.work.after(change, self.people)
            _require(why is None, why or "")
            return
        if isinstance(change, OwnAccessChange):
            why = self.wicket.after(change, self.people)
            _require(why is None, why or "")
            return
        if isinstance(change, PolicyLifeChange):
            self._write_policy(change)
            return
        match change:
            case RequireEpoch(subject, epoch):
                _require(self._person(subject).epoch == epoch, "subject: the situation changed")
            case StoreProfile():
                self._store(change, moment)
            case ReviseProfile():
                self._revise(change, moment)
            case ReleaseHeld(subject):
                person = self._person(subject)
                _require(person.facts.held != 0, "subject: nothing is held")
                free = replace(person, facts=replace(person.facts, held=0))
                self.people[subject] = replace(free, epoch=person.epoch + 1)
            case ClosePurposes(subject, closed):
                person = self._person(subject)
                after = replace(person, closed=tuple(sorted(closed)), epoch=person.epoch + 1)
                self.people[subject] = after
            case RekeySubject():
                self._rekey(change)
            case RaiseIndexFloor(version):
                self.index_floor = max(self.index_floor, version)
            case DropQuarantine(before):
                late = [key for key, row in self.quarantine.items() if row.at < before]
                for key in late:
                    del self.quarantine[key]
                self.feeds = self.feeds.since(before)
            case RecordConsent():
                self._consent(change, moment)
            case RecordRelations(subject, events, terms):
                person = self._person(subject)
                after = replace(person, relations=(*person.relations, *events))
                if terms:
                    after = replace(after, terms=_terms(terms))
                self._settle(subject, after, moment)
            case Withhold() | LiftWithholding():
                self._withhold(change, moment)
            case Shield(subject):
                self._settle(subject, replace(self._person(subject), shielded=True), moment)
            case EraseFacts(subject):
                person = self._person(subject)
                nobodys = marked(version_of(person.v_tag), uuid4().bytes)
                bare = replace(person, v_tag=nobodys, facts=NO_FACTS, epoch=person.epoch + 1)
                self.people[subject] = bare
                self.work.leave(subject)
                self.cabinet.leave(subject)
            case Unshield(subject, terms):
                shown = replace(self._person(subject), shielded=False, terms=_terms(terms))
                self._settle(subject, shown, moment)
            case IssueNotice(subject, notice):
                self._person(subject)
                _require(notice.notice_id not in self.notices, "notice: in use")
                self.notices[notice.notice_id] = NoticeState(subject, notice)
            case ConfirmNotice(subject, notice_id, at):
                waiting = self._waiting(subject, notice_id)
                self.notices[notice_id] = replace(waiting, confirmed=at)
            case WithdrawNotice(subject, notice_id):
                told = self.notices.get(notice_id)
                if told is not None and told.subject == subject and told.confirmed is None:
                    del self.notices[notice_id]
            case RemindNotice(subject, notice_id):
                waiting = self._waiting(subject, notice_id)
                reminded = replace(waiting, reminders=waiting.reminders + 1)
                self.notices[notice_id] = reminded
            case Subscribe() | Unsubscribe() | MarkPushed():
                held = self.post.after(change)
                if held is None:
                    raise DoesNotHoldError("subscription: another's, gone, or its id is in use")
                self.post = held
            case OpenDelivery(delivery, digest, at):
                known = delivery in self.deliveries
                same = any(one.digest == digest for one in self.deliveries.values())
                _require(not known and not same, "delivery: the same file came in before")
                self.deliveries[delivery] = Arrival(digest, at)
            case CloseDelivery(delivery, _, report):
                self.deliveries[delivery] = replace(self._unfinished(delivery), report=report)
            case QuarantineRow(delivery, row):
                self._unfinished(delivery)
                _require((delivery, row) not in self.quarantine, "delivery: row is there already")
                self.quarantine[delivery, row] = change
            case SettleQuarantined(delivery, row, fate):
                kept = self.quarantine.get((delivery, row))
                if kept is None or (delivery, row) in self.settled:
                    raise DoesNotHoldError("delivery: row does not wait")
                self.quarantine[delivery, row] = replace(kept, sealed=b"")
                self.settled[delivery, row] = fate
            case SpendQuery(actor, _, _, since, most):
                if since is not None:
                    done = sum(one.actor == actor and one.at >= since for one in self.searches)
                    _require(done < most, "search: the budget is spent")
                self.searches.append(change)
            case RequestIntroduction(asked):
                self._person(asked.subject)
                self.introductions[asked.introduction_id] = asked
            case CloseIntroduction():
                self._answer(change)
            case BreakGlass():
                self._break(change)
            case ReviewGlass():
                self._review(change)
            case PublishCounts(at, cubes):
                later = any(one.at > at for one in self.cubes)
                _require(not later, "statistics: later counts were published")
                self._require_current(*(term for cube in cubes for term in cube.counts))
                self.cubes = cubes
            case TellTable():
                hers = [one for one in self.tables if _same_analyst(one, change)]
                _require(len(hers) == change.earlier, "statistics: she was told another table")
                self.tables.append(change)
            case ProposeVerdict() | CloseSignal():
                why = judge(self.signals, change)
                _require(why is None, why or "")
            case AskRectification(asked_right):
                self._person(asked_right.subject)
                self.rectifications[asked_right.rectification_id] = asked_right
            case CloseRectification(rectification_id, subject, state, at):
                wrong = self.rectifications.get(rectification_id)
                if wrong is None or wrong.subject != subject or wrong.closed is not None:
                    raise DoesNotHoldError("rectification: not about her, or closed before")
                self.rectifications[rectification_id] = replace(wrong, state=state, closed=at)
            case AskLookUp(look_up):
                self.look_ups[look_up.look_up_id] = look_up
            case ApproveLookUp():
                self._approve(change)
            case OpenExport() | StagePart() | FetchExport() | ClearExport():
                self.exports = self._exported(change)
            case KeepEvent() | ApplyEvent() | SkipEvents():
                fed = self.feeds.after(change)
                if fed is None:
                    raise DoesNotHoldError("feed: known, passed, or not its turn")
                self.feeds = fed
            case _:
                assert_never(change)

    def _hand_over(self, change: HandoverChange) -> None:
        why = self.cabinet.file(change, self.people)
        _require(why is None, why or "")

    def _write_policy(self, change: PolicyLifeChange) -> None:
        why = self.policy.write(change)
        _require(why is None, why or "")

    def _exported(self, change: OpenExport | StagePart | FetchExport | ClearExport) -> Safe:
        try:
            return after(self.exports, change)
        except NotHeldError as why:
            raise DoesNotHoldError(str(why)) from None

    def _answer(self, change: CloseIntroduction) -> None:
        asked = self.introductions.get(change.introduction)
        awaited = asked is not None and change.recipient in asked.open_to(change.at)
        if asked is None or not awaited:
            raise DoesNotHoldError("introduction: no answer is awaited")
        own, employer = (
            replace(one, state=change.state, closed=change.at)
            if one and one.recipient == change.recipient
            else one
            for one in (asked.own, asked.employer)
        )
        after = replace(asked, own=own or asked.own, employer=employer)
        self.introductions[change.introduction] = after

    def _store(self, change: StoreProfile, moment: datetime) -> None:
        self._unfinished(change.delivery)
        self._require_current(change.v_tag, change.content)
        person = self.people.get(change.subject)
        hers = {change.v_tag, *change.older_tags}
        if person is None:
            tags = {one.v_tag for one in self.people.values()}
            _require(not hers & tags, "subject: known under another id")
            person = Person(change.v_tag, change.at)
        _require(person.v_tag in hers, "subject: another V-nummer")
        version = person.stored[-1].version if person.stored else 0
        _require(change.version == version + 1, "subject: another version was first")
        changed = replace(
            person,
            v_tag=change.v_tag,
            facts=change.facts,
            stored=(*person.stored, change),
            relations=(*person.relations, *change.relations),
            terms=_terms(change.terms),
        )
        self._settle(change.subject, changed, moment)

    def _rekey(self, change: RekeySubject) -> None:
        self._require_current(change.v_tag, change.content, *_terms(change.terms))
        person = self._person(change.subject)
        others = {one.v_tag for id_, one in self.people.items() if id_ != change.subject}
        _require(change.v_tag not in others, "subject: this number is someone else's")
        emptied = [replace(one, content=b"") for one in person.stored[:-1]]
        self.people[change.subject] = replace(
            person,
            v_tag=change.v_tag,
            stored=(*emptied, replace(person.stored[-1], content=change.content)),
            terms=_terms(change.terms) if person.terms else person.terms,
        )

    def _require_current(self, *terms: bytes) -> None:
        current = all(version_of(term) >= self.index_floor for term in terms)
        _require(current, "index: its key was turned over")

    def _approve(self, change: ApproveLookUp) -> None:
        asked = self.look_ups.get(change.look_up_id)
        if asked is None or asked.approved_at is not None or asked.actor == change.by:
            raise DoesNotHoldError("look-up: approved before, or one's own")
        approved = replace(asked, approved_by=change.by, approved_at=change.at)
        self.look_ups[change.look_up_id] = approved

    def _revise(self, change: ReviseProfile, moment: datetime) -> None:
        person = self._person(change.subject)
        last = person.stored[-1]
        _require(change.version == last.version + 1, "subject: another version was first")
        now = replace(
            last,
            version=change.version,
            at=change.at,
            changed=change.changed,
            parts=change.parts,
            facts=change.facts,
            terms=change.terms,
        )
        emptied = tuple(replace(one, parts=b"") for one in person.stored)
        terms = _terms(change.terms)
        after = replace(person, facts=change.facts, stored=(*emptied, now), terms=terms)
        self._settle(change.subject, after, moment)

    def _consent(self, change: RecordConsent, moment: datetime) -> None:
        person, event = self._person(change.subject), change.event
        for other, one in self.people.items():
            theirs = {earlier.consent_id for earlier in one.consents}
            _require(
                other == change.subject or event.consent_id not in theirs,
                "consent: belongs to another subject",
            )
        _require(_fits(person.consents, event), "consent: does not fit its state")
        terms = _terms(change.terms) or person.terms
        after = replace(person, consents=(*person.consents, event), terms=terms)
        self._settle(change.subject, after, moment)

    def _withhold(self, change: Withhold | LiftWithholding, moment: datetime) -> None:
        person, id_ = self._person(change.subject), change.withholding_id
        known = self.withheld.get(id_)
        if isinstance(change, Withhold):
            _require(known is None, "withholding: in use")
            now = change.withholding
            others = person.withholdings
        else:
            if known is None or known.subject != change.subject:
                raise DoesNotHoldError("withholding: not hers")
            _require(known.withholding.until is None, "withholding: lifted before")
            now = replace(known.withholding, until=change.at)
            others = tuple(one for one in person.withholdings if one is not known.withholding)
        self.withheld[id_] = Withheld(change.subject, now)
        after, search = replace(person, withholdings=(*others, now)), change.search
        if search is None:
            self.people[change.subject] = replace(after, epoch=person.epoch + 1)
            return
        found = replace(after, search_closed=search.closed, terms=_terms(search.terms))
        self._settle(change.subject, found, moment)

    def _break(self, change: BreakGlass) -> None:
        person, id_ = self._person(change.subject), change.glass_id
        _require(id_ not in self.glasses, "glass: in use")
        self.glasses[id_] = Broken(id_, replace(change.glass, reason=""))
        self.people[change.subject] = replace(person, epoch=person.epoch + 1)

    def _review(self, change: ReviewGlass) -> None:
        known, found = self.glasses.get(change.glass_id), change.review
        if known is None or known.glass.subject != change.subject or known.verdict is not None:
            raise DoesNotHoldError("glass: not about her, or reviewed before")
        self.glasses[change.glass_id] = replace(
            known, reviewed_at=found.at, reviewed_by=found.by, verdict=found.verdict
        )

    def _waiting(self, subject: SubjectId, notice_id: UUID) -> NoticeState:
        state = self.notices.get(notice_id)
        if state is None or state.subject != subject or state.confirmed is not None:
            raise DoesNotHoldError("notice: not about her, or confirmed before")
        return state

    def _settle(self, subject: SubjectId, person: Person, moment: datetime) -> None:
        """Raise the epoch, and keep terms only while someone may find her, now or later."""
        relations, consents = person.relations, person.consents
        later = (*(event.at for event in relations), *(event.at for event in consents))
        turns = {moment, *(at for at in later if at > moment)}
        findable = any(person.findable_by(turn) for turn in turns)
        terms = person.terms if findable else frozenset()
        before = self.people.get(subject)
        if before is None or terms != before.terms:
            self._require_current(*terms)
        self.people[subject] = replace(person, epoch=person.epoch + 1, terms=terms)

    def _person(self, subject: SubjectId) -> Person:
        _require(subject in self.people, "subject: not known")
        return self.people[subject]

    def _unfinished(self, delivery: UUID) -> Arrival:
        arrival = self.deliveries.get(delivery)
        if arrival is None or arrival.report is not None:
            raise DoesNotHoldError("delivery: not known, or finished")
        return arrival


def _fits(events: Sequence[ConsentEvent], event: ConsentEvent) -> bool:
    own = [earlier for earlier in events if earlier.consent_id == event.consent_id]
    if any(earlier.at > event.at for earlier in own):
        return False
    known = fold(own, event.at)
    if not known:
        return event.scope is not None and event.kind in _FOLLOWS[None]
    late = known[0].state_at(event.at) is _K.EXPIRED
    if event.kind in {_K.RENEWED, _K.GIVEN, _K.REFUSED} and late:
        return False
    return event.kind in _FOLLOWS.get(known[0].state, set())


def _same_analyst(one: TellTable, other: TellTable) -> bool:
    return (one.recipient, one.actor) == (other.recipient, other.actor)


def _require(condition: bool, why: str) -> None:  # noqa: FBT001 - the condition itself
    if not condition:
        raise DoesNotHoldError(why)


def _terms(held: Iterable[Held]) -> frozenset[bytes]:
    return frozenset(one.term for one in held)
