"""Checks a log against its own promises: an export offline, or a live store from within.

An export (``python -m audit.verify EXPORT --vkey STRING|FILE``):

1. The checkpoint is signed by the given key, and its origin is the name of that key.
2. Every bundle and tile that its size asks for is there, and no other.
3. Each bundle holds exactly its number of leaves.
4. Each leaf is canonical, has only allowed keys, and belongs to this log.
5. No event id occurs twice.
6. Each hash tile is the one that follows from the leaves.
7. The root that follows from the leaves is the signed root.
8. Each opened payload matches its entry's commitment and event id, and its count links to the
   entry before it about the same subject.

A live store (``verify_store``); 4 and 5 hold here too:

9. The head is not frozen, and its frontier has the hashes that its size asks for.
10. The checkpoint is as in 1, with the head's size and the root of its frontier.
11. Entries stand at 0 to size - 1 without gap, and none beyond.
12. Each leaf hash and event id is that of the leaf's bytes.
13. The frontier that follows from the leaves is the head's.
14. Each payload is there, opens while its key lives, and is as in 8.
15. The entries of each tag count from 1 without gap, and opened payloads say the same.

Every fault names its place. Without a checkpoint kept elsewhere nobody can see that a log was cut
back together with its head: compare with the receipts that others hold.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, takewhile
from pathlib import Path

from audit.checkpoint import Checkpoint, verify_checkpoint
from audit.entry import (
    NO_ENTRY,
    EntryError,
    Leaf,
    Payload,
    canonical,
    commit,
    read_leaf,
    read_payload,
)
from audit.export import CHECKPOINT, PAYLOADS, VKEY
from audit.note import NoteError, VerifierKey
from audit.storage import LogStorage, PayloadSealer, StoredHead, StoredRow, Tail
from audit.tiles import ENTRIES, WIDTH, Tile, TileError, decode_bundle, hash_tiles, runs, tiles_of
from audit.tree import HASH_BYTES, append, leaf_hash, root

_NO_TAIL = Tail(0, NO_ENTRY)
_END = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Fault:
    """One promise that does not hold: where, and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(slots=True)
class _Findings:
    """Faults so far, where the check stands (``at``), and the tree of the leaves it has seen."""

    key: VerifierKey
    at: str = "log"
    faults: list[Fault] = field(default_factory=list)
    event_ids: set[bytes] = field(default_factory=set)
    size: int = 0
    frontier: tuple[bytes, ...] = ()

    def fault(self, what: str) -> None:
        self.faults.append(Fault(self.at, what))

    def grow(self, leaves: Sequence[bytes]) -> list[bytes]:
        """Add leaves to the tree; return their hashes."""
        hashes = [leaf_hash(leaf) for leaf in leaves]
        self.frontier = append(self.size, self.frontier, hashes)
        self.size += len(leaves)
        return hashes

    def leaf(self, raw: bytes) -> Leaf | None:
        """Check one leaf (4, 5); ``None`` when it cannot be read."""
        try:
            leaf = read_leaf(raw)
        except EntryError as error:
            self.fault(str(error))
            return None
        if leaf.origin != self.key.name:
            self.fault("leaf: log is not the log of this key")
        if leaf.event_id in self.event_ids:
            self.fault("event id: occurs twice")
        self.event_ids.add(leaf.event_id)
        return leaf

    def payload(self, leaf: Leaf, salted: bytes) -> Payload | None:
        """Check an opened payload against its leaf (8); ``None`` when it cannot be read."""
        if commit(salted) != leaf.commitment:
            self.fault("payload: is not what the leaf commits to")
            return None
        try:
            payload = read_payload(salted)
        except EntryError as error:
            self.fault(str(error))
            return None
        if payload.event_id != leaf.event_id.hex():
            self.fault("payload: id is of another event")
        return payload

    def checkpoint(self, note: str) -> Checkpoint | None:
        """Open the checkpoint (1); ``None`` when it is not this log's."""
        self.at = CHECKPOINT
        try:
            return verify_checkpoint(note, self.key)
        except NoteError as error:
            self.fault(str(error))
            return None


def verify_export(directory: Path, key: VerifierKey) -> list[Fault]:
    """Check an export alone, steps 1 to 8; an empty list means that all holds."""
    findings = _Findings(key)
    _guarded(findings, lambda: _check_export(findings, directory))
    return findings.faults


