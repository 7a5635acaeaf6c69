"""Tiles: a log as plain files that a stranger can fetch and cache (c2sp.org/tlog-tiles)."""

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


def tiles_of(size: int) -> Iterator[Tile]:
    """List every tile of a log of ``size`` entries: bundles first, then hashes from the leaves up."""
    yield from _level(ENTRIES, size)
    level = 0
    while size:
        yield from _level(level, size)
        level, size = level + 1, size >> WIDTH_BITS


def holds(size: int, tile: Tile) -> bool:
    """Tell whether a log of ``size`` entries fills this tile."""
    filled = size >> (WIDTH_BITS * max(tile.level, 0))
    return tile.index * WIDTH + tile.width <= filled


def hash_tiles(hashes: Iterable[bytes]) -> Iterator[tuple[Tile, bytes]]:
    """Build every hash tile from the leaf hashes, each as soon as it is full, partial ones last."""
    filling: list[list[bytes]] = [[]]
    filled = [0]
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


def _level(level: int, count: int) -> Iterator[Tile]:
    full, rest = divmod(count, WIDTH)
    for index in range(full):
        yield Tile(level, index, WIDTH)
    if rest:
        yield Tile(level, full, rest)
