"""Record what a resident agrees to, and that she takes it back: effective at the next decision."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from gateway.actions.accounts import Context
from gateway.actions.desk import GUIDANCE, admit
from gateway.actions.disclose import Gate, deny
from gateway.actions.terms import SearchTerms
from gateway.domain.changes import Change, RecordConsent, RecordRelations, RequireEpoch
from gateway.domain.consents import (
    OPENING,
    Consent,
    ConsentEvent,
    ConsentEventKind,
    ConsentScope,
    fold,
)
from gateway.domain.decisions import Ask, decide
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.events import ConsentRecorded
from gateway.domain.identifiers import ConsentId, FieldName, Oin, SubjectId
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Consents, Entry
from gateway.domain.purposes import ConsentNeed, Purpose, Rule
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import Dossier

DEFAULT_TERM = timedelta(days=182)
OWN_DATA = "P11"
FINDABLE_BY_KIND = "soort:"


@dataclass(frozen=True, slots=True)
class ConsentWish:
    """What is to be recorded: the choice, for which purpose and recipient, told how.

    ``fields`` empty means all that the rule for this recipient names; ``expires`` ``None`` means
    the default term of 182 days (half a year), which is also the longest. A repeated
    ``retry_key`` of the same recorder names the same consent, which is recorded once.
    """

    subject: SubjectId
    purpose: str
    recipient: str
    language: str
    text_version: str
    fields: frozenset[FieldName] = frozenset()
    given: bool = True
    interpreter: bool = False
    expires: datetime | None = None
    retry_key: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedConsent:
    """A consent after an event, with the receipt of its log entry."""

    consent: Consent
    state: ConsentEventKind
    subject: SubjectId
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class _Desk:
    """Someone who may, about a subject as she is at this moment."""

    caller: Caller
    dossier: Dossier
    moment: datetime

    @property
    def consents(self) -> tuple[Consent, ...]:
        return fold(self.dossier.situation.consents, self.moment)

    def consent(self, consent_id: ConsentId) -> Consent | None:
        return next((c for c in self.consents if c.consent_id == consent_id), None)


class ConsentDesk:
    """Where consent is given, refused, shown and withdrawn."""

    def __init__(
        self,
        gate: Gate,
        consents: Consents,
        terms: SearchTerms,
        partners: dict[Oin, Partner],
    ) -> None:
        self._gate = gate
        self._consents = consents
        self._terms = terms
        self._partners = partners

    async def record(self, caller: Caller, wish: ConsentWish) -> RecordedConsent:
        """Record a choice; refuses consent for a legal task, and recorders without a relation."""
        purpose = self._gate.matrix.purpose(wish.purpose)
        if purpose is None:
            raise InvalidRequestError("doel", "is not in the catalogue")
        scope = self._scope(wish, purpose, self._consent_rules(purpose, wish.recipient))
        desk = await self._open(caller, wish.subject)
        event = ConsentEvent(
            self._identity(caller, wish),
            ConsentEventKind.GIVEN if wish.given else ConsentEventKind.REFUSED,
            desk.moment,
            caller.actor,
            scope,
            self._expiry(wish, desk.moment) if wish.given else None,
            wish.interpreter,
        )
        known = desk.consent(event.consent_id)
        return await (
            self._append(desk, event, scope) if known is None else self._repeat(desk, known)
        )

    def _identity(self, caller: Caller, wish: ConsentWish) -> ConsentId:
        if wish.retry_key is None:
            return ConsentId(uuid4())
        return ConsentId(uuid5(wish.subject, f"{caller.actor}:{wish.retry_key}"))

    async def withdraw(self, caller: Caller, consent_id: UUID) -> RecordedConsent:
        """Withdraw: as easy as giving, effective at the next decision (GDPR art. 7(3))."""
        subject = await self._consents.subject_of(consent_id)
        desk = await self._open(caller, subject or SubjectId(uuid4()))
        consent = desk.consent(ConsentId(consent_id))
        if consent is None or consent.state_at(desk.moment) not in OPENING:
            raise InvalidRequestError("toestemming", "is not open; there is nothing to withdraw")
        event = ConsentEvent(
            consent.consent_id, ConsentEventKind.WITHDRAWN, desk.moment, caller.actor
        )
        return await self._append(desk, event, consent.scope)

    async def of_subject(self, caller: Caller, subject: SubjectId) -> tuple[Consent, ...]:
        """List a subject's consents for those who guide her, or for herself."""
        return (await self._open(caller, subject)).consents

    async def _open(self, caller: Caller, subject: SubjectId) -> "_Desk":
        """Sit down about a subject as a COA worker who guides her (P03), or as herself (P11)."""
        gate = self._gate
        if caller.subject is None:
            await admit(gate, caller)
        dossier = (await gate.subjects.load([subject])).get(subject)
        moment = gate.clock.now()
        ask = Ask(caller, OWN_DATA if caller.subject else GUIDANCE)
        situation = dossier.situation if dossier else None
        decision = decide(ask, situation, gate.matrix, gate.fields, moment)
        if dossier is None or not decision.granted:
            context = Context.of(ask, gate.matrix, moment)
            await deny(gate, context, decision, subject if dossier else None)
        return _Desk(caller, dossier, moment)

    def _consent_rules(self, purpose: Purpose, recipient: str) -> tuple[Rule, ...]:
        """Find the rules that a consent to this recipient could carry."""
        roles = self._roles_of(recipient, purpose)
        rules = tuple(
            rule
            for rule in purpose.rules
            if rule.role in roles and rule.consent is not ConsentNeed.NO
        )
        if not rules:
            raise InvalidRequestError(
                "doel", "rests on a legal task for this recipient; consent is never asked for that"
            )
        return rules

    def _roles_of(self, recipient: str, purpose: Purpose) -> set[str]:
        if recipient.startswith(FINDABLE_BY_KIND):
            kind = recipient.removeprefix(FINDABLE_BY_KIND)
            if purpose.short != "P04" or kind not in set(PartnerKind):
                raise InvalidRequestError("ontvanger", "only P04 may name a kind of organisation")
            partners = [p for p in self._partners.values() if p.kind == kind]
        else:
            partner = self._partners.get(Oin(recipient))
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
        named: frozenset[FieldName] = frozenset().union(*(rule.fields for rule in rules))
        beyond = sorted(wish.fields - named)
        if beyond:
            raise InvalidRequestError("velden", f"{beyond[0]} is not part of this purpose")
        return ConsentScope(
            purpose.code,
            wish.recipient,
            wish.fields or named,
            wish.text_version,
            wish.language,
        )

    def _expiry(self, wish: ConsentWish, moment: datetime) -> datetime:
        longest = moment + DEFAULT_TERM
        if wish.expires is None:
            return longest
        if not moment < wish.expires <= longest:
            raise InvalidRequestError("vervaldatum", "lies in the past or over half a year ahead")
        return wish.expires

    async def _append(
        self, desk: "_Desk", event: ConsentEvent, scope: ConsentScope
    ) -> RecordedConsent:
        record = self._record(desk, event.kind, event.consent_id, scope)
        changes = self._changes(desk.dossier, event, scope)
        receipt = await self._log(Entry(record, changes))
        self._gate.telemetry.tell(ConsentRecorded(scope.purpose.split("_", 1)[0], event.kind))
        situation = desk.dossier.situation
        after = fold((*situation.consents, event), desk.moment)
        consent = next(c for c in after if c.consent_id == event.consent_id)
        return RecordedConsent(consent, consent.state_at(desk.moment), situation.subject, receipt)

    async def _repeat(self, desk: "_Desk", known: Consent) -> RecordedConsent:
        """Answer a retry with what it recorded the first time, as it stands now."""
        record = self._record(desk, "repeated", known.consent_id, known.scope)
        receipt = await self._log(Entry(record))
        subject = desk.dossier.situation.subject
        return RecordedConsent(known, known.state_at(desk.moment), subject, receipt)

    async def _log(self, entry: Entry) -> Receipt:
        answer = (await self._gate.ledger.append([entry]))[0]
        if not isinstance(answer, Receipt):
            raise LedgerUnavailableError("the situation changed meanwhile; ask again")
        return answer

    def _record(
        self, desk: "_Desk", outcome: str, consent_id: ConsentId, scope: ConsentScope
    ) -> AuditRecord:
        gate = self._gate
        return Context.of(Ask(desk.caller, scope.purpose), gate.matrix, desk.moment).record(
            RecordKind.CONSENT,
            outcome,
            subject=desk.dossier.situation.subject,
            fields=gate.fields,
            mask=gate.fields.mask(scope.fields),
            detail={"consent": str(consent_id), "to": scope.recipient},
        )

    def _changes(
        self, dossier: Dossier, event: ConsentEvent, scope: ConsentScope
    ) -> tuple[Change, ...]:
        situation = dossier.situation
        given = event.kind is ConsentEventKind.GIVEN
        short = scope.purpose.split("_", 1)[0]
        terms = self._terms.of(dossier.profile) if given and short == "P04" else ()
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
