"""Checks the leaves of a live store a page at a time, and one by one only where a page does not hold."""

import re
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

from audit.entry import plain_leaf
from audit.findings import Findings
from audit.storage import LogStorage, StoredLeaf
from audit.tree import leaf_hash


def check_leaves(findings: Findings, storage: LogStorage, size: int) -> None:
    """Check place, bytes, hash and event id of each leaf (4, 5, 11, 12), and build their tree."""
    plain = plain_leaf(findings.key.name)
    for page in storage.leaves(0, size):
        hashes = _all_hold(findings, page, plain)
        if hashes is None:
            hashes = _one_by_one(findings, page)
        findings.grow_by(hashes)


def _all_hold(
    findings: Findings, page: Sequence[StoredLeaf], plain: re.Pattern[str]
) -> list[bytes] | None:
    """Return the hashes of leaves that are surely as they should be, by a few passes in C."""
    indexes, event_ids, stored, leaves = zip(*page, strict=True)
    if {*map(type, event_ids), *map(type, leaves)} != {bytes}:
        return None
    hashes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if indexes != tuple(range(findings.size, findings.size + len(page))) or stored != tuple(hashes):
        return None
    fresh = set(event_ids)
    if len(fresh) < len(page) or not findings.event_ids.isdisjoint(fresh):
        return None
    if not _are_plain(leaves, [one.hex() for one in event_ids], plain):
        return None
    findings.event_ids |= fresh
    return hashes


def _are_plain(leaves: Sequence[bytes], ids: Sequence[str], plain: re.Pattern[str]) -> bool:
    """Tell whether all leaves surely are canonical, of this log, and of these event ids (4, 12)."""
    lines = b"\n".join(leaves).decode(errors="replace")
    found = plain.findall(lines)
    if lines.count("\n") != len(leaves) - 1 or len(found) != len(leaves):
        return False
    commitments = "".join(commitment for commitment, _ in found)
    with suppress(ValueError):
        return [one for _, one in found] == ids and bytes.fromhex(commitments).hex() == commitments
    return False


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
