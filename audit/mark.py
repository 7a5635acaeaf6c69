"""A mark: a signed head as it is remembered outside the database, in one small file.

It holds the frontier too, so that what was appended since can be checked without reading what came
before. A mark proves itself: its checkpoint is signed by the log, and covers the frontier. It says
too of which shard it is (``audit.shards``), but for the first.
"""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from audit.checkpoint import verify_checkpoint
from audit.durable import replace_file
from audit.entry import canonical
from audit.shards import LABEL, Keys
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
    base: int = 0
    label: str = ""

    @property
    def end(self) -> int:
        """How many entries all shards had up to here."""
        return self.base + self.size

    @classmethod
    def of(cls, head: StoredHead) -> "Mark":
        """Take the mark of a head."""
        return cls(head.instance, head.size, head.frontier, head.checkpoint, head.base, head.label)

    def encode(self) -> bytes:
        """Write the mark in its one form."""
        stored = {
            "v": _VERSION,
            "instance": self.instance,
            "frontier": [node.hex() for node in self.frontier],
            "checkpoint": self.checkpoint,
        } | ({"base": self.base, "shard": self.label} if self.label else {})
        return canonical(stored) + b"\n"

    def write(self, path: Path) -> None:
        """Write the mark durably in place of the one before; raises ``OSError``."""
        replace_file(path, self.encode())

    @classmethod
    def read(cls, path: Path, keys: Keys) -> "Mark":
        """Read a mark and prove it; raises ``MarkError``, and ``OSError`` as of any file."""
        raw = path.read_bytes()
        try:
            mark = _parse(raw, keys)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise MarkError("the file holds no mark of this log") from error
        if mark.encode() != raw:
            raise MarkError("the file holds no mark of this log")
        return mark


def _parse(raw: bytes, keys: Keys) -> Mark:
    stored = {"base": 0, "shard": ""} | json.loads(raw)
    base, label, instance = stored["base"], stored["shard"], stored["instance"]
    if type(base) is not int or (label != "" and not LABEL.fullmatch(label)):
        raise MarkError("the mark is of no shard")
    if not _INSTANCE.fullmatch(instance):
        raise MarkError("the mark bears no name")
    frontier = tuple(bytes.fromhex(node) for node in stored["frontier"])
    mark = Mark(instance, 0, frontier, stored["checkpoint"], base, label)
    if not frontier and mark.checkpoint == "":
        return mark
    signed = verify_checkpoint(mark.checkpoint, keys(label))
    if len(frontier) != signed.size.bit_count() or root(frontier) != signed.root:
        raise MarkError("the mark's frontier is not that of its checkpoint")
    return replace(mark, size=signed.size)
