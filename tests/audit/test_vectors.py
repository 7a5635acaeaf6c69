"""The log agrees with every published vector, refusals included."""

from base64 import b64decode
from hashlib import sha256
from typing import Any

import pytest

from audit.checkpoint import parse_checkpoint, verify_checkpoint
from audit.note import NoteError, Signer, VerifierKey, open_note
from audit.proof import TlogProof
from audit.tiles import ENTRIES, decode_bundle, encode_bundle, hash_tiles, parse_path, tiles_of
from audit.tree import (
    EMPTY_ROOT,
    ProofError,
    Subtree,
    append,
    leaf_hash,
    node_hash,
    prove_inclusion,
    prove_subtree,
    root,
    subtree_root,
    verify_consistency,
    verify_inclusion,
    verify_subtree,
    verify_subtree_inclusion,
)
from tests.audit.published import cases, decoded, load
from tests.audit.trees import source_of

Case = dict[str, Any]

TREE = load("merkle_reference_tree")
NOTES = load("signed_notes")
BODIES = load("checkpoint_bodies")
PROOFS = load("tlog_proofs")
TESTLOG = load("tlog_tiles_testlog_15")

# The test key printed in the documentation of golang.org/x/mod/sumdb/note.
PUBLISHED_TEST_KEY = (
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
)


def _named(case: Case) -> str:
    return str(case.get("name") or case.get("why"))


@pytest.mark.parametrize("case", cases("merkle_inclusion"), ids=_named)
def test_inclusion(case: Case) -> None:
    """An inclusion proof is taken or refused as published."""
    given = (decoded(case["proof"]), b64decode(case["root"]))
    leaf = b64decode(case["leafHash"] or "")
    if case["wantErr"]:
        with pytest.raises(ProofError):
            verify_inclusion(leaf, case["leafIdx"], case["treeSize"], *given)
    else:
        verify_inclusion(leaf, case["leafIdx"], case["treeSize"], *given)


@pytest.mark.parametrize("case", cases("merkle_consistency"), ids=_named)
def test_consistency(case: Case) -> None:
    """A consistency proof is taken or refused as published."""
    roots = (b64decode(case["root1"] or ""), b64decode(case["root2"] or ""))
    if case["wantErr"]:
        with pytest.raises(ProofError):
            verify_consistency(case["size1"], case["size2"], decoded(case["proof"]), *roots)
    else:
        verify_consistency(case["size1"], case["size2"], decoded(case["proof"]), *roots)


@pytest.mark.parametrize("case", cases("merkle_subtreeinclusion"), ids=_named)
def test_subtree_inclusion(case: Case) -> None:
    """An inclusion proof within a subtree is taken or refused as published."""
    subtree = Subtree(case["start"], case["end"])
    hashes = (decoded(case["proof"]), b64decode(case["root"] or ""))
    leaf = b64decode(case["leafHash"] or "")
    if case["wantErr"]:
        with pytest.raises(ProofError):
            verify_subtree_inclusion(leaf, case["leafIdx"], subtree, *hashes)
    else:
        verify_subtree_inclusion(leaf, case["leafIdx"], subtree, *hashes)


@pytest.mark.parametrize("case", cases("merkle_subtreeconsistency"), ids=_named)
def test_subtree_consistency(case: Case) -> None:
    """A proof that a subtree is part of a tree is taken or refused as published."""
    subtree = Subtree(case["start"], case["end"])
    roots = (b64decode(case["root1"] or ""), b64decode(case["root2"] or ""))
    if case["wantErr"]:
        with pytest.raises(ProofError):
            verify_subtree(subtree, case["size"], decoded(case["proof"]), *roots)
    else:
        verify_subtree(subtree, case["size"], decoded(case["proof"]), *roots)


