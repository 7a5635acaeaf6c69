"""The head that everyone may see.

1. Every batch is signed with Ed25519; a head that is published carries the log's ML-DSA-44
   cosignature too, where the installed library has it. It is made when someone asks, and at most
   once a second.
2. A gate with witnesses shows the newest head that they cosigned, while that is fresh enough; else
   the newest head there is. Witnesses that cannot be reached stop nothing.
"""

from collections.abc import Sequence
from datetime import timedelta
from threading import Lock
from time import monotonic

from audit.cosigner import Cosigner, publish
from audit.storage import LogStorage
from gateway.domain.anchors import AnchoredHeads
from gateway.domain.ports import Clock

BETWEEN = 1.0
"""Seconds."""


class PublishedHeads:
    """Publishes the head of one log; ``fresh`` is how long a cosigned head goes first."""

    def __init__(
        self,
        storage: LogStorage,
        cosigners: Sequence[Cosigner],
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

    def newest(self) -> str:
        """Return the newest head with the log's own cosignatures (1); empty while the log is."""
        with self._making:
            if monotonic() - self._made >= BETWEEN:
                self._make(self._storage.head().checkpoint)
            return self._note

    def shown(self) -> str:
        """Return the head to show (2); empty while the log is."""
        if self._fresh:
            head = self._anchored.newest_cosigned()
            if head is not None and self._clock.now() - head.at <= self._fresh:
                return head.note
        return self.newest()

    def _make(self, signed: str) -> None:
        if signed and signed != self._signed:
            time = int(self._clock.now().timestamp())
            self._note = publish(signed, self._cosigners, time)
            self._signed, self._made = signed, monotonic()
