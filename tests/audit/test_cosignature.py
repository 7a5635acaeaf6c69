"""A cosigner's word holds for its time, its log and its tree, and for nothing else."""

from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import cosigner, note
from audit.checkpoint import sign_checkpoint, verify_checkpoint
from audit.cosignature import MAX_TIME, text_message, tree_message
from audit.cosigner import Cosigner, Ed25519Cosigner, MlDsaCosigner, publish
from audit.note import (
    COSIGNATURE,
    COSIGNATURE_MLDSA44,
    NoteError,
    Signature,
    VerifierKey,
    add_lines,
    claims,
    keep_signatures,
    open_note,
    signature_line,
    signatures_of,
)
from audit.tree import Subtree
from tests.audit.published import load
from tests.audit.worlds import ORIGIN, signer

OURS = signer()
NAME = "witness.example/w1"
TIME = 1_785_000_000
HEAD = sign_checkpoint(7, b"\x09" * 32, OURS)
TEXT = HEAD.rpartition("\n\n")[0] + "\n"
EDDSA = Ed25519Cosigner(NAME, b"\x05" * 32)
MLDSA = MlDsaCosigner(NAME, b"\x05" * 32)
SUBTREE = load("tlog_cosignature_mldsa44")
BOTH = pytest.mark.parametrize("witness", [EDDSA, MLDSA], ids=["ed25519", "ml-dsa-44"])


@BOTH
def test_a_cosignature_opens_with_its_time(witness: Cosigner) -> None:
    """A cosigned head is still the log's own, and names who cosigned it when."""
    cosigned = publish(HEAD, [witness], TIME)
    keys = [OURS.verifier, witness.verifier]
    assert signatures_of(cosigned, keys) == (
        TEXT,
        (Signature(OURS.verifier, None), Signature(witness.verifier, TIME)),
    )
    assert verify_checkpoint(cosigned, OURS.verifier).size == 7
    assert open_note(cosigned, [witness.verifier]) == TEXT


def test_a_published_head_carries_both_signatures() -> None:
    """The log signs its head with Ed25519, and with ML-DSA-44 under the same name."""
    own = MlDsaCosigner(ORIGIN, b"\x06" * 32)
    published = publish(HEAD, [own, EDDSA], TIME)
    keys = [OURS.verifier, own.verifier, EDDSA.verifier]
    assert [signature.key.kind for signature in signatures_of(published, keys)[1]] == [1, 6, 4]


@BOTH
@given(st.data())
@settings(max_examples=60)
def test_any_changed_bit_refuses_a_cosignature(witness: Cosigner, data: st.DataObject) -> None:
    """Time and signature are held to the bit; a changed key id makes it a stranger's."""
    line = witness.cosign(TEXT, TIME)
    blob = bytearray(b64decode(line.split(" ")[2]))
    place = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[place // 8] ^= 1 << place % 8
    changed = f"{line.rpartition(' ')[0]} {b64encode(bytes(blob)).decode()}\n"
    with pytest.raises(NoteError):
        open_note(add_lines(HEAD, [changed]), [witness.verifier])


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(ORIGIN, "other.example"),
        lambda text: text.replace("\n7\n", "\n8\n"),
        lambda text: text.replace("CQkJ", "CQkK"),
    ],
    ids=["origin", "size", "root"],
)
def test_a_cosignature_is_for_one_tree(witness: Cosigner, change: Callable[[str], str]) -> None:
    """Moved to another origin, size or root it does not verify."""
    cosigned = publish(HEAD, [witness], TIME)
    with pytest.raises(NoteError):
        open_note(change(cosigned), [witness.verifier])


def test_extension_lines_are_covered_by_ed25519_alone() -> None:
    """The tree that ML-DSA-44 signs has no extension lines (tlog-cosignature)."""
    moved = [cosigner.cosign(TEXT, TIME) for cosigner in (EDDSA, MLDSA)]
    extended = f"{TEXT}extension\n\n"
    assert open_note(extended + moved[1], [MLDSA.verifier]) == f"{TEXT}extension\n"
    with pytest.raises(NoteError):
        open_note(extended + moved[0], [EDDSA.verifier])


def test_ml_dsa_binds_the_cosigners_name() -> None:
    """The same key under another name does not pass."""
    other = VerifierKey("witness.example/w2", COSIGNATURE_MLDSA44, MLDSA.verifier.public)
    signature = b64decode(MLDSA.cosign(TEXT, TIME).split(" ")[2])[4:]
    with pytest.raises(NoteError):
        open_note(f"{TEXT}\n{signature_line(other, signature)}", [other])


def test_a_published_subtree_signature_verifies() -> None:
    """A signature that another program made over a part of a log verifies, for that part only."""
    key = VerifierKey.parse(SUBTREE["vkey"])
    signature = b64decode(SUBTREE["signature_line"].split(" ")[2])[4:]
    root = b64decode(SUBTREE["root_base64"])
    part = Subtree(SUBTREE["start"], SUBTREE["end"])
    assert str(key) == SUBTREE["vkey"]
    assert key.verify_subtree(SUBTREE["origin"], part, root, signature) == SUBTREE["time"]
    for wrong in (Subtree(8, 14), Subtree(0, 13)):
        with pytest.raises(NoteError):
            key.verify_subtree(SUBTREE["origin"], wrong, root, signature)
    for origin, other in (("example.com/other", root), (SUBTREE["origin"], bytes(32))):
        with pytest.raises(NoteError):
            key.verify_subtree(origin, part, other, signature)