def test_hasher_constants() -> None:
    """Leaf, node and empty root hash as published."""
    hasher = TREE["hasher"]
    assert hasher == {
        "empty_root": EMPTY_ROOT.hex(),
        "leaf_of_empty": leaf_hash(b"").hex(),
        "leaf_of_ascii_L123456": leaf_hash(b"L123456").hex(),
        "node_of_ascii_N123_N456": node_hash(b"N123", b"N456").hex(),
    }


@pytest.mark.parametrize("size", range(9))
def test_reference_tree(size: int) -> None:
    """Frontier and root of the 8-leaf tree are as published at every size."""
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in TREE["leaf_inputs_hex"][:size]]
    nodes = TREE["node_hashes_hex_by_level"]
    stack = TREE["compact_ranges"]["by_size"][size]
    frontier = append(0, (), hashes)
    assert [node.hex() for node in frontier] == [nodes[level][index] for level, index in stack]
    assert root(frontier).hex() == TREE["root_hashes_hex_by_size"][size]


def test_rolling_digest_of_subtree_hashes() -> None:
    """Every valid subtree of up to 130 leaves has the published root."""
    lines = sha256()
    for end in range(131):
        for start in _starts(end):
            lines.update(f"[{start}, {end}) ".encode())
            lines.update(subtree_root(Subtree(start, end), PLANTS).hex().encode() + b"\n")
    assert lines.hexdigest() == DIGESTS["subtree_hash"]


def test_rolling_digest_of_subtree_inclusion_proofs() -> None:
    """Every leaf of every valid subtree has the published inclusion proof."""
    lines = sha256()
    for end in range(131):
        for start in _starts(end):
            within = _from(start)
            for index in range(start, end):
                proof = prove_inclusion(index - start, end - start, within)
                lines.update(_line(f"{index} [{start}, {end})", proof))
    assert lines.hexdigest() == DIGESTS["subtree_inclusion_proof"]


def test_rolling_digest_of_subtree_consistency_proofs() -> None:
    """Every valid subtree has the published proof in every tree."""
    lines = sha256()
    for size in range(131):
        for end in range(size + 1):
            for start in _starts(end):
                proof = prove_subtree(Subtree(start, end), size, PLANTS)
                lines.update(_line(f"[{start}, {end}) {size}", proof))
    assert lines.hexdigest() == DIGESTS["subtree_consistency_proof"]


@pytest.mark.parametrize("line", NOTES["vkeys_valid"])
def test_good_vkey(line: str) -> None:
    """A published key is read, and written as it was."""
    assert str(VerifierKey.parse(line)) == line


@pytest.mark.parametrize("line", NOTES["vkeys_invalid"])
def test_bad_vkey(line: str) -> None:
    """A key with a wrong length, type or id is refused."""
    with pytest.raises(NoteError):
        VerifierKey.parse(line)


@pytest.mark.parametrize("case", NOTES["open_cases"], ids=_named)
def test_note(case: Case) -> None:
    """A note opens or is refused as published."""
    keys = [VerifierKey.parse(line) for line in case["vkeys"]]
    if case["want_open"]:
        assert case["note_utf8"].startswith(open_note(case["note_utf8"], keys))
    else:
        with pytest.raises(NoteError):
            open_note(case["note_utf8"], keys)


@pytest.mark.parametrize("case", NOTES["real_notes"], ids=lambda case: case["from"])
def test_real_note(case: Case) -> None:
    """A note from the wild opens, and is a checkpoint where it says so."""
    text = open_note(case["note_utf8"], [VerifierKey.parse(case["vkey"])])
    if case["is_checkpoint"]:
        assert parse_checkpoint(text).origin == "go.sum database tree"
    else:
        with pytest.raises(NoteError):
            parse_checkpoint(text)


def test_signing() -> None:
    """The published test key signs to exactly the published bytes."""
    seed = b64decode(PUBLISHED_TEST_KEY.split("+", 4)[4])
    signer = Signer("PeterNeumann", seed[1:])
    case = NOTES["signing"]
    assert str(signer.verifier) == case["vkey"]
    assert signer.sign(case["text_utf8"]) == case["want_note_utf8"]