def verify_store(
    storage: LogStorage, sealer: PayloadSealer, verifier_key: VerifierKey
) -> list[Fault]:
    """Check a live store, steps 4, 5 and 9 to 15; an empty list means that all holds.

    Others may go on writing; entries after the head that was read first are left for next time.
    """
    findings = _Findings(verifier_key)
    _guarded(findings, lambda: _check_store(findings, storage, sealer))
    return findings.faults


def _guarded(findings: _Findings, check: Callable[[], None]) -> None:
    try:
        check()
    except TileError as error:
        findings.fault(str(error))
    except Exception as error:  # noqa: BLE001 - what cannot be read is itself the finding
        findings.fault(f"cannot be read ({type(error).__name__})")


def _check_export(findings: _Findings, directory: Path) -> None:
    findings.at = CHECKPOINT
    checkpoint = findings.checkpoint((directory / CHECKPOINT).read_bytes().decode())
    if checkpoint is None:
        return
    _files(findings, directory, checkpoint.size)
    hashes = _hashes(findings, _bundles(findings, directory, checkpoint.size))
    for tile, raw in hash_tiles(hashes):
        findings.at = tile.path
        _compare(findings, tile, (directory / tile.path).read_bytes(), raw)
    findings.at = CHECKPOINT
    if root(findings.frontier) != checkpoint.root:
        findings.fault("the signed root does not follow from the entries")  # (7)
    if (directory / PAYLOADS).exists():
        bundles = _bundles(findings, directory, checkpoint.size)
        _payloads(findings, directory / PAYLOADS, enumerate(chain.from_iterable(bundles)))


def _files(findings: _Findings, directory: Path, size: int) -> None:
    """Compare the files that are there with those that should be (1, 2)."""
    there = {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }
    tiles = {tile.path for tile in tiles_of(size)}
    foreign = there - tiles - {CHECKPOINT, VKEY, PAYLOADS}
    findings.faults += [Fault(path, "is missing") for path in sorted(tiles - there)]
    findings.faults += [Fault(path, "does not belong here") for path in sorted(foreign)]
    if VKEY in there and (directory / VKEY).read_bytes() != f"{findings.key}\n".encode():
        findings.faults.append(Fault(VKEY, "is not the key this check was given"))


def _bundles(findings: _Findings, directory: Path, size: int) -> Iterator[list[bytes]]:
    for tile in takewhile(lambda tile: tile.level == ENTRIES, tiles_of(size)):
        findings.at = tile.path
        yield decode_bundle((directory / tile.path).read_bytes(), tile.width)  # (3)


def _compare(findings: _Findings, tile: Tile, stored: bytes, follows: bytes) -> None:
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


def _hashes(findings: _Findings, bundles: Iterable[list[bytes]]) -> Iterator[bytes]:
    for leaves in bundles:
        for index, raw in enumerate(leaves, findings.size):
            findings.at = f"entry {index}"
            findings.leaf(raw)
        yield from findings.grow(leaves)


def _payloads(findings: _Findings, path: Path, leaves: Iterator[tuple[int, bytes]]) -> None:
    """Check opened payloads, which stand in order of index, beside their leaves (8)."""
    counts: dict[int, int] = {}
    followed: set[int] = set()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            findings.at = f"{PAYLOADS} line {number}"
            index, salted = _opened(line)
            raw = next((raw for at, raw in leaves if at == index), None)
            findings.at = f"{PAYLOADS} line {number}"
            if raw is None:
                findings.fault("names no entry, or one out of order")
                return
            findings.at = f"entry {index}"
            payload = findings.payload(read_leaf(raw), salted)
            if payload is None or payload.link is None:
                continue
            counts[index], before = payload.link
            if not _linked(index, before, counts) or before in followed:
                findings.fault("payload: count and prev do not fit the entry before it")
            followed |= {before} - {NO_ENTRY}


def _opened(line: bytes) -> tuple[int, bytes]:
    """Read a line of opened payloads into its index and salt || payload."""
    stored = json.loads(line)
    salted = bytes.fromhex(stored["salt"]) + canonical(stored["payload"])
    if canonical(stored) + b"\n" != line or stored.keys() != {"index", "payload", "salt"}:
        raise TileError("the line is not canonical")
    if type(stored["index"]) is not int:
        raise TileError("the line has no index")
    return stored["index"], salted


def _linked(index: int, before: int, counts: Mapping[int, int]) -> bool:
    if before == NO_ENTRY:
        return counts[index] == 1
    return 0 <= before < index and counts.get(before, counts[index] - 1) == counts[index] - 1


