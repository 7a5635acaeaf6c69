"""A blind term says which version of the index key made it, so that a rotation knows what is left.

A term of the first version is its 16 bytes. A later one has the version before them, two bytes, big
end first. The version is the same for everybody and tells nothing about a person.
"""

from typing import Final

FIRST: Final = 1
BARE_SIZE: Final = 16
MARK_SIZE: Final = 2


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
