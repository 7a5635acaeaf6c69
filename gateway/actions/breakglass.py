"""Noodtoegang: break the glass for an hour, and have another person look at each time it was done.

1. Who may not break it is refused whoever it is about; who is unknown or shielded is unknown here
   too: no emergency lifts a shield. Each refusal is logged.
2. Operators hear at once that it happened; the officers of the worker's organisation and of COA, who
   answers for the residents, see it until it is reviewed and after.
3. The reason and the reviewer's note stand in the sealed log only, where those officers read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.gate import Gate, admitted, commit, deny
from gateway.domain.breakglass import (
    BreakGlass,
    Broken,
    GlassBreak,
    Glasses,
    ReviewGlass,
    ReviewVerdict,
    break_glass,
    overdue,
    review,
)
from gateway.domain.changes import RequireEpoch
from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.errors import InvalidRequestError
from gateway.domain.events import GlassBroken
from gateway.domain.identifiers import RoleId, SubjectId
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.purposes import Purpose
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.subjects import Situation

OVERSIGHT: Final = "P10"
OFFICER: Final = RoleId("privacy_officer")


@dataclass(frozen=True, slots=True)
class Emergency:
    """About whom, for which purpose and why; ``reason`` names no one by number."""

    subject: SubjectId
    purpose: str
    reason: str
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A break-glass after something happened to it, with the receipt of its log entry."""

    broken: Broken
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Standing:
    """A break-glass as an officer finds it; ``overdue`` when its review should have been there."""

    broken: Broken
    overdue: bool


class Emergencies:
    """Where the glass is broken, and where officers look at it."""

    def __init__(self, gate: Gate, glasses: Glasses) -> None:
        self._gate = gate
        self._glasses = glasses

    async def break_glass(self, caller: Caller, emergency: Emergency) -> Noted:
        """Break the glass; raises ``DisclosureRefusedError``, or ``InvalidRequestError`` on a reason."""
        gate, subject = self._gate, emergency.subject
        dossier = (await gate.subjects.load([subject])).get(subject)
        ask = Ask(caller, emergency.purpose)
        context = Context.of(ask, gate.matrix, gate.clock.now(), emergency.trace_id)
        purpose = await self._purpose(context)
        glass = break_glass(caller, subject, purpose, emergency.reason, context.moment)
        if isinstance(glass, Reason):
            await deny(gate, context, Decision.refusal(glass, purpose))
        situation = await self._known(context, dossier.situation if dossier else None)
        return await self._keep(context, glass, situation)

    async def review(self, caller: Caller, glass_id: UUID, verdict: str, note: str) -> Noted:
        """Record what an officer other than the actor found; raises ``DisclosureRefusedError``."""
        context = await self._officer(caller)
        broken = await self._glasses.by_id(glass_id)
        if broken is None or not _may_see(caller, broken):
            unknown = Decision.refusal(Reason.SUBJECT_UNKNOWN, hidden=True)
            await deny(self._gate, context, unknown)
        if broken.verdict is not None:
            raise InvalidRequestError("noodtoegang", "was reviewed before")
        subject = broken.glass.subject
        found = review(broken.glass, caller.actor, context.moment, ReviewVerdict(verdict), note)
        detail: dict[str, str | int] = {"glass": str(glass_id), "note": found.note}
        record = context.record(RecordKind.GLASS, found.verdict, subject=subject, detail=detail)
        receipt = await commit(self._gate, Entry(record, (ReviewGlass(subject, glass_id, found),)))
        after = replace(broken, reviewed_at=found.at, reviewed_by=found.by, verdict=found.verdict)
        return Noted(after, receipt)

    async def listed(self, caller: Caller) -> Sequence[Standing]:
        """List what an officer answers for, newest first; that she looked is logged before."""
        context = await self._officer(caller)
        await commit(self._gate, Entry(context.record(RecordKind.OVERSIGHT, "break-glass")))
        coa = caller.partner.kind is PartnerKind.COA
        found = await self._glasses.of_partner(None if coa else caller.partner.oin)
        return _standing(found, context.moment)

    async def waiting(self) -> Sequence[Standing]:
        """List for the operator what was not reviewed yet, newest first."""
        found = [one for one in await self._glasses.of_partner() if one.verdict is None]
        return _standing(found, self._gate.clock.now())

    async def _purpose(self, context: Context) -> Purpose:
        """Return the purpose, for who may ask for it at all."""
        await admitted(self._gate, context)
        purpose = self._gate.matrix.purpose(context.ask.purpose)
        if purpose is None:
            raise InvalidRequestError("doel", "is not in the catalogue")
        return purpose

    async def _known(self, context: Context, situation: Situation | None) -> Situation:
        """Refuse, as ever, about someone unknown or shielded (1)."""
        gate = self._gate
        if situation is not None and not situation.shielded:
            return situation
        decision = decide(context.ask, situation, context.matrix, gate.fields, context.moment)
        resting = context.resting(situation, gate.fields)
        return await deny(gate, resting, decision, situation.subject if situation else None)

    async def _keep(self, context: Context, glass: GlassBreak, situation: Situation) -> Noted:
        until = glass.until.isoformat()
        record = context.record(
            RecordKind.GLASS,
            "broken",
            subject=glass.subject,
            detail={"why": glass.reason, "until": until},
        )
        changes = (
            RequireEpoch(glass.subject, situation.epoch),
            BreakGlass(glass.subject, record.event_id, glass),
        )
        receipt = await commit(self._gate, Entry(record, changes))
        told = GlassBroken(glass.purpose.split("_", 1)[0], context.ask.caller.partner.slug)
        self._gate.telemetry.tell(told)  # (2)
        return Noted(Broken(record.event_id, glass), receipt)

    async def _officer(self, caller: Caller) -> Context:
        """Let in a privacy officer."""
        gate = self._gate
        context = Context.of(Ask(caller, OVERSIGHT), gate.matrix, gate.clock.now())
        await admitted(gate, context)
        if caller.role != OFFICER:
            purpose, reason = gate.matrix.purpose(OVERSIGHT), Reason.ACTOR_NOT_ALLOWED
            await deny(gate, context, Decision.refusal(reason, purpose))
        return context


def _may_see(caller: Caller, broken: Broken) -> bool:
    return caller.partner.kind is PartnerKind.COA or broken.glass.partner == caller.partner.oin


def _standing(found: Sequence[Broken], moment: datetime) -> Sequence[Standing]:
    return [Standing(one, overdue(one, moment)) for one in found]
