"""The desk where COA writes down what happened: for its own workers, in a role that has the purpose."""

from gateway.actions.accounts import Context
from gateway.actions.disclose import Gate, deny
from gateway.domain.decisions import Ask, Decision, standing
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.reasons import Reason

GUIDANCE = "P03"


async def admit(gate: Gate, caller: Caller, purpose: str = GUIDANCE) -> Context:
    """Let a COA worker in under ``purpose``; anyone else is refused, whoever it is about, and logged."""
    moment = gate.clock.now()
    context = Context.of(Ask(caller, purpose), gate.matrix, moment)
    found = gate.matrix.purpose(purpose)
    reason = standing(caller, found, moment)
    if reason is None and caller.partner.kind is not PartnerKind.COA:
        reason = Reason.ACTOR_NOT_ALLOWED
    if reason is not None:
        await deny(gate, context, Decision(found, (), (), (), reason, None))
    return context
