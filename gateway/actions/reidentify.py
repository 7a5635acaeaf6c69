"""Ask to look a named person up in the log, and approve what another officer asked (P10)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.gate import Gate, admitted, commit, deny
from gateway.actions.oversee import OVERSIGHT
from gateway.domain.changes import Change
from gateway.domain.decisions import Ask, Decision
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.look_ups import ApproveLookUp, AskLookUp, LookUp, LookUps, LookUpState
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind

KEY = "look-up"


@dataclass(frozen=True, slots=True)
class SeenLookUp:
    """A request as officers of its organisation see it at ``moment``."""

    look_up: LookUp
    client_ref: UUID
    reason: str
    moment: datetime

    @property
    def state(self) -> LookUpState:
        """How it stands."""
        return self.look_up.state_at(self.moment)


class Reidentify:
    """Where two officers of one organisation decide that a person be named."""

    def __init__(self, gate: Gate, look_ups: LookUps) -> None:
        self._gate = gate
        self._look_ups = look_ups

    async def ask(
        self, caller: Caller, subject: SubjectId, reason: str
    ) -> tuple[SeenLookUp, Receipt]:
        """Ask; whether the gate knows the person makes no difference to the answer."""
        context = await self._admit(caller)
        look_up_id = uuid4()
        sealed = self._gate.vault.seal_blob(KEY, look_up_id.bytes, reason.encode())
        look_up = LookUp(
            look_up_id, caller.partner.oin, caller.actor, subject, context.moment, sealed
        )
        receipt = await self._record(context, "look-up asked", look_up, AskLookUp(look_up))
        return self._seen(look_up, context.moment), receipt

    async def listed(self, caller: Caller) -> tuple[SeenLookUp, ...]:
        """List the newest requests of one's organisation; that they were read is on record."""
        context = await self._admit(caller)
        record = context.record(RecordKind.OVERSIGHT, "look-ups listed")
        await commit(self._gate, Entry(record))
        found = await self._look_ups.of_partner(caller.partner.oin)
        return tuple(self._seen(one, context.moment) for one in found)

    async def approve(self, caller: Caller, look_up_id: UUID) -> tuple[SeenLookUp, Receipt] | None:
        """Approve what another asked; ``None`` where one's organisation asked no such thing.

        Raises ``DisclosureRefusedError`` for who asked it herself.
        """
        context = await self._admit(caller)
        found = await self._look_ups.by_id(look_up_id)
        if found is None or found.partner != caller.partner.oin:
            await commit(self._gate, Entry(context.record(RecordKind.OVERSIGHT, "no such look-up")))
            return None
        if found.actor == caller.actor:
            await self._deny(context)
        if found.state_at(context.moment) is not LookUpState.GEVRAAGD:
            raise InvalidRequestError("heridentificatie", "was approved before, or lapsed")
        change = ApproveLookUp(look_up_id, caller.actor, context.moment)
        receipt = await self._record(context, "look-up approved", found, change)
        approved = replace(found, approved_by=caller.actor, approved_at=context.moment)
        return self._seen(approved, context.moment), receipt

    async def _admit(self, caller: Caller) -> Context:
        """Let an officer in; the supervisory authority always works within a case (art. 58)."""
        gate = self._gate
        context = Context.of(Ask(caller, OVERSIGHT), gate.matrix, gate.clock.now())
        await admitted(gate, context)
        if caller.partner.kind is PartnerKind.TOEZICHTHOUDER:
            await self._deny(context)
        return context

    async def _deny(self, context: Context) -> None:
        purpose = self._gate.matrix.purpose(OVERSIGHT)
        decision = Decision.refusal(Reason.SECOND_PERSON_NEEDED, purpose)
        await deny(self._gate, context, decision)

    async def _record(
        self, context: Context, outcome: str, look_up: LookUp, change: Change
    ) -> Receipt:
        known: Mapping[SubjectId, object] = await self._gate.subjects.load([look_up.subject])
        record = context.record(
            RecordKind.OVERSIGHT,
            outcome,
            subject=look_up.subject if known else None,
            detail={"request": str(look_up.look_up_id)},
        )
        return await commit(self._gate, Entry(record, (change,)))

    def _seen(self, look_up: LookUp, moment: datetime) -> SeenLookUp:
        gate = self._gate
        reason = gate.vault.open_blob(KEY, look_up.look_up_id.bytes, look_up.reason).decode()
        reference = gate.pseudonyms.reference(look_up.partner, look_up.subject)
        return SeenLookUp(look_up, reference, reason, moment)
