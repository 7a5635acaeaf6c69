"""What policy owners and privacy officers do with the rules: propose, approve, activate, undo.

The law of it is ``gateway.domain.policy_versions``. Who may:

1. Only workers of COA, which answers for this gate, and only in these two roles.
2. The policy owner proposes. Owner and officer approve, activate and undo.
3. A mistake stops a proposal before it is kept, told by file and line. A story that comes out
   otherwise is kept with it, to be seen, and stops every approval.
4. Each step is in the log with its reason and the digest that it brings.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.foresee import Foresee, Simulated
from gateway.actions.gate import Gate, commit, deny
from gateway.actions.rules import PolicyInForce
from gateway.domain.decisions import Ask, Decision
from gateway.domain.errors import InvalidRequestError, PolicyError
from gateway.domain.identifiers import RoleId
from gateway.domain.logbook import Filters
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.policy_changes import Edition, PolicyChange, compare
from gateway.domain.policy_versions import (
    ActivatePolicy,
    Activation,
    Approval,
    ApprovePolicy,
    DraftRefusedError,
    Drafts,
    Effect,
    Files,
    Pair,
    PolicyLifeChange,
    PolicyVersions,
    Proposal,
    ProposePolicy,
    State,
    Version,
    in_force,
    named,
)
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind

OWNER: Final = RoleId("beleidseigenaar")
OFFICER: Final = RoleId("privacy_officer")
LONGEST: Final = 500
MOST_BYTES: Final = 1 << 20
FURTHEST: Final = timedelta(days=366)
_NUMBER: Final = re.compile(r"(\d[ .-]?){8}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is proposed, and why: ``files`` by path, ``None`` for one that goes.

    They are laid over the version activated last; ``whole``: they are all that can be changed.
    """

    files: Mapping[str, bytes | None]
    reason: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How the policy stands: what is in force, what lies ahead, and every step until now.

    ``undoable`` says whether the latest activation can be undone; ``proposals`` are newest first.
    """

    policy: str
    now: Activation | None
    ahead: Activation | None
    undoable: bool
    activations: Sequence[Activation]
    proposals: Sequence[tuple[Proposal, State]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One proposal: how it stands, what it changes, and why this caller cannot approve it."""

    proposal: Proposal
    state: State
    change: PolicyChange
    refuses: str | None


