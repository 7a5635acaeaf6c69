"""The head that everyone may see.

1. Every batch is signed with Ed25519; a head that is published carries the log's ML-DSA-44
   cosignature too, where the installed library has it. It is made when someone asks, and at most
   once a second.
2. A gate with witnesses shows the newest head that they cosigned, while that is fresh enough; else
   the newest head there is. Witnesses that cannot be reached stop nothing.
3. All this is of the shard that is open (``audit.shards``); a closed one has its last head.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Lock
from time import monotonic

from audit.cosigner import Cosigner, publish
from audit.storage import LogStorage, StoredHead
from gateway.domain.anchors import AnchoredHeads
from gateway.domain.ports import Clock

BETWEEN = 1.0
"""Seconds."""


class PublishedHeads:
    """Publishes the head of one log; ``fresh`` is how long a cosigned head goes first.

    ``cosigners`` gives the log's own for a shard, by its label.
    """

    def __init__(
        self,
        storage: LogStorage,
        cosigners: Callable[[str], Sequence[Cosigner]],
        anchored: AnchoredHeads,
        clock: Clock,
        fresh: timedelta = timedelta(0),
    ) -> None:
        self._storage = storage
        self._cosigners = cosigners
        self._anchored = anchored
        self._clock = clock
        self._fresh = fresh
        self._making = Lock()
        self._made = float("-inf")
        self._signed = self._note = ""
        self._bases: dict[str, int] = {}

    def newest(self) -> str:
        """Return the newest head with the log's own cosignatures (1); empty while the log is."""
        with self._making:
            if monotonic() - self._made >= BETWEEN:
                self._make(self._storage.head())
            return self._note

    def of(self, head: StoredHead) -> str:
        """Return a head, such as the last of a closed shard, with the log's own cosignatures."""
        self._bases[head.checkpoint.partition("\n")[0]] = head.base
        time = int(self._clock.now().timestamp())
        return publish(head.checkpoint, self._cosigners(head.label), time)

    def base(self, note: str) -> int:
        """Return how many entries all shards have before that of a note which was given here."""
        return self._bases[note.partition("\n")[0]]

    def shown(self) -> str:
        """Return the head to show (2); empty while the log is."""
        if self._fresh:
            head = self._anchored.newest_cosigned()
            fresh = head is not None and self._clock.now() - head.at <= self._fresh
            if head is not None and fresh and head.base == self._storage.head().base:
                return head.note
        return self.newest()

    def _make(self, head: StoredHead) -> None:
        if head.checkpoint and head.checkpoint != self._signed:
            self._note = self.of(head)
            self._signed, self._made = head.checkpoint, monotonic()
