"""Every key but the root lives wrapped: the root opens key-encryption keys, these open the rest.

A wrapped key begins with ten bytes: format (1), algorithm or kind of root (1), version of the
key-encryption key (4; 0 is the root), version of this key (4). Then come nonce (12) and the sealed
key with its tag (48), or what the root makes of a key-encryption key (``gateway.crypto.root``). Its
place, that is kind and handle, is authenticated with the ten bytes, so a key opens only where it
belongs. Nonces are random: one key-encryption key may wrap 2**32 keys (NIST SP 800-38D, 8.3).

Plaintext is kept in memory for the few named keys and key-encryption keys only. A subject's keys
are unwrapped on each use, so that a destroyed key is gone at once.
"""

import re
import struct
from secrets import token_bytes
from typing import NamedTuple

from cryptography.exceptions import InvalidTag

from gateway.crypto.primitives import (
    FORMAT,
    KEY_SIZE,
    NONCE_SIZE,
    TAG_SIZE,
    Aead,
    Algorithm,
    Tagger,
    aead,
)
from gateway.crypto.root import RootKey
from gateway.domain.errors import SettingsError, UnreadableValueError
from gateway.domain.keys import KEK, KeyExistsError, KeyRetiredError, KeyStore, WrappedKey

PROFILE = "profile"
LOG = "log"
NAMED = "named"
COMING = "coming"
"""A version of a named key that is read by already and not yet written with."""

SUBJECT_TAG_SIZE = 16

_KEK_HANDLE = KEK.encode("ascii")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_ROOT = 0
_HEADER = struct.Struct(">BBII")
_BY_GCM = bytes((FORMAT, Algorithm.AES_256_GCM))
_SEALED_AT = _HEADER.size + NONCE_SIZE
_SIZE = _SEALED_AT + KEY_SIZE + TAG_SIZE


class _Place(NamedTuple):
    handle: bytes
    kind: str
    version: int


class VersionedKey(NamedTuple):
    """One living version of a key with a name, unwrapped."""

    version: int
    key: bytes


