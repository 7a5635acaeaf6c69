"""The log as others get it: one tile, one proof, or a whole directory that verifies offline."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Protocol

from audit.entry import SALT_BYTES, read_leaf
from audit.note import VerifierKey
from audit.proof import TlogProof
from audit.storage import Entries, PayloadSealer, StoredHead, StoredRow, leaf_hashes
from audit.tiles import (
    CHECKPOINT,
    ENTRIES,
    WIDTH,
    WIDTH_BITS,
    Tile,
    encode_bundle,
    first_shown,
    hash_tiles,
    holds,
    parse_path,
    runs,
)
from audit.tree import (
    Source,
    Subtree,
    append,
    prove_consistency,
    prove_inclusion,
    root,
    subtree_root,
)

VKEY = "vkey"
PAYLOADS = "payloads.jsonl"

_OWNER_ONLY = 0o600


class ExportError(ValueError):
    """The log cannot be shown as asked; the text says why."""


class Publication:
    """Answers what readers of one log may fetch; safe to call from several threads.

    Roots of full tiles never change, so they are computed once and kept: 32 bytes for 256 entries.
    A log that is pruned shows nothing that only concerns entries below its ``minimum`` index; what
    it stored it keeps, and proofs given before stay valid.
    """

    def __init__(self, storage: Entries, key: VerifierKey, minimum: int = 0) -> None:
        self._storage = storage
        self._key = key
        self._minimum = minimum
        self._full: list[bytes] = []
        self._growing = Lock()

    @property
    def key(self) -> VerifierKey:
        """The key by which the log's checkpoints verify."""
        return self._key

    def checkpoint(self) -> str:
        """Return the last signed checkpoint; empty while the log is empty."""
        return self._storage.head().checkpoint

    def tile(self, path: str) -> bytes:
        """Return a tile or entry bundle by its path below the log's prefix.

        Raises ``TileError`` for what is no such path, ``ExportError`` for a tile not filled yet.
        """
        tile = parse_path(path)
        if not holds(self._storage.head().size, tile):
            raise ExportError("the log does not fill this tile")
        if tile.end <= self._minimum:
            raise ExportError("the log is pruned here")
        first, last = tile.index * WIDTH, tile.index * WIDTH + tile.width
        if tile.level == ENTRIES:
            return encode_bundle([row.leaf for row in self._storage.rows(first, last)])
        if not tile.level:
            return b"".join(self._leaf_hashes(first, last))
        level = tile.level * WIDTH_BITS
        return b"".join(self._full_root(level, index) for index in range(first, last))

    def prove(self, index: int, head: StoredHead | None = None) -> str:
        """Return the tlog-proof of one entry, under the last checkpoint or that of an earlier head.

        Raises ``ExportError`` for an unknown index, ``ProofError`` or ``NoteError`` when the log
        does not hold: no proof leaves that does not verify.
        """
        return next(self.prove_each([index], head or self._storage.head())).encode()

    def prove_each(self, indexes: Iterable[int], head: StoredHead) -> Iterator[TlogProof]:
        """Prove several entries under one head, each node read once; raises as ``prove`` does."""
        nodes = self._nodes(head.size)
        for index in indexes:
            known = self._minimum <= index < head.size
            row = next(iter(self._storage.rows(index, index + 1)), None) if known else None
            if row is None:
                raise ExportError("the log has no entry with this index")
            proof = TlogProof(index, prove_inclusion(index, head.size, nodes), head.checkpoint)
            proof.verify(row.leaf, self._key)
            yield proof

    def root_at(self, size: int) -> bytes:
        """Return the root of the first ``size`` entries, which every later checkpoint goes on from.

        Raises ``ExportError`` for a size the log has not reached.
        """
        if not self._minimum <= size <= self._storage.head().size:
            raise ExportError("the log has not reached this size, or is pruned there")
        return subtree_root(Subtree(0, size), self._nodes(size))

    def prove_consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """Prove that the log of ``second`` entries begins with the first; for a witness.

        Raises ``ExportError`` for a size the log has not reached.
        """
        if not self._minimum <= first <= second <= self._storage.head().size:
            raise ExportError("the log has not reached this size, or is pruned there")
        return prove_consistency(first, second, self._nodes(second))

    def _leaf_hashes(self, start: int, stop: int) -> list[bytes]:
        hashes = list(leaf_hashes(self._storage, start, stop))
        if len(hashes) != stop - start:
            raise ExportError("the log misses entries")
        return hashes

    def _nodes(self, size: int) -> Source:
        """Give the perfect subtrees of the first ``size`` leaves, each tile of leaves read once."""

        @cache
        def tile(index: int) -> list[bytes]:
            start = index * WIDTH
            return self._leaf_hashes(start, min(start + WIDTH, size))

        def node(level: int, index: int) -> bytes:
            if level >= WIDTH_BITS:
                return self._full_root(level, index)
            first, at = divmod(index << level, WIDTH)
            return root(append(0, (), tile(first)[at : at + (1 << level)]))

        return cache(node)

    def _full_root(self, level: int, index: int) -> bytes:
        """Return the root of a perfect subtree of full tiles."""
        start, stop = index << level, (index + 1) << level
        self._grow(stop)
        return root(append(0, (), self._full[start >> WIDTH_BITS : stop >> WIDTH_BITS]))

    def _grow(self, stop: int) -> None:
        with self._growing:
            for first in range(len(self._full) * WIDTH, stop, WIDTH):
                hashes = self._leaf_hashes(first, first + WIDTH)
                self._full.append(root(append(0, (), hashes)))


