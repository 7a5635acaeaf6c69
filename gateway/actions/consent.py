"""Record what a resident agrees to, and that she takes it back: effective at the next decision."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.desk import deed_id, guiding, reach, seat
from gateway.actions.gate import Gate, commit
from gateway.actions.terms import SearchTerms
from gateway.actions.wording import Wording
from gateway.domain.blind import Held
from gateway.domain.changes import Change, RecordConsent, RecordRelations, RequireEpoch
from gateway.domain.consent_choices import (
    ConsentWish,
    Renewal,
    awaited,
    check_request,
    come_of_age,
    ends,
    expiry,
    superseded,
)
from gateway.domain.consents import (
    OPENING,
    Consent,
    ConsentEvent,
    ConsentEventKind,
    ConsentScope,
    fold,
    request_for,
)
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError
from gateway.domain.events import ConsentRecorded
from gateway.domain.findable import BY_KIND
from gateway.domain.identifiers import ConsentId, FieldName, Oin, SubjectId
from gateway.domain.introductions import CloseIntroduction, Introductions, IntroductionState
from gateway.domain.logbook import FLAG
from gateway.domain.notices import Cause, IssueNotice, NoticeKind, notices, of_consent, told
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import Consents, Entry
from gateway.domain.purposes import ConsentNeed, Purpose, Rule
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import Dossier

_ANSWERS = {
    ConsentEventKind.GIVEN: IntroductionState.AKKOORD,
    ConsentEventKind.REFUSED: IntroductionState.GEWEIGERD,
}


@dataclass(frozen=True, slots=True)
class RecordedConsent:
    """A consent after an event, with the receipt of its log entry."""

    consent: Consent
    state: ConsentEventKind
    subject: SubjectId
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Desk:
    """Someone who may, about a subject as she is at this moment."""

    caller: Caller
    dossier: Dossier
    moment: datetime

    @property
    def consents(self) -> tuple[Consent, ...]:
        """Fold her consents, oldest first."""
        return fold(self.dossier.situation.consents, self.moment)

    def consent(self, consent_id: ConsentId) -> Consent | None:
        """Return one of her consents."""
        return next((c for c in self.consents if c.consent_id == consent_id), None)


class ConsentDesk:
    """Where consent is given, refused, shown and withdrawn."""

    def __init__(
        self,
        gate: Gate,
        consents: Consents,
        terms: SearchTerms,
        wording: Wording,
        introductions: Introductions,
    ) -> None:
        self._gate = gate
        self._consents = consents
        self._terms = terms
        self._wording = wording
        self.partners = wording.partners
        self._introductions = introductions

    def choices(self) -> tuple[tuple[Purpose, str], ...]:
        """List what a resident can be asked: each purpose, with each recipient it may be for.

        To be found (P04) is asked for all of a kind at once, the rest for one organisation.
        """
        kinds = [BY_KIND + kind for kind in sorted(PartnerKind)]
        return tuple(
            (purpose, recipient)
            for purpose in self._gate.matrix.purposes()
            for recipient in (kinds if purpose.short == "P04" else sorted(self.partners))
            if self._carried(purpose, recipient)
        )

    async def record(self, caller: Caller, wish: ConsentWish) -> RecordedConsent:
        """Record a choice; refuses consent for a legal task, and recorders without a relation."""
        purpose = self._gate.matrix.purpose(wish.purpose)
        if purpose is None:
            raise InvalidRequestError("doel", "is not in the catalogue")
        scope = self._scope(wish, purpose, self.rules_for(purpose, wish.recipient))
        desk = await self.sit(caller, wish.subject)
        if wish.kind is ConsentEventKind.GIVEN:
            come_of_age(purpose, desk.dossier.situation, guardian=wish.guardian)
        event = ConsentEvent(
            self._identity(caller, wish),
            wish.kind,
            desk.moment,
            caller.actor,
            scope,
            ends(wish, desk.moment),
            wish.interpreter or wish.interpreter_name is not None,
            wish.guardian,
            wish.read_back,
            wish.decides,
        )
        check_request(event, scope, desk.consents, answers=wish.answers is not None)
        known = desk.consent(event.consent_id)
        if known is not None and not awaited(event, scope, desk.consents):
            return await self._repeat(desk, known)
        return await self._append(desk, event, scope, wish.interpreter_name)

    def _identity(self, caller: Caller, wish: ConsentWish) -> ConsentId:
        if wish.answers is not None:
            return ConsentId(wish.answers)
        return ConsentId(deed_id(wish.subject, caller.actor, wish.retry_key))

    async def renew(self, caller: Caller, consent_id: UUID, renewal: Renewal) -> RecordedConsent:
        """Lengthen an open consent from now on; one whose words changed is asked again instead."""
        desk, consent = await self.find(caller, consent_id)
        purpose = self._gate.matrix.purpose(consent.scope.purpose)
        if purpose is None or consent.state_at(desk.moment) not in OPENING:
            raise InvalidRequestError("toestemming", "is not open; ask for a new one")
        if superseded(consent, desk.consents):
            raise InvalidRequestError("toestemming", "gave way to a newer one; renew that")
        self._require_newest(purpose, consent.scope, renewal)
        come_of_age(purpose, desk.dossier.situation, guardian=renewal.guardian)
        event = ConsentEvent(
            consent.consent_id,
            ConsentEventKind.RENEWED,
            desk.moment,
            caller.actor,
            None,
            expiry(renewal.expires, desk.moment),
            renewal.interpreter or renewal.interpreter_name is not None,
            renewal.guardian,
            renewal.read_back,
            renewal.decides,
        )
        return await self._append(desk, event, consent.scope, renewal.interpreter_name)

    def _require_newest(self, purpose: Purpose, scope: ConsentScope, renewal: Renewal) -> None:
        text = self._wording.text(purpose, scope.recipient, scope.language)
        if text.sha256 != scope.text_digest:
            raise InvalidRequestError("tekstVersie", "is not the newest; ask for a new consent")
        self._wording.vouch(text, renewal.interpreter_name)

    async def withdraw(self, caller: Caller, consent_id: UUID) -> RecordedConsent:
        """Withdraw: as easy as giving, effective at the next decision (GDPR art. 7(3))."""
        subject = await self._consents.subject_of(consent_id)
        found = await reach(self._gate, caller, subject or SubjectId(uuid4()))
        desk = Desk(caller, found.dossier, found.context.moment)
        consent = desk.consent(ConsentId(consent_id))
        if consent is None or consent.state_at(desk.moment) not in OPENING:
            raise InvalidRequestError("toestemming", "is not open; there is nothing to withdraw")
        event = ConsentEvent(
            consent.consent_id, ConsentEventKind.WITHDRAWN, desk.moment, caller.actor
        )
        return await self._append(desk, event, consent.scope)

    async def of_subject(self, caller: Caller, subject: SubjectId) -> tuple[Consent, ...]:
        """List a subject's consents for those who guide her, or for herself."""
        return (await self.sit(caller, subject)).consents

    async def find(self, caller: Caller, consent_id: UUID) -> tuple["Desk", Consent]:
        """Sit down about one consent; one that nobody gave is refused as a stranger's is."""
        subject = await self._consents.subject_of(consent_id)
        desk = await self.sit(caller, subject or SubjectId(uuid4()))
        consent = desk.consent(ConsentId(consent_id))
        if consent is None:
            raise InvalidRequestError("toestemming", "has no choice on record")
        return desk, consent

    async def sit(self, caller: Caller, subject: SubjectId) -> "Desk":
        """Sit down about a subject as a COA worker who guides her (P03), or as herself (P11)."""
        found = await seat(self._gate, await guiding(self._gate, caller), subject)
        return Desk(caller, found.dossier, found.context.moment)

    def rules_for(self, purpose: Purpose, recipient: str) -> tuple[Rule, ...]:
        """Find the rules that a consent to this recipient could carry."""
        rules = self._carried(purpose, recipient)
        if not rules:
            raise InvalidRequestError(
                "doel", "rests on a legal task for this recipient; consent is never asked for that"
            )
        return rules

    def _carried(self, purpose: Purpose, recipient: str) -> tuple[Rule, ...]:
        roles = self._roles_of(recipient, purpose)
        return tuple(
            rule
            for rule in purpose.rules
            if rule.role in roles and rule.consent is not ConsentNeed.NO
        )

    def _roles_of(self, recipient: str, purpose: Purpose) -> set[str]:
        if recipient.startswith(BY_KIND):
            kind = recipient.removeprefix(BY_KIND)
            if purpose.short != "P04" or kind not in set(PartnerKind):
                raise InvalidRequestError("ontvanger", "only P04 may name a kind of organisation")
            partners = [p for p in self.partners.values() if p.kind == kind]
        else:
            partner = self.partners.get(Oin(recipient))
            if partner is None:
                raise InvalidRequestError("ontvanger", "is not a partner with an agreement")
            partners = [partner]
        return {
            role
            for partner in partners
            for role, codes in partner.agreement.purposes.items()
            if purpose.code in codes
        }

    def _scope(self, wish: ConsentWish, purpose: Purpose, rules: tuple[Rule, ...]) -> ConsentScope:
        """Fix what is agreed to; being found (P04) is so by all fields, as a search asks any of them."""
        named: frozenset[FieldName] = frozenset().union(*(rule.fields for rule in rules))
        beyond = sorted(wish.fields - named)
        if beyond:
            raise InvalidRequestError("velden", f"{beyond[0]} is not part of this purpose")
        if purpose.short == "P04" and wish.fields and wish.fields < named:
            raise InvalidRequestError("velden", "are found by together; restrict what must not be")
        text = self._wording.text(purpose, wish.recipient, wish.language, wish.text_version)
        if wish.kind is ConsentEventKind.GIVEN:
            self._wording.vouch(text, wish.interpreter_name)
        return ConsentScope(
            purpose.code,
            wish.recipient,
            wish.fields or named,
            wish.text_version,
            wish.language,
            text.sha256,
        )

    async def _append(
        self,
        desk: "Desk",
        event: ConsentEvent,
        scope: ConsentScope,
        interpreter: str | None = None,
    ) -> RecordedConsent:
        answered = await self._answered(desk, event, scope)
        record = self._record(desk, event.kind, event.consent_id, scope, answered)
        moot = self._moot(desk, event, scope)
        record = replace(record, detail={**record.detail, **_told(event, interpreter, moot)})
        changes = (*self._changes(desk.dossier, event, scope), *moot, *answered)
        if event.kind is ConsentEventKind.WITHDRAWN:
            record, changes = self._recalled(record, changes, event, scope)
        receipt = await commit(self._gate, Entry(record, changes))
        self._gate.telemetry.tell(ConsentRecorded(scope.purpose.split("_", 1)[0], event.kind))
        situation = desk.dossier.situation
        after = fold((*situation.consents, event), desk.moment)
        consent = next(c for c in after if c.consent_id == event.consent_id)
        return RecordedConsent(consent, consent.state_at(desk.moment), situation.subject, receipt)

    def _moot(
        self, desk: "Desk", event: ConsentEvent, scope: ConsentScope
    ) -> tuple[RecordConsent, ...]:
        """Close the request that a choice made apart from it leaves without use."""
        waiting = request_for(desk.consents, scope.purpose, scope.recipient, desk.moment)
        if waiting is None or event.scope is None or waiting.consent_id == event.consent_id:
            return ()
        closed = ConsentEvent(
            waiting.consent_id, ConsentEventKind.INVALIDATED, event.at, event.recorded_by
        )
        return (RecordConsent(desk.dossier.situation.subject, closed),)

    async def _repeat(self, desk: "Desk", known: Consent) -> RecordedConsent:
        """Answer a retry with what it recorded the first time, as it stands now."""
        record = self._record(desk, "repeated", known.consent_id, known.scope)
        receipt = await commit(self._gate, Entry(record))
        subject = desk.dossier.situation.subject
        return RecordedConsent(known, known.state_at(desk.moment), subject, receipt)

    def _recalled(
        self,
        record: AuditRecord,
        changes: tuple[Change, ...],
        event: ConsentEvent,
        scope: ConsentScope,
    ) -> tuple[AuditRecord, tuple[Change, ...]]:
        """Tell in the same entry, those to whom it was given, that it was withdrawn."""
        cause = Cause(NoticeKind.CONSENT_WITHDRAWN, scope.purpose, event.consent_id)
        recalled = notices(cause, of_consent(scope, self.partners), event.at)
        subject = record.subject
        assert subject is not None  # noqa: S101 - a consent has a subject
        named = replace(record, detail={**record.detail, "told": told(recalled)})
        return named, (*changes, *(IssueNotice(subject, one) for one in recalled))

    async def _answered(
        self, desk: "Desk", event: ConsentEvent, scope: ConsentScope
    ) -> tuple[CloseIntroduction, ...]:
        """Close what this recipient asked for: her choice about P05 answers it, yes or no."""
        state = _ANSWERS.get(event.kind)
        if state is None or scope.purpose.split("_", 1)[0] != "P05":
            return ()
        subject = desk.dossier.situation.subject
        asked = await self._introductions.awaiting(subject, scope.recipient, event.at)
        return tuple(
            CloseIntroduction(one.introduction_id, Oin(scope.recipient), state, event.at)
            for one in asked
        )

    def _record(
        self,
        desk: "Desk",
        outcome: str,
        consent_id: ConsentId,
        scope: ConsentScope,
        answered: tuple[CloseIntroduction, ...] = (),
    ) -> AuditRecord:
        gate = self._gate
        detail: dict[str, str | int] = {"consent": str(consent_id), "to": scope.recipient}
        if answered:
            detail["introductions"] = ",".join(str(one.introduction) for one in answered)
        return Context.of(Ask(desk.caller, scope.purpose), gate.matrix, desk.moment).record(
            RecordKind.CONSENT,
            outcome,
            subject=desk.dossier.situation.subject,
            fields=gate.fields,
            mask=gate.fields.mask(scope.fields),
            detail=detail,
        )

    def _found_by(self, dossier: Dossier, moment: datetime) -> tuple[Held, ...]:
        return self._terms.of(dossier.profile, dossier.situation.withholdings, moment)

    def _changes(
        self, dossier: Dossier, event: ConsentEvent, scope: ConsentScope
    ) -> tuple[Change, ...]:
        situation = dossier.situation
        given = event.kind is ConsentEventKind.GIVEN
        short = scope.purpose.split("_", 1)[0]
        terms = self._found_by(dossier, event.at) if given and short == "P04" else ()
        changes: tuple[Change, ...] = (
            RequireEpoch(situation.subject, situation.epoch),
            RecordConsent(situation.subject, event, terms),
        )
        if given and short == "P05":
            introduced = RelationEvent(
                RelationKind.VOORGESTELD, scope.recipient, event.at, "toestemming"
            )
            changes += (RecordRelations(situation.subject, (introduced,)),)
        return changes


def _told(
    event: ConsentEvent, interpreter: str | None, moot: tuple[RecordConsent, ...]
) -> dict[str, str]:
    """Say in the record who read the text aloud, what was made moot, and what an officer looks at."""
    told = {"interpreter": interpreter} if interpreter is not None else {}
    if event.decides:
        told[FLAG] = "recorder decides"
    if moot:
        told["moot"] = ",".join(str(one.event.consent_id) for one in moot)
    return told
