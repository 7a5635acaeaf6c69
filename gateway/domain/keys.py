"""Where wrapped keys live: apart from the data they open, so that destroying a key shreds the data."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from gateway.domain.errors import GatewayError

KEK = "kek"
"""Kind, and in ASCII the handle, of the key-encryption keys."""

INDEX: Final = "index"
"""Name of the key of the blind index."""

PSEUDONYM: Final = "pseudonym"
"""Name of the key of the pseudonyms."""

FRESH: Final = 2.0
"""Seconds for which a gate may go by the versions of a turning key as it last read them."""

SETTLED: Final = 3 * FRESH
"""Seconds after which every gate goes by what was written before, with time for what it had begun."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key that only the key above it can open; ``version`` counts from 1 per handle and kind.

    ``handle`` is the subject id's bytes for kind ``profile``, the subject's tag for kind ``log``
    and an ASCII name for kinds ``kek`` and ``named``. ``under`` is the version of the key-encryption
    key that wraps it; 0 is the root.
    """

    handle: bytes
    kind: str
    version: int
    wrapped: bytes = field(repr=False)
    under: int = 0


class KeyExistsError(GatewayError):
    """A key with this handle, kind and version is there already; the text names kind and version."""

    code = "KEY_EXISTS"

    def __init__(self, kind: str, version: int) -> None:
        super().__init__(f"key of kind {kind}, version {version}, exists already")


class KeyRetiredError(GatewayError):
    """A new key is wrapped under a key-encryption key that was retired meanwhile; wrap it anew."""

    code = "KEY_RETIRED"

    def __init__(self, under: int) -> None:
        super().__init__(f"key-encryption key version {under}: retired; wrap under the newest")


class KeyStore(Protocol):
    """Keeps wrapped keys; a key once added is never replaced, only wrapped anew or destroyed.

    Called from the event loop's thread and from the log's writer thread.
    """

    def add(self, keys: Sequence[WrappedKey]) -> None:
        """Keep new keys, all or none, durable on return.

        Raises ``KeyExistsError`` when a handle, kind and version is there already, or twice in
        ``keys``, or was destroyed; ``KeyRetiredError`` when the key above one is gone.
        """
        ...

    def get(self, handle: bytes, kind: str) -> WrappedKey | None:
        """Return the newest version, or ``None`` when there is no key (any more)."""
        ...

    def newest(self, handles: Collection[bytes], kind: str) -> Mapping[bytes, bytes]:
        """Return what is wrapped in the newest version of each handle that has one, read in one go."""
        ...

    def versions(self, handle: bytes, kind: str) -> Sequence[WrappedKey]:
        """Return every version, oldest first; empty when there is none."""
        ...

    def destroy(self, handle: bytes, kind: str) -> bool:
        """Destroy every version for good, durable on return; tell whether there was any.

        That they were destroyed is remembered: the handle never gets a key of this kind again.
        """
        ...

    def destroyed(self, handle: bytes, kind: str) -> bool:
        """Tell whether there were keys that have been destroyed."""
        ...

    def all_destroyed(self) -> Collection[tuple[bytes, str]]:
        """Return handle and kind of every key that was destroyed."""
        ...

    def returned(self) -> Collection[tuple[bytes, str]]:
        """Return handle and kind of the keys that stand here though they were destroyed."""
        ...

    def bury(self, handles: Collection[tuple[bytes, str]]) -> int:
        """Destroy keys that were destroyed before and came back; return how many were there.

        Each handle and kind is remembered as destroyed, also where no key of it is here.
        """
        ...

    def wrapped_before(
        self, under: int, after: WrappedKey | None, limit: int
    ) -> Sequence[WrappedKey]:
        """Return keys wrapped under versions older than ``under``, in order of place.

        Those of the root are not among them. ``after`` is the last one of the page before.
        """
        ...

    def rewrap(self, keys: Sequence[tuple[WrappedKey, WrappedKey]]) -> int:
        """Put each second key where the first one still stands; durable on return.

        Returns how many were put; one that was destroyed or wrapped anew meanwhile is passed over.
        Raises ``KeyRetiredError`` when the key above a second one is gone: then none is put.
        """
        ...

    def drop(self, key: WrappedKey) -> bool:
        """Destroy one version, durable on return; tell whether it was there. Then ``scrub``.

        Unlike ``destroy`` it is not remembered: the handle keeps its other versions, and gets new.
        """
        ...

    def retire(self, version: int) -> bool:
        """Destroy one key-encryption key, unless keys are still wrapped under it; then ``scrub``."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Count the keys of each kind, every version."""
        ...

    def scrub(self) -> bool:
        """Leave no trace of what was destroyed or wrapped anew; ``False`` when a reader was in the way."""
        ...


class RootKind(StrEnum):
    """Where the root key is: in a file, in the environment, in OpenBao or Vault, in an HSM."""

    FILE = "file"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    TRANSIT = "transit"
    HSM = "hsm"


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: ``unreadable`` keys were left where they are.

    ``left`` are versions of the key-encryption key that are still in use; ``scrubbed`` says that
    the retired ones are gone from the store's files too.
    """

    version: int
    moved: int
    unreadable: int
    left: tuple[int, ...]
    scrubbed: bool


@dataclass(frozen=True, slots=True)
class KeyVersions:
    """The living versions of a key with a name.

    ``writes`` is the one that is written with, ``older`` those that are still read by, newest
    first, and ``coming`` the one that is read by already and will be written with.
    """

    writes: int
    older: tuple[int, ...] = ()
    coming: int | None = None

    def told(self, name: str) -> Mapping[str, object]:
        """Tell the versions under words that begin with a name."""
        return {
            f"{name} version": self.writes,
            f"{name} older": list(self.older),
            f"{name} coming": self.coming,
        }


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What a rotation of the index key did.

    ``unreadable`` profiles were left under an older version, and ``left`` subjects in all; while
    there are any, the older versions stay.
    """

    version: int
    moved: int
    unreadable: int
    left: int
    retired: tuple[int, ...]


class KeyTurns(Protocol):
    """Turns over keys with a name, in steps of which each may be done twice.

    A version is announced first. Once every gate reads by it (``SETTLED``) it is taken up, and once
    nothing is left under the older ones they are retired.
    """

    def versions(self, name: str) -> KeyVersions:
        """Return the living versions, as they are in the store now."""
        ...

    def announce(self, name: str) -> int:
        """Make the next version, to read by only; the one that was announced before, if any."""
        ...

    def take_up(self, name: str) -> int:
        """Write from now on with the version that was announced; return the one that is written with."""
        ...

    def retire(self, name: str) -> tuple[int, ...]:
        """Destroy every version older than the one that is written with; return which."""
        ...


class KeyKeeper(Protocol):
    """Turns the keys over while the gate is open; each turn can be broken off and begun again."""

    def status(self) -> Mapping[str, object]:
        """Return kind of root, versions of the key-encryption key, and how many keys of each kind."""
        ...

    def rotate(self, progress: Callable[[int], object]) -> Rotated:
        """Wrap every key under a new key-encryption key; ``progress`` hears how many are done."""
        ...

    def move_root(self, kind: RootKind) -> int:
        """Wrap the key-encryption keys under another root; return how many there are."""
        ...

    def unreadable(self) -> int:
        """Count the keys that do not open."""
        ...