class Keyring:
    """Makes, wraps and unwraps keys below one root key."""

    def __init__(self, root: RootKey, keys: KeyStore) -> None:
        self._root = root
        self._keys = keys
        self._wrappers: dict[int, Aead] = {}
        self._newest = _ROOT
        self._named: dict[str, bytes] = {}
        self._tagger: Tagger | None = None

    def named(self, name: str) -> bytes:
        """Return the key of this name, 32 bytes; made on first use and kept.

        Names are lower-case ASCII: ``tag``, ``log``, ``log-signing``, …. Keys that are turned over
        (``index``, ``pseudonym``) have ``living`` versions.
        """
        key = self._named.get(name)
        if key is None:
            key = self._named[name] = self._kept(_handle(name), NAMED, self._newest_version())
        return key

    def living(self, name: str) -> tuple[VersionedKey, ...]:
        """Read and unwrap the versions of this key: the one to write with, then the others, newest first.

        The first version is made on first use. Versions that are coming are among the others.
        """
        handle = _handle(name)
        coming = self._keys.versions(handle, COMING)  # first: what is taken up meanwhile is in both
        rows = self._keys.versions(handle, NAMED)
        if not rows:
            self._kept(handle, NAMED, self._newest_version())
            rows = self._keys.versions(handle, NAMED)
        writes = rows[-1]
        read = {row.version: row for row in (*coming, *rows)}
        others = (read[version] for version in sorted(read, reverse=True))
        ordered = (writes, *(row for row in others if row.version != writes.version))
        return tuple(VersionedKey(row.version, self._unwrap_row(row)) for row in ordered)

    def wrap_named(self, name: str, version: int, key: bytes | None = None) -> WrappedKey:
        """Wrap a version to be written with, or, without ``key``, make one that is coming."""
        kind = COMING if key is None else NAMED
        place = _Place(_handle(name), kind, version)
        return self._wrap(self.refresh(), place, key or token_bytes(KEY_SIZE))

    def subject_tag(self, subject: bytes) -> bytes:
        """Return the keyed tag that stands for a subject in the log and names her log key."""
        if self._tagger is None:
            self._tagger = Tagger(self.named("tag"))
        return self._tagger.tag(subject, SUBJECT_TAG_SIZE)

    def wrap_new(self, handle: bytes, kind: str) -> WrappedKey:
        """Make a key and wrap it; the caller adds it to the store before its first use."""
        return self._wrap_new(self._newest_version(), _Place(handle, kind, 1))

    def unwrap(self, handle: bytes, kind: str, wrapped: bytes) -> bytes:
        """Return the key that was wrapped for this place; ``UnreadableValueError`` for any other."""
        if kind == KEK:
            return self._unwrap_by_root(handle, wrapped)
        header, nonce = wrapped[: _HEADER.size], wrapped[_HEADER.size : _SEALED_AT]
        if len(wrapped) != _SIZE or not wrapped.startswith(_BY_GCM):
            raise UnreadableValueError(f"{kind} key: gone, or not a wrapped key")
        under = int.from_bytes(header[2:6], "big")
        if under == _ROOT:
            raise UnreadableValueError(f"{kind} key: not wrapped under the key above it")
        try:
            return self._wrapper(under).decrypt(
                nonce, wrapped[_SEALED_AT:], _binding(header, kind, handle)
            )
        except InvalidTag:
            raise UnreadableValueError(f"{kind} key: moved or changed") from None

    def rotate(self) -> int:
        """Make the next key-encryption key and return its version.

        New keys are wrapped under it; keys wrapped under older versions still open. Other gateways
        take it up when they start. Raises ``SettingsError`` when the others were moved to
        another root meanwhile: under this one nothing would open it again.
        """
        version = self._newest_version(fresh=True) + 1
        made = self._wrap_new(_ROOT, _Place(_KEK_HANDLE, KEK, version))
        self._keys.add((made,))
        if not all(map(self._is_ours, self._keys.versions(_KEK_HANDLE, KEK))):
            self._keys.drop(made)
            raise SettingsError("root key: another took its place; start again with that")
        self._newest = version
        return version

    def refresh(self) -> int:
        """Take up the newest key-encryption key there is, and return its version."""
        return self._newest_version(fresh=True)

    def rewrapped(self, row: WrappedKey) -> WrappedKey:
        """Wrap the same key under the newest key-encryption key; ``UnreadableValueError``."""
        place = _Place(row.handle, row.kind, row.version)
        return self._wrap(self._newest_version(), place, self._unwrap_row(row))

    def moved(self, row: WrappedKey, root: RootKey) -> WrappedKey:
        """Wrap a key-encryption key under another root; ``UnreadableValueError``."""
        place = _Place(row.handle, row.kind, row.version)
        return _wrap_by_root(root, place, self._unwrap_row(row))

    def opens(self) -> bool:
        """Tell whether the root opens the newest key-encryption key; ``True`` where none is yet."""
        newest = self._keys.get(_KEK_HANDLE, KEK)
        return newest is None or self._is_ours(newest)

    def _is_ours(self, kek: WrappedKey) -> bool:
        try:
            return bool(self._unwrap_row(kek))
        except UnreadableValueError:
            return False

    def _newest_version(self, *, fresh: bool = False) -> int:
        if self._newest == _ROOT or fresh:
            newest = self._keys.get(_KEK_HANDLE, KEK)
            if newest is None:
                self._kept(_KEK_HANDLE, KEK, _ROOT)
            self._newest = 1 if newest is None else newest.version
        return self._newest

    def _kept(self, handle: bytes, kind: str, under: int) -> bytes:
        row = self._keys.get(handle, kind) or self._made(handle, kind, under)
        return self._unwrap_row(row)

    def _made(self, handle: bytes, kind: str, under: int) -> WrappedKey:
        made = self._wrap_new(under, _Place(handle, kind, 1))
        try:
            self._keys.add((made,))
        except KeyRetiredError:
            return self._made(handle, kind, self.refresh())
        except KeyExistsError:  # another gateway, or another thread, was first
            first = self._keys.get(handle, kind)
            if first is None:
                raise
            return first
        return made

    def _wrapper(self, version: int) -> Aead:
        wrapper = self._wrappers.get(version)
        if wrapper is None:
            rows = self._keys.versions(_KEK_HANDLE, KEK)
            row = next((row for row in rows if row.version == version), None)
            if row is None:
                raise UnreadableValueError(f"key-encryption key version {version}: gone")
            wrapper = aead(Algorithm.AES_256_GCM, self._unwrap_row(row))
            self._wrappers[version] = wrapper
        return wrapper

    def _unwrap_row(self, row: WrappedKey) -> bytes:
        if row.wrapped[6:10] != row.version.to_bytes(4, "big"):
            raise UnreadableValueError(f"{row.kind} key: another version than its row says")
        return self.unwrap(row.handle, row.kind, row.wrapped)

    def _unwrap_by_root(self, handle: bytes, wrapped: bytes) -> bytes:
        header = wrapped[: _HEADER.size]
        if len(header) < _HEADER.size or header[0] != FORMAT:
            raise UnreadableValueError("kek key: gone, or not a wrapped key")
        if any(header[2:6]):
            raise UnreadableValueError("kek key: not wrapped under the key above it")
        if header[1] != self._root.number:
            raise UnreadableValueError("kek key: wrapped by another kind of root key")
        return self._root.unwrap(wrapped[_HEADER.size :], _binding(header, KEK, handle))

    def _wrap_new(self, under: int, place: _Place) -> WrappedKey:
        return self._wrap(under, place, token_bytes(KEY_SIZE))

    def _wrap(self, under: int, place: _Place, key: bytes) -> WrappedKey:
        if under == _ROOT:
            return _wrap_by_root(self._root, place, key)
        header = _HEADER.pack(FORMAT, Algorithm.AES_256_GCM, under, place.version)
        nonce = token_bytes(NONCE_SIZE)
        bound = _binding(header, place.kind, place.handle)
        sealed = self._wrapper(under).encrypt(nonce, key, bound)
        return WrappedKey(*place, header + nonce + sealed, under)


def _handle(name: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise ValueError("a key's name is lower-case letters, digits and dashes")
    return name.encode("ascii")


def _wrap_by_root(root: RootKey, place: _Place, key: bytes) -> WrappedKey:
    header = _HEADER.pack(FORMAT, root.number, _ROOT, place.version)
    return WrappedKey(*place, header + root.wrap(key, _binding(header, place.kind, place.handle)))


def _binding(header: bytes, kind: str, handle: bytes) -> bytes:
    return b"doelpoort key\0" + header + kind.encode("ascii") + b"\0" + handle