@pytest.mark.parametrize("case", BODIES["valid"], ids=lambda case: case["origin"])
def test_good_checkpoint(case: Case) -> None:
    """A published checkpoint text gives origin, size and root."""
    read = parse_checkpoint(case["body_utf8"])
    assert (read.origin, read.size, read.root.hex()) == (
        case["origin"],
        case["size"],
        case["root_hex"],
    )


@pytest.mark.parametrize("case", BODIES["invalid"], ids=_named)
def test_bad_checkpoint(case: Case) -> None:
    """A published bad checkpoint text is refused."""
    with pytest.raises(NoteError):
        parse_checkpoint(case["body_utf8"])


@pytest.mark.parametrize("case", BODIES["from_specification"], ids=_named)
def test_checkpoint_rules(case: Case) -> None:
    """Each rule of the checkpoint specification is kept."""
    if case["want"]:
        assert parse_checkpoint(case["body_utf8"]).size == 0
    else:
        with pytest.raises(NoteError):
            parse_checkpoint(case["body_utf8"])


@pytest.mark.parametrize("case", PROOFS["marshal"], ids=lambda case: f"index-{case['index']}")
def test_proof_text(case: Case) -> None:
    """A proof is written as published, and read back the same."""
    extra = case["extra_base64"] and b64decode(case["extra_base64"])
    hashes = tuple(decoded(case["hashes_base64"]))
    proof = TlogProof(case["index"], hashes, case["checkpoint_utf8"], extra)
    assert proof.encode() == case["want_utf8"]
    assert TlogProof.decode(case["want_utf8"]) == proof


@pytest.mark.parametrize("case", PROOFS["parse_errors"], ids=_named)
def test_bad_proof_text(case: Case) -> None:
    """A published bad proof text is refused."""
    with pytest.raises(ProofError):
        TlogProof.decode(case["proof_utf8"])


@pytest.mark.parametrize("size", range(16))
def test_testlog(size: int) -> None:
    """Every state of a published log has its checkpoint, tiles and bundles."""
    key = VerifierKey.parse(TESTLOG["vkey"])
    leaves = [entry.encode() for entry in TESTLOG["entries_utf8"][:size]]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    checkpoint = verify_checkpoint(TESTLOG["checkpoints_by_size"][str(size)], key)
    assert (checkpoint.size, checkpoint.root) == (size, root(append(0, (), hashes)))
    files = {tile.path: raw for tile, raw in hash_tiles(hashes)}
    files |= {t.path: encode_bundle(leaves) for t in tiles_of(size) if t.level == ENTRIES}
    published = TESTLOG["tiles_base64"] | TESTLOG["entry_bundles_base64"]
    assert files == {tile.path: b64decode(published[tile.path]) for tile in tiles_of(size)}


@pytest.mark.parametrize("path", TESTLOG["entry_bundles_base64"])
def test_published_bundle(path: str) -> None:
    """A published bundle splits into the entries of its log."""
    width = parse_path(path).width
    raw = b64decode(TESTLOG["entry_bundles_base64"][path])
    entries = [entry.encode() for entry in TESTLOG["entries_utf8"][:width]]
    assert decode_bundle(raw, width) == entries


DIGESTS = TREE["accumulated_plants_draft"]["sha256_of_all_lines"]
PLANTS = source_of([bytes([value]) for value in range(130)])


def _starts(end: int) -> list[int]:
    """List where a valid subtree may start that ends here; the empty one may start anywhere."""
    wide = [start for start in range(end) if start % (1 << (end - start - 1).bit_length()) == 0]
    return [*wide, end]


def _from(start: int) -> Any:  # noqa: ANN401 - a source is a plain function
    return lambda level, index: PLANTS(level, index + (start >> level))


def _line(head: str, proof: tuple[bytes, ...]) -> bytes:
    return "".join([head, *(f" {hashed.hex()}" for hashed in proof), "\n"]).encode()
