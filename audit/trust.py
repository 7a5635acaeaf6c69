"""Judges a head that a store shows: is it ours, and does it go on from one that was signed before?

A log that fails a judgement is frozen: it signs nothing more. Nobody mends it by signing on; after
two heads that do not fit each other only a new log helps. The cause says where to look.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from audit.checkpoint import verify_checkpoint
from audit.note import NoteError, VerifierKey, claims
from audit.storage import StoredHead
from audit.tree import append, root

Hashes = Callable[[int, int], Iterable[bytes]]
"""Gives the stored leaf hashes from one index up to but not including another."""


class Cause(StrEnum):
    """Why a log is frozen; the code stands first in ``StoredHead.frozen``."""

    HEAD = "head"
    CHECKPOINT = "checkpoint"
    FOREIGN = "foreign"
    ROLLBACK = "rollback"
    FORK = "fork"
    COPY = "copy"
    UNGUARDED = "unguarded"
    ENTRY = "entry"

    @property
    def lasting(self) -> bool:
        """Whether the store itself is at fault, so that the freeze is saved in it.

        The others may mean that this process was given the wrong key, store or guard: a healthy
        log of someone else is not ours to freeze.
        """
        return self not in {Cause.FOREIGN, Cause.COPY, Cause.UNGUARDED}


@dataclass(frozen=True, slots=True)
class Freeze:
    """A judgement against a log."""

    cause: Cause
    what: str

    def __str__(self) -> str:
        return f"{self.cause}: {self.what}"


def judge(head: StoredHead, key: VerifierKey) -> Freeze | None:
    """Say what makes a head untrue by itself; ``None`` when it is ours and of one piece."""
    if head.size < 0 or len(head.frontier) != head.size.bit_count():
        return Freeze(Cause.HEAD, "the frontier does not fit the size")
    if head.size:
        return _signed(head, key)
    if head.base:
        return Freeze(Cause.HEAD, "a shard that was opened is empty")
    return Freeze(Cause.CHECKPOINT, "one stands on an empty log") if head.checkpoint else None


def _signed(head: StoredHead, key: VerifierKey) -> Freeze | None:
    try:
        if (key.name, key.key_id) not in claims(head.checkpoint):
            return Freeze(Cause.FOREIGN, "the checkpoint is of another log or of another key")
        signed = verify_checkpoint(head.checkpoint, key)
    except NoteError as error:
        return Freeze(Cause.CHECKPOINT, str(error))
    if (signed.size, signed.root) != (head.size, root(head.frontier)):
        return Freeze(Cause.CHECKPOINT, "it does not fit the size and the frontier")
    return None


def follow(
    head: StoredHead, size: int, frontier: tuple[bytes, ...], hashes: Hashes
) -> Freeze | None:
    """Say whether a head goes on from a state that was signed before; reads what came between."""
    if head.size < size:
        return Freeze(Cause.ROLLBACK, f"the store has {head.size} entries, {size} were signed")
    later = hashes(size, head.size) if head.size > size else ()
    if append(size, frontier, later) != head.frontier:
        return Freeze(Cause.FORK, f"the store does not go on from the {size} entries signed before")
    return None