def test_an_ed25519_cosigner_signs_no_subtrees() -> None:
    """A key of type 04 is not asked about a part of a log."""
    with pytest.raises(NoteError, match="subtree"):
        EDDSA.verifier.verify_subtree(ORIGIN, Subtree(0, 1), bytes(32), bytes(72))


def test_the_messages_are_as_specified() -> None:
    """What is signed is written out byte by byte."""
    assert text_message("text\n", 1_679_315_147) == b"cosignature/v1\ntime 1679315147\ntext\n"
    assert tree_message("w", 1, "log", Subtree(0, 258), b"\x07" * 32) == (
        b"subtree/v1\n\x00" + b"\x01w" + bytes(7) + b"\x01" + b"\x03log"
        + bytes(8) + bytes(6) + b"\x01\x02" + b"\x07" * 32
    )  # fmt: skip


@pytest.mark.parametrize("time", [-1, MAX_TIME + 1])
def test_a_time_out_of_range_is_not_signed(time: int) -> None:
    """A time is a whole number of seconds that fits in 63 bits."""
    for witness in (EDDSA, MLDSA):
        with pytest.raises(NoteError, match="time"):
            witness.cosign(TEXT, time)


@pytest.mark.parametrize(
    ("name", "origin", "subtree", "root"),
    [
        ("w" * 256, "log", Subtree(0, 1), bytes(32)),
        ("w", "l" * 256, Subtree(0, 1), bytes(32)),
        ("", "log", Subtree(0, 1), bytes(32)),
        ("w", "log", Subtree(2, 1), bytes(32)),
        ("w", "log", Subtree(-1, 1), bytes(32)),
        ("w", "log", Subtree(0, 2**63), bytes(32)),
        ("w", "log", Subtree(0, 1), bytes(31)),
        ("w", "log", Subtree(1, 2), bytes(32)),
    ],
)
def test_what_cannot_be_said_is_not_signed(
    name: str, origin: str, subtree: Subtree, root: bytes
) -> None:
    """Names have 1 to 255 bytes, subtrees an order, roots 32 bytes, and only whole trees a time."""
    with pytest.raises(NoteError):
        tree_message(name, 1, origin, subtree, root)


@BOTH
def test_a_cosigner_signs_checkpoints_only(witness: Cosigner) -> None:
    """A text that is no checkpoint is not cosigned."""
    with pytest.raises(NoteError):
        witness.cosign("a text\n", TIME)


@pytest.mark.parametrize("kind", [Ed25519Cosigner, MlDsaCosigner])
def test_a_cosigners_seed_has_32_bytes(kind: Callable[[str, bytes], Cosigner]) -> None:
    """A shorter seed is refused."""
    with pytest.raises(NoteError, match="32 bytes"):
        kind(NAME, b"\x05" * 31)


def test_a_library_without_ml_dsa_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the installed library does not offer ML-DSA-44 neither signing nor checking pretends to."""
    cosigned = publish(HEAD, [MLDSA], TIME)

    class Missing:
        @staticmethod
        def from_seed_bytes(_: bytes) -> None:
            raise UnsupportedAlgorithm("not in this build")

        from_public_bytes = from_seed_bytes

    monkeypatch.setattr(cosigner, "MLDSA44PrivateKey", Missing)
    monkeypatch.setattr(note, "MLDSA44PublicKey", Missing)
    with pytest.raises(NoteError, match="not offered"):
        MlDsaCosigner(NAME, bytes(32))
    with pytest.raises(NoteError, match="not offered"):
        open_note(cosigned, [MLDSA.verifier])


@pytest.mark.parametrize("length", [1311, 1313, 32])
def test_an_ml_dsa_key_has_1312_bytes(length: int) -> None:
    """A key of another length is refused by its type."""
    with pytest.raises(NoteError, match="1312 bytes"):
        VerifierKey(NAME, COSIGNATURE_MLDSA44, bytes(length))


def test_only_known_signatures_are_kept() -> None:
    """Strangers' lines and doubles are dropped; a note that nobody known signed is refused."""
    stranger = Ed25519Cosigner("stranger.example", b"\x07" * 32)
    cosigned = publish(HEAD, [EDDSA, stranger, EDDSA], TIME)
    kept = keep_signatures(cosigned, [OURS.verifier, EDDSA.verifier])
    assert kept == publish(HEAD, [EDDSA], TIME)
    assert claims(kept) == {
        (ORIGIN, OURS.verifier.key_id),
        (NAME, VerifierKey(NAME, COSIGNATURE, EDDSA.verifier.public).key_id),
    }
    with pytest.raises(NoteError):
        keep_signatures(HEAD, [stranger.verifier])


@pytest.mark.parametrize("line", ["no line", "\nmore\n\n\u2014 a AAAAAAAA\n"])
def test_what_is_no_signature_line_is_not_added(line: str) -> None:
    """Lines that would change the text, or are none, are refused."""
    with pytest.raises(NoteError):
        add_lines(HEAD, [line])
