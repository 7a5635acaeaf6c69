"""Checks a log against its own promises: an export offline, or a live store from within.

An export (``python -m audit.verify EXPORT --vkey STRING|FILE [--minimum INDEX]
[--policy FILE]``):

1. The checkpoint is signed by the given key, and its origin is the name of that key.
2. Every bundle and tile that its size asks for is there, and no other. A log that is pruned says
   below which index; only what reaches beyond that must be there, and the root covers all of it.
3. Each bundle holds exactly its number of leaves.
4. Each leaf is canonical, has only allowed keys, and belongs to this log.
5. No event id occurs twice.
6. Each hash tile is the one that follows from the leaves.
7. The root that follows from the leaves is the signed root.
8. Each opened payload matches its entry's commitment and event id, and its count links to the
   entry before it about the same subject. Links speak of places (``audit.shards``): an export of a
   later shard says of each payload at which place it stands.
9. Where the check is given a trust policy (c2sp.org/tlog-policy), the checkpoint meets it.

A live store (``verify_store``); 4 and 5 hold here too:

Each shard (``audit.shards``) is as in 10 to 14, by itself and in turn, and goes on from the one
before; what is numbered 15 to 17 is asked of all of them together.

10. The head is not frozen, and its frontier has the hashes that its size asks for.
11. The checkpoint is as in 1, with the head's size and the root of its frontier.
12. Entries stand at 0 to size - 1 without gap, and none beyond.
13. Each leaf hash and event id is that of the leaf's bytes.
14. The frontier that follows from the leaves is the head's.
15. Each payload opens under the key of its tag and is as in 8, unless it is gone: its row holds
    none, or its key is destroyed.
16. The entries of each tag count from 1 without gap, and opened payloads say the same.
17. What is gone is named by an entry that says so (``audit.erasure``), and what is named is gone.

Every fault names its place. Without a checkpoint kept elsewhere nobody can see that a log was cut
back together with its head: compare with the receipts that others hold.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile
from pathlib import Path

from audit.entry import NO_ENTRY, canonical, read_leaf
from audit.export import PAYLOADS, VKEY
from audit.findings import Fault, Findings
from audit.fsck import check_store
from audit.note import NoteError, VerifierKey
from audit.policy import Policy, PolicyError
from audit.shards import BEFORE, Keys
from audit.storage import LogStorage, PayloadSealer
from audit.tiles import (
    CHECKPOINT,
    ENTRIES,
    WIDTH,
    Tile,
    TileError,
    decode_bundle,
    first_shown,
    hash_tiles,
    pruned_levels,
    tiles_of,
)
from audit.tree import HASH_BYTES, append, root

__all__ = ["Fault", "main", "verify_export", "verify_store"]

_OPENED = {"index", "payload", "salt"}


def verify_export(
    directory: Path, key: VerifierKey, minimum: int = 0, policy: Policy | None = None
) -> list[Fault]:
    """Check an export alone, steps 1 to 9; an empty list means that all holds.

    ``minimum`` is the index below which the log is lawfully pruned, as one knows it from elsewhere;
    ``policy`` says whose cosignatures one asks for.
    """
    findings = Findings(key, policy=policy)
    _guarded(findings, lambda: _check_export(findings, directory, minimum))
    return findings.faults


def verify_store(storage: LogStorage, sealer: PayloadSealer | None, keys: Keys) -> list[Fault]:
    """Check a live store, steps 4, 5 and 10 to 17; an empty list means that all holds.

    Without a sealer only the leaves and their head are checked, to step 14: no payload is opened.

    Others may go on writing; entries after the head that was read first are left for next time.
    """
    findings = Findings(keys(""))
    _guarded(findings, lambda: check_store(findings, storage, sealer, keys))
    return findings.faults


def _guarded(findings: Findings, check: Callable[[], None]) -> None:
    try:
        check()
    except TileError as error:
        findings.fault(str(error))
    except Exception as error:  # noqa: BLE001 - what cannot be read is itself the finding
        findings.fault(f"cannot be read ({type(error).__name__})")


def _check_export(findings: Findings, directory: Path, minimum: int) -> None:
    findings.at = CHECKPOINT
    checkpoint = findings.checkpoint((directory / CHECKPOINT).read_bytes().decode())  # (1, 9)
    if checkpoint is None:
        return
    if minimum > checkpoint.size:
        findings.fault("the log is shorter than the minimum index")
        return
    tiles = list(tiles_of(checkpoint.size, minimum))
    _files(findings, directory, tiles)
    below = _pruned(findings, directory, tiles, first_shown(minimum))
    hashes = _hashes(findings, _bundles(findings, directory, tiles))
    for tile, raw in hash_tiles(hashes, below, first_shown(minimum)):
        findings.at = tile.path
        _compare(findings, tile, (directory / tile.path).read_bytes(), raw)
    findings.at = CHECKPOINT
    if root(findings.frontier) != checkpoint.root:
        findings.fault("the signed root does not follow from the entries")  # (7)
    if (directory / PAYLOADS).exists():
        leaves = chain.from_iterable(_bundles(findings, directory, tiles))
        shown = enumerate(leaves, first_shown(minimum))
        _payloads(findings, directory / PAYLOADS, _Places(), shown)


def _pruned(
    findings: Findings, directory: Path, tiles: Sequence[Tile], start: int
) -> list[list[bytes]]:
    """Take the hashes that stand for what was pruned; the root will vouch for them (7)."""
    paths = {(tile.level, tile.index): tile.path for tile in tiles}
    below = []
    for tile, count in pruned_levels(start):
        path = paths.get((tile.level, tile.index), tile.path)
        findings.at = path
        raw = (directory / path).read_bytes() if count else b""
        hashes = [raw[at : at + HASH_BYTES] for at in range(0, count * HASH_BYTES, HASH_BYTES)]
        findings.frontier = (*append(0, (), hashes), *findings.frontier)
        below.append(hashes)
    findings.size = start
    return below


def _files(findings: Findings, directory: Path, expected: Sequence[Tile]) -> None:
    """Compare the files that are there with those that should be (1, 2)."""
    there = {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }
    tiles = {tile.path for tile in expected}
    foreign = there - tiles - {CHECKPOINT, VKEY, PAYLOADS}
    findings.faults += [Fault(path, "is missing") for path in sorted(tiles - there)]
    findings.faults += [Fault(path, "does not belong here") for path in sorted(foreign)]
    if VKEY in there and (directory / VKEY).read_bytes() != f"{findings.key}\n".encode():
        findings.faults.append(Fault(VKEY, "is not the key this check was given"))


def _bundles(findings: Findings, directory: Path, tiles: Sequence[Tile]) -> Iterator[list[bytes]]:
    for tile in takewhile(lambda tile: tile.level == ENTRIES, tiles):
        findings.at = tile.path
        yield decode_bundle((directory / tile.path).read_bytes(), tile.width)  # (3)


def _compare(findings: Findings, tile: Tile, stored: bytes, follows: bytes) -> None:
    """Compare a hash tile with the one that follows from the leaves (6); name the leaves."""
    if stored == follows:
        return
    findings.fault("does not follow from the entries")
    if tile.level == 0 and len(stored) == len(follows):
        for place in range(tile.width):
            at = slice(place * HASH_BYTES, (place + 1) * HASH_BYTES)
            if stored[at] != follows[at]:
                findings.at = f"entry {tile.index * WIDTH + place}"
                findings.fault(f"leaf: is not the one in {tile.path}")


def _hashes(findings: Findings, bundles: Iterable[list[bytes]]) -> Iterator[bytes]:
    for leaves in bundles:
        for index, raw in enumerate(leaves, findings.size):
            findings.at = f"entry {index}"
            findings.leaf(raw)
        yield from findings.grow(leaves)


@dataclass(slots=True)
class _Places:
    """Tells whether all entries of a shard stand where its base says; the first one says which."""

    base: int | None = None

    def fit(self, index: int, raw: bytes, place: int) -> bool:
        if self.base is None:
            self.base = place - index
            before = read_leaf(raw).content.get(BEFORE) if index == 0 else None
            if before is not None and str(before).rpartition(" ")[2] != str(place):
                return False
        return self.base == place - index >= 0


def _payloads(
    findings: Findings, path: Path, places: _Places, leaves: Iterator[tuple[int, bytes]]
) -> None:
    """Check opened payloads, which stand in order of index, beside their leaves (8)."""
    counts: dict[int, int] = {}
    followed: set[int] = set()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            findings.at = f"{PAYLOADS} line {number}"
            index, place, salted = _opened(line)
            raw = next((raw for at, raw in leaves if at == index), None)
            findings.at = f"{PAYLOADS} line {number}"
            if raw is None:
                findings.fault("names no entry, or one out of order")
                return
            findings.at = f"entry {index}"
            if not places.fit(index, raw, place):
                findings.fault("payload: its place is not that of its entry")
            payload = findings.payload(read_leaf(raw), salted)
            if payload is None or payload.link is None:
                continue
            counts[place], before = payload.link
            if not _linked(place, before, counts) or before in followed:
                findings.fault("payload: count and prev do not fit the entry before it")
            followed |= {before} - {NO_ENTRY}


def _opened(line: bytes) -> tuple[int, int, bytes]:
    """Read a line of opened payloads into its index, its place and salt || payload."""
    stored = json.loads(line)
    salted = bytes.fromhex(stored["salt"]) + canonical(stored["payload"])
    if canonical(stored) + b"\n" != line or stored.keys() - {"place"} != _OPENED:
        raise TileError("the line is not canonical")
    index, place = stored["index"], stored.get("place", stored["index"])
    if type(index) is not int or type(place) is not int:
        raise TileError("the line has no index")
    if ("place" in stored) != (place > index):
        raise TileError("the line names a place that it does not need")
    return index, place, salted


def _linked(place: int, before: int, counts: Mapping[int, int]) -> bool:
    if before == NO_ENTRY:
        return counts[place] == 1
    return 0 <= before < place and counts.get(before, counts[place] - 1) == counts[place] - 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check of an export; 0 when all holds, 1 when not, 2 for a key or policy that is none."""
    parser = ArgumentParser(prog="python -m audit.verify", description="Check an exported log.")
    parser.add_argument("export", type=Path, help="the directory that was exported")
    parser.add_argument("--vkey", required=True, help="the log's key: its line, or a file with it")
    parser.add_argument(
        "--minimum", type=int, default=0, help="the index below which the log is pruned"
    )
    parser.add_argument("--policy", type=Path, help="whose cosignatures you ask for: a tlog-policy")
    options = parser.parse_args(arguments)
    try:
        key = _read_key(options.vkey)
    except (OSError, ValueError):
        parser.error("--vkey is neither a vkey nor a file that holds one")
    try:
        policy = None if options.policy is None else Policy.parse(options.policy.read_bytes())
    except (OSError, PolicyError) as error:
        parser.error(f"--policy cannot be read: {error}")
    faults = verify_export(options.export, key, max(options.minimum, 0), policy)
    found = f"{len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'}"
    for line in (*faults, f"{key.name}: {found}"):
        sys.stdout.write(f"{_printable(str(line))}\n")
    return 1 if faults else 0


def _printable(text: str) -> str:
    """Show text from an export without letting it command the terminal."""
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in text)


def _read_key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except NoteError:
        return VerifierKey.parse(Path(text).read_text(encoding="utf-8").strip())


if __name__ == "__main__":  # pragma: no cover - the tests run it as a command
    sys.exit(main())
