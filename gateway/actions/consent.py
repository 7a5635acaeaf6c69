"""Record what a resident agrees to, and that she takes it back: effective at the next decision."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from gateway.actions.accounts import Context
from gateway.actions.disclose import DisclosureRefusedError, Gate
from gateway.actions.terms import SearchTerms
from gateway.domain.changes import Change, RecordConsent, RecordRelations, RequireEpoch
from gateway.domain.consents import Consent, ConsentEvent, ConsentEventKind, ConsentScope, fold
from gateway.domain.decisions import Ask, decide
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.events import ConsentRecorded
from gateway.domain.identifiers import ConsentId, FieldName, Oin, SubjectId
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Consents, Entry
from gateway.domain.purposes import ConsentNeed, Purpose, Rule
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import Dossier

DEFAULT_TERM = timedelta(days=182)
GUIDANCE = "P03"
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
        moment = self._gate.clock.now()
        purpose = self._gate.matrix.purpose(wish.purpose)
        if purpose is None:
            raise InvalidRequestError("doel", "is not in the catalogue")
        rules = self._consent_rules(purpose, wish.recipient)
        scope = self._scope(wish, purpose, rules)
        dossier = await self._dossier(caller, wish.subject, moment)
        kind = ConsentEventKind.GIVEN if wish.given else ConsentEventKind.REFUSED
        event = ConsentEvent(
            self._identity(caller, wish),
            kind,
            moment,
            caller.actor,
            scope,
            self._expiry(wish, moment) if wish.given else None,
            wish.interpreter,
        )
        if any(c.consent_id == event.consent_id for c in fold(dossier.situation.consents, moment)):
            event = replace(event, kind=ConsentEventKind.REQUESTED)  # a retry: asked for once more
        return await self._append(caller, dossier, event, moment)

    def _identity(self, caller: Caller, wish: ConsentWish) -> ConsentId:
        if wish.retry_key is None:
            return ConsentId(uuid4())
        return ConsentId(uuid5(wish.subject, f"{caller.actor}:{wish.retry_key}"))

    async def withdraw(self, caller: Caller, consent_id: UUID) -> RecordedConsent:
        """Withdraw: as easy as giving, effective at the next decision (GDPR art. 7(3))."""
        moment = self._gate.clock.now()
        dossier, consent = await self._find(caller, consent_id, moment)
        if consent.ended is not None:
            raise InvalidRequestError("toestemming", "has already ended")
        event = ConsentEvent(
            ConsentId(consent_id), ConsentEventKind.WITHDRAWN, moment, caller.actor
        )
        return await self._append(caller, dossier, event, moment)

    async def of_subject(self, caller: Caller, subject: SubjectId) -> tuple[Consent, ...]:
        """List a subject's consents for those who guide her, or for herself."""
        moment = self._gate.clock.now()
        dossier = await self._dossier(caller, subject, moment)
        return fold(dossier.situation.consents, moment)

    async def _find(
        self, caller: Caller, consent_id: UUID, moment: datetime
    ) -> tuple[Dossier, Consent]:
        subject = await self._consents.subject_of(consent_id)
        if subject is None:
            raise await self._unknown(caller, moment)
        dossier = await self._dossier(caller, subject, moment)
        consents = fold(dossier.situation.consents, moment)
        return dossier, next(c for c in consents if c.consent_id == consent_id)

    async def _dossier(self, caller: Caller, subject: SubjectId, moment: datetime) -> Dossier:
        """Load a subject for someone who may guide her (P03), or for herself (P11)."""
        gate = self._gate
        ask = Ask(caller, OWN_DATA if caller.subject else GUIDANCE)
        dossier = (await gate.subjects.load([subject])).get(subject)
        situation = dossier.situation if dossier else None
        decision = decide(ask, situation, gate.matrix, gate.fields, moment)
        if dossier is None or not decision.granted:
            known = subject if dossier else None
            context = Context(ask, gate.matrix.digest, moment)
            await gate.ledger.append([context.denial(known, decision, gate.fields)])
            raise DisclosureRefusedError(decision)
        return dossier

    async def _unknown(self, caller: Caller, moment: datetime) -> DisclosureRefusedError:
        gate = self._gate
        ask = Ask(caller, OWN_DATA if caller.subject else GUIDANCE)
        decision = decide(ask, None, gate.matrix, gate.fields, moment)
        context = Context(ask, gate.matrix.digest, moment)
        await gate.ledger.append([context.denial(None, decision, gate.fields)])
        return DisclosureRefusedError(decision)

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
        self, caller: Caller, dossier: Dossier, event: ConsentEvent, moment: datetime
    ) -> RecordedConsent:
        gate, situation = self._gate, dossier.situation
        before = {c.consent_id: c for c in fold(situation.consents, moment)}
        known = before.get(event.consent_id)
        scope = event.scope or (known.scope if known else None)
        if scope is None:
            raise InvalidRequestError("toestemming", "does not exist")
        context = Context(Ask(caller, scope.purpose), gate.matrix.digest, moment)
        record = context.record(
            RecordKind.CONSENT,
            event.kind,
            subject=situation.subject,
            fields=gate.fields,
            mask=gate.fields.mask(scope.fields),
            detail={"consent": str(event.consent_id), "to": scope.recipient},
        )
        changes = self._changes(dossier, event, scope)
        answer = (await gate.ledger.append([Entry(record, changes)]))[0]
        if not isinstance(answer, Receipt):
            raise LedgerUnavailableError("the situation changed meanwhile; ask again")
        gate.telemetry.tell(ConsentRecorded(scope.purpose.split("_", 1)[0], event.kind))
        after = fold((*situation.consents, event), moment)
        consent = next(c for c in after if c.consent_id == event.consent_id)
        return RecordedConsent(consent, consent.state_at(moment), situation.subject, answer)

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
