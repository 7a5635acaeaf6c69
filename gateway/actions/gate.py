"""What every action stands at: ports and policy, and the entries that let it go on or turn it away."""

from dataclasses import dataclass
from typing import NoReturn

from gateway.actions.accounts import Context
from gateway.domain.decisions import Decision, standing
from gateway.domain.errors import GatewayError, LedgerUnavailableError
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import SubjectId
from gateway.domain.policy_versions import Rules
from gateway.domain.ports import (
    Clock,
    Entry,
    Firewall,
    Ledger,
    Pseudonyms,
    Subjects,
    Telemetry,
    Vault,
)
from gateway.domain.purposes import Matrix
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt

ATTEMPTS = 4
"""How often a deed is tried where something else keeps coming first."""


class DisclosureRefusedError(GatewayError):
    """Nothing may leave; ``decision`` says why, and the refusal is already in the log."""

    code = "REFUSED"

    def __init__(self, decision: Decision) -> None:
        super().__init__(str(decision.reason))
        self.decision = decision
        self.reason = decision.reason or Reason.FIELD_NOT_IN_PURPOSE


@dataclass(frozen=True, slots=True)
class Gate:
    """The ports and the policy that actions need."""

    rules: Rules
    fields: FieldDictionary
    subjects: Subjects
    ledger: Ledger
    vault: Vault
    pseudonyms: Pseudonyms
    firewall: Firewall
    telemetry: Telemetry
    clock: Clock

    @property
    def matrix(self) -> Matrix:
        """The policy in force; whoever decides takes it once, in the question's ``Context``."""
        return self.rules.matrix


async def commit(gate: Gate, entry: Entry) -> Receipt:
    """Append one entry; raises ``LedgerUnavailableError`` when it no longer holds."""
    answer = (await gate.ledger.append([entry]))[0]
    if not isinstance(answer, Receipt):
        raise LedgerUnavailableError("the situation changed meanwhile; ask again")
    return answer


async def deny(
    gate: Gate, context: Context, decision: Decision, subject: SubjectId | None = None
) -> NoReturn:
    """Log a refusal, then raise ``DisclosureRefusedError``; name the subject where she is known."""
    await gate.ledger.append([context.denial(subject, decision, gate.fields)])
    raise DisclosureRefusedError(decision)


async def admitted(gate: Gate, context: Context) -> None:
    """Refuse on record whoever may not ask for this purpose at all, whoever it is about."""
    ask = context.ask
    purpose = context.matrix.purpose(ask.purpose)
    reason = standing(ask.caller, purpose, context.moment)
    if reason is None and purpose and context.matrix.cell(ask.caller.role, purpose.code) is None:
        reason = Reason.PURPOSE_NOT_IN_AGREEMENT
    if reason is not None:
        await deny(gate, context, Decision.refusal(reason, purpose))
