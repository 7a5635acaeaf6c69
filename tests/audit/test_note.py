"""Notes and keys: what is signed opens, and nothing else does."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from audit.note import COSIGNATURE, NoteError, Signer, VerifierKey, open_note
from audit.proof import TlogProof
from audit.tree import ProofError
from tests.audit.worlds import ORIGIN, signer

OURS = signer()
NOTE = OURS.sign("a text\nof two lines\n")
COSIGNER_KEY = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
COSIGNER = VerifierKey(
    "witness.example/1", COSIGNATURE, COSIGNER_KEY.public_key().public_bytes_raw()
)


def _line(name: str, blob: bytes) -> str:
    return f"\u2014 {name} {b64encode(blob).decode()}\n"


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"])))
def test_a_signed_text_opens(text: str) -> None:
    """Any text without control characters opens as it was signed, blank lines and all."""
    for signed in (f"{text}\n", f"{text}\n\n{text}\n", "\n"):
        assert open_note(OURS.sign(signed), [OURS.verifier]) == signed


@pytest.mark.parametrize("index", range(len(NOTE)))
def test_any_changed_character_refuses_the_note(index: int) -> None:
    """A note with one character changed does not open, not even in the unused bits of base64."""
    changed = NOTE[:index] + chr(ord(NOTE[index]) ^ 1) + NOTE[index + 1 :]
    with pytest.raises(NoteError):
        open_note(changed, [OURS.verifier])


@pytest.mark.parametrize("text", ["no newline", "bell \x07\n", "tab\t\n", "carriage\r\n", ""])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    """A signer refuses a text that no verifier would take."""
    with pytest.raises(NoteError):
        OURS.sign(text)


def test_a_note_over_one_megabyte_is_refused() -> None:
    """A million bytes open, one more does not."""
    frame = len(OURS.sign("\n").encode()) - 1
    open_note(OURS.sign("x" * (1_000_000 - frame - 1) + "\n"), [OURS.verifier])
    with pytest.raises(NoteError):
        open_note(OURS.sign("x" * (1_000_000 - frame) + "\n"), [OURS.verifier])


def test_a_hundred_signatures_are_read() -> None:
    """The limit is a hundred lines; one more refuses the note."""
    stranger = _line("stranger.example", b"\x00" * 68)
    open_note(NOTE + stranger * 99, [OURS.verifier])
    with pytest.raises(NoteError):
        open_note(NOTE + stranger * 100, [OURS.verifier])


def test_a_bad_signature_of_a_known_key_refuses_all() -> None:
    """A good line does not make up for a bad one of a key we know."""
    other = Signer("other.example", b"\x02" * 32)
    bad = _line("other.example", other.verifier.key_id + b"\x00" * 64)
    assert open_note(NOTE + bad, [OURS.verifier])
    with pytest.raises(NoteError):
        open_note(NOTE + bad, [OURS.verifier, other.verifier])


def test_a_cosignature_covers_its_time() -> None:
    """A witness signs a time and the text; a changed time refuses the note."""
    text, moment = "a text\n", 1_785_000_000
    signature = COSIGNER_KEY.sign(f"cosignature/v1\ntime {moment}\n{text}".encode())
    head = f"{text}\n"
    good = _line(COSIGNER.name, COSIGNER.key_id + moment.to_bytes(8) + signature)
    late = _line(COSIGNER.name, COSIGNER.key_id + (moment + 1).to_bytes(8) + signature)
    assert open_note(head + good, [COSIGNER]) == text
    with pytest.raises(NoteError):
        open_note(head + late, [COSIGNER])


@pytest.mark.parametrize(
    "name", ["", "two words", "a+b", "thin\u2009space", "bell\x07", "half\udce5"]
)
def test_a_key_name_has_no_space_and_no_plus(name: str) -> None:
    """Names that would break a signature line are refused."""
    with pytest.raises(NoteError):
        Signer(name, b"\x01" * 32)


def test_a_seed_has_32_bytes() -> None:
    """A shorter seed is refused."""
    with pytest.raises(NoteError):
        Signer(ORIGIN, b"\x01" * 31)


@pytest.mark.parametrize(
    "line", ["", "name", "name+00000000", "name+00000000+", "name+0000000g+AQ=="]
)
def test_a_vkey_has_three_parts(line: str) -> None:
    """What does not read name+keyid+key is refused."""
    with pytest.raises(NoteError):
        VerifierKey.parse(line)


def test_a_key_of_another_length_is_refused() -> None:
    """An id that fits does not make up for 36 bytes of key."""
    typed = b"\x01" + bytes(36)
    key_id = sha256(b"name\n" + typed).digest()[:4]
    with pytest.raises(NoteError, match="32 bytes"):
        VerifierKey.parse(f"name+{key_id.hex()}+{b64encode(typed).decode()}")


def test_a_checkpoint_opens_under_its_key() -> None:
    """A signed state comes back as it was signed."""
    note = sign_checkpoint(7, b"\x09" * 32, OURS)
    assert verify_checkpoint(note, OURS.verifier) == Checkpoint(ORIGIN, 7, b"\x09" * 32)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """Our signature under another origin does not count."""
    note = OURS.sign(f"another.example\n1\n{b64encode(bytes(32)).decode()}\n")
    with pytest.raises(NoteError, match="another log"):
        verify_checkpoint(note, OURS.verifier)


def test_extension_lines_are_passed_over() -> None:
    """A checkpoint with extension lines opens; they are not kept."""
    note = OURS.sign(f"{ORIGIN}\n1\n{b64encode(bytes(32)).decode()}\nextension\n")
    assert verify_checkpoint(note, OURS.verifier).size == 1


def test_a_proof_has_at_most_63_hashes() -> None:
    """A longer proof than any tree can need is refused unread."""
    most = TlogProof(0, (bytes(32),) * 63, "note\n")
    assert TlogProof.decode(most.encode()) == most
    with pytest.raises(ProofError):
        TlogProof.decode(replace(most, hashes=(*most.hashes, bytes(32))).encode())
