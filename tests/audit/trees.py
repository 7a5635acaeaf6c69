"""Trees over given leaves, straight from the definition in RFC 9162."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from audit.tree import Source


def definition(leaves: Sequence[bytes]) -> bytes:
    """Compute a root by the recursive definition (RFC 9162 section 2.1.1)."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    pair = definition(leaves[:split]) + definition(leaves[split:])
    return sha256(b"\x01" + pair).digest()


def source_of(leaves: Sequence[bytes]) -> Source:
    """Give the roots of perfect subtrees of these leaves."""

    @cache
    def source(level: int, index: int) -> bytes:
        return definition(leaves[index << level : (index + 1) << level])

    return source
