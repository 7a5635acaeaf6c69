"""The life of a policy: proposed with a reason, approved by two others, in force from a moment, undone.

1. A version is its files and nothing else; it is named by their digest and never changes.
2. A proposal is laid beside the version then in force. Once another came into force it is stale: who
   approves must have seen what changes.
3. Two people approve, neither of whom proposed it. What breaks a story of its own is not approved.
4. In force is the latest activation whose moment has come: a later deed goes before an earlier one
   that lay ahead.
5. One person, with a reason, undoes the latest activation, once. Anything else takes a proposal.
6. An entry that names a policy is taken only while that policy is in force at the entry's moment;
   what tells how something went on decides nothing, and is always taken.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from gateway.domain.errors import LedgerUnavailableError, PolicyError
from gateway.domain.identifiers import ActorId, PurposeCode, RoleId
from gateway.domain.policy_changes import Edition
from gateway.domain.purposes import Matrix
from gateway.domain.records import AuditRecord, RecordKind

Files = Mapping[str, bytes]
"""The files of a version by their path, relative to the folder of the policies."""

NEEDED: Final = 2
"""How many people approve (3)."""

MOVED: Final = "policy: another version is in force"
"""Why the log rejects an entry of another policy than the one in force (6)."""

_GOES_ON: Final = frozenset(
    {
        RecordKind.OUTCOME,
        RecordKind.DELIVERY,
        RecordKind.PROFILE,
        RecordKind.QUARANTINE,
        RecordKind.KEYS,
        RecordKind.SESSION,
    }
)


class PolicyMovedError(LedgerUnavailableError):
    """Another version came into force since the question was asked; it must be decided anew."""


class DraftRefusedError(PolicyError):
    """A draft with mistakes; ``mistakes`` names file and line of each, and what is wrong there."""

    @property
    def mistakes(self) -> tuple[tuple[str, str], ...]:
        """Where each mistake stands (``file:line``), and what it is."""
        lines = (line.partition(": ") for line in str(self).splitlines())
        return tuple((where, what) for where, _, what in lines)


@dataclass(frozen=True, slots=True)
class Version:
    """A version: its name, the digest of the policy compiled from it, and its files (1)."""

    name: str
    policy: str
    files: Files


def named(files: Files) -> str:
    """Name a version by its files: the SHA-256 (hex) over paths and contents (1)."""
    sha = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


@dataclass(frozen=True, slots=True)
class Pair:
    """How many people a change touches in one role, for one purpose."""

    role: RoleId
    purpose: PurposeCode
    people: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What was found when it was proposed: of how many ``people`` it touches ``anyone``, and stories.

    ``broken`` tells of each story that comes out otherwise ``file:line: story: why``.
    """

    people: int
    anyone: int
    pairs: tuple[Pair, ...]
    stories: int
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved, and when."""

    by: ActorId
    at: datetime


class State(StrEnum):
    """How a proposal stands."""

    OPEN = "open"
    BROKEN = "broken"
    STALE = "stale"
    APPROVED = "approved"
    ACTIVATED = "activated"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that someone wants in force, laid beside the version ``base`` then in force (2)."""

    proposal_id: UUID
    version: str
    policy: str
    base: str
    reason: str
    by: ActorId
    at: datetime
    effect: Effect
    approvals: tuple[Approval, ...] = ()
    activated: bool = False

    @property
    def approved(self) -> bool:
        """Whether enough people approved (3)."""
        return len(self.approvals) >= NEEDED

    def refuses(self, actor: ActorId) -> str | None:
        """Say why this person cannot approve it, or ``None`` (3)."""
        if actor == self.by:
            return "is one's own proposal"
        if any(one.by == actor for one in self.approvals):
            return "was approved by the same person before"
        return None

    def state(self, latest: "Activation | None") -> State:
        """Tell how it stands, given the latest activation."""
        if self.activated:
            return State.ACTIVATED
        if latest is not None and latest.version != self.base:
            return State.STALE
        if self.effect.broken:
            return State.BROKEN
        return State.APPROVED if self.approved else State.OPEN


