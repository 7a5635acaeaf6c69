"""What a check finds wrong with a log, and where; and what holds for each entry wherever it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.checkpoint import Checkpoint, verify_checkpoint
from audit.entry import EntryError, Leaf, Payload, commit, read_leaf, read_payload
from audit.note import NoteError, VerifierKey
from audit.policy import Policy, PolicyError
from audit.tiles import CHECKPOINT
from audit.tree import append, leaf_hash


@dataclass(frozen=True, slots=True)
class Fault:
    """One promise that does not hold: where, and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(slots=True)
class Findings:
    """Faults so far, where the check stands (``at``), and the tree of the leaves it has seen.

    A trust ``policy`` says whose cosignatures the checkpoint must have beside that of the ``key``.
    """

    key: VerifierKey
    at: str = "log"
    faults: list[Fault] = field(default_factory=list)
    event_ids: set[bytes] = field(default_factory=set)
    size: int = 0
    frontier: tuple[bytes, ...] = ()
    policy: Policy | None = None

    def fault(self, what: str) -> None:
        """Add a fault at the place where the check stands."""
        self.faults.append(Fault(self.at, what))

    def grow(self, leaves: Sequence[bytes]) -> list[bytes]:
        """Add leaves to the tree; return their hashes."""
        hashes = [leaf_hash(leaf) for leaf in leaves]
        self.grow_by(hashes)
        return hashes

    def grow_by(self, hashes: Sequence[bytes]) -> None:
        """Add leaf hashes to the tree."""
        self.frontier = append(self.size, self.frontier, hashes)
        self.size += len(hashes)

    def leaf(self, raw: bytes) -> Leaf | None:
        """Check one leaf; ``None`` when it cannot be read."""
        try:
            leaf = read_leaf(raw)
        except EntryError as error:
            self.fault(str(error))
            return None
        if leaf.origin != self.key.name:
            self.fault("leaf: log is not the log of this key")
        if leaf.event_id in self.event_ids:
            self.fault("event id: occurs twice")
        self.event_ids.add(leaf.event_id)
        return leaf

    def payload(self, leaf: Leaf, salted: bytes) -> Payload | None:
        """Check an opened payload against its leaf; ``None`` when it cannot be read."""
        if commit(salted) != leaf.commitment:
            self.fault("payload: is not what the leaf commits to")
            return None
        try:
            payload = read_payload(salted)
        except EntryError as error:
            self.fault(str(error))
            return None
        if payload.event_id != leaf.event_id.hex():
            self.fault("payload: id is of another event")
        return payload

    def checkpoint(self, note: str) -> Checkpoint | None:
        """Open the checkpoint, and judge it by the policy; ``None`` when it is not this log's."""
        self.at = CHECKPOINT
        try:
            checkpoint = verify_checkpoint(note, self.key)
        except NoteError as error:
            self.fault(str(error))
            return None
        try:
            if self.policy is not None:
                self.policy.evaluate(note)
        except (PolicyError, NoteError) as error:
            self.fault(str(error))
        return checkpoint
