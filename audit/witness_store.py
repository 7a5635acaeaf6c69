"""What a witness remembers, in a folder: one file for each log, replaced whole and under a lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import Lock

from audit.durable import replace_file


class FolderWitnessStore:
    """The store of one witness; several threads and processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._threads = Lock()

    def latest(self, key: str) -> str | None:
        """Return the last checkpoint cosigned for a log; ``None`` when there is none."""
        try:
            return (self._folder / key).read_bytes().decode()
        except FileNotFoundError:
            return None

    def replace(self, key: str, old: str | None, new: str) -> bool:
        """Put ``new`` in the place of ``old``, durably; ``False`` when another stands there."""
        with self._locked():
            if self.latest(key) != old:
                return False
            replace_file(self._folder / key, new.encode())
            return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._threads, (self._folder / "lock").open("wb") as file:
            flock(file, LOCK_EX)
            yield
