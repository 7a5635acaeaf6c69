"""Tiles: one path for each, and bytes that read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    TileError,
    decode_bundle,
    encode_bundle,
    hash_tiles,
    holds,
    parse_path,
    tiles_of,
)
from audit.tree import append, leaf_hash, root

TILES = st.builds(Tile, st.integers(-1, 7), st.integers(0, 2**60), st.integers(1, WIDTH))


@given(TILES)
def test_a_path_reads_back(tile: Tile) -> None:
    """Each tile has a path, and the path leads to the tile."""
    assert parse_path(tile.path) == tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0, WIDTH), "tile/0/000"),
        (Tile(2, 1_234_067, WIDTH), "tile/2/x001/x234/067"),
        (Tile(ENTRIES, 1000, 7), "tile/entries/x001/000.p/7"),
    ],
)
def test_paths_are_as_specified(tile: Tile, path: str) -> None:
    """Groups of three digits, all but the last marked."""
    assert tile.path == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/8/000",
        "tile/00/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/001/x000",
        "tile/-1/000",
        "tile/entries/000/",
        "/tile/0/000",
        "tile/0/../000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/000\n",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    """There is one way to write a path."""
    with pytest.raises(TileError):
        parse_path(path)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000])
def test_a_size_has_the_tiles_that_hashing_fills(size: int) -> None:
    """The listed hash tiles are those that the hashes build, and their width adds up."""
    built = [tile for tile, _ in hash_tiles(bytes(32) for _ in range(size))]
    listed = list(tiles_of(size))
    hashes = [tile for tile in listed if tile.level != ENTRIES]
    assert sorted(built, key=lambda tile: (tile.level, tile.index)) == hashes
    for level in (ENTRIES, 0):
        assert sum(tile.width for tile in listed if tile.level == level) == size
    assert all(holds(size, tile) for tile in listed)
    last = [tile for tile in listed if tile.level == ENTRIES][-1:]
    assert not any(holds(size - 1, tile) for tile in last)


def test_upper_tiles_hold_the_roots_below() -> None:
    """A hash at level 1 is the root of a full tile at level 0."""
    hashes = [leaf_hash(b"%d" % number) for number in range(600)]
    tiles = dict(hash_tiles(hashes))
    full = [root(append(0, (), hashes[start : start + 256])) for start in (0, 256)]
    assert tiles[Tile(1, 0, 2)] == b"".join(full)
    assert tiles[Tile(0, 2, 88)] == b"".join(hashes[512:])


@given(st.lists(st.binary(max_size=70)))
def test_a_bundle_reads_back(leaves: list[bytes]) -> None:
    """Leaves come out as they went in, empty ones too."""
    assert decode_bundle(encode_bundle(leaves), len(leaves)) == leaves


def test_a_leaf_of_65535_bytes_fits() -> None:
    """The longest leaf reads back; one byte more has no encoding."""
    longest = b"x" * 65_535
    assert decode_bundle(encode_bundle([longest]), 1) == [longest]
    with pytest.raises(OverflowError):
        encode_bundle([longest + b"x"])


@given(st.lists(st.binary(max_size=9), min_size=1), st.data())
def test_a_cut_or_longer_bundle_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    """Anything but exactly the entries asked for is refused."""
    raw = encode_bundle(leaves)
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    for wrong, width in ((cut, len(leaves)), (raw + b"\0", len(leaves)), (raw, len(leaves) + 1)):
        with pytest.raises(TileError):
            decode_bundle(wrong, width)
