"""Checks the leaves of a live store a page at a time, and one by one only where a page does not hold.

1. Leaves of one log differ in moment, commitment and event id, and are else mostly the same bytes.
   What stands around these three is read once, by the one who reads any leaf; of every further leaf
   with the same bytes there, only these three are looked at.
2. A page that this does not fit, such as one with a moment of another length, is no fault: its
   leaves are read one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from audit.entry import EVENT_ID_BYTES, EntryError, read_leaf
from audit.findings import Findings
from audit.storage import Entries, StoredLeaf
from audit.tree import HASH_BYTES, leaf_hash

MOST: Final = 4_096
"""How many bytes around the three places are remembered; when there are more, none."""

_AT: Final = b'{"at":'
_DIGITS: Final = 13  # a moment of the years 2001 to 2286, in milliseconds
_START: Final = len(_AT) + _DIGITS
_ID: Final = b'","id":"'
_HEX: Final = b"0123456789abcdef"


def check_leaves(findings: Findings, storage: Entries, size: int) -> None:
    """Check place, bytes, hash and event id of each leaf (4, 5, 11, 12), and build their tree."""
    plain = _Plain(findings.key.name)
    for page in storage.leaves(0, size):
        hashes = _all_hold(findings, page, plain)
        if hashes is None:
            hashes = _one_by_one(findings, page)
        findings.grow_by(hashes)


def _all_hold(
    findings: Findings, page: Sequence[StoredLeaf], plain: "_Plain"
) -> list[bytes] | None:
    """Return the hashes of leaves that are surely as they should be, by a few passes in C."""
    indexes, event_ids, stored, leaves = zip(*page, strict=True)
    try:
        hashes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
        if stored != tuple(hashes) or not plain.all_are(leaves, event_ids):
            return None
    except TypeError:  # not even bytes: some databases store what they are given
        return None
    fresh = set(event_ids)
    if len(fresh) < len(page) or not findings.event_ids.isdisjoint(fresh):
        return None
    if indexes != tuple(range(findings.size, findings.size + len(page))):
        return None
    findings.event_ids |= fresh
    return hashes


@dataclass(slots=True)
class _Plain:
    """Tells which leaves surely are canonical and of this log, by what stood in others (1)."""

    origin: str
    middles: set[bytes] = field(default_factory=set)
    ends: set[bytes] = field(default_factory=set)

    def all_are(self, leaves: Sequence[bytes], event_ids: Sequence[bytes]) -> bool:
        """Tell whether all leaves surely are, and of these event ids; raises ``TypeError``."""
        parts = [leaf.partition(_ID) for leaf in leaves]
        starts = b"".join([before[:_START] for before, _, _ in parts])
        commitments = b"".join([before[-2 * HASH_BYTES :] for before, _, _ in parts])
        ids = b"".join([after[: 2 * EVENT_ID_BYTES] for _, _, after in parts])
        if not _are_moments(starts, len(leaves)) or commitments.translate(None, _HEX):
            return False
        if {*map(len, event_ids)} != {EVENT_ID_BYTES} or ids != _hex(event_ids):
            return False
        middles = {before[_START : -2 * HASH_BYTES] for before, _, _ in parts}
        ends = {after[2 * EVENT_ID_BYTES :] for _, _, after in parts}
        return (middles <= self.middles and ends <= self.ends) or self._learn(leaves)

    def _learn(self, leaves: Iterable[bytes]) -> bool:
        """Read a leaf for each middle and end that is new; tell whether all could be read."""
        for leaf in leaves:
            before, _, after = leaf.partition(_ID)
            middle, end = before[_START : -2 * HASH_BYTES], after[2 * EVENT_ID_BYTES :]
            if middle in self.middles and end in self.ends:
                continue
            if not middle.startswith(b",") or not self._is_ours(leaf):
                return False
            if len(self.middles) + len(self.ends) >= MOST:
                self.middles, self.ends = set(), set()
            self.middles.add(middle)
            self.ends.add(end)
        return True

    def _is_ours(self, leaf: bytes) -> bool:
        try:
            return read_leaf(leaf).origin == self.origin
        except EntryError:
            return False


def _are_moments(starts: bytes, count: int) -> bool:
    """Tell whether so many beginnings of leaves all end in a moment of the length looked for."""
    digits = starts.replace(_AT, b"")
    if starts[::_START] != _AT[:1] * count or len(digits) != _DIGITS * count:
        return False
    return digits.isdigit() and b"0" not in digits[::_DIGITS]


def _hex(raw: Sequence[bytes]) -> bytes:
    return b"".join(raw).hex().encode()


def _one_by_one(findings: Findings, page: Sequence[StoredLeaf]) -> list[bytes]:
    """Name every fault of a page, and return the hashes that follow from its leaves."""
    _in_order(findings, page)
    hashes = []
    for index, event_id, stored, raw in page:
        findings.at = f"entry {index}"
        leaf, hashed = findings.leaf(raw), leaf_hash(raw)
        if hashed != stored:
            findings.fault("leaf hash: is not that of the leaf")
        if leaf is not None and event_id != leaf.event_id:
            findings.fault("event id: is not that of the leaf")
        hashes.append(hashed)
    return hashes


def _in_order(findings: Findings, page: Sequence[StoredLeaf]) -> None:
    """Check that entries stand where they should (11); of one gap the first index is named."""
    for expected, (index, *_) in enumerate(page, findings.size):
        if index != expected:
            findings.at = f"entry {expected}"
            findings.fault(f"is missing; entry {index} stands in its place")
            return
