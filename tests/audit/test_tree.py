"""The tree keeps the definition of RFC 9162 at every size, and no changed proof passes."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tree import (
    EMPTY_ROOT,
    ProofError,
    Subtree,
    append,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    prove_subtree,
    root,
    verify_consistency,
    verify_inclusion,
    verify_subtree,
    verify_subtree_inclusion,
)
from tests.audit.trees import definition, source_of

LEAVES = [b"leaf %d" % number for number in range(131)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
SOURCE = source_of(LEAVES)
ROOTS = [definition(LEAVES[:size]) for size in range(132)]
SIZES = st.integers(1, 130)


@pytest.mark.parametrize("size", range(131))
def test_root_is_by_definition(size: int) -> None:
    """The root of the frontier is the root of the definition, and one hash stands for each bit."""
    frontier = append(0, (), HASHES[:size])
    assert root(frontier) == ROOTS[size]
    assert len(frontier) == size.bit_count()


@given(st.lists(st.integers(0, 40), max_size=5))
def test_appending_in_parts_is_appending_at_once(parts: list[int]) -> None:
    """However a log is cut into batches, its frontier is the same."""
    size = 0
    frontier: tuple[bytes, ...] = ()
    for part in parts:
        new = [leaf_hash(b"%d" % number) for number in range(size, size + part)]
        frontier = append(size, frontier, new)
        size += part
    assert frontier == append(0, (), [leaf_hash(b"%d" % number) for number in range(size)])


@pytest.mark.parametrize("size", range(1, 131))
def test_every_inclusion_proof_holds(size: int) -> None:
    """Each leaf of each tree has a proof, of at most one hash a level."""
    for index in range(size):
        proof = prove_inclusion(index, size, SOURCE)
        assert len(proof) <= (size - 1).bit_length()
        verify_inclusion(HASHES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize("second", range(1, 131))
def test_every_consistency_proof_holds(second: int) -> None:
    """Each tree is proven to begin with each smaller one."""
    for first in range(1, second + 1):
        proof = prove_consistency(first, second, SOURCE)
        verify_consistency(first, second, proof, ROOTS[first], ROOTS[second])


@given(SIZES, st.data())
def test_a_changed_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    """One changed bit in leaf, proof or root, or another place, refuses the proof."""
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(index, size, SOURCE)
    parts = [HASHES[index], ROOTS[size], *proof]
    leaf, tree_root, *hashes = _one_bit_changed(parts, data)
    with pytest.raises(ProofError):
        verify_inclusion(leaf, index, size, hashes, tree_root)
    with pytest.raises(ProofError):
        verify_inclusion(HASHES[index], index + 1, size, proof, ROOTS[size])


@given(SIZES, st.data())
def test_a_changed_consistency_proof_is_refused(first: int, data: st.DataObject) -> None:
    """One changed bit in either root or the proof refuses it."""
    second = data.draw(st.integers(first, 130))
    parts = [ROOTS[first], ROOTS[second], *prove_consistency(first, second, SOURCE)]
    old, new, *hashes = _one_bit_changed(parts, data)
    with pytest.raises(ProofError):
        verify_consistency(first, second, hashes, old, new)


@given(SIZES, st.data())
def test_a_proof_of_another_length_is_refused(size: int, data: st.DataObject) -> None:
    """A hash more, a hash less, or a hash of 31 bytes refuses the proof."""
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(index, size, SOURCE)
    others = [(*proof, ROOTS[1]), (*proof, b""), proof[:-1] if proof else (ROOTS[1],)]
    others += [tuple(hashed[:31] for hashed in proof)] if proof else []
    for other in others:
        with pytest.raises(ProofError):
            verify_inclusion(HASHES[index], index, size, other, ROOTS[size])


@given(SIZES, st.data())
def test_a_subtree_proof_serves_one_place(size: int, data: st.DataObject) -> None:
    """A subtree is proven at its own place and refused at any other of its width."""
    level = data.draw(st.integers(0, size.bit_length() - 1))
    places = size >> level
    here = data.draw(st.integers(0, places - 1))
    subtrees = [Subtree(place << level, (place + 1) << level) for place in range(places)]
    proof = prove_subtree(subtrees[here], size, SOURCE)
    for place, subtree in enumerate(subtrees):
        if place == here:
            verify_subtree(subtree, size, proof, SOURCE(level, here), ROOTS[size])
        else:
            with pytest.raises(ProofError):
                verify_subtree(subtree, size, proof, SOURCE(level, here), ROOTS[size])


@pytest.mark.parametrize("size", range(1, 36))
def test_every_valid_subtree_is_proven_and_no_other(size: int) -> None:
    """One that starts at a multiple of its width is proven part of the tree; any other is refused."""
    for start, end in combinations(range(size + 1), 2):
        part, subtree = Subtree(start, end), definition(LEAVES[start:end])
        if start % (1 << (end - start - 1).bit_length()):
            with pytest.raises(ProofError, match="a multiple of its width"):
                prove_subtree(part, size, SOURCE)
            with pytest.raises(ProofError, match="a multiple of its width"):
                verify_subtree(part, size, (), subtree, ROOTS[size])
            continue
        proof = prove_subtree(part, size, SOURCE)
        verify_subtree(part, size, proof, subtree, ROOTS[size])
        with pytest.raises(ProofError):
            verify_subtree(part, size, proof, EMPTY_ROOT, ROOTS[size])
        with pytest.raises(ProofError):
            verify_subtree(part, size, proof, subtree, EMPTY_ROOT)


@pytest.mark.parametrize(("start", "end"), [(0, 1), (4, 7), (8, 16), (16, 27), (64, 128), (96, 97)])
def test_every_leaf_is_proven_within_a_subtree(start: int, end: int) -> None:
    """A leaf stands at one index of a subtree that does not start at 0, and at no other."""
    part, subtree = Subtree(start, end), definition(LEAVES[start:end])
    source = source_of(LEAVES[start:end])
    for index in range(start, end):
        proof = prove_inclusion(index - start, end - start, source)
        verify_subtree_inclusion(HASHES[index], index, part, proof, subtree)
        for other in {start - 1, index - 1, index + 1, end} - {index}:
            with pytest.raises(ProofError):
                verify_subtree_inclusion(HASHES[index], other, part, proof, subtree)


@pytest.mark.parametrize("place", [0, 1, 3, 6, 300])
def test_the_empty_subtree_is_part_of_every_tree(place: int) -> None:
    """It has no proof and the empty root, wherever it stands; another root or a proof is refused."""
    part, tree = Subtree(place, int(str(place))), ROOTS[7]
    assert prove_subtree(part, 300, SOURCE) == ()
    verify_subtree(part, 300, (), bytes(bytearray(EMPTY_ROOT)), tree)
    for proof, claimed in [((), bytes(32)), ((), b"\xff" * 32), ((tree,), EMPTY_ROOT)]:
        with pytest.raises(ProofError, match="the empty subtree"):
            verify_subtree(part, 300, proof, claimed, tree)


def test_a_tree_of_hundreds_keeps_its_proofs() -> None:
    """Numbers beyond those that Python keeps once are equal without being the same."""
    leaves = [b"leaf %d" % number for number in range(600)]
    source, whole = source_of(leaves), definition(leaves)
    for index in (256, 257, 511, 598, 599):
        proof = prove_inclusion(index, 600, source)
        verify_inclusion(leaf_hash(leaves[index]), index, 600, proof, whole)
    for first in (257, 512, 513, 599, int("600")):
        proof = prove_consistency(first, 600, source)
        verify_consistency(first, 600, proof, definition(leaves[:first]), whole)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_sizes_that_prove_nothing_are_refused(first: int, second: int) -> None:
    """Size 0, a larger size first, and a negative size are refused in a consistency proof."""
    with pytest.raises(ProofError):
        verify_consistency(first, second, (), ROOTS[max(first, 0)], ROOTS[second])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_an_index_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    """Nothing outside the tree is proven or verified."""
    with pytest.raises(ProofError):
        prove_inclusion(index, size, SOURCE)
    with pytest.raises(ProofError, match="the index is outside"):
        verify_inclusion(HASHES[0], index, size, (), ROOTS[size])


def _one_bit_changed(parts: Sequence[bytes], data: st.DataObject) -> list[bytes]:
    place = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = bytearray(parts[place])
    changed[bit >> 3] ^= 1 << (bit & 7)
    return [*parts[:place], bytes(changed), *parts[place + 1 :]]
