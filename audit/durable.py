"""A small file that is there whole, the old one or the new one, whatever moment the power fails."""

import os
from pathlib import Path

_OWNER_ONLY = 0o600


def replace_file(path: Path, raw: bytes) -> None:
    """Replace a file's content durably, readable by its owner only; raises ``OSError``."""
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
