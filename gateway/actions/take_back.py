"""Take back someone who was handed on by mistake, while nobody in the next municipality has her.

1. Only for a klantmanager of the municipality that handed her on, in the month that the law leaves a
   predecessor (P03); to anyone else nobody was handed on.
2. Until someone in the next municipality confirms receipt: from then on the two must talk.
3. The list of whom can still be taken back holds own references only, and looking at it is on record.
4. What was said to end, goes on: her file here lasts, and the notice to delete is withdrawn. The
   other municipality is told that its link ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.desk import GUIDANCE, Seat, admit, seat
from gateway.actions.disclose import PAGE
from gateway.actions.gate import Gate, commit, deny
from gateway.actions.handovers import handover_of
from gateway.actions.link import ending
from gateway.domain.changes import Change, RecordRelations, RequireEpoch
from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import (
    NO_FILE,
    TAKEN_BACK,
    HandedOn,
    Handover,
    Handovers,
    TakeBack,
)
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.notices import NoticeKind, Notices, WithdrawNotice
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.relations import RelationEvent, RelationKind, municipal_ties
from gateway.domain.subjects import Dossier, Situation

MEMBER: Final = "doorgeven"


@dataclass(frozen=True, slots=True)
class Departure:
    """Someone who was handed on: how, from which handover here, and whether the next one has her."""

    seat: Seat
    handed_on: HandedOn
    before: Handover
    received: bool

    @property
    def situation(self) -> Situation:
        """What decides about her."""
        return self.seat.dossier.situation


@dataclass(frozen=True, slots=True)
class OpenDeparture:
    """Someone who can still be taken back; ``reference`` is the caller's own, and all that is told."""

    handed_on: HandedOn
    reference: UUID


class TakeBackDesk:
    """Where a municipality looks at whom it handed on, and takes her back."""

    def __init__(
        self, gate: Gate, handovers: Handovers, notices: Notices, partners: Mapping[Oin, Partner]
    ) -> None:
        self._gate = gate
        self._handovers = handovers
        self._notices = notices
        self._partners = partners

    async def departure(self, caller: Caller, subject: SubjectId) -> Departure:
        """Find whom the caller's municipality handed on last; anyone else is refused as unknown (1)."""
        await admit(self._gate, caller, GUIDANCE, PartnerKind.GEMEENTE)
        found = await seat(self._gate, Ask(caller, GUIDANCE), subject)
        departure = await self._departure(caller, found)
        if departure is None:
            purpose = self._gate.matrix.purpose(GUIDANCE)
            unknown = Decision.refusal(Reason.NOT_LINKED, purpose, hidden=True)
            await deny(self._gate, found.context, unknown, subject)
        return departure

    async def departures(self, caller: Caller) -> tuple[Sequence[OpenDeparture], bool]:
        """List at most fifty whom the caller can take back, newest first; and whether there are more.

        Nobody is named, and where she went is not told: access ended when she was handed on.
        """
        gate, context = self._gate, await admit(self._gate, caller, GUIDANCE, PartnerKind.GEMEENTE)
        towns = sorted(caller.partner.gemeenten)
        found = await self._handovers.departures(towns, context.moment, PAGE + 1)
        people = await gate.subjects.load([one.handover.subject for one in found[:PAGE]])
        oin, reference = caller.partner.oin, gate.pseudonyms.reference
        shown = [
            OpenDeparture(one, reference(oin, one.handover.subject))
            for one in found[:PAGE]
            if (dossier := people.get(one.handover.subject))
            and self._may(Ask(caller, GUIDANCE), dossier, context)
            and _moved(caller, dossier.situation, context.moment) is not None
        ]
        record = context.record(RecordKind.HANDOVER, "listed", detail={"open": len(shown)})
        await commit(gate, Entry(record))
        return shown, len(found) > PAGE

    def _may(self, ask: Ask, dossier: Dossier, context: Context) -> bool:
        fields, moment = self._gate.fields, context.moment
        return bool(decide(ask, dossier.situation, context.matrix, fields, moment).granted)

    async def take_back(self, caller: Caller, subject: SubjectId) -> Receipt:
        """Take her back; refused once the next municipality confirmed receipt (2)."""
        found = await self.departure(caller, subject)
        if found.received:
            raise InvalidRequestError(MEMBER, "was confirmed by the next municipality")
        context, town, entry_id = found.seat.context, found.before.gemeente, uuid4()
        event = RelationEvent(RelationKind.GEHUISVEST, town, context.moment, TAKEN_BACK)
        detail, recalled = ending(found.situation, event, self._partners, context.moment)
        record = context.record(RecordKind.HANDOVER, "taken back", subject=subject, detail=detail)
        taken = found.handed_on.handover
        again = Handover(subject, town, context.moment)
        one = HandedOn(entry_id, again, taken.gemeente, caller.actor, back=True)
        changes: tuple[Change, ...] = (
            RequireEpoch(subject, found.situation.epoch),
            RecordRelations(subject, (event,)),
            *recalled,
            *await self._withdrawn(found, caller),
            TakeBack(one, taken, found.before),
        )
        return await commit(self._gate, Entry(replace(record, event_id=entry_id), changes))

    async def _departure(self, caller: Caller, found: Seat) -> Departure | None:
        moved = _moved(caller, found.dossier.situation, found.context.moment)
        if moved is None:
            return None
        before, now = moved
        file = (await self._handovers.files([now])).get(now, NO_FILE)
        one = file.handed_on
        if one is None or one.back or one.before != before.gemeente:
            return None
        return Departure(found, one, before, file.confirmed is not None)

    async def _withdrawn(self, found: Departure, caller: Caller) -> tuple[WithdrawNotice, ...]:
        """Take back what the hand-on told the caller's organisation to delete (4)."""
        subject, since = found.situation.subject, found.handed_on.handover.since
        return tuple(
            WithdrawNotice(subject, state.notice.notice_id)
            for state in await self._notices.unconfirmed(caller.partner.oin)
            if state.subject == subject
            and state.notice.cause.kind is NoticeKind.LINK_ENDED
            and state.notice.at >= since
        )


def _moved(
    caller: Caller, situation: Situation, moment: datetime
) -> tuple[Handover, Handover] | None:
    """Name the last handover to the caller's municipality and the one elsewhere that came of it."""
    last = municipal_ties(situation.relations, moment)[-2:]
    own = caller.partner.gemeenten
    if len(last) < 2 or last[1].until is not None or last[0].gemeente not in own:  # noqa: PLR2004 - the one before, and the one now
        return None
    before, now = (handover_of(situation.subject, tie) for tie in last)
    return before, now
