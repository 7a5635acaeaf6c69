"""A small file that is there whole, the old one or the new one, whatever moment the power fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

_OWNER_ONLY = 0o600


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep out all others, in this process or another, who lock the same file; raises ``OSError``."""
    with open(path, "wb", opener=_private) as file:
        flock(file, LOCK_EX)
        yield


def replace_file(path: Path, raw: bytes) -> None:
    """Replace a file's content durably, readable by its owner only; raises ``OSError``.

    Who replaces one file from several processes holds a lock meanwhile.
    """
    fresh = path.with_name(f"{path.name}.new")
    with open(fresh, "wb", opener=_private) as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _OWNER_ONLY)
