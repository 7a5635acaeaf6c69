"""A desk: who may sit at it, and how she finds someone there of whom to write down what happened."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4, uuid5

from gateway.actions.accounts import Context
from gateway.actions.gate import Gate, deny
from gateway.domain.decisions import Ask, Decision, decide, standing
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.reasons import Reason
from gateway.domain.subjects import Dossier, Situation

GUIDANCE = "P03"
OWN_DATA = "P11"


@dataclass(frozen=True, slots=True)
class Seat:
    """A subject as someone who may act for her finds her, at the context's moment."""

    dossier: Dossier
    context: Context


def deed_id(subject: UUID, name: str, retry_key: str | None) -> UUID:
    """Make the id of a deed about a subject: one and the same for a repeated key of one ``name``."""
    return uuid4() if retry_key is None else uuid5(subject, f"{name}:{retry_key}")


async def admit(
    gate: Gate, caller: Caller, purpose: str = GUIDANCE, kind: PartnerKind = PartnerKind.COA
) -> Context:
    """Let a worker of COA, or of another kind of partner, in under ``purpose``.

    Anyone else is refused, whoever it is about, and logged.
    """
    moment = gate.clock.now()
    context = Context.of(Ask(caller, purpose), gate.matrix, moment)
    found = context.matrix.purpose(purpose)
    reason = standing(caller, found, moment)
    if reason is None and caller.partner.kind is not kind:
        reason = Reason.ACTOR_NOT_ALLOWED
    if reason is not None:
        await deny(gate, context, Decision.refusal(reason, found))
    return context


async def reach(gate: Gate, caller: Caller, subject: SubjectId) -> Seat:
    """Reach a subject to close or restore something for her: as herself, or who guides her (P03).

    Her own shield, restrictions and objections, and a passed term, do not stand in her way: a
    consent can always be withdrawn (GDPR art. 7(3)) and a restriction lifted (art. 18(3)). No
    value is opened here. Whoever may not is refused on record.
    """
    return await seat(gate, await guiding(gate, caller), subject, _bare)


async def guiding(gate: Gate, caller: Caller) -> Ask:
    """Ask as a COA worker who guides residents (P03), let in first; or as the resident (P11)."""
    if caller.subject is not None:
        return Ask(caller, OWN_DATA)
    await admit(gate, caller)
    return Ask(caller, GUIDANCE)


async def seat(
    gate: Gate,
    ask: Ask,
    subject: SubjectId,
    seen_as: Callable[[Situation], Situation] = lambda situation: situation,
) -> Seat:
    """Load a subject for someone to whom ``ask`` grants anything; whoever may not is refused."""
    dossier = (await gate.subjects.load([subject])).get(subject)
    context = Context.of(ask, gate.matrix, gate.clock.now())
    situation = seen_as(dossier.situation) if dossier else None
    decision = decide(ask, situation, context.matrix, gate.fields, context.moment)
    if dossier is None or not decision.granted:
        resting = context.resting(situation, gate.fields)
        await deny(gate, resting, decision, subject if dossier else None)
    return Seat(dossier, context)


def _bare(situation: Situation) -> Situation:
    return replace(situation, shielded=False, withholdings=(), closed=())
