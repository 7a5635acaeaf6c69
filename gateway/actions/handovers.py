"""What a klantmanager does with a handover: confirm receipt, plan and close a talk, hand on.

1. Each deed is about a person who is linked to or housed in her own municipality now; about anyone
   else it is refused as a question would be.
2. A repeated key is the same deed, and gets the first receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.desk import Seat, admit, deed_id, seat
from gateway.actions.gate import Gate, commit, deny
from gateway.actions.link import ending
from gateway.domain.changes import Change, RecordRelations, RequireEpoch
from gateway.domain.decisions import Ask, Decision
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import (
    HANDED_ON,
    NO_FILE,
    Cancelled,
    CloseTalk,
    Confirmation,
    ConfirmReceipt,
    File,
    HandedOn,
    HandOn,
    Handover,
    HandoverChange,
    Handovers,
    Outcome,
    Plan,
    PlanTalk,
    Talk,
    TalkForm,
    TalkState,
)
from gateway.domain.identifiers import GemeenteCode, Oin, SubjectId
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.relations import MunicipalTie, RelationEvent, RelationKind, municipal_ties
from gateway.domain.subjects import Situation

PURPOSE: Final = "P02"
FURTHEST: Final = timedelta(days=366)
"""How far ahead a talk may be planned."""

Detail = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a talk ended: held with what was agreed on, or cancelled for a reason."""

    cancelled: Cancelled | None = None
    outcomes: frozenset[Outcome] = frozenset()


@dataclass(frozen=True, slots=True)
class AtHand:
    """A person as a klantmanager of her own municipality finds her, with the handover that lasts."""

    seat: Seat
    tie: MunicipalTie

    @property
    def situation(self) -> Situation:
        """What decides about her."""
        return self.seat.dossier.situation

    @property
    def moment(self) -> datetime:
        """When it was asked."""
        return self.seat.context.moment

    @property
    def handover(self) -> Handover:
        """The handover to this municipality."""
        return handover_of(self.situation.subject, self.tie)

    def again(self, first: datetime) -> "AtHand":
        """Say the same as at a moment before, so that a repeated deed has the same entry (2)."""
        context = replace(self.seat.context, moment=first)
        return replace(self, seat=replace(self.seat, context=context))


def handover_of(subject: SubjectId, tie: MunicipalTie) -> Handover:
    """Name the handover that a tie is."""
    return Handover(subject, GemeenteCode(tie.gemeente), tie.since)


def current_tie(situation: Situation, moment: datetime) -> MunicipalTie | None:
    """Return the tie that lasts at a moment, if one does."""
    last = municipal_ties(situation.relations, moment)[-1:]
    return next((tie for tie in last if tie.until is None), None)


async def at_hand(gate: Gate, caller: Caller, subject: SubjectId, fields: int = 0) -> AtHand:
    """Find a person for a klantmanager of her municipality; anyone else is refused on record (1).

    ``fields``: what she must be allowed to have of her, if anything in particular.
    """
    await admit(gate, caller, PURPOSE, PartnerKind.GEMEENTE)
    found = await seat(gate, Ask(caller, PURPOSE, fields or None), subject)
    tie = current_tie(found.dossier.situation, found.context.moment)
    if tie is None or tie.gemeente not in caller.partner.gemeenten:  # she came by a broken glass
        purpose = gate.matrix.purpose(PURPOSE)
        not_linked = Decision.refusal(Reason.NOT_LINKED, purpose)
        await deny(gate, found.context, not_linked, subject)
    return AtHand(found, tie)


def identity(deed: str, caller: Caller, subject: SubjectId, retry_key: str | None) -> UUID:
    """Make the id of a deed's entry: one and the same for a repeated key (2)."""
    return deed_id(subject, f"handover:{deed}:{caller.actor}", retry_key)


@dataclass(frozen=True, slots=True)
class Deed:
    """What is written of a deed: how it is called, what the entry tells, and what it changes."""

    outcome: str
    detail: Detail
    change: HandoverChange
    beside: tuple[Change, ...] = ()


async def write(
    gate: Gate, context: Context, situation: Situation, entry_id: UUID, deed: Deed
) -> Receipt:
    """Write a deed under its entry, if nothing about the person changed meanwhile."""
    subject = situation.subject
    record = context.record(RecordKind.HANDOVER, deed.outcome, subject=subject, detail=deed.detail)
    changes = (RequireEpoch(subject, situation.epoch), *deed.beside, deed.change)
    return await commit(gate, Entry(replace(record, event_id=entry_id), changes))


