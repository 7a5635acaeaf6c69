"""A checkpoint's text: the origin, size and root of one state of a log (c2sp.org/tlog-checkpoint)."""

import re
from dataclasses import dataclass

from audit.encoding import NoteError, decode_base64, encode_base64
from audit.tree import HASH_BYTES

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_BODY_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One state of one log; the size counts leaves."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


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