class PolicyDesk:
    """Where the rules are changed, each step by whom it falls to; ``foresee`` looks ahead."""

    def __init__(
        self,
        gate: Gate,
        rules: PolicyInForce,
        versions: PolicyVersions,
        drafts: Drafts,
        foresee: Foresee,
    ) -> None:
        self._gate = gate
        self._rules = rules
        self._versions = versions
        self._drafts = drafts
        self.foresee = foresee

    async def standing(self, caller: Caller) -> Standing:
        """Tell how the policy stands; it names no resident."""
        await self._admit(caller)
        activations = await self._versions.activations()
        latest = activations[-1] if activations else None
        now = in_force(activations, self._gate.clock.now())
        proposals = await self._versions.proposals()
        return Standing(
            now.policy if now else self._gate.matrix.digest,
            now,
            latest if latest != now else None,
            latest is not None and latest.undoes is None,
            activations,
            [(one, one.state(latest)) for one in proposals],
        )

    async def one(self, caller: Caller, proposal_id: UUID) -> Shown:
        """Show a proposal with what it changes."""
        context = await self._admit(caller)
        proposal = await self._proposal(proposal_id)
        base, new = await self._editions(proposal)
        activations = await self._versions.activations()
        state = proposal.state(activations[-1] if activations else None)
        refuses = proposal.refuses(context.ask.caller.actor)
        return Shown(proposal, state, compare(base, new), refuses)

    async def simulate(self, caller: Caller, proposal_id: UUID, period: Filters) -> Simulated:
        """Take the recorded decisions of a period again under a proposal."""
        await self._admit(caller)
        proposal = await self._proposal(proposal_id)
        return await self.foresee.simulate(period, await self._rules.edition(proposal.version))

    async def propose(self, caller: Caller, draft: Draft) -> tuple[Proposal, Receipt]:
        """Keep a proposal; raises ``DraftRefusedError`` with every mistake by file and line (3)."""
        context = await self._admit(caller, (OWNER,))
        _reasoned(draft.reason)
        base_files = await self._latest()
        base = await self._kept(base_files)
        try:
            files = await asyncio.to_thread(self._laid, base_files, draft)
            stories = await asyncio.to_thread(self._drafts.tell, files)
            new = await self._kept(files)
        except PolicyError as error:
            raise DraftRefusedError(str(error)) from None
        if base.policy == new.policy:
            raise InvalidRequestError("bestanden", "change no rule")
        proposal = Proposal(
            uuid4(),
            new.name,
            new.policy,
            base.name,
            draft.reason,
            caller.actor,
            context.moment,
            await self._effect(base, new, stories),
        )
        change, detail = ProposePolicy(proposal, (base, new)), {"reason": draft.reason}
        return proposal, await self._write(context, "proposed", change, proposal, detail)

    async def propose_files(
        self, caller: Caller, files: Mapping[str, bytes], reason: str
    ) -> Proposal:
        """Propose files in the place of those with their names; refused where one has no place."""
        await self._admit(caller, (OWNER,))
        paths = list(await self._latest())
        places = {
            name: [path for path in paths if PurePosixPath(path).name == name] for name in files
        }
        if not files or any(len(found) != 1 for found in places.values()):
            raise InvalidRequestError("bestand", "is no file of the policy by its name")
        draft = Draft({places[name][0]: content for name, content in files.items()}, reason)
        return (await self.propose(caller, draft))[0]

    async def approve(self, caller: Caller, proposal_id: UUID) -> Receipt:
        """Approve; refused to who proposed, the second time, and what is broken or stale."""
        context = await self._admit(caller)
        proposal = await self._open(proposal_id)
        why = proposal.refuses(caller.actor)
        if why is not None:
            raise InvalidRequestError("voorstel", why)
        change = ApprovePolicy(proposal_id, Approval(caller.actor, context.moment))
        return await self._write(context, "approved", change, proposal, {})

    async def activate(
        self, caller: Caller, proposal_id: UUID, starts: datetime | None = None
    ) -> tuple[Activation, Receipt]:
        """Bring what two approved into force, at once or from ``starts``."""
        context = await self._admit(caller)
        proposal = await self._open(proposal_id)
        if not proposal.approved:
            raise InvalidRequestError("voorstel", "is not approved by two others yet")
        if starts is not None and not context.moment < starts <= context.moment + FURTHEST:
            raise InvalidRequestError("ingang", "lies in the past, or more than a year ahead")
        await self._rules.edition(proposal.version)  # it still compiles, and is ready
        activation = Activation(
            uuid4(),
            len(await self._versions.activations()) + 1,
            proposal.version,
            proposal.policy,
            starts,
            context.moment,
            caller.actor,
            proposal_id,
        )
        change, detail = (
            ActivatePolicy(activation),
            {"starts": starts.isoformat()} if starts else {},
        )
        receipt = await self._write(context, "activated", change, proposal, detail)
        await self._rules.renew()
        return activation, receipt

    async def roll_back(self, caller: Caller, reason: str) -> tuple[Activation, Receipt]:
        """Undo the latest activation at once; a rollback is not undone, but followed by a proposal."""
        context = await self._admit(caller)
        _reasoned(reason)
        activations = await self._versions.activations()
        latest = activations[-1] if activations else None
        if latest is None or latest.proposal is None:
            raise InvalidRequestError("terugdraaien", "finds no activation to undo")
        proposal = await self._proposal(latest.proposal)
        base = await self._rules.edition(proposal.base)
        activation = Activation(
            uuid4(),
            latest.number + 1,
            proposal.base,
            base.matrix.digest,
            None,
            context.moment,
            caller.actor,
            None,
            latest.number,
            reason,
        )
        change, detail = ActivatePolicy(activation), {"reason": reason}
        receipt = await self._write(context, "rolled back", change, proposal, detail)
        await self._rules.renew()
        return activation, receipt

    async def _admit(self, caller: Caller, roles: Sequence[RoleId] = (OWNER, OFFICER)) -> Context:
        """Let in who may; anyone else is refused on record (1, 2)."""
        context = Context.of(Ask(caller, ""), self._gate.matrix, self._gate.clock.now())
        agreement, reason = caller.partner.agreement, None
        if not agreement.runs(context.moment.date()):
            reason = Reason.AGREEMENT_NOT_RUNNING
        elif (
            caller.role not in agreement.purposes
            or caller.role not in roles
            or caller.partner.kind is not PartnerKind.COA
        ):
            reason = Reason.ACTOR_NOT_ALLOWED
        if reason is not None:
            await deny(self._gate, context, Decision.refusal(reason))
        return context

    async def _proposal(self, proposal_id: UUID) -> Proposal:
        found = await self._versions.proposal(proposal_id)
        if found is None:
            raise InvalidRequestError("voorstel", "is not known")
        return found

    async def _open(self, proposal_id: UUID) -> Proposal:
        """Find a proposal with which something can still be done."""
        proposal = await self._proposal(proposal_id)
        activations = await self._versions.activations()
        why = _CLOSED.get(proposal.state(activations[-1] if activations else None))
        if why is not None:
            raise InvalidRequestError("voorstel", why)
        return proposal

    async def _latest(self) -> Files:
        """Return the files that a proposal is laid beside: those activated last."""
        activations = await self._versions.activations()
        kept = await self._versions.files(activations[-1].version) if activations else None
        return kept or self._drafts.shipped()

    def _laid(self, base: Files, draft: Draft) -> Files:
        """Lay a draft over what it changes."""
        if sum(len(one or b"") for one in draft.files.values()) > MOST_BYTES:
            raise InvalidRequestError("bestanden", "are more than a mebibyte together")
        return self._drafts.laid({} if draft.whole else base, draft.files)

    async def _kept(self, files: Files) -> Version:
        """Compile files into a version; raises ``PolicyError``."""
        edition = await self._rules.compiled(files)
        return Version(named(files), edition.matrix.digest, files)

    async def _editions(self, proposal: Proposal) -> tuple[Edition, Edition]:
        base = await self._rules.edition(proposal.base)
        return base, await self._rules.edition(proposal.version)

    async def _effect(
        self, base: Version, new: Version, stories: tuple[int, tuple[str, ...]]
    ) -> Effect:
        """Count whom it touches."""
        was, now = [await self._rules.compiled(one.files) for one in (base, new)]
        touched = await self.foresee.touched(was, now, compare(was, now).pairs)
        pairs = tuple(Pair(role, code, n) for (role, code), n in touched.by_pair.items())
        return Effect(touched.people, touched.anyone, pairs, *stories)

    async def _write(
        self,
        context: Context,
        outcome: str,
        change: PolicyLifeChange,
        proposal: Proposal,
        detail: Mapping[str, str],
    ) -> Receipt:
        """Write a step with its entry (4)."""
        brings = change.activation.policy if isinstance(change, ActivatePolicy) else proposal.policy
        told: dict[str, str | int] = {"proposal": str(proposal.proposal_id), "brings": brings}
        record = context.record(RecordKind.POLICY, outcome, detail=told | dict(detail))
        return await commit(self._gate, Entry(record, (change,)))


_CLOSED: Final = {
    State.ACTIVATED: "was activated before",
    State.STALE: "was laid beside another version than the one activated last; propose it anew",
    State.BROKEN: "breaks a story; propose it anew when all stories hold",
}


def _reasoned(reason: str) -> None:
    plain = reason.strip() and reason.isprintable() and len(reason) <= LONGEST
    if not plain or _NUMBER.search(reason):
        raise InvalidRequestError("reden", "is one line of at most 500 characters, without numbers")
