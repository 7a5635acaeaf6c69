"""Which version of each profile the log knows: an older one that is put back does not pass for hers.

1. Each entry that stores a version is kept beside the log, by the tag under which the log knows her.
2. Whoever reads a profile reads the newest of these with it; an older profile does not open.
3. What is kept can be put back too. The log cannot: the check compares it with every entry, so that
   versions count on from one without a gap, an entry each, and with who stands in the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import SubjectId
from gateway.domain.records import RecordKind

STORED: Final = "stored"
"""Outcome of the entry with which a delivered version was stored."""

REVISED: Final = "revised"
"""Outcome of the entry with which a version came of the one before."""


class ReplayedValueError(UnreadableValueError):
    """A profile is older than the newest that the log knows: someone put it back."""

    code = "REPLAYED_VALUE"

    def __init__(self, version: int, logged: int) -> None:
        super().__init__(f"header: version {version}, though the log knows version {logged}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an entry that stored a version: the tag of whose it is, and which."""

    tag: bytes
    version: int


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """An entry of the log: the tag it is about, whether it says that a version was stored, and what is kept of it."""

    index: int
    tag: bytes | None
    stores: bool
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version of someone's profile is in the store, and the newest that is kept of the log."""

    subject: SubjectId
    tag: bytes
    version: int
    logged: int

    @property
    def replayed(self) -> bool:
        """Tell whether the log knows a newer one."""
        return self.version < self.logged


class VersionBook(Protocol):
    """Versions as they stand, and as the log knows them."""

    def entries(self) -> Iterator[VersionEntry]:
        """Read every entry that stores a version or of which one is kept, in order of the log."""
        ...

    def standing(self) -> Iterator[Standing]:
        """Read how everyone stands; what is logged meanwhile is in neither, or in the version."""
        ...


def stores_version(leaf: Mapping[str, object]) -> bool:
    """Tell whether an entry with this leaf stores a version of a profile."""
    return leaf.get("type") == RecordKind.PROFILE and leaf.get("outcome") in {STORED, REVISED}
