"""Signals (P10): rules look through a period, and two officers close what they found.

1. What is shown is the law of ``gateway.actions.review``; what a signal is, of ``domain.signals``.
2. A list of workers with surnames or own dossiers could be used to find out who a pseudonym is, so
   it needs the number of a case.
3. A verdict is on a signal that the rules find again, never on one that a request describes.
4. The officer who proposed a verdict does not confirm it; each step is logged with its reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from audit.flags import Flag, Settings, review
from gateway.actions.accounts import Context
from gateway.actions.gate import Gate, commit, deny
from gateway.actions.kinship import Kinship
from gateway.actions.opened import WORDS, as_opened, milliseconds
from gateway.actions.oversee import OVERSIGHT, Inquiry, Oversee
from gateway.actions.review import ZONE, ReviewDesk
from gateway.domain.breakglass import checked_words
from gateway.domain.decisions import Decision
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import Oin, RoleId
from gateway.domain.partners import Caller
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.reviewing import HitRate, Opinion, Signal, Signalled, cut
from gateway.domain.signals import (
    CloseSignal,
    Judged,
    ProposeVerdict,
    Signals,
    StaffMember,
    closed,
    signal_id,
)

OFFICER: Final = RoleId("privacy_officer")


@dataclass(frozen=True, slots=True)
class Watched:
    """In which period rules look, and with which workers they compare."""

    inquiry: Inquiry
    staff: Sequence[StaffMember] = ()

    @property
    def asked(self) -> Inquiry:
        """The inquiry, which names people where workers are listed (2)."""
        return replace(self.inquiry, naming=bool(self.staff))


@dataclass(frozen=True, slots=True)
class _Found:
    """What the rules found in a period, and how many people could not be compared with anyone."""

    signals: Sequence[Signal]
    rates: Sequence[HitRate]
    unreadable: int


class SignalDesk:
    """Where rules put before officers what may need a look."""

    def __init__(
        self,
        gate: Gate,
        oversee: Oversee,
        desk: ReviewDesk,
        signals: Signals,
        kinship: Kinship,
    ) -> None:
        self._gate = gate
        self._oversee = oversee
        self._desk = desk
        self._signals = signals
        self._kinship = kinship

    async def listed(self, caller: Caller, watched: Watched, offset: int = 0) -> Signalled:
        """Let every rule look at a period; raises ``DisclosureRefusedError``."""
        context = await self._oversee.admit(caller, watched.asked, None)
        receipt = await self._oversee.note(context, watched.asked, "signals", None)
        found = await self._found(context, watched)
        page, onward = cut(found.signals, offset)
        return Signalled(page, found.rates, onward, receipt, found.unreadable)

    async def judge(
        self, caller: Caller, watched: Watched, opinion: Opinion
    ) -> tuple[Judged, Receipt]:
        """Propose a verdict, or close a signal by confirming another officer's (4).

        Raises ``DisclosureRefusedError``, and ``InvalidRequestError`` where there is no such open
        signal (3).
        """
        context = await self._oversee.admit(caller, watched.asked, None)
        if caller.role != OFFICER:
            await self._refuse(context, Reason.ACTOR_NOT_ALLOWED)
        note = checked_words("toelichting", opinion.note)
        signal = await self._open(context, watched, opinion)
        before = signal.judged
        if before is None or before.verdict is not opinion.verdict:
            judged = _proposed(context, signal, opinion)
            change: ProposeVerdict | CloseSignal = ProposeVerdict(judged)
            return judged, await self._keep(context, "proposed", judged, note, change)
        if before.proposed_by == caller.actor:
            await self._refuse(context, Reason.SECOND_PERSON_NEEDED)
        judged = replace(before, closed_at=context.moment, closed_by=caller.actor)
        change = CloseSignal(judged.signal_id, judged.verdict, caller.actor, context.moment)
        return judged, await self._keep(context, "closed", judged, note, change)

    async def _open(self, context: Context, watched: Watched, opinion: Opinion) -> Signal:
        for signal in (await self._found(context, watched)).signals:
            if signal.signal_id == opinion.signal_id and signal.state != "closed":
                return signal
        raise InvalidRequestError("signaal", "is not open in this period")

    async def _found(self, context: Context, watched: Watched) -> _Found:
        caller = context.ask.caller
        events = await self._desk.read(caller, watched.inquiry)
        kin = await self._kinship(context, watched.staff, events)
        settings = Settings(ZONE, WORDS, kin.own, kin.near)
        opened = [as_opened(event) for event in events]
        found = review(opened, settings, milliseconds(self._gate.clock.now()))
        judged = tuple(await self._signals.of_partner(caller.partner.oin))
        signals = [_signal(caller.partner.oin, flag, judged) for flag in found.flags]
        rates = [HitRate(r.rule, r.flagged, r.looked_at) for r in found.rates]
        return _Found(signals, rates, kin.unreadable)

    async def _refuse(self, context: Context, reason: Reason) -> None:
        purpose = self._gate.matrix.purpose(OVERSIGHT)
        await deny(self._gate, context, Decision.refusal(reason, purpose))

    async def _keep(
        self,
        context: Context,
        outcome: str,
        judged: Judged,
        note: str,
        change: ProposeVerdict | CloseSignal,
    ) -> Receipt:
        detail: dict[str, str | int] = {
            "signal": str(judged.signal_id),
            "rule": judged.rule,
            "verdict": judged.verdict.value,
            "note": note,
        }
        record = context.record(RecordKind.SIGNAL, outcome, detail=detail)
        return await commit(self._gate, Entry(record, (change,)))


def _proposed(context: Context, signal: Signal, opinion: Opinion) -> Judged:
    caller = context.ask.caller
    return Judged(
        signal.signal_id,
        caller.partner.oin,
        signal.rule,
        signal.entries,
        opinion.verdict,
        context.moment,
        caller.actor,
    )


def _signal(partner: Oin, flag: Flag, judged: Iterable[Judged]) -> Signal:
    known = signal_id(partner, flag.rule, flag.entries)
    own = next((one for one in judged if one.signal_id == known), None)
    settled = set(flag.entries) <= closed(judged).get(flag.rule, frozenset())
    state = "closed" if settled else "proposed" if own else "open"
    return Signal(known, flag.rule, flag.reason, flag.entries, state, own)
