"""A proof that travels as one small file: index, hashes and checkpoint (c2sp.org/tlog-proof)."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from audit.checkpoint import Checkpoint, verify_checkpoint
from audit.encoding import decode_base64
from audit.note import VerifierKey
from audit.tree import HASH_BYTES, ProofError, leaf_hash, verify_inclusion

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_EXTRA = "extra "
_MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An inclusion proof with the signed checkpoint it leads to; ``extra`` is for the application."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def encode(self) -> str:
        """Write the proof as text."""
        extra = () if self.extra is None else (_EXTRA + b64encode(self.extra).decode(),)
        hashes = (b64encode(hashed).decode() for hashed in self.hashes)
        lines = (_HEADER, *extra, f"index {self.index}", *hashes)
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def decode(cls, text: str) -> "TlogProof":
        """Read a proof; raises ``ProofError``. The checkpoint in it is not opened yet."""
        head, separator, checkpoint = text.partition("\n\n")
        header, *lines = head.split("\n")
        if not separator or header != _HEADER:
            raise ProofError("this is not a tlog-proof of version 1")
        extra = _extra(lines.pop(0)) if lines and lines[0].startswith(_EXTRA) else None
        match = _INDEX.fullmatch(lines[0]) if lines else None
        if not match:
            raise ProofError("the proof's index is not a plain decimal number")
        return cls(int(match[1]), _hashes(lines[1:]), checkpoint, extra)

    def verify(self, leaf: bytes, key: VerifierKey) -> Checkpoint:
        """Check that this leaf is in the log of ``key``; raises ``ProofError`` or ``NoteError``."""
        checkpoint = verify_checkpoint(self.checkpoint, key)
        verify_inclusion(leaf_hash(leaf), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


def _extra(line: str) -> bytes:
    extra = decode_base64(line.removeprefix(_EXTRA))
    if extra is None:
        raise ProofError("the proof's extra data is not base64")
    return extra


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    hashes = tuple(hashed for line in lines if (hashed := decode_base64(line)) is not None)
    if len(hashes) != len(lines) or any(len(hashed) != HASH_BYTES for hashed in hashes):
        raise ProofError("the proof holds what is not a hash in base64")
    if len(hashes) > _MAX_HASHES:
        raise ProofError("the proof holds more than 63 hashes")
    return hashes
