"""A checkpoint: what a log signs about itself, its origin, size and root (c2sp.org/tlog-checkpoint)."""

import re
from base64 import b64encode
from dataclasses import dataclass

from audit.note import NoteError, Signer, VerifierKey, decode_base64, open_note
from audit.tree import HASH_BYTES

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_BODY_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One state of one log; the size counts leaves."""

    origin: str
    size: int
    root: bytes


def sign_checkpoint(size: int, root: bytes, signer: Signer) -> str:
    """Return the signed note for a state; its origin is the name of the signer's key."""
    return signer.sign(f"{signer.verifier.name}\n{size}\n{b64encode(root).decode()}\n")


def verify_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """Open a signed checkpoint; raises ``NoteError`` unless this key signed it for its own log."""
    checkpoint = parse_checkpoint(open_note(note, [key]))
    if checkpoint.origin != key.name:
        raise NoteError("the checkpoint is of another log")
    return checkpoint


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text; extension lines are allowed and not kept. Raises ``NoteError``."""
    lines = text.split("\n")
    if lines.pop() or len(lines) < _BODY_LINES or not all(lines):
        raise NoteError("a checkpoint has an origin, a size, a root, and no empty line")
    origin, size, encoded = lines[:_BODY_LINES]
    if not _SIZE.fullmatch(size):
        raise NoteError("the checkpoint's size is not a plain decimal number")
    root = decode_base64(encoded)
    if root is None or len(root) != HASH_BYTES:
        raise NoteError("the checkpoint's root is not a hash in base64")
    return Checkpoint(origin, int(size), root)
