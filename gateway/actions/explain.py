"""Tell why a decision fell as it did: a logged one to who runs the gate, one's own to who asks.

1. A logged decision is told only when the log proves that it holds it as it was.
2. That someone reads an entry, or asks for an explanation, is in the log before anything is told.
3. An explanation discloses nothing; of whom the caller may not know, she hears what she hears of
   no one.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.accounts import Context, named
from gateway.actions.gate import DisclosureRefusedError, Gate, commit
from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.errors import InvalidRequestError
from gateway.domain.explain import Told, for_caller, for_officer
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import SubjectId
from gateway.domain.logbook import LoggedEvent
from gateway.domain.ports import Entry, LogReader
from gateway.domain.recorded_reading import restore
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.domain.replay import Recorded, replay

OPERATOR: Final = "operator"


@dataclass(frozen=True, slots=True)
class Retold:
    """A logged decision, taken again: its story, and whether it is what the entry says."""

    event: LoggedEvent
    story: tuple[Told, ...]
    same: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """What the gate would decide now, told to the caller, with the receipt of her question."""

    decision: Decision
    story: tuple[Told, ...]
    receipt: Receipt


class Explain:
    """Takes decisions again and tells them; nothing is opened but the log."""

    def __init__(self, gate: Gate, log: LogReader) -> None:
        self._gate = gate
        self._log = log

    async def logged(self, place: int | UUID) -> Retold:
        """Tell an operator of a logged decision, by index or event id of its entry.

        Raises ``UnreadableValueError`` for an entry that was changed, ``ReplayError`` for one that
        was decided under another policy, ``InvalidRequestError`` for one that tells of no decision.
        """
        gate = self._gate
        event = await self._log.opened(place)
        if event is None:
            raise InvalidRequestError("entry", "is not in the log")
        if event.told is None or event.told.rests_on is None:
            raise InvalidRequestError("entry", "tells of no decision, or was erased")
        recorded = restore(event.told.rests_on, gate.fields)
        await self._note(event, recorded)
        return await taken_again(gate, event, recorded)

    async def asked(self, ask: Ask, subject: SubjectId, trace_id: str | None = None) -> Explained:
        """Tell the caller what would be decided now, and why; raises ``DisclosureRefusedError`` (3)."""
        gate = self._gate
        dossier = (await gate.subjects.load([subject])).get(subject)
        situation = dossier.situation if dossier else None
        bare = Context.of(ask, gate.matrix, gate.clock.now(), trace_id)
        context = bare.resting(situation, gate.fields)
        decision = decide(ask, situation, context.matrix, gate.fields, context.moment)
        record = context.record(
            RecordKind.EXPLAINED,
            "granted" if decision.granted else "refused",
            decision=decision,
            subject=subject if dossier else None,
            fields=gate.fields,
            mask=named(decision),
        )
        receipt = await commit(gate, Entry(record))
        if decision.hidden:
            raise DisclosureRefusedError(decision)
        recorded = Recorded(ask, situation, context.moment, context.policy)
        return Explained(decision, for_caller(decision, recorded, gate.fields), receipt)

    async def _note(self, event: LoggedEvent, recorded: Recorded) -> None:
        """Put on record that the entry was read where the gate runs (2)."""
        situation = recorded.situation
        record = AuditRecord(
            uuid4(),
            RecordKind.OVERSIGHT,
            self._gate.clock.now(),
            "explained",
            policy=self._gate.matrix.digest,
            subject=situation.subject if situation else None,
            role=OPERATOR,
            detail={"entry": event.index},
        )
        await commit(self._gate, Entry(record))


async def taken_again(gate: Gate, event: LoggedEvent, recorded: Recorded) -> Retold:
    """Take a recorded decision again and tell its whole story, under the policy it was taken under.

    Raises ``ReplayError`` where that policy is not kept.
    """
    edition = await gate.rules.under(recorded.digest)
    decision = replay(recorded, edition.matrix if edition else gate.matrix, gate.fields)
    story = for_officer(decision, recorded, gate.fields)
    return Retold(event, story, as_recorded(decision, event, gate.fields))


def as_recorded(decision: Decision, event: LoggedEvent, fields: FieldDictionary) -> bool:
    """Tell whether a decision taken again is what its entry says: rules, fields, consents, reason."""
    told = event.told
    grants = decision.grants
    return told is not None and (
        tuple(grant.rule.rule_id for grant in grants),
        fields.names(named(decision)),
        tuple(str(grant.consent) for grant in grants if grant.consent is not None),
        str(decision.reason) if decision.reason else None,
    ) == (event.basis, told.fields, told.consents, told.reason)
