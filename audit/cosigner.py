"""Cosigners: keys that sign, with the time, a checkpoint that their owner found consistent.

A witness cosigns the heads of others. A log cosigns its own published heads with ML-DSA-44, so that
they carry both signatures: the Ed25519 one that the public witness network asks for, and one that
outlives quantum computers. The second costs some twenty times the first and is not made in every
batch.
"""

from collections.abc import Iterable
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from audit.cosignature import text_message, timed, tree_message
from audit.note import (
    COSIGNATURE,
    COSIGNATURE_MLDSA44,
    SEED_BYTES,
    NoteError,
    VerifierKey,
    add_lines,
    signature_line,
)
from audit.tree import Subtree
from audit.treehead import parse_checkpoint


class Cosigner(Protocol):
    """Signs checkpoints of any log, under its own name."""

    @property
    def verifier(self) -> VerifierKey:
        """The key that checks its cosignatures."""
        ...

    def cosign(self, text: str, time: int) -> str:
        """Return the signature line for a checkpoint's text; raises ``NoteError``."""
        ...


class Ed25519Cosigner:
    """Cosigns with Ed25519 (type 04), from a seed of 32 secret bytes used for nothing else."""

    def __init__(self, name: str, seed: bytes) -> None:
        _check_seed(seed)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._verifier = VerifierKey(name, COSIGNATURE, self._key.public_key().public_bytes_raw())

    @property
    def verifier(self) -> VerifierKey:
        """The key that checks its cosignatures."""
        return self._verifier

    def cosign(self, text: str, time: int) -> str:
        """Return the signature line for a checkpoint's text; raises ``NoteError``."""
        parse_checkpoint(text)
        return signature_line(self._verifier, timed(time, self._key.sign(text_message(text, time))))


class MlDsaCosigner:
    """Cosigns with ML-DSA-44 (type 06), from a seed of 32 secret bytes.

    Raises ``NoteError`` where the installed library does not offer it.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        _check_seed(seed)
        try:
            self._key = MLDSA44PrivateKey.from_seed_bytes(seed)
        except UnsupportedAlgorithm as error:
            raise NoteError("ML-DSA-44 is not offered by the installed library") from error
        public = self._key.public_key().public_bytes_raw()
        self._verifier = VerifierKey(name, COSIGNATURE_MLDSA44, public)

    @property
    def verifier(self) -> VerifierKey:
        """The key that checks its cosignatures."""
        return self._verifier

    def cosign(self, text: str, time: int) -> str:
        """Return the signature line for a checkpoint's text; raises ``NoteError``."""
        tree = parse_checkpoint(text)
        whole = Subtree(0, tree.size)
        message = tree_message(self._verifier.name, time, tree.origin, whole, tree.root)
        return signature_line(self._verifier, timed(time, self._key.sign(message)))


def publish(note: str, cosigners: Iterable[Cosigner], time: int) -> str:
    """Return a signed checkpoint with cosignatures added; raises ``NoteError``."""
    text = note.rpartition("\n\n")[0] + "\n"
    return add_lines(note, (cosigner.cosign(text, time) for cosigner in cosigners))


def _check_seed(seed: bytes) -> None:
    if len(seed) != SEED_BYTES:
        raise NoteError("a seed has 32 bytes")
