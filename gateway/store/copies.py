"""What a backup consists of: two parts, data and keys, each a file and a manifest beside it.

The parts stand in folders of their own, so that keys can lie elsewhere and go sooner. The data is
copied first: a key commits before the first value under it, so whatever the copied data needs is
among the keys that are copied after, unless it was destroyed meanwhile.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from audit.durable import replace_file
from gateway.domain.errors import GatewayError

MANIFEST: Final = "manifest.json"
KEY_TERM: Final = timedelta(days=7)
PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
_VERSION: Final = 1


class BackupError(GatewayError):
    """A backup that cannot be made, read or put back; the text says why."""

    code = "BACKUP"


class Part(StrEnum):
    """What a file holds."""

    DATA = "data"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Copied:
    """What was found in a copy: schema, and for data the log's size and signed checkpoint."""

    schema: str
    size: int = 0
    checkpoint: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Vouches for one part: from which store and when, its schema, its log, its bytes."""

    part: Part
    store: str
    tenant: str
    at: str
    schema: str
    size: int
    checkpoint: str
    file: str
    bytes: int
    sha256: str
    keep_until: str = ""

    @property
    def moment(self) -> datetime:
        """When the copy was made."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the two parts of a backup lie."""

    data: Path
    keys: Path

    def of(self, part: Part) -> Path:
        """Return the folder of a part."""
        return self.data if part is Part.DATA else self.keys


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read, and whose bytes are those that its manifests vouch for."""

    folders: Folders
    data: Manifest
    keys: Manifest

    def file(self, part: Part) -> Path:
        """Return the file of a part."""
        manifest = self.data if part is Part.DATA else self.keys
        return self.folders.of(part) / manifest.file


def make_room(folder: Path, file: str) -> Path:
    """Make a folder for a part, and in it an empty file that its owner alone may read."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path = folder / file
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
    except FileExistsError:
        raise BackupError(f"{path}: a backup stands here; give another folder") from None
    return path


def seal(path: Path, part: Part, origin: tuple[str, str], copied: Copied, at: datetime) -> Manifest:
    """Write the manifest of a file that is complete; ``origin`` is the kind of store and the tenant."""
    until = (at + KEY_TERM).isoformat() if part is Part.KEYS else ""
    manifest = Manifest(
        part,
        *origin,
        at.isoformat(),
        copied.schema,
        copied.size,
        copied.checkpoint,
        path.name,
        path.stat().st_size,
        _digest(path),
        until,
    )
    text = json.dumps({"v": _VERSION, **asdict(manifest)}, indent=1)
    replace_file(path.with_name(MANIFEST), text.encode())
    return manifest


def read(folders: Folders) -> Backup:
    """Read both manifests and check the bytes; raises ``BackupError``."""
    return Backup(folders, _read(folders.data, Part.DATA), _read(folders.keys, Part.KEYS))


def _read(folder: Path, part: Part) -> Manifest:
    try:
        stored = json.loads((folder / MANIFEST).read_bytes())
        version = stored.pop("v")
        manifest = Manifest(**{**stored, "part": Part(stored["part"])})
    except FileNotFoundError:
        raise BackupError(f"{folder}: holds no {part} of a backup") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError(f"{folder}: its manifest cannot be read") from None
    if version != _VERSION or manifest.part is not part or "/" in manifest.file:
        raise BackupError(f"{folder}: its manifest is not that of the {part} of a backup")
    path = folder / manifest.file
    if not path.is_file() or (path.stat().st_size, _digest(path)) != (
        manifest.bytes,
        manifest.sha256,
    ):
        raise BackupError(f"{path}: is not the file that its manifest vouches for")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
