"""A signed checkpoint: what a log says about itself, under its own name (c2sp.org/tlog-checkpoint)."""

from audit.note import NoteError, Signer, VerifierKey, open_note
from audit.treehead import Checkpoint, parse_checkpoint

__all__ = ["Checkpoint", "parse_checkpoint", "sign_checkpoint", "verify_checkpoint"]


def sign_checkpoint(size: int, root: bytes, signer: Signer) -> str:
    """Return the signed note for a state; its origin is the name of the signer's key."""
    return signer.sign(Checkpoint(signer.verifier.name, size, root).text)


def verify_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """Open a signed checkpoint; raises ``NoteError`` unless this key signed it for its own log."""
    checkpoint = parse_checkpoint(open_note(note, [key]))
    if checkpoint.origin != key.name:
        raise NoteError("the checkpoint is of another log")
    return checkpoint
