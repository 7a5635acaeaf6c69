"""Turn decisions into the records that the log keeps: names of fields, never values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from gateway.domain.changes import RequireEpoch
from gateway.domain.decisions import Ask, Decision
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import Oin, PurposeCode, SubjectId
from gateway.domain.ports import Entry
from gateway.domain.purposes import Matrix
from gateway.domain.recorded_form import record as written
from gateway.domain.records import AuditRecord, RecordKind, event_name
from gateway.domain.replay import Recorded
from gateway.domain.subjects import Situation


@dataclass(frozen=True, slots=True)
class Context:
    """What all entries of one question share: the ask, the policy it is decided under, the trace.

    ``purpose`` is the asked purpose as the catalogue spells it; what is in no catalogue could be
    anything, a name too, and stays out of the leaf that nobody can erase. ``rests_on`` is what the
    decision read, for entries that account for one; ``note`` is what an intent says besides.
    """

    ask: Ask
    purpose: PurposeCode | None
    matrix: Matrix
    moment: datetime
    trace_id: str | None = None
    rests_on: Mapping[str, object] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)

    @property
    def policy(self) -> str:
        """The digest of the policy that the question is decided under."""
        return self.matrix.digest

    @classmethod
    def of(
        cls, ask: Ask, matrix: Matrix, moment: datetime, trace_id: str | None = None
    ) -> "Context":
        """Begin the account of a question under the policy in force."""
        purpose = matrix.purpose(ask.purpose)
        return cls(ask, purpose.code if purpose else None, matrix, moment, trace_id)

    def resting(self, situation: Situation | None, fields: FieldDictionary) -> "Context":
        """Write down what a decision at this context's moment read, so that it can be replayed.

        A question for no purpose of the catalogue read nothing, and its words stay out of the log.
        """
        if self.purpose is None:
            return self
        recorded = Recorded(self.ask, situation, self.moment, self.policy)
        return replace(self, rests_on=written(recorded, fields))

    def record(  # noqa: PLR0913 - an entry names each of these or leaves it out
        self,
        kind: RecordKind,
        outcome: str,
        *,
        decision: Decision | None = None,
        subject: SubjectId | None = None,
        fields: FieldDictionary | None = None,
        mask: int = 0,
        parent: UUID | None = None,
        detail: dict[str, str | int] | None = None,
    ) -> AuditRecord:
        """Make one record about this question."""
        caller = self.ask.caller
        grants = decision.grants if decision else ()
        return AuditRecord(
            event_id=event_name(self.moment),
            kind=kind,
            at=self.moment,
            outcome=outcome,
            purpose=self.purpose,
            basis=tuple(grant.rule.rule_id for grant in grants),
            policy=self.policy,
            recipient=Oin(caller.partner.oin),
            subject=subject,
            actor=caller.actor,
            role=caller.role,
            fields=fields.names(mask) if fields else (),
            consents=tuple(grant.consent for grant in grants if grant.consent is not None),
            reason=str(decision.reason) if decision and decision.reason else None,
            parent=parent,
            trace_id=self.trace_id,
            detail=detail or {},
            rests_on=self.rests_on,
        )

    def intent(
        self,
        subject: SubjectId,
        decision: Decision,
        fields: FieldDictionary,
        parent: UUID | None,
    ) -> Entry:
        """Account for a grant, on condition that nothing about the subject changed meanwhile."""
        record = self.record(
            RecordKind.INTENT,
            "granted by break-glass" if decision.broken else "granted",
            decision=decision,
            subject=subject,
            fields=fields,
            mask=decision.granted,
            parent=parent,
            detail={**self.note, **({"glass": "broken"} if decision.broken else {})},
        )
        epoch = -1 if decision.epoch is None else decision.epoch
        return Entry(record, (RequireEpoch(subject, epoch),))

    def denial(
        self,
        subject: SubjectId | None,
        decision: Decision,
        fields: FieldDictionary,
        parent: UUID | None = None,
    ) -> Entry:
        """Account for a refusal; ``subject`` only where the gate knows her."""
        record = self.record(
            RecordKind.DENIED,
            "refused",
            decision=decision,
            subject=subject,
            fields=fields,
            mask=named(decision),
            parent=parent,
        )
        return Entry(record)


def named(decision: Decision) -> int:
    """Return the mask of the fields that an entry names: those granted, or else those refused."""
    mask = decision.granted
    for refused, _ in () if mask else decision.refused:
        mask |= refused
    return mask
