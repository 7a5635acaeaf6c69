"""Where wrapped keys live: apart from the data they open, so that destroying a key shreds the data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.domain.errors import GatewayError


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key that only the key above it can open; ``version`` counts from 1 per handle and kind.

    ``handle`` is the subject id's bytes for kind ``profile``, the subject's tag for kind ``log``
    and an ASCII name for kinds ``kek`` and ``named``.
    """

    handle: bytes
    kind: str
    version: int
    wrapped: bytes = field(repr=False)


class KeyExistsError(GatewayError):
    """A key with this handle, kind and version is there already; the text names kind and version."""

    code = "KEY_EXISTS"

    def __init__(self, kind: str, version: int) -> None:
        super().__init__(f"key of kind {kind}, version {version}, exists already")


class KeyStore(Protocol):
    """Keeps wrapped keys; a key once added is never replaced, only destroyed.

    Called from the event loop's thread and from the log's writer thread.
    """

    def add(self, keys: Sequence[WrappedKey]) -> None:
        """Keep new keys, all or none, durable on return.

        Raises ``KeyExistsError`` when a handle, kind and version is there already, or twice in
        ``keys``, or was destroyed.
        """
        ...

    def get(self, handle: bytes, kind: str) -> WrappedKey | None:
        """Return the newest version, or ``None`` when there is no key (any more)."""
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
