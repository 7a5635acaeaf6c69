"""Give the receipt of a consent (GDPR art. 7(1)): to her, or to who guides her, and on record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.consent import ConsentDesk, Desk
from gateway.actions.gate import Gate, commit
from gateway.actions.wording import Wording
from gateway.domain.changes import RequireEpoch
from gateway.domain.consent_statements import (
    ConsentStatement,
    ContactPoint,
    Party,
    StatementEvent,
    TextReference,
)
from gateway.domain.consents import OPENING, Consent
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError
from gateway.domain.findable import BY_KIND
from gateway.domain.identifiers import Oin
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.purposes import ConsentNeed, Purpose
from gateway.domain.records import RecordKind

Json = dict[str, Any]
ReceiptFormat = Callable[[ConsentStatement, UUID, datetime], Json]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who gives receipts out, where to turn to, and the formats it knows by name."""

    contact: ContactPoint
    url: str
    formats: Mapping[str, ReceiptFormat]


@dataclass(frozen=True, slots=True)
class Issued:
    """A receipt before it is put in a form: what it says, its id, and when it was made."""

    statement: ConsentStatement
    receipt_id: UUID
    moment: datetime


class ReceiptDesk:
    """Where a consent is shown in the form that others read."""

    def __init__(self, gate: Gate, desk: ConsentDesk, wording: Wording, issuer: Issuer) -> None:
        self._gate = gate
        self._desk = desk
        self._wording = wording
        self._issuer = issuer

    async def give(self, caller: Caller, consent_id: UUID, form: str) -> Json:
        """Return the receipt in the format named ``form``; its id is that of its log entry."""
        render = self._issuer.formats.get(form)
        if render is None:
            known = ", ".join(self._issuer.formats)
            raise InvalidRequestError("formaat", f"is not one of {known}")
        found = await self.issue(caller, consent_id, form)
        return render(found.statement, found.receipt_id, found.moment)

    async def issue(self, caller: Caller, consent_id: UUID, form: str) -> Issued:
        """Return what a receipt says, once that it is given out stands in the log."""
        desk, consent = await self._desk.find(caller, consent_id)
        situation, gate = desk.dossier.situation, self._gate
        context = Context.of(Ask(caller, consent.scope.purpose), gate.matrix, desk.moment)
        record = context.record(
            RecordKind.CONSENT,
            "receipt given",
            subject=situation.subject,
            fields=gate.fields,
            mask=gate.fields.mask(consent.scope.fields),
            detail={"consent": str(consent.consent_id), "format": form},
        )
        issued = Issued(self._statement(desk, consent), record.event_id, desk.moment)
        await commit(gate, Entry(record, (RequireEpoch(situation.subject, situation.epoch),)))
        return issued

    def _statement(self, desk: Desk, consent: Consent) -> ConsentStatement:
        scope = consent.scope
        purpose = self._gate.matrix.purpose(scope.purpose)
        if purpose is None:
            raise InvalidRequestError("doel", "left the catalogue; there is no receipt for it")
        text = self._wording.text(purpose, scope.recipient, scope.language, scope.text_version)
        rules = self._desk.rules_for(purpose, scope.recipient)
        situation = desk.dossier.situation
        events = sorted(
            (e for e in situation.consents if e.consent_id == consent.consent_id),
            key=lambda event: event.at,
        )
        said = next((e for e in reversed(events) if e.kind in OPENING), events[0])
        return ConsentStatement(
            consent.consent_id,
            given_by=str(self._gate.pseudonyms.reference(Oin(scope.recipient), situation.subject)),
            recorded_by=said.recorded_by,
            controller=self._controller(),
            recipient=self._recipient(scope.recipient),
            purpose=scope.purpose,
            title_nl=purpose.title_nl,
            title_en=purpose.title_en,
            fields=scope.fields,
            text=TextReference(text.key, text.version, text.language, scope.text_digest),
            events=tuple(StatementEvent(event.kind, event.at) for event in events),
            expires=consent.expires,
            retention="; ".join(dict.fromkeys(rule.retention for rule in rules)),
            withdraw_at=f"{self._issuer.url}/v1/toestemmingen/{consent.consent_id}/_intrekken",
            notice_url=self._notice(purpose, scope.recipient, text.language, text.version),
            explicit=any(rule.consent is ConsentNeed.EXPLICIT for rule in rules),
            interpreter=said.interpreter,
            read_back=said.read_back,
            decides=consent.decides,
        )

    def _notice(self, purpose: Purpose, recipient: str, language: str, version: str) -> str:
        kind = self._wording.kind(recipient)
        query = f"doel={purpose.short}&soort={kind}&taal={language}&versie={version}"
        return f"{self._issuer.url}/v1/toestemmingsteksten?{query}"

    def _controller(self) -> Party:
        partners = self._wording.partners.values()
        coa = next(partner for partner in partners if partner.kind is PartnerKind.COA)
        return self._party(coa)

    def _recipient(self, recipient: str) -> Party:
        if recipient.startswith(BY_KIND):
            kind = self._wording.kind(recipient)
            return Party(recipient, f"any {kind} with an agreement", self._issuer.contact)
        return self._party(self._wording.partners[Oin(recipient)])

    def _party(self, partner: Partner) -> Party:
        """Name a party; whoever it is, a resident turns to COA's desk."""
        return Party(partner.oin, partner.name, self._issuer.contact)
