"""Remembers, outside the database, which keys were destroyed: an older copy cannot bring them back.

Beside the guard of the log and, like it, in no backup: one line for each key, its kind and its
handle, which is a pseudonym of someone whose data is gone. Lines are only added; a line is durable
before its key is destroyed.
"""

import os
from collections.abc import Collection
from pathlib import Path

from gateway.domain.errors import SettingsError

NAME = "destroyed"
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


class DestroyedList:
    """One file with one line for each key."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write_down(self, handle: bytes, kind: str) -> None:
        """Add a key, durable on return; raises ``OSError``."""
        self.write_all([(handle, kind)])

    def write_all(self, keys: Collection[tuple[bytes, str]]) -> None:
        """Add those keys that do not stand here yet, durable on return; raises ``OSError``."""
        fresh = sorted(set(keys) - self.read())
        if not fresh:
            return
        self._path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        lines = "".join(f"{kind} {handle.hex()}\n" for handle, kind in fresh)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _PRIVATE)
        with os.fdopen(descriptor, "a", encoding="ascii") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> frozenset[tuple[bytes, str]]:
        """Return handle and kind of each key; ``SettingsError`` when a line is none."""
        try:
            lines = self._path.read_text(encoding="ascii").splitlines()
            return frozenset(map(_key, lines))
        except FileNotFoundError:
            return frozenset()
        except ValueError:
            raise SettingsError(
                f"{self._path.name}: holds a line that names no key; mend it by hand"
            ) from None


def _key(line: str) -> tuple[bytes, str]:
    kind, handle = line.split(" ")
    return bytes.fromhex(handle), kind
