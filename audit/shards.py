"""Shards: a log that goes on for years as a row of logs, each with an origin and a key of its own.

1. An entry has a place, which counts on over all shards and never repeats: counts, links, erasures
   and the store speak of places. Its index counts within its shard: a place less the shard's base.
   Tiles, checkpoints, proofs and exports speak of indexes.
2. The first shard has the log's own origin; each later one that origin, a slash and its label, which
   is a year. Labels rise.
3. The last entry of a shard that is closed names the origin of the next (``next``); the first entry
   of the next names origin, size and root of the one before, and its own base (``before``). Both are
   written and signed in one commit, so that there is always one shard that is open.
4. A shard that is closed is never signed again: its head stands apart, where nothing is changed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from audit.encoding import encode_base64
from audit.entry import EntryError, read_leaf
from audit.note import VerifierKey
from audit.storage import LogStorage, StoredHead, StoredLeaf, StoredRow, leaf_hashes
from audit.tree import append, leaf_hash, root
from audit.trust import Cause, Freeze, judge

NEXT: Final = "next"
BEFORE: Final = "before"
LABEL: Final = re.compile(r"[0-9]{4}")

Keys = Callable[[str], VerifierKey]
"""Gives the key by which the checkpoints of a shard verify, by its label."""


def origin_of(log: str, label: str) -> str:
    """Return the origin of a shard (2)."""
    return f"{log}/{label}" if label else log


@dataclass(frozen=True, slots=True)
class Shard:
    """One shard, read as a log of its own: its entries stand at 0 and on, by their indexes."""

    storage: LogStorage
    base: int = 0
    label: str = ""

    def head(self) -> StoredHead:
        """Read its head: the last there will be, once it is closed."""
        head = self.storage.head()
        if head.base == self.base:
            return head
        return next(one for one in self.storage.closed() if one.base == self.base)

    def rows(self, start: int, stop: int) -> Iterator[StoredRow]:
        """Read the entries at indexes ``start`` up to but not including ``stop``, in order."""
        base = self.base
        rows = self.storage.rows(base + start, base + stop)
        return (row._replace(index=row.index - base) for row in rows) if base else rows

    def leaves(self, start: int, stop: int) -> Iterator[Sequence[StoredLeaf]]:
        """Read the leaves alone of the entries at indexes ``start`` up to ``stop``, in order."""
        base = self.base
        pages = self.storage.leaves(base + start, base + stop)
        return ([(at - base, *rest) for at, *rest in page] for page in pages) if base else pages  # type: ignore[misc]  # what stands behind the index is as it was

    def hashes(self, start: int, stop: int) -> Iterator[bytes]:
        """Read the leaf hashes of the entries at indexes ``start`` up to ``stop``, in order."""
        return leaf_hashes(self.storage, self.base + start, self.base + stop)


def heads_of(storage: LogStorage) -> list[StoredHead]:
    """Read the heads of all shards, oldest first; the last one is open."""
    head = storage.head()
    if not head.base:
        return [head]
    return [*(one for one in storage.closed() if one.base < head.base), head]


def shards_of(storage: LogStorage) -> list[Shard]:
    """List all shards, oldest first."""
    return [Shard(storage, head.base, head.label) for head in heads_of(storage)]


def after(closed: StoredHead, key: VerifierKey) -> str:
    """Return what the first entry of a shard says of the one before (3)."""
    return f"{key.name} {closed.size} {encode_base64(root(closed.frontier))} {closed.end}"


def severed(storage: LogStorage, keys: Keys) -> Freeze | None:
    """Say where the row of shards is broken; ``None`` when it begins at 0 and each turn joins two.

    Heads are read, and the leaves on either side of each turn, no others.
    """
    heads = heads_of(storage)
    if heads[0].base:
        return Freeze(Cause.FORK, f"the shards before {heads[0].label} are missing")
    return next(filter(None, (unjoined(storage, *pair, keys) for pair in pairwise(heads))), None)


def parted(
    storage: LogStorage, closed: StoredHead, following: StoredHead, keys: Keys
) -> Freeze | None:
    """Say why one shard does not go on from the one before, as it was signed; ``None`` when it does.

    To tell what was signed the tree of the one that follows is built.
    """
    return unjoined(storage, closed, following, keys) or _unsigned(storage, following)


def unjoined(
    storage: LogStorage, closed: StoredHead, following: StoredHead, keys: Keys
) -> Freeze | None:
    """Say why two shards do not join as they stand: by the head that was kept, or by the leaves (3)."""
    if following.base != closed.end:
        return Freeze(Cause.FORK, f"shard {following.label} does not begin where one was closed")
    found = judge(closed, keys(closed.label))
    if found is not None:
        return found
    try:
        before, said = (
            read_leaf(leaf).content
            for page in storage.leaves(closed.end - 1, closed.end + 1)
            for _, _, _, leaf in page
        )
    except (EntryError, ValueError):
        return Freeze(Cause.FORK, f"the turn to shard {following.label} cannot be read")
    key = keys(following.label)
    if before.get(NEXT) != key.name or said.get(BEFORE) != after(closed, keys(closed.label)):
        return Freeze(Cause.FORK, f"shard {following.label} does not go on from the one before")
    return None


def _unsigned(storage: LogStorage, following: StoredHead) -> Freeze | None:
    """Say why the first leaf of a shard is not what its head was signed over."""
    hashes = list(Shard(storage, following.base).hashes(0, following.size))
    ((_, _, _, leaf),) = next(storage.leaves(following.base, following.base + 1))
    if hashes[:1] != [leaf_hash(leaf)] or append(0, (), hashes) != following.frontier:
        return Freeze(Cause.FORK, f"shard {following.label} is not the one that was signed")
    return None
