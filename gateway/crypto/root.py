"""The root key in a file that only its owner can read; everything else hangs from it."""

import os
import stat
from pathlib import Path
from secrets import token_bytes

from gateway.crypto.primitives import KEY_SIZE
from gateway.domain.errors import SettingsError

_HEADER = b"doelpoort root key v1\n"
_FILE_SIZE = len(_HEADER) + 2 * KEY_SIZE + 1
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class RootKeyFile:
    """One header line and the key as one line of hexadecimal digits, in a file of mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Write a new random key, durable on return; ``SettingsError`` when the file is there."""
        content = _HEADER + token_bytes(KEY_SIZE).hex().encode("ascii") + b"\n"
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise self._refusal("exists already and is never replaced; use it as it is") from None
        except OSError as error:
            raise self._refusal(f"cannot be made ({error.strerror}); check its folder") from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._sync_folder()

    def read(self) -> bytes:
        """Return the key; ``SettingsError`` when others may read it or it is no root key."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise self._refusal(
                f"cannot be opened ({error.strerror}); make one or name the right file"
            ) from None
        try:
            self._check(os.fstat(descriptor))
            return self._parse(os.read(descriptor, _FILE_SIZE + 1))
        finally:
            os.close(descriptor)

    def _check(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise self._refusal("is not a regular file; name the file itself")
        if status.st_mode & _OTHERS:
            raise self._refusal("is open to others than its owner; run chmod 600 on it")

    def _parse(self, content: bytes) -> bytes:
        digits = content[len(_HEADER) : -1]
        wrong = self._refusal("is not a root key of version 1; restore it from its backup")
        if len(content) != _FILE_SIZE or not content.startswith(_HEADER):
            raise wrong
        try:
            key = bytes.fromhex(digits.decode("ascii"))
        except ValueError:
            raise wrong from None
        if len(key) != KEY_SIZE:
            raise wrong
        return key

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _refusal(self, why: str) -> SettingsError:
        return SettingsError(f"root key file {self._path.name}: {why}")
