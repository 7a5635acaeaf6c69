"""A folder that is watched for deliveries: read without following links, put away without replacing.

1. A file lies still when it was not written to for some seconds, or when an empty file beside it with
   ``.ready`` behind its name says so. Names that begin with a point, or end like a copy under way, wait.
2. What was looked at goes to ``done`` or ``refused``, with the first digits of its digest in its name,
   so that no file replaces another; its acknowledgement lies beside it, for the owner's eyes.
3. One process at a time takes files from a folder: it holds a lock that ends with it.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from gateway.domain.inboxes import Place

PRIVATE: Final = 0o600
OWN: Final = 0o700
READY: Final = ".ready"
ACKNOWLEDGED: Final = ".ontvangst.json"
UNDER_WAY: Final = (READY, ".part", ".partial", ".tmp", ".filepart", ".crdownload")
LOCK: Final = ".doelpoort-lock"
DIGITS: Final = 12
CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One file of the folder; see ``gateway.domain.inboxes.DroppedFile``."""

    folder: Path
    name: str
    stream: BinaryIO
    opened: tuple[int, int, int]

    def put_away(self, place: Place, acknowledgement: bytes) -> bool:
        """Write the acknowledgement, make it durable, then move the file; see the port."""
        origin = self.folder / self.name
        if _state(origin.lstat()) != self.opened:
            return False
        target = self.folder / place
        target.mkdir(mode=OWN, exist_ok=True)
        name = self._unmistakable()
        _write_durably(target / f"{name}{ACKNOWLEDGED}", acknowledgement)
        origin.rename(target / name)
        (target / name).chmod(PRIVATE)
        (self.folder / f"{self.name}{READY}").unlink(missing_ok=True)
        _make_durable(target)
        _make_durable(self.folder)
        return True

    def _unmistakable(self) -> str:
        """Return the file's name with the first digits of its digest in it (2)."""
        self.stream.seek(0)
        digest = hashlib.sha256()
        while chunk := self.stream.read(CHUNK):
            digest.update(chunk)
        path = Path(self.name)
        return f"{path.stem}-{digest.hexdigest()[:DIGITS]}{path.suffix}"


@dataclass(frozen=True, slots=True)
class FolderInbox:
    """A watched folder; ``now`` is the time of the machine in seconds, as files carry it."""

    folder: Path
    still: float
    now: Callable[[], float]

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the folder's lock while in here (3); ``False`` where another process has it."""
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, PRIVATE)
        try:
            yield _locked(descriptor)
        finally:
            os.close(descriptor)

    def settled(self) -> Sequence[str]:
        """Name the plain files that lie still (1)."""
        with os.scandir(self.folder) as entries:
            files = {
                entry.name: entry.stat(follow_symlinks=False)
                for entry in entries
                if entry.is_file(follow_symlinks=False)
            }
        return sorted(
            name
            for name, found in files.items()
            if not name.startswith(".")
            and not name.casefold().endswith(UNDER_WAY)
            and (f"{name}{READY}" in files or self.now() - found.st_mtime >= self.still)
        )

    @contextmanager
    def open(self, name: str) -> Iterator[FolderFile]:
        """Open a file, never through a link."""
        descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise FileNotFoundError(name)
            yield FolderFile(self.folder, name, stream, _state(found))


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _locked(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _write_durably(path: Path, content: bytes) -> None:
    """Let a private file appear whole, in place of an earlier one of the same content."""
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
