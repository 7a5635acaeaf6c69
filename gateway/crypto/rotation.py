"""Moves every key under a new key-encryption key, or these under a new root, while the gate is open.

1. A rotation begins by making the next key-encryption key. While an older one is there a rotation
   is under way, and starting again goes on with it.
2. Keys are wrapped anew a page at a time, each only where it still stands as it was read: one that
   was destroyed meanwhile stays destroyed.
3. An older key-encryption key is retired when nothing is wrapped under it any more. A key that does
   not open stays where it is, is counted, and keeps the key above it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from gateway.crypto.keyring import Keyring
from gateway.crypto.root import RootKey
from gateway.crypto.roots import Roots
from gateway.domain.errors import UnreadableValueError
from gateway.domain.keys import KEK, KeyStore, RootKind, Rotated, WrappedKey

PAGE = 500
_HANDLE = KEK.encode("ascii")


class KeyKeeper:
    """Turns the keys of one gate over; see ``gateway.domain.keys.KeyKeeper``."""

    def __init__(self, keyring: Keyring, keys: KeyStore, roots: Roots) -> None:
        self._keyring = keyring
        self._keys = keys
        self._roots = roots

    def status(self) -> Mapping[str, object]:
        """Return what there is, never a key."""
        versions = _versions(self._keys)
        return {"root": str(self._roots.kind), "kek versions": versions, **self._keys.counts()}

    def rotate(self, progress: Callable[[int], object]) -> Rotated:
        """Begin a rotation of the key-encryption key, or go on with one, to its end."""
        return rotate(self._keyring, self._keys, progress)

    def move_root(self, kind: RootKind) -> int:
        """Wrap all key-encryption keys under another root, and leave no trace of the old wraps."""
        moved = move_root(self._keyring, self._keys, self._roots.next(kind))
        self._roots.moved(kind)
        self._keys.scrub()
        return moved

    def unreadable(self) -> int:
        """Count the keys that do not open."""
        return unreadable_keys(self._keyring, self._keys)


def rotate(keyring: Keyring, keys: KeyStore, progress: Callable[[int], object]) -> Rotated:
    """Begin a rotation, or go on with one, and bring it to its end; ``progress`` hears the count."""
    older = _versions(keys)[:-1]
    version = keyring.refresh() if older else keyring.rotate()
    moved, unreadable = 0, 0
    while True:
        swept, unreadable = _sweep(keyring, keys, version, lambda done: progress(moved + done))  # noqa: B023 - called within its turn
        moved += swept
        left = _retire(keys, version)
        if not left or not swept:
            return Rotated(version, moved, unreadable, left, keys.scrub())


def move_root(keyring: Keyring, keys: KeyStore, root: RootKey) -> int:
    """Wrap all key-encryption keys under another root, and return how many there are.

    ``keyring`` opens them under the old one. One that another gate makes meanwhile is moved too.
    """
    under_new = Keyring(root, keys)
    while stale := [row for row in keys.versions(_HANDLE, KEK) if not _opens(under_new, row)]:
        keys.rewrap([(row, keyring.moved(row, root)) for row in stale])
    return len(_versions(keys))


def unreadable_keys(keyring: Keyring, keys: KeyStore) -> int:
    """Count the keys that do not open."""
    beyond = keyring.refresh() + 1
    return sum(not _opens(keyring, row) for page in _pages(keys, beyond) for row in page)


def _sweep(
    keyring: Keyring, keys: KeyStore, version: int, progress: Callable[[int], object]
) -> tuple[int, int]:
    moved = unreadable = 0
    for page in _pages(keys, version):
        pairs = [(row, keyring.rewrapped(row)) for row in page if _opens(keyring, row)]
        moved += keys.rewrap(pairs)
        unreadable += len(page) - len(pairs)
        progress(moved)
    return moved, unreadable


def _pages(keys: KeyStore, under: int) -> Iterator[Sequence[WrappedKey]]:
    after = None
    while page := keys.wrapped_before(under, after, PAGE):
        yield page
        after = page[-1]


def _retire(keys: KeyStore, version: int) -> tuple[int, ...]:
    """Retire all older versions that can be; return those that cannot."""
    return tuple(older for older in _versions(keys) if older < version and not keys.retire(older))


def _opens(keyring: Keyring, row: WrappedKey) -> bool:
    try:
        return bool(keyring.unwrap(row.handle, row.kind, row.wrapped))
    except UnreadableValueError:
        return False


def _versions(keys: KeyStore) -> tuple[int, ...]:
    return tuple(row.version for row in keys.versions(_HANDLE, KEK))
