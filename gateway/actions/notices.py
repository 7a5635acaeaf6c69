"""Follow up what former recipients were told: they list and confirm, and are chased until they do.

1. A partner sees its own notices, by its own pseudonyms; another's notice looks like none.
2. Confirming twice is confirming once.
3. Each reminder of an overdue notice is on record.
4. What a partner recorded here of someone's work goes when it confirms that its own copy went.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.desk import GUIDANCE
from gateway.actions.disclose import PAGE
from gateway.actions.gate import Gate, commit, deny
from gateway.domain.changes import Change
from gateway.domain.decisions import Ask, Decision
from gateway.domain.notices import (
    ConfirmNotice,
    Notice,
    NoticeKind,
    Notices,
    NoticeState,
    RemindNotice,
)
from gateway.domain.partners import Caller
from gateway.domain.placements import ForgetWork
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind

WORKED: Final = frozenset({"P05", "P08"})


@dataclass(frozen=True, slots=True)
class OpenNotice:
    """A notice as its recipient reads it: ``reference`` is the recipient's own pseudonym."""

    notice: Notice
    reference: UUID


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many notices of one partner wait for confirmation, and how many of those too long."""

    open: int
    overdue: int


class NoticeDesk:
    """Where recipients read and confirm their notices, and the operator chases them."""

    def __init__(self, gate: Gate, notices: Notices) -> None:
        self._gate = gate
        self._notices = notices

    async def of_partner(self, caller: Caller) -> tuple[Sequence[OpenNotice], bool]:
        """List at most fifty open notices of the caller's organisation, and whether there are more."""
        context = await admit_recipient(self._gate, caller)
        oin = caller.partner.oin
        waiting = await self._notices.unconfirmed(oin)
        record = context.record(RecordKind.NOTICE, "listed", detail={"open": len(waiting)})
        await commit(self._gate, Entry(record))
        reference = self._gate.pseudonyms.reference
        shown = [OpenNotice(one.notice, reference(oin, one.subject)) for one in waiting[:PAGE]]
        return shown, len(waiting) > PAGE

    async def confirm(self, caller: Caller, notice_id: UUID) -> tuple[NoticeState, Receipt]:
        """Confirm deletion; raises ``DisclosureRefusedError`` for a notice that is not one's own."""
        context = await admit_recipient(self._gate, caller)
        state = await self._notices.by_id(notice_id)
        if state is None or state.notice.recipient != caller.partner.oin:
            unknown = Decision.refusal(Reason.SUBJECT_UNKNOWN, hidden=True)
            await deny(self._gate, context, unknown)
        if state.confirmed is not None:
            return state, await self._write(context, state, "confirmed again", ())
        change = ConfirmNotice(state.subject, notice_id, context.moment, caller.actor)
        receipt = await self._write(context, state, "confirmed", (*_forgotten(state), change))
        return replace(state, confirmed=context.moment), receipt

    async def waiting(self) -> dict[str, Waiting]:
        """Count what waits for confirmation, by the recipient's OIN."""
        now = self._gate.clock.now()
        found: dict[str, Waiting] = {}
        for state in await self._notices.unconfirmed():
            known = found.get(state.notice.recipient, Waiting(0, 0))
            late = int(state.notice.due <= now)
            found[state.notice.recipient] = Waiting(known.open + 1, known.overdue + late)
        return found

    async def remind(self, caller: Caller) -> dict[str, int]:
        """Record one reminder of each overdue notice; count them by the recipient's OIN."""
        context = about_notices(self._gate, caller)
        reminded: dict[str, int] = {}
        for state in await self._notices.unconfirmed():
            if state.notice.due > context.moment:
                break  # first due first
            change = RemindNotice(state.subject, state.notice.notice_id)
            await self._write(context, state, "reminded", (change,))
            recipient = state.notice.recipient
            reminded[recipient] = reminded.get(recipient, 0) + 1
        return reminded

    async def _write(
        self, context: Context, state: NoticeState, outcome: str, changes: tuple[Change, ...]
    ) -> Receipt:
        notice = state.notice
        detail: dict[str, str | int] = {
            "notice": str(notice.notice_id),
            "to": notice.recipient,
            "because": str(notice.cause.kind),
        }
        record = context.record(RecordKind.NOTICE, outcome, subject=state.subject, detail=detail)
        return await commit(self._gate, Entry(record, changes))


def _forgotten(state: NoticeState) -> tuple[Change, ...]:
    """Delete what the recipient recorded of her work, where the consent it rested on ended (4)."""
    cause, recipient = state.notice.cause, state.notice.recipient
    rested = (cause.purpose or "").split("_", 1)[0] in WORKED
    if rested and cause.kind in {NoticeKind.CONSENT_WITHDRAWN, NoticeKind.CONSENT_EXPIRED}:
        return (ForgetWork(state.subject, recipient),)
    return ()


def about_notices(gate: Gate, caller: Caller) -> Context:
    """Begin the account of what a caller does with notices; they belong to no one purpose."""
    context = Context.of(Ask(caller, GUIDANCE), gate.matrix, gate.clock.now())
    return replace(context, purpose=None)


async def admit_recipient(gate: Gate, caller: Caller) -> Context:
    """Let in whoever acts for a partner that can receive; anyone else is refused on record."""
    context = about_notices(gate, caller)
    agreement = caller.partner.agreement
    reason = None
    if not agreement.runs(context.moment.date()):
        reason = Reason.AGREEMENT_NOT_RUNNING
    elif caller.role not in agreement.purposes:
        reason = Reason.ACTOR_NOT_ALLOWED
    if reason is not None:
        await deny(gate, context, Decision.refusal(reason))
    return context