@dataclass(frozen=True, slots=True)
class Activation:
    """That a version is in force from ``starts``, or at once; ``number`` counts them from one.

    ``undoes`` is the number of the activation that a rollback takes back; ``reason`` is why.
    """

    activation_id: UUID
    number: int
    version: str
    policy: str
    starts: datetime | None
    at: datetime
    by: ActorId
    proposal: UUID | None = None
    undoes: int | None = None
    reason: str = ""

    def holds(self, moment: datetime) -> bool:
        """Tell whether its moment has come."""
        return self.starts is None or self.starts <= moment


def in_force(activations: Sequence[Activation], moment: datetime) -> Activation | None:
    """Return the activation in force at a moment; ``None``: what came with the program (4)."""
    return max(
        (one for one in activations if one.holds(moment)), key=lambda one: one.number, default=None
    )


def policy_needed(record: AuditRecord) -> str | None:
    """Return the policy that must be in force for an entry to be taken; ``None``: any (6)."""
    return None if record.kind in _GOES_ON else record.policy


def holds(activations: Iterable[tuple[str, datetime | None]], policy: str, at: datetime) -> bool:
    """Tell whether ``policy`` is in force at a moment; activations in order, as policy and start."""
    for active, starts in reversed(list(activations)):
        if starts is None or starts <= at:
            return active == policy
    return True


@dataclass(frozen=True, slots=True)
class ProposePolicy:
    """Keep a proposal, and the versions it names as far as they are not kept yet."""

    proposal: Proposal
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class ApprovePolicy:
    """Note an approval; refused to who proposed, the second time, and once it was activated (3)."""

    proposal_id: UUID
    approval: Approval


@dataclass(frozen=True, slots=True)
class ActivatePolicy:
    """Bring a version into force; refused unless it is the next one, and approved or a rollback.

    With a proposal: its base is what was activated last, and two others approved (2, 3). Without:
    it undoes the latest activation, which is no rollback itself (5).
    """

    activation: Activation


PolicyLifeChange = ProposePolicy | ApprovePolicy | ActivatePolicy


class PolicyVersions(Protocol):
    """Where versions, proposals and activations are read."""

    async def activations(self) -> Sequence[Activation]:
        """List all activations, in order of number."""
        ...

    async def proposals(self) -> Sequence[Proposal]:
        """List the newest proposals, newest first."""
        ...

    async def proposal(self, proposal_id: UUID) -> Proposal | None:
        """Find a proposal; ``None`` when there is none with this id."""
        ...

    async def version_of(self, policy: str) -> str | None:
        """Name a kept version from which this policy was compiled; ``None`` when there is none."""
        ...

    async def files(self, version: str) -> Files | None:
        """Read the files of a version; ``None`` when it is not kept."""
        ...


class Rules(Protocol):
    """The policy in force, as whoever decides asks for it."""

    @property
    def matrix(self) -> Matrix:
        """The table to decide by; take it once for a question."""
        ...

    async def under(self, policy: str) -> Edition | None:
        """Return the edition of a policy by its digest; ``None`` when it is not kept here."""
        ...

    async def renew(self) -> None:
        """Look up which version is in force now, and take it up."""
        ...


class Drafts(Protocol):
    """Reads files as a policy; everything that is wrong is told by file and line (``PolicyError``)."""

    def shipped(self) -> Files:
        """Return the files that came with the program."""
        ...

    def laid(self, base: Files, changes: Mapping[str, bytes | None]) -> Files:
        """Lay changes over what can be changed of ``base``; all else comes with the program.

        ``None`` takes a file away. The compiled lines are written where they lack.
        """
        ...

    def compile(self, files: Files) -> Edition:
        """Check and compile a whole version, proven against casbin."""
        ...

    def tell(self, files: Files) -> tuple[int, tuple[str, ...]]:
        """Tell its stories: how many there are, and of each that comes out otherwise why."""
        ...
