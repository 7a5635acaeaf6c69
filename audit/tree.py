"""The Merkle tree of RFC 6962 and 9162: hashes, frontier, proofs and their verification.

A subtree ``[start, end)`` is valid when ``start`` is a multiple of the smallest power of two that
is not below its width. One proof and one verifier serve three questions: an inclusion proof says
that the subtree of one leaf is part of a tree, a consistency proof says so of all old leaves.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Source = Callable[[int, int], bytes]
"""Gives the root of the perfect subtree ``index`` of ``2 ** level`` leaves."""


class ProofError(ValueError):
    """A proof does not show what it claims; the text says why."""


class Subtree(NamedTuple):
    """The leaves from ``start`` up to but not including ``end``."""

    start: int
    end: int


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf (RFC 9162 section 2.1.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into their parent (RFC 9162 section 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def append(size: int, frontier: Iterable[bytes], hashes: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the frontier after new leaf hashes; a frontier holds the largest subtree first."""
    nodes, larger, left_over = list(hashes), list(frontier), list[bytes]()
    while nodes:  # level by level: in a list comprehension a node costs little more than its hash
        if size & 1:
            nodes.insert(0, larger.pop())
        if len(nodes) & 1:
            left_over.append(nodes.pop())
        pairs = zip(nodes[::2], nodes[1::2], strict=True)
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        size >>= 1
    return (*larger, *reversed(left_over))


def root(frontier: Sequence[bytes]) -> bytes:
    """Return the root of the tree that has this frontier."""
    if not frontier:
        return EMPTY_ROOT
    node = frontier[-1]
    for left in frontier[-2::-1]:
        node = node_hash(left, node)
    return node


def subtree_root(subtree: Subtree, source: Source) -> bytes:
    """Return the root of a valid subtree."""
    start, end = subtree
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append(source(level, start >> level))
        start += 1 << level
    return root(nodes)


def prove_inclusion(index: int, size: int, source: Source) -> tuple[bytes, ...]:
    """Prove that leaf ``index`` is in the tree of ``size`` leaves."""
    return prove_subtree(Subtree(index, index + 1), size, source)


def prove_consistency(first: int, second: int, source: Source) -> tuple[bytes, ...]:
    """Prove that the tree of ``second`` leaves begins with the ``first`` leaves."""
    return prove_subtree(Subtree(0, first), second, source)


def prove_subtree(subtree: Subtree, size: int, source: Source) -> tuple[bytes, ...]:
    """Prove that a subtree is part of the tree of ``size`` leaves; raises ``ProofError``."""
    _require_part(subtree, size)
    if subtree.start == subtree.end:
        return ()
    return tuple(_climb(subtree, Subtree(0, size), source, known=True))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes
) -> None:
    """Check that a leaf hash stands at ``index`` of a tree (RFC 9162 section 2.1.3.2).

    Raises ``ProofError``; a tree of size 0 includes nothing.
    """
    verify_subtree_inclusion(leaf, index, Subtree(0, size), proof, tree_root)


def verify_subtree_inclusion(
    leaf: bytes, index: int, subtree: Subtree, proof: Sequence[bytes], subtree_root: bytes
) -> None:
    """Check that a leaf hash stands at ``index`` within a valid subtree; raises ``ProofError``."""
    start, end = subtree
    _require_part(subtree, end)
    if not start <= index < end:
        raise ProofError("the index is outside the tree")
    if len(leaf) != HASH_BYTES:
        raise ProofError("the leaf hash is not 32 bytes")
    alone = Subtree(index - start, index - start + 1)
    verify_subtree(alone, end - start, proof, leaf, subtree_root)


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """Check that one tree begins with another (RFC 9162 section 2.1.4.2).

    Raises ``ProofError``; size 0 is refused, since every tree extends the empty one.
    """
    if first < 1:
        raise ProofError("a proof from size 0 shows nothing")
    verify_subtree(Subtree(0, first), second, proof, first_root, second_root)


def verify_subtree(
    subtree: Subtree, size: int, proof: Sequence[bytes], subtree_root: bytes, tree_root: bytes
) -> None:
    """Check that a subtree is part of a tree; raises ``ProofError``.

    The empty subtree is part of every tree, whatever its root.
    """
    _require_part(subtree, size)
    if any(len(hashed) != HASH_BYTES for hashed in proof):
        raise ProofError("a hash of the proof is not 32 bytes")
    if subtree.start == subtree.end:
        if proof or subtree_root != EMPTY_ROOT:
            raise ProofError("the empty subtree has the empty root and no proof")
        return
    below, above = _fold(subtree, size, proof, subtree_root)
    if below != subtree_root:
        raise ProofError("the proof does not lead to the subtree's root")
    if above != tree_root:
        raise ProofError("the proof does not lead to the tree's root")


def _require_part(subtree: Subtree, size: int) -> None:
    """Refuse what is no valid subtree of a tree of this size."""
    start, end = subtree
    if not 0 <= start <= end <= size:
        raise ProofError("the subtree is outside the tree")
    if start < end and start & ((1 << (end - start - 1).bit_length()) - 1):
        raise ProofError("the subtree does not start at a multiple of its width")


def _climb(part: Subtree, tree: Subtree, source: Source, *, known: bool) -> list[bytes]:
    """List the hashes beside the way from ``part`` up to ``tree``; ``known``: part needs no hash."""
    if part == tree:
        return [] if known else [subtree_root(tree, source)]
    middle = tree.start + (1 << ((tree.end - tree.start - 1).bit_length() - 1))
    left, right = Subtree(tree.start, middle), Subtree(middle, tree.end)
    if part.end <= middle:
        return [*_climb(part, left, source, known=known), subtree_root(right, source)]
    if part.start < middle:
        part, known = Subtree(middle, part.end), False
    return [*_climb(part, right, source, known=known), subtree_root(left, source)]


def _fold(
    subtree: Subtree, size: int, proof: Sequence[bytes], subtree_root: bytes
) -> tuple[bytes, bytes]:
    """Rebuild the roots of subtree and tree; refuse a proof of any other length than is needed."""
    first, last, end = _start_of_walk(subtree, size)
    hashes = iter(proof)
    seed = subtree_root if first == last else next(hashes, None)
    if seed is None:
        raise ProofError("the proof is too short")
    below = above = seed
    for beside in hashes:
        if not end:
            raise ProofError("the proof is too long")
        if last & 1 or last == end:
            if first < last:
                below = node_hash(beside, below)
            above = node_hash(beside, above)
            while not last & 1:
                first, last, end = first >> 1, last >> 1, end >> 1
        else:
            above = node_hash(above, beside)
        first, last, end = first >> 1, last >> 1, end >> 1
    if end:
        raise ProofError("the proof is too short")
    return below, above


def _start_of_walk(subtree: Subtree, size: int) -> tuple[int, int, int]:
    """Skip the levels that need no hash: the lowest node that all of the proof starts from."""
    first, last, end = subtree.start, subtree.end - 1, size - 1
    flush = last == end
    while first != last and (flush or last & 1):
        first, last, end = first >> 1, last >> 1, end >> 1
    return first, last, end
