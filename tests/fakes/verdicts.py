"""What the world does with verdicts on signals; a change that does not hold says why."""

from dataclasses import replace
from uuid import UUID

from gateway.domain.signals import CloseSignal, Judged, ProposeVerdict


def judge(known: dict[UUID, Judged], change: ProposeVerdict | CloseSignal) -> str | None:
    """Propose or close; return why it does not hold, if it does not."""
    match change:
        case ProposeVerdict(judged):
            before = known.get(judged.signal_id)
            if before is not None and before.closed_at is not None:
                return "signal: was closed before"
            known[judged.signal_id] = judged
        case CloseSignal(signal_id, verdict, by, at):
            one = known.get(signal_id)
            if one is None or one.closed_at is not None:
                return "signal: not open"
            if one.verdict is not verdict or one.proposed_by == by:
                return "signal: not proposed by another, or with another verdict"
            known[signal_id] = replace(one, closed_at=at, closed_by=by)
    return None
