"""What the log asks of a store and of a sealer; both are called in the log's writer thread only."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class RefusedError(Exception):
    """A companion of an entry did not hold, so the entry is not taken; the text says which."""


class UnavailableError(Exception):
    """The log cannot promise durability now; the caller must not act as if it had."""


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The head row of one log.

    ``frontier`` holds the roots of the perfect subtrees, largest first; ``checkpoint`` the last
    signed note (empty while the log is empty); ``frozen`` why the log stopped, if it did;
    ``instance`` the random name that a guarded log got at its birth (empty without a guard).
    Size and frontier are those of one shard (``audit.shards``), known by its ``label``; ``base`` is
    how many entries all shards before it have.
    """

    size: int
    frontier: tuple[bytes, ...]
    checkpoint: str
    frozen: str | None = None
    instance: str = ""
    base: int = 0
    label: str = ""

    @property
    def end(self) -> int:
        """How many entries all shards have up to here: the place of the next."""
        return self.base + self.size


class StoredRow(NamedTuple):
    """One entry at rest: the leaf that stays for ever, and the payload that may be erased.

    ``index`` is its place: it counts on over all shards of a log.

    Logs are read by the million, and a tuple is made three times faster than a dataclass.

    ``tag`` names the subject to the sealer only; ``counter`` is her gap-free count from 1.
    ``payload`` is ``None`` once erased.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks for
    event_id: bytes
    leaf_hash: bytes
    leaf: bytes
    payload: bytes | None
    tag: bytes | None
    counter: int | None


StoredLeaf = tuple[int, bytes, bytes, bytes]
"""Index, event id, leaf hash and leaf: what stays of an entry for ever, as the driver gives it."""


class Tail(NamedTuple):
    """The last entry about one subject: her count so far and its index."""

    counter: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks for


class LogTransaction(Protocol):
    """One transaction that holds the head lock from its first moment until it ends."""

    def head(self) -> StoredHead:
        """Read the head; nobody else can move it until this transaction ends."""
        ...

    def admit(self, companions: Sequence[object]) -> None:
        """Check and carry out what stands or falls with one entry; all of it or none.

        Raises ``RefusedError`` when a condition does not hold; the transaction goes on without.
        """
        ...

    def tails(self, tags: Collection[bytes]) -> Mapping[bytes, Tail]:
        """Return the last entry of each tag that has one."""
        ...

    def counted(self, start: int, stop: int) -> Iterable[tuple[bytes, Tail]]:
        """Return the tag and the count of each entry about a subject in a range, in order of index."""
        ...

    def find(self, event_ids: Collection[bytes]) -> Mapping[bytes, StoredRow]:
        """Return the stored entry of each event id that has one; asked for retries only."""
        ...

    def insert(self, rows: Sequence[StoredRow]) -> None:
        """Store new entries; an index or event id that exists already is an error."""
        ...

    def save_head(self, head: StoredHead) -> None:
        """Replace the head row, within one shard."""
        ...

    def turn(self, closed: StoredHead, opened: StoredHead) -> None:
        """Keep the head of a shard for good, and put that of the next in its place."""
        ...

    def closed(self) -> Sequence[StoredHead]:
        """Return the last heads of the shards that are closed, oldest first."""
        ...


class Entries(Protocol):
    """What is read of a log, or of one of its shards."""

    def head(self) -> StoredHead:
        """Read the head without locking."""
        ...

    def rows(self, start: int, stop: int) -> Iterator[StoredRow]:
        """Read the entries at ``start`` up to but not including ``stop``, in order."""
        ...

    def leaves(self, start: int, stop: int) -> Iterator[Sequence[StoredLeaf]]:
        """Read the leaves of entries ``start`` up to ``stop`` alone, in order, a page at a time."""
        ...


class LogStorage(Entries, Protocol):
    """Where one log lives, all its shards; entries are read by their places."""

    def locked(self) -> AbstractContextManager[LogTransaction]:
        """Begin a transaction and take the head lock; commit durably on leaving, or roll back."""
        ...

    def closed(self) -> Sequence[StoredHead]:
        """Read the last heads of the shards that are closed, oldest first."""
        ...

    def one(self, event_id: bytes) -> StoredRow | None:
        """Read the entry of an event id; ``None`` when the log has none."""
        ...

    def about(self, tag: bytes) -> Iterator[StoredRow]:
        """Read all entries about one subject, in order of her count."""
        ...

    def latest(self, tag: bytes, below: int | None, limit: int) -> Sequence[StoredRow]:
        """Read at most ``limit`` entries about one subject, newest first, below a count of hers."""
        ...


def leaf_hashes(storage: Entries, start: int, stop: int) -> Iterator[bytes]:
    """Read the leaf hashes of entries ``start`` up to but not including ``stop``, in order."""
    return (stored for page in storage.leaves(start, stop) for _, _, stored, _ in page)


class PayloadSealer(Protocol):
    """Seals payloads under the subject's log key; ``subject`` is an opaque handle.

    A payload without a subject (``tag is None``) is sealed under the log's own key.
    """

    def tag(self, subject: bytes) -> bytes:
        """Return the keyed tag under which the store may know the subject; 16 bytes."""
        ...

    def for_batch(self, tags: Collection[bytes]) -> "BatchSealer":
        """Read the keys of these tags in one go, and no others; let go of it after the batch."""
        ...

    def open(self, tag: bytes | None, context: bytes, sealed: bytes) -> bytes | None:
        """Open one payload, as ``BatchSealer.open`` does."""
        ...


class BatchSealer(Protocol):
    """Holds the keys of one batch's tags; asked about another tag it raises ``KeyError``."""

    def seal(self, tag: bytes | None, context: bytes, plaintext: bytes) -> bytes:
        """Seal under the key of ``tag``, bound to ``context`` (the commitment)."""
        ...

    def open(self, tag: bytes | None, context: bytes, sealed: bytes) -> bytes | None:
        """Open a payload; ``None`` when its key is known to be destroyed.

        Raises ``ValueError`` when the payload was changed, and for a tag that never had a key: else
        a changed tag would pass for an erased subject.
        """
        ...
