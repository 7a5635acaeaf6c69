"""What a small world keeps of its policy, and why a change to it does not hold."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from gateway.domain.policy_versions import (
    ActivatePolicy,
    Activation,
    Approval,
    ApprovePolicy,
    PolicyLifeChange,
    Proposal,
    ProposePolicy,
    Version,
    in_force,
    policy_needed,
)
from gateway.domain.records import AuditRecord


@dataclass(slots=True)
class PolicyBook:
    """All that was written of the policy; activations in order."""

    versions: dict[str, Version] = field(default_factory=dict)
    held: dict[UUID, Proposal] = field(default_factory=dict)
    decided: list[Activation] = field(default_factory=list)

    def copy(self) -> "PolicyBook":
        """Return a book that goes its own way from here."""
        return PolicyBook(self.versions.copy(), self.held.copy(), self.decided.copy())

    def admits(self, record: AuditRecord) -> bool:
        """Tell whether the policy that an entry names is in force."""
        needed, now = policy_needed(record), in_force(self.decided, record.at)
        return needed is None or now is None or now.policy == needed

    def write(self, change: PolicyLifeChange) -> str | None:
        """Carry a change out; say why where it does not hold."""
        match change:
            case ProposePolicy(proposal, versions):
                self.versions |= {one.name: one for one in versions}
                self.held[proposal.proposal_id] = proposal
                return None if self._current(proposal) else "policy: stale"
            case ApprovePolicy(proposal_id, approval):
                return self._approve(self.held.get(proposal_id), approval)
            case ActivatePolicy(activation):
                why = self._misfit(activation)
                self.decided += [] if why else [activation]
                known = self.held.get(activation.proposal) if activation.proposal else None
                if known is not None and why is None:
                    self.held[known.proposal_id] = replace(known, activated=True)
                return why

    def _approve(self, one: Proposal | None, approval: Approval) -> str | None:
        if one is None or one.activated or one.effect.broken or not self._current(one):
            return "policy: cannot be approved"
        if one.refuses(approval.by):
            return "policy: approved before, or one's own"
        self.held[one.proposal_id] = replace(one, approvals=(*one.approvals, approval))
        return None

    def _misfit(self, one: Activation) -> str | None:
        latest = self.decided[-1] if self.decided else None
        if one.number != len(self.decided) + 1:
            return "policy: not the next"
        if one.proposal is None:
            undoable = latest and latest.undoes is None and latest.number == one.undoes
            return None if undoable else "policy: nothing to undo"
        known = self.held.get(one.proposal)
        if known is None or known.activated or not known.approved:
            return "policy: not approved"
        fits = known.version == one.version and self._current(known)
        return None if fits else "policy: stale"

    def _current(self, one: Proposal) -> bool:
        return not self.decided or self.decided[-1].version == one.base
