"""Record that consents ran out, tell who had them, and say which will run out within a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.actions.accounts import Context
from gateway.actions.gate import Gate
from gateway.domain.changes import Change, RecordConsent
from gateway.domain.consents import OPENING, RUNNING, Consent, ConsentEvent, ConsentEventKind, fold
from gateway.domain.decisions import Ask
from gateway.domain.identifiers import Oin
from gateway.domain.notices import Cause, IssueNotice, NoticeKind, notices, of_consent, told
from gateway.domain.partners import Caller, Partner
from gateway.domain.ports import Consents, Entry
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.subjects import Situation

WARNING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many consents and requests were recorded as expired; which consents run out within 30 days."""

    expired: int
    expiring: Sequence[Consent]


class ConsentSweep:
    """The daily round past consents whose term ends."""

    def __init__(self, gate: Gate, consents: Consents, partners: dict[Oin, Partner]) -> None:
        self._gate = gate
        self._consents = consents
        self._partners = partners

    async def __call__(self, caller: Caller) -> Swept:
        """Record what ran out; what changes meanwhile is found again by the next round."""
        now = self._gate.clock.now()
        found = await self._consents.running_out(now + WARNING)
        expired, expiring = 0, list[Consent]()
        for subject in found:
            dossier = (await self._gate.subjects.load([subject])).get(subject)
            for consent in fold(dossier.situation.consents, now) if dossier else ():
                if dossier is None or consent.state not in RUNNING or consent.expires is None:
                    continue
                if consent.expires <= now:
                    expired += await self._expire(caller, dossier.situation, consent, now)
                elif consent.state in OPENING and consent.expires <= now + WARNING:
                    expiring.append(consent)
        return Swept(expired, sorted(expiring, key=lambda c: (c.expires, c.consent_id)))

    async def _expire(
        self, caller: Caller, situation: Situation, consent: Consent, now: datetime
    ) -> bool:
        subject, scope = situation.subject, consent.scope
        cause = Cause(NoticeKind.CONSENT_EXPIRED, scope.purpose, consent.consent_id)
        having = of_consent(scope, self._partners) if consent.state in OPENING else ()
        recalled = notices(cause, having, now)
        event = ConsentEvent(consent.consent_id, ConsentEventKind.EXPIRED, now, caller.actor)
        context = Context.of(Ask(caller, scope.purpose), self._gate.matrix, now)
        record = context.record(
            RecordKind.CONSENT,
            event.kind,
            subject=subject,
            detail={
                "consent": str(consent.consent_id),
                "to": scope.recipient,
                "told": told(recalled),
            },
        )
        changes: tuple[Change, ...] = (
            RecordConsent(subject, event),
            *(IssueNotice(subject, one) for one in recalled),
        )
        (answer,) = await self._gate.ledger.append([Entry(record, changes)])
        return isinstance(answer, Receipt)
