"""Checks a store's entries over and over, a few at a time, while the log goes on.

1. Each entry stands at its place, and its leaf hash is that of its leaf.
2. What follows from all entries up to the size at which a pass began is the head of that moment.
3. A pass that ends is followed by one over the next shard (``audit.shards``); after the open one
   comes the first again. Each time the row of shards is found whole first.

A fault is told once a second look finds it too: entries never change, so a read that was disturbed
is no fault of theirs.
"""

from audit.checkpoint import verify_checkpoint
from audit.shards import Keys, Shard, severed, shards_of
from audit.storage import LogStorage, StoredRow
from audit.tree import append, leaf_hash, root
from audit.trust import Cause, Freeze


class RollingCheck:
    """One check that never ends; not safe to call from several threads at once."""

    def __init__(self, storage: LogStorage, keys: Keys) -> None:
        self._storage = storage
        self._keys = keys
        self._shard: Shard | None = None
        self._at = 0
        self._frontier: tuple[bytes, ...] = ()
        self._until = 0
        self._root = b""

    def step(self, entries: int) -> Freeze | None:
        """Check at most so many entries further; say what is wrong, or ``None``.

        Raises ``NoteError`` when the head that a pass begins with is not this log's: its guard says
        so, and why.
        """
        shard = self._shard
        if shard is None or self._at == self._until:
            broken = severed(self._storage, self._keys)
            if broken is not None:
                return broken
            shard = self._begin()
        end = min(self._at + entries, self._until)
        wrong = self._check(shard, end) and self._check(shard, end)
        if wrong:
            return Freeze(Cause.ENTRY, wrong)
        return None

    def _begin(self) -> Shard:
        shards = shards_of(self._storage)
        shard = next((one for one in shards if self._shard and one.base > self._shard.base), None)
        self._shard = shard = shard or shards[0]
        head = shard.head()
        self._at, self._frontier, self._until = 0, (), 0
        if head.checkpoint:
            signed = verify_checkpoint(head.checkpoint, self._keys(shard.label))
            self._until, self._root = signed.size, signed.root
        return shard

    def _check(self, shard: Shard, end: int) -> str | None:
        rows = list(shard.rows(self._at, end))
        wrong = _first_wrong(rows, self._at, end)
        if wrong is not None:
            wrong += shard.base
            return f"entry {wrong} is missing, out of place, or not the one that was signed"
        frontier = append(self._at, self._frontier, (row.leaf_hash for row in rows))
        if end == self._until and self._until and root(frontier) != self._root:
            return f"the first {end} entries are not those that were signed"
        self._at, self._frontier = end, frontier
        return None


def _first_wrong(rows: list[StoredRow], start: int, end: int) -> int | None:
    """Name the first entry that is not as it should be (1)."""
    for expected, row in zip(range(start, end), rows, strict=False):
        if row.index != expected or not _holds(row):
            return expected
    return start + len(rows) if len(rows) < end - start else None


def _holds(row: StoredRow) -> bool:
    try:
        return leaf_hash(row.leaf) == row.leaf_hash
    except TypeError:  # not even bytes: some databases store what they are given
        return False
