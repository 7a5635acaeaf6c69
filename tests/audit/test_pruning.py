"""A log that is pruned shows less, and everything it still shows is proven as before."""

from hashlib import sha256
from pathlib import Path

import pytest

from audit.export import PAYLOADS, ExportError, Publication, export_log
from audit.proof import TlogProof
from audit.tiles import (
    CHECKPOINT,
    Tile,
    first_shown,
    hash_tiles,
    holds,
    parse_path,
    pruned_levels,
    tiles_of,
)
from audit.tree import append, root, verify_consistency
from audit.verify import Fault, main, verify_export
from tests.audit.worlds import World, signer

KEY = signer().verifier
SIZE = 1100
LEAVES = [sha256(number.to_bytes(4)).digest() for number in range(140_000)]
WHOLE = dict(hash_tiles(LEAVES))


@pytest.fixture(scope="module")
def world() -> World:
    """Give a log of four full tiles and a bit."""
    return World().fill(SIZE)


@pytest.mark.parametrize("minimum", [0, 1, 255, 256, 257, 700, 1023, 1024, 1099, 1100])
def test_a_pruned_export_verifies(world: World, minimum: int, tmp_path: Path) -> None:
    """From any index on, the export holds, with its payloads, and holds nothing older."""
    assert export_log(world.storage, tmp_path, KEY, world.sealer, minimum) == SIZE
    assert verify_export(tmp_path, KEY, minimum) == []
    shown = {
        path.relative_to(tmp_path).as_posix()
        for path in (tmp_path / "tile").rglob("*")
        if path.is_file()
    }
    assert shown == {tile.path for tile in tiles_of(SIZE) if tile.end > minimum}
    first = (tmp_path / PAYLOADS).read_text().partition("\n")[0]
    assert first.startswith(f'{{"index":{minimum},') or minimum == SIZE


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512])
def test_a_small_log_can_be_pruned_whole(size: int, tmp_path: Path) -> None:
    """The minimum index may reach the size itself; the root still follows."""
    world = World().fill(size)
    export_log(world.storage, tmp_path, KEY, None, size)
    assert verify_export(tmp_path, KEY, size) == []


def test_two_levels_of_tiles_stand_for_what_was_pruned() -> None:
    """The hashes below a start are taken from the tiles of every level."""
    size = 70_000
    assert [tile.path for tile in tiles_of(size, 66_000)] == [
        tile.path for tile in tiles_of(size) if tile.end > 66_000
    ]
    assert first_shown(66_000) == 65_792
    assert Tile(1, 0, 256).end == 65_536
    assert Tile(-1, 3, 256).end == Tile(0, 3, 7).end == 1_024


@pytest.mark.parametrize("minimum", [1, 256, 65_535, 65_536, 66_000, 131_072, 140_000])
def test_pruned_tiles_are_those_of_the_whole_log(minimum: int) -> None:
    """Beyond two levels too, tiles built from a start and the hashes before it are the same."""
    start = first_shown(minimum)
    hashes = {(tile.level, tile.index): raw for tile, raw in WHOLE.items()}
    below = [
        [hashes[tile.level, tile.index][at * 32 : (at + 1) * 32] for at in range(count)]
        for tile, count in pruned_levels(start)
    ]
    built = dict(hash_tiles(LEAVES[start:], below, start))
    shown = {tile: raw for tile, raw in WHOLE.items() if tile.end > minimum}
    assert {tile: raw for tile, raw in built.items() if tile.end > minimum} == shown


def test_a_log_pruned_more_than_known_is_faulty(world: World, tmp_path: Path) -> None:
    """Who prunes more, or less, than the reader accepts is found out."""
    export_log(world.storage, tmp_path, KEY, None, 600)
    assert Fault("tile/entries/001", "is missing") in verify_export(tmp_path, KEY, 300)
    assert Fault("tile/entries/002", "does not belong here") in verify_export(tmp_path, KEY, 800)
    assert verify_export(tmp_path, KEY)
    assert verify_export(tmp_path, KEY, 9_999) == [
        Fault(CHECKPOINT, "the log is shorter than the minimum index")
    ]


@pytest.mark.parametrize("place", [0, 31, 32, 64, 127])
def test_a_changed_hash_of_what_was_pruned_is_found(
    world: World, place: int, tmp_path: Path
) -> None:
    """The signed root vouches for the hashes that stand for pruned entries."""
    export_log(world.storage, tmp_path, KEY, None, 700)
    tile = tmp_path / "tile/1/000.p/4"
    raw = bytearray(tile.read_bytes())
    raw[place] ^= 1
    tile.write_bytes(raw)
    assert verify_export(tmp_path, KEY, 700) != []


def test_a_missing_hash_tile_is_named(world: World, tmp_path: Path) -> None:
    """Without the tile that stands for the pruned entries nothing follows."""
    export_log(world.storage, tmp_path, KEY, None, 700)
    (tmp_path / "tile/1/000.p/4").unlink()
    assert Fault("tile/1/000.p/4", "is missing") in verify_export(tmp_path, KEY, 700)


@pytest.mark.parametrize("minimum", [-1, SIZE + 1])
def test_a_minimum_lies_within_the_log(world: World, minimum: int, tmp_path: Path) -> None:
    """A log is not pruned beyond its end."""
    with pytest.raises(ExportError, match="minimum"):
        export_log(world.storage, tmp_path, KEY, None, minimum)


def test_a_pruned_log_serves_what_reaches_beyond(world: World) -> None:
    """Tiles, proofs of entries and proofs of consistency are given from the minimum index on."""
    public, pruned = Publication(world.storage, KEY), Publication(world.storage, KEY, 600)
    for tile in tiles_of(SIZE):
        if tile.end > 600:
            assert pruned.tile(tile.path) == public.tile(tile.path)
        else:
            with pytest.raises(ExportError, match="pruned"):
                pruned.tile(tile.path)
    row = world.storage.stored[600]
    assert TlogProof.decode(pruned.prove(600)).verify(row.leaf, KEY).size == SIZE
    with pytest.raises(ExportError):
        pruned.prove(599)
    with pytest.raises(ExportError):
        pruned.prove_consistency(599, SIZE)
    hashes = [row.leaf_hash for row in world.storage.stored]
    roots = [root(append(0, (), hashes[:size])) for size in (600, SIZE)]
    verify_consistency(600, SIZE, pruned.prove_consistency(600, SIZE), *roots)
    assert holds(SIZE, parse_path("tile/0/000"))


def test_the_command_takes_the_minimum(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stranger names the index below which she accepts that the log is pruned."""
    export_log(world.storage, tmp_path, KEY, None, 600)
    assert main([str(tmp_path), "--vkey", str(KEY), "--minimum", "600"]) == 0
    assert main([str(tmp_path), "--vkey", str(KEY)]) == 1
    assert "tile/entries/000: is missing" in capsys.readouterr().out
