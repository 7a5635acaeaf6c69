"""Remembers the last entry about each subject lately written about.

What is remembered goes with one head. Where the store shows a later one, another process wrote, or a
commit was made that nobody heard of: then what was written since is read, and counted on from.
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
        self._catch_up(transaction)

        def lookup(tags: Collection[bytes]) -> dict[bytes, Tail]:
            known = self._known
            self._moving = {tag: known[tag] for tag in tags if tag in known}
            others = [tag for tag in tags if tag not in known]
            if others:
                self._moving |= transaction.tails(others)
            return self._moving

        return lookup

    def _catch_up(self, transaction: LogTransaction) -> None:
        """Go with the head that a transaction shows; the writer has judged it, and holds it locked."""
        before, head = self._head, transaction.head()
        if head == before:
            return
        if before is not None and before.end < head.end <= before.end + MOST:
            self._known |= transaction.counted(before.end, head.end)
        else:
            self._known = {}
        self._head = head

    def keep(self, head: StoredHead) -> None:
        """Remember what the last batch looked up and moved on, as its head is durable."""
        if len(self._known) + len(self._moving) > MOST:
            self._known = {}
        self._known |= self._moving
        self._head = head
