"""A blind term says which version of the index key made it, so that a rotation knows what is left.

A term of the first version is its 16 bytes. A later one has the version before them, two bytes, big
end first. The version is the same for everybody and tells nothing about a person.

At rest no term is held by fewer than ``COVER`` people: where fewer have it, others hold it as cover.
Who has it shows by a seal, which only the gate can make or tell from chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.domain.identifiers import SubjectId

FIRST: Final = 1
BARE_SIZE: Final = 16
MARK_SIZE: Final = 2
SEAL_SIZE: Final = 8
COVER: Final = 10


def marked(version: int, bare: bytes) -> bytes:
    """Put the version of its key before a term."""
    return bare if version == FIRST else mark(version) + bare


def mark(version: int) -> bytes:
    """Return the bytes with which all terms of a version later than the first begin."""
    return version.to_bytes(MARK_SIZE, "big")


def version_of(term: bytes) -> int:
    """Tell which version of the index key made a term."""
    if len(term) != MARK_SIZE + BARE_SIZE:
        return FIRST
    return int.from_bytes(term[:MARK_SIZE], "big")


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """A term that someone has, with the gate's seal on it for her."""

    term: bytes
    seal: bytes


@dataclass(frozen=True, slots=True)
class RekeySubject:
    """Index a subject anew under a newer version of the index key; it changes no decision.

    ``terms`` take the place of those she has, if she has any. ``content`` is the digest of her
    current profile; those of earlier versions are emptied.
    """

    subject: SubjectId
    v_tag: bytes
    content: bytes
    terms: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class RaiseIndexFloor:
    """From now on refuse whatever is to be indexed under an older version than this one."""

    version: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """A subject of whom something is indexed under an older version, with her epoch at that moment.

    ``content`` is the digest of her current profile.
    """

    subject: SubjectId
    epoch: int
    content: bytes


class IndexStock(Protocol):
    """What stands under which version of the index key."""

    async def floor(self) -> int:
        """Return the oldest version under which terms may still be written; 1 at first."""
        ...

    async def before(self, version: int, after: SubjectId | None, limit: int) -> Sequence[Indexed]:
        """List subjects with anything under versions older than ``version``, in order of id."""
        ...

    async def left(self, version: int) -> int:
        """Count the subjects with anything under versions older than ``version``."""
        ...
