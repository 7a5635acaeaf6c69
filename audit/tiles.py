"""Tiles: a log as plain files that a stranger can fetch and cache (c2sp.org/tlog-tiles).

A log may be pruned: below its minimum index it no longer shows what only concerns older entries.
Every tile that reaches beyond the minimum index stays, so that no later proof is lost.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from audit.tree import append, root

CHECKPOINT = "checkpoint"
WIDTH = 256
WIDTH_BITS = 8
ENTRIES = -1

_LENGTH_BYTES = 2
_GROUP = 1000
_PATH = re.compile(r"tile/(entries|[0-7])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")

_Item = TypeVar("_Item")


class TileError(ValueError):
    """A path or the bytes of a tile that are not as the format says."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: ``level`` 0 holds leaf hashes, ``ENTRIES`` the leaves themselves (a bundle)."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """Where the tile is found below the log's prefix."""
        level = "entries" if self.level == ENTRIES else self.level
        index, name = divmod(self.index, _GROUP)
        groups = [f"{name:03}"]
        while index:
            index, group = divmod(index, _GROUP)
            groups.append(f"x{group:03}")
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"

    @property
    def end(self) -> int:
        """Where the entries end that this tile spans when it is full; pruning goes by it."""
        return (self.index + 1) << (WIDTH_BITS * (max(self.level, 0) + 1))


def parse_path(path: str) -> Tile:
    """Read the path of a tile; raises ``TileError`` unless it is the one way to write it."""
    match = _PATH.fullmatch(path)
    if not match:
        raise TileError("this is not the path of a tile")
    level = ENTRIES if match[1] == "entries" else int(match[1])
    index = int(re.sub("[x/]", "", match[2]))
    tile = Tile(level, index, int(match[3] or WIDTH))
    if tile.path != path or tile.width > WIDTH:
        raise TileError("this is not the path of a tile")
    return tile


def tiles_of(size: int, minimum: int = 0) -> Iterator[Tile]:
    """List every tile that a log of ``size`` entries shows, pruned below a minimum index.

    Bundles come first, then hashes from the leaves up.
    """
    yield from _level(ENTRIES, size, minimum)
    level = 0
    while size:
        yield from _level(level, size, minimum)
        level, size = level + 1, size >> WIDTH_BITS


def holds(size: int, tile: Tile) -> bool:
    """Tell whether a log of ``size`` entries fills this tile."""
    filled = size >> (WIDTH_BITS * max(tile.level, 0))
    return tile.index * WIDTH + tile.width <= filled


def first_shown(minimum: int) -> int:
    """Return where the first bundle begins that a pruned log shows."""
    return minimum >> WIDTH_BITS << WIDTH_BITS


def pruned_levels(start: int) -> list[tuple[Tile, int]]:
    """List the tiles whose first hashes stand for the entries below ``start``, and how many do.

    ``start`` is a multiple of 256; from level 1 up.
    """
    found, level, rest = [], 1, start >> WIDTH_BITS
    while rest:
        index, count = divmod(rest, WIDTH)
        found.append((Tile(level, index, WIDTH), count))
        level, rest = level + 1, index
    return found


def hash_tiles(
    hashes: Iterable[bytes], below: Sequence[Sequence[bytes]] = (), start: int = 0
) -> Iterator[tuple[Tile, bytes]]:
    """Build every hash tile from the leaf hashes, each as soon as it is full, partial ones last.

    A pruned log begins at ``start``, with the hashes in ``below``, a list for each level from 1 up.
    """
    filling: list[list[bytes]] = [[], *map(list, below)]
    filled = [start >> (WIDTH_BITS * (level + 1)) for level in range(len(filling))]
    for hashed in hashes:
        level = 0
        filling[0].append(hashed)
        while len(filling[level]) == WIDTH:
            full, filling[level] = filling[level], []
            yield Tile(level, filled[level], WIDTH), b"".join(full)
            filled[level] += 1
            level += 1
            if level == len(filling):
                filling.append([])
                filled.append(0)
            filling[level].append(root(append(0, (), full)))
    for level, rest in enumerate(filling):
        if rest:
            yield Tile(level, filled[level], len(rest)), b"".join(rest)


def runs(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Cut items into runs as wide as a tile; the last may be shorter."""
    rest = iter(items)
    while run := list(islice(rest, WIDTH)):
        yield run


def encode_bundle(leaves: Sequence[bytes]) -> bytes:
    """Join leaves, each after its length; a leaf has at most 65,535 bytes."""
    return b"".join(len(leaf).to_bytes(_LENGTH_BYTES) + leaf for leaf in leaves)


def decode_bundle(raw: bytes, width: int) -> list[bytes]:
    """Split a bundle into its leaves; raises ``TileError`` unless there are exactly ``width``."""
    leaves, at = [], 0
    while at < len(raw):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(raw[at:start])
        leaves.append(raw[start:at])
    if at != len(raw) or len(leaves) != width:
        raise TileError("the bundle does not hold the entries it should")
    return leaves


def _level(level: int, count: int, minimum: int) -> Iterator[Tile]:
    full, rest = divmod(count, WIDTH)
    for index in range(minimum // Tile(level, 0, WIDTH).end, full):
        yield Tile(level, index, WIDTH)
    if rest:
        yield Tile(level, full, rest)
