"""A mark: a signed head as it is remembered outside the database, in one small file.

It holds the frontier too, so that what was appended since can be checked without reading what came
before. A mark proves itself: its checkpoint is signed by the log, and covers the frontier.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from audit.checkpoint import verify_checkpoint
from audit.durable import replace_file
from audit.entry import canonical
from audit.note import VerifierKey
from audit.storage import StoredHead
from audit.tree import root

INSTANCE_BYTES = 16

_VERSION = 1
_INSTANCE = re.compile(r"[0-9a-f]{32}")


class MarkError(ValueError):
    """What stands in the file is no mark of this log; the text says why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The random name of one life of a log, and its last head that was signed."""

    instance: str
    size: int
    frontier: tuple[bytes, ...]
    checkpoint: str

    @classmethod
    def of(cls, head: StoredHead) -> "Mark":
        """Take the mark of a head."""
        return cls(head.instance, head.size, head.frontier, head.checkpoint)

    def encode(self) -> bytes:
        """Write the mark in its one form."""
        stored = {
            "v": _VERSION,
            "instance": self.instance,
            "frontier": [node.hex() for node in self.frontier],
            "checkpoint": self.checkpoint,
        }
        return canonical(stored) + b"\n"

    def write(self, path: Path) -> None:
        """Write the mark durably in place of the one before; raises ``OSError``."""
        replace_file(path, self.encode())

    @classmethod
    def read(cls, path: Path, key: VerifierKey) -> "Mark":
        """Read a mark and prove it; raises ``MarkError``, and ``OSError`` as of any file."""
        raw = path.read_bytes()
        try:
            mark = _parse(raw, key)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise MarkError("the file holds no mark of this log") from error
        if mark.encode() != raw or not _INSTANCE.fullmatch(mark.instance):
            raise MarkError("the file holds no mark of this log")
        return mark


def _parse(raw: bytes, key: VerifierKey) -> Mark:
    stored = json.loads(raw)
    frontier = tuple(bytes.fromhex(node) for node in stored["frontier"])
    mark = Mark(stored["instance"], 0, frontier, stored["checkpoint"])
    if not frontier and not mark.checkpoint:
        return mark
    signed = verify_checkpoint(mark.checkpoint, key)
    if len(frontier) != signed.size.bit_count() or root(frontier) != signed.root:
        raise MarkError("the mark's frontier is not that of its checkpoint")
    return Mark(mark.instance, signed.size, frontier, mark.checkpoint)
