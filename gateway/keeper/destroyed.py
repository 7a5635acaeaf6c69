"""Remembers, outside the database, which keys were destroyed: an older copy cannot bring them back.

Beside the guard of the log and, like it, in no backup: one line for each key, its kind and its
handle, which is a pseudonym of someone whose data is gone. Lines are only added; a line is durable
before its key is destroyed, and whole whenever the power fails.
"""

from collections.abc import Collection
from pathlib import Path

from audit.durable import locked, replace_file
from gateway.domain.errors import SettingsError

NAME = "destroyed"
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
        if self.read().issuperset(keys):
            return
        self._path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        with locked(self._path.with_name(f"{self._path.name}.lock")):
            lines = [f"{kind} {handle.hex()}\n" for handle, kind in sorted({*self.read(), *keys})]
            replace_file(self._path, "".join(lines).encode("ascii"))

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
