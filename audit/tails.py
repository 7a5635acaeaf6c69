"""Remembers the last entry about each subject lately written about, while nobody else writes the log.

What is remembered goes with one head. Where the store shows another one, another process wrote, or
a commit was made that nobody heard of: then the store is asked afresh.
"""

from collections.abc import Callable, Collection
from typing import Final

from audit.storage import LogTransaction, StoredHead, Tail

MOST: Final = 20_000
"""Subjects; when there are more, only those of the last batch are kept."""

Lookup = Callable[[Collection[bytes]], dict[bytes, Tail]]
"""Gives the last entry of each tag that has one; the one who asks moves them on."""


class Tails:
    """The last entries that one writer knows; used in its thread only."""

    def __init__(self) -> None:
        self._head: StoredHead | None = None
        self._known: dict[bytes, Tail] = {}
        self._moving: dict[bytes, Tail] = {}

    def of(self, transaction: LogTransaction) -> Lookup:
        """Return how to look up what a transaction sees."""
        if transaction.head() != self._head:
            self._known = {}

        def lookup(tags: Collection[bytes]) -> dict[bytes, Tail]:
            known = self._known
            self._moving = {tag: known[tag] for tag in tags if tag in known}
            others = [tag for tag in tags if tag not in known]
            if others:
                self._moving |= transaction.tails(others)
            return self._moving

        return lookup

    def keep(self, head: StoredHead) -> None:
        """Remember what the last batch looked up and moved on, as its head is durable."""
        if len(self._known) + len(self._moving) > MOST:
            self._known = {}
        self._known |= self._moving
        self._head = head
