"""Looks at a log that may be frozen, without touching it: what it says of itself, and what is true.

A frozen log is looked at in this order. Read ``frozen``: the cause and what was found. Compare it
with ``judged`` and ``followed``, which are computed now: when they are empty, the store is whole
again (the right one was put back) and only the saved flag is left. ``marked`` against ``size`` tells
how much was lost. Then check every entry with ``audit.verify``. No function here lifts a freeze.
After a rollback the newest store is put back, and goes on by itself; after a fork the log has ended,
and a new log with a new key opens with an entry that names the last head everyone agrees on.
"""

from dataclasses import dataclass
from pathlib import Path

from audit.guard import against
from audit.mark import Mark, MarkError
from audit.shards import Keys, severed
from audit.storage import LogStorage
from audit.tree import root
from audit.trust import judge


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found; ``marked`` is the guard's size, ``None`` without a mark that can be read.

    Sizes count the entries of all shards (``audit.shards``), the root is that of the open one.
    """

    size: int
    root: bytes
    frozen: str | None
    judged: str | None
    marked: int | None
    followed: str | None


def examine(storage: LogStorage, keys: Keys, mark: Path) -> Examination:
    """Read mark and head, and judge both afresh; nothing is written.

    The mark is read first: what a gate signs meanwhile is no rollback.
    """
    known = _read(mark, keys)
    head = storage.head()
    found = judge(head, keys(head.label)) or severed(storage, keys)
    followed = None if known is None else against(known, head, storage, keys)
    return Examination(
        head.end,
        root(head.frontier),
        head.frozen,
        str(found) if found else None,
        None if known is None else known.end,
        str(followed) if followed else None,
    )


def _read(path: Path, keys: Keys) -> Mark | None:
    try:
        return Mark.read(path, keys)
    except (MarkError, OSError):
        return None