class HandoverDesk:
    """Where a klantmanager says what she does with a handover."""

    def __init__(
        self,
        gate: Gate,
        handovers: Handovers,
        gemeenten: frozenset[GemeenteCode],
        partners: Mapping[Oin, Partner],
    ) -> None:
        self._gate = gate
        self._handovers = handovers
        self._gemeenten = gemeenten
        self._partners = partners

    async def confirm(
        self, caller: Caller, subject: SubjectId, retry_key: str | None = None
    ) -> Receipt:
        """Confirm that a handover was received; refused the second time."""
        found = await at_hand(self._gate, caller, subject)
        entry_id = identity("confirm", caller, subject, retry_key)
        known = (await self._file(found.handover)).confirmed
        if known is not None:
            found = found.again(known.at)
            if known.confirmation_id != entry_id:
                raise InvalidRequestError("ontvangst", "was confirmed before")
        one = Confirmation(entry_id, found.handover, found.moment, caller.actor)
        return await self._write(found, entry_id, Deed("confirmed", {}, ConfirmReceipt(one)))

    async def plan(
        self, caller: Caller, subject: SubjectId, plan: Plan, retry_key: str | None = None
    ) -> Receipt:
        """Plan a talk; its id is that of the entry."""
        found = await at_hand(self._gate, caller, subject)
        entry_id = identity("plan", caller, subject, retry_key)
        talks = (await self._file(found.handover)).talks
        first = next((one for one in talks if one.talk_id == entry_id), None)
        if first is not None:
            found = found.again(first.at)
        elif any(one.state is TalkState.GEPLAND for one in talks):
            raise InvalidRequestError("gepland", "another talk is planned; cancel it first")
        _plannable(plan, found.moment)
        talk = Talk(entry_id, found.handover, plan, found.moment, caller.actor)
        detail: Detail = {
            "scenario": plan.scenario.value,
            "form": plan.form.value,
            "planned": plan.moment.isoformat(),
        }
        return await self._write(found, entry_id, Deed("planned", detail, PlanTalk(talk)))

    async def close(self, caller: Caller, talk_id: UUID, ending_: Ending) -> Receipt:
        """Write down that a planned talk was held, or why not."""
        known = await self._handovers.talk(talk_id)
        subject = known.handover.subject if known else SubjectId(uuid4())
        found = await at_hand(self._gate, caller, subject)
        planned = known is not None and known.state is TalkState.GEPLAND
        if known is None or not planned or known.handover != found.handover:
            raise InvalidRequestError("driegesprek", "is not planned; there is nothing to close")
        held = ending_.cancelled is None
        talk = replace(
            known,
            state=TalkState.GEVOERD if held else TalkState.GEANNULEERD,
            closed=found.moment,
            cancelled=ending_.cancelled,
            outcomes=tuple(sorted(ending_.outcomes)) if held else (),
        )
        detail: Detail = {"talk": str(talk_id)}
        detail |= {"agreed": ",".join(talk.outcomes)} if held else {"why": f"{talk.cancelled}"}
        deed = Deed("held" if held else "cancelled", detail, CloseTalk(talk))
        return await self._write(found, uuid4(), deed)

    async def hand_on(self, caller: Caller, subject: SubjectId, gemeente: GemeenteCode) -> Receipt:
        """Hand on someone who moved to another municipality, whose she is from now on."""
        found = await at_hand(self._gate, caller, subject)
        if gemeente not in self._gemeenten:
            raise InvalidRequestError("gemeente", "is not a municipality")
        if gemeente in caller.partner.gemeenten:
            raise InvalidRequestError("gemeente", "is the one she is in")
        if not found.tie.housed:
            raise InvalidRequestError("gemeente", "is for COA to change while she has no home")
        event = RelationEvent(RelationKind.GEHUISVEST, gemeente, found.moment, HANDED_ON)
        detail, recalled = ending(found.situation, event, self._partners, found.moment)
        entry_id, next_ = uuid4(), Handover(subject, gemeente, found.moment)
        one = HandedOn(entry_id, next_, GemeenteCode(found.tie.gemeente), caller.actor)
        moved: tuple[Change, ...] = (RecordRelations(subject, (event,)), *recalled)
        return await self._write(found, entry_id, Deed("handed on", detail, HandOn(one), moved))

    async def _file(self, handover: Handover) -> File:
        return (await self._handovers.files([handover])).get(handover, NO_FILE)

    async def _write(self, found: AtHand, entry_id: UUID, deed: Deed) -> Receipt:
        return await write(self._gate, found.seat.context, found.situation, entry_id, deed)


def _plannable(plan: Plan, moment: datetime) -> None:
    if not moment < plan.moment <= moment + FURTHEST:
        raise InvalidRequestError("gepland", "lies in the past, or more than a year ahead")
    if plan.form is not TalkForm.ZONDER_COA and not plan.agreed:
        raise InvalidRequestError(
            "instemming", "is needed: she may have the talk without COA (Besluit art. 5.2(2))"
        )
