"""What a witness remembers, in a folder: one file for each log, replaced whole and under a lock."""

from pathlib import Path

from audit.durable import locked, replace_file


class FolderWitnessStore:
    """The store of one witness; several threads and processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def latest(self, key: str) -> str | None:
        """Return the last checkpoint cosigned for a log; ``None`` when there is none."""
        try:
            return (self._folder / key).read_bytes().decode()
        except FileNotFoundError:
            return None

    def replace(self, key: str, old: str | None, new: str) -> bool:
        """Put ``new`` in the place of ``old``, durably; ``False`` when another stands there."""
        with locked(self._folder / "lock"):
            if self.latest(key) != old:
                return False
            replace_file(self._folder / key, new.encode())
            return True
