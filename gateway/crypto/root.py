"""The root of all keys: what wraps the key-encryption keys, and a file that can hold it.

A root key is held here, in memory, or by a service that never gives it away
(``gateway.crypto.transit``, ``gateway.crypto.hsm``).
"""

import os
import stat
from pathlib import Path
from secrets import token_bytes
from typing import Protocol

from cryptography.exceptions import InvalidTag

from gateway.crypto.primitives import KEY_SIZE, NONCE_SIZE, Algorithm, aead
from gateway.domain.errors import SettingsError, UnreadableValueError

_HEADER = b"doelpoort root key v1\n"
_FILE_SIZE = len(_HEADER) + 2 * KEY_SIZE + 1
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class RootKey(Protocol):
    """Wraps and unwraps key-encryption keys.

    ``number`` stands in the second byte of each and says which kind of root wrapped it.
    """

    number: int

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Seal a key, bound to its place; raises ``UnavailableRootError``."""
        ...

    def unwrap(self, sealed: bytes, bound: bytes) -> bytes:
        """Open a key in its place.

        Raises ``UnreadableValueError``, or ``UnavailableRootError`` when a service does not answer.
        """
        ...


class UnavailableRootError(SettingsError):
    """The service that holds the root key does not answer, or refuses."""


class LocalRoot:
    """A root key in memory: from a file, or from the environment; AES-256-GCM, random nonces."""

    number = int(Algorithm.AES_256_GCM)

    def __init__(self, key: bytes) -> None:
        self._cipher = aead(Algorithm.AES_256_GCM, key)

    @classmethod
    def from_digits(cls, digits: str) -> "LocalRoot":
        """Read 64 hexadecimal digits; ``SettingsError`` for anything else, never repeating it."""
        try:
            return cls(bytes.fromhex(digits))
        except ValueError:
            raise SettingsError("root secret: is not 64 hexadecimal digits") from None

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Return nonce (12) and sealed key (48)."""
        nonce = token_bytes(NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, key, bound)

    def unwrap(self, sealed: bytes, bound: bytes) -> bytes:
        """Open what ``wrap`` sealed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], bound)
        except (InvalidTag, ValueError):
            raise UnreadableValueError("kek key: moved or changed") from None


def read_secret(path: Path) -> str:
    """Return the digits in a file, as a platform mounts them; ``SettingsError`` where it cannot."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        raise SettingsError("root secret file: cannot be read") from None


class RootKeyFile:
    """One header line and the key as one line of hexadecimal digits, in a file of mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Write a new random key, whole and durable on return; ``SettingsError`` when it is there."""
        draft = self._path.with_name(f"{self._path.name}.{token_bytes(4).hex()}")
        try:
            _write(draft, _HEADER + token_bytes(KEY_SIZE).hex().encode("ascii") + b"\n")
            os.link(draft, self._path)
        except FileExistsError:
            raise self._refusal("exists already and is never replaced; use it as it is") from None
        except OSError as error:
            raise self._refusal(f"cannot be made ({error.strerror}); check its folder") from None
        finally:
            draft.unlink(missing_ok=True)
        self._sync_folder()

    @property
    def successor(self) -> "RootKeyFile":
        """The file beside it, in which a new root key waits until it has taken over."""
        return RootKeyFile(self._path.with_name(self._path.name + ".next"))

    @property
    def exists(self) -> bool:
        """Whether there is such a file."""
        return self._path.exists()

    def succeed(self, key: Path) -> None:
        """Take the place of another key file, for good; durable on return."""
        self._path.replace(key)
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


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