def _check_store(findings: _Findings, storage: LogStorage, sealer: PayloadSealer) -> None:
    findings.at = "head"
    head = storage.head()
    _check_head(findings, head)
    subjects = _Subjects(findings, sealer)
    for rows in runs(storage.rows(0, max(head.size, 0))):
        _in_order(findings, rows)
        for row in rows:
            findings.at = f"entry {row.index}"
            subjects.check(row)
        findings.grow([row.leaf for row in rows])
    if findings.frontier != head.frontier:
        findings.at = "frontier"
        findings.fault("does not follow from the entries")  # (13)
    _check_end(findings, storage, head)


def _check_head(findings: _Findings, head: StoredHead) -> None:
    """Check the head row alone (9, 10)."""
    if head.frozen is not None:
        findings.fault(f"frozen: {head.frozen}")
    if head.size < 0 or len(head.frontier) != head.size.bit_count():
        findings.fault("size: does not fit the frontier")
    if not head.size and not head.checkpoint:
        return
    signed = findings.checkpoint(head.checkpoint)
    if signed is not None and signed.size != head.size:
        findings.fault("size: is not that of the head")
    if signed is not None and signed.root != root(head.frontier):
        findings.fault("root: is not that of the frontier")


def _in_order(findings: _Findings, rows: Sequence[StoredRow]) -> None:
    """Check that entries stand where they should (11); of one gap the first index is named."""
    for expected, row in enumerate(rows, findings.size):
        if row.index != expected:
            findings.at = f"entry {expected}"
            findings.fault(f"is missing; entry {row.index} stands in its place")
            return


def _check_end(findings: _Findings, storage: LogStorage, head: StoredHead) -> None:
    """Check that the log ends where its head says (11)."""
    if findings.size < head.size:
        findings.at = f"entry {findings.size}"
        findings.fault(f"is missing; the head counts {head.size} entries")
    last = max((row.index for row in storage.rows(max(head.size, 0), _END)), default=NO_ENTRY)
    if last >= storage.head().size:
        findings.at = f"entry {last}"
        findings.fault("stands beyond the head")


@dataclass(slots=True)
class _Subjects:
    """Checks rows one by one, and counts each subject's entries on the way."""

    findings: _Findings
    sealer: PayloadSealer
    tails: dict[bytes, Tail] = field(default_factory=dict)

    def check(self, row: StoredRow) -> None:
        """Check one entry (12, 14, 15)."""
        fault = self.findings.fault
        leaf = self.findings.leaf(row.leaf)
        if leaf_hash(row.leaf) != row.leaf_hash:
            fault("leaf hash: is not that of the leaf")
        if leaf is not None and row.event_id != leaf.event_id:
            fault("event id: is not that of the leaf")
        link = self._link(row)
        salted = self._open(row, leaf)
        payload = self.findings.payload(leaf, salted) if leaf and salted is not None else None
        if payload is not None and payload.link != link:
            fault("payload: count and prev are not those of its tag")

    def _link(self, row: StoredRow) -> tuple[int, int] | None:
        """Count on for the row's tag (15); return the link its payload must hold."""
        if row.tag is None:
            if row.counter is not None:
                self.findings.fault("counter: stands without a tag")
            return None
        tail = self.tails.get(row.tag, _NO_TAIL)
        if row.counter != tail.counter + 1:
            self.findings.fault("counter: is not the next of its tag")
        self.tails[row.tag] = Tail(tail.counter + 1, row.index)
        return tail.counter + 1, tail.index

    def _open(self, row: StoredRow, leaf: Leaf | None) -> bytes | None:
        """Open the payload (14); ``None`` also when its key was destroyed."""
        if row.payload is None:
            self.findings.fault("payload: is missing")
        if row.payload is None or leaf is None:
            return None
        try:
            return self.sealer.open(row.tag, leaf.commitment, row.payload)
        except ValueError:
            self.findings.fault("payload: does not open under the key of its tag")
            return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check of an export; 0 when all holds, 1 when not, 2 for a key that is none."""
    parser = ArgumentParser(prog="python -m audit.verify", description="Check an exported log.")
    parser.add_argument("export", type=Path, help="the directory that was exported")
    parser.add_argument("--vkey", required=True, help="the log's key: its line, or a file with it")
    options = parser.parse_args(arguments)
    try:
        key = _read_key(options.vkey)
    except (OSError, ValueError):
        parser.error("--vkey is neither a vkey nor a file that holds one")
    faults = verify_export(options.export, key)
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