class Readable(Protocol):
    """What an export reads of a log."""

    def head(self) -> StoredHead:
        """Read the head."""
        ...

    def rows(self, start: int, stop: int) -> Iterator[StoredRow]:
        """Read entries ``start`` up to but not including ``stop``, in order of index."""
        ...


@dataclass(frozen=True, slots=True)
class UpTo:
    """A log as it was at an earlier head."""

    earlier: StoredHead
    storage: Readable

    def head(self) -> StoredHead:
        """Return the earlier head."""
        return self.earlier

    def rows(self, start: int, stop: int) -> Iterator[StoredRow]:
        """Read what has not changed since."""
        return self.storage.rows(start, stop)


def export_log(
    storage: Readable,
    directory: Path,
    key: VerifierKey,
    opener: PayloadSealer | None = None,
    minimum: int = 0,
) -> int:
    """Write one state of the log into a new or empty directory; return its size in entries.

    With an ``opener`` the payloads whose keys still live are written in clear as well, readable by
    the owner only. Entries are written as they stand: a verifier finds what is wrong with them.
    With a ``minimum`` index the export is pruned; it is verified against the same one. Raises
    ``ExportError``.
    """
    head = storage.head()
    if not head.size:
        raise ExportError("the log has no entries yet")
    if not 0 <= minimum <= head.size:
        raise ExportError("the minimum index lies outside the log")
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise ExportError("the directory is not empty")
    (directory / VKEY).write_bytes(f"{key}\n".encode())
    (directory / CHECKPOINT).write_bytes(head.checkpoint.encode())
    start = first_shown(minimum)
    for index, rows in enumerate(runs(storage.rows(start, head.size)), start // WIDTH):
        bundle = Tile(ENTRIES, index, len(rows))
        _write(directory, bundle, encode_bundle([row.leaf for row in rows]))
    for tile, raw in hash_tiles(row.leaf_hash for row in storage.rows(0, head.size)):
        if tile.end > minimum:
            _write(directory, tile, raw)
    if opener is not None:
        shown = storage.rows(minimum, head.size)
        _write_payloads(shown, directory / PAYLOADS, opener, head.base)
    return head.size


def _write(directory: Path, tile: Tile, raw: bytes) -> None:
    path = directory / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def _write_payloads(
    rows: Iterable[StoredRow], path: Path, opener: PayloadSealer, base: int
) -> None:
    """Write a line for each payload; in a later shard with its place, which links speak of."""
    with open(path, "xb", opener=_private) as file:
        for row in rows:
            salted = open_payload(row, opener)
            if salted is not None:
                salt, payload = salted[:SALT_BYTES].hex().encode(), salted[SALT_BYTES:]
                place = b',"place":%d' % (base + row.index) if base else b""
                line = b'{"index":%d,"payload":%b%b,"salt":"%b"}\n'
                file.write(line % (row.index, payload, place, salt))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _OWNER_ONLY)


def open_payload(row: StoredRow, opener: PayloadSealer) -> bytes | None:
    """Open a payload into salt || payload; ``None`` when it is gone. Raises ``ExportError``."""
    if row.payload is None:
        return None
    try:
        return opener.open(row.tag, read_leaf(row.leaf).commitment, row.payload)
    except ValueError as error:
        raise ExportError(f"entry {row.index}: the payload cannot be opened") from error
