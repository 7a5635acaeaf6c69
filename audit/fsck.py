"""Checks a live store from within, entry by entry; the promises stand numbered in ``audit.verify``."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise

from audit.entry import NO_ENTRY, EntryError, Leaf, Payload, read_leaf, read_payload
from audit.erasure import ERASURE, Run, erased_by, place, runs_of, without
from audit.findings import Fault, Findings
from audit.leaves import check_leaves
from audit.shards import Keys, Shard, heads_of, unjoined
from audit.storage import BatchSealer, LogStorage, PayloadSealer, StoredHead, StoredRow, Tail
from audit.tiles import runs as tile_runs
from audit.tree import root

_NO_TAIL = Tail(0, NO_ENTRY)
_END = 2**63 - 1


def check_store(
    findings: Findings, storage: LogStorage, sealer: PayloadSealer | None, keys: Keys
) -> None:
    """Check head and entries of each shard (4, 5, 10 to 14), then payloads and erasures (15 to 17).

    Without a sealer no payload is read, and nothing is said of 15 to 17.
    """
    findings.at = "head"
    heads = heads_of(storage)
    for head in heads:
        _check_shard(findings, storage, head, keys)
    _check_turns(findings, storage, heads, keys)
    head = heads[-1]
    entries = None if sealer is None else _Entries(findings, sealer)
    if entries is not None:
        for rows in tile_runs(storage.rows(0, max(head.end, 0))):
            entries.check(rows)
    _check_end(findings, storage, head, entries)


def _check_turns(
    findings: Findings, storage: LogStorage, heads: Sequence[StoredHead], keys: Keys
) -> None:
    """Check that the shards, each found to be as it was signed, stand in a row from the first on."""
    if heads[0].base:
        findings.at = f"shard {heads[0].label}"
        findings.fault("the shards before it are missing")
    for closed, following in pairwise(heads):
        findings.at = f"shard {following.label}"
        if (found := unjoined(storage, closed, following, keys)) is not None:
            findings.fault(str(found))


def _check_shard(findings: Findings, storage: LogStorage, head: StoredHead, keys: Keys) -> None:
    """Check the head of a shard and its leaves, as of a log of its own (4, 5, 10 to 14)."""
    shard = f"shard {head.label}, " if head.label else ""
    own = Findings(keys(head.label), at="head", event_ids=findings.event_ids)
    try:
        _check_head(own, head)
        check_leaves(own, Shard(storage, head.base), max(head.size, 0))
        if own.size < head.size:
            own.at = f"entry {own.size}"
            own.fault(f"is missing; the head counts {head.size} entries")
        if own.frontier != head.frontier:
            own.at = "frontier"
            own.fault("does not follow from the entries")  # (14)
    finally:
        findings.at = shard + own.at
        findings.faults += [replace(fault, where=shard + fault.where) for fault in own.faults]


def _check_head(findings: Findings, head: StoredHead) -> None:
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


def _check_end(
    findings: Findings, storage: LogStorage, head: StoredHead, entries: "_Entries | None"
) -> None:
    """Check that the log ends where its last head says (12), and that all losses are named (17)."""
    last, later = NO_ENTRY, []
    for row in storage.rows(max(head.end, 0), _END):
        last = max(row.index, last)
        later += [] if entries is None else entries.named_later(row)
    if last >= storage.head().end:
        findings.at = f"entry {last}"
        findings.fault("stands beyond the head")
    if entries is not None:
        findings.faults += entries.losses(later)


@dataclass(slots=True)
class _Entries:
    """Checks payloads one by one; counts each subject's entries, and what is gone, on the way."""

    findings: Findings
    sealer: PayloadSealer
    tails: dict[bytes, Tail] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    named: list[Run] = field(default_factory=list)
    keys: BatchSealer = field(init=False)

    def check(self, rows: Sequence[StoredRow]) -> None:
        """Check the next entries (15, 16), and note what they say of others (17).

        Their keys are read in one go. A leaf that cannot be read is a fault that was told already.
        """
        self.keys = self.sealer.for_batch({row.tag for row in rows if row.tag is not None})
        for row in rows:
            self.findings.at = f"entry {row.index}"
            link = self._link(row)
            with suppress(EntryError):
                self._check_payload(row, read_leaf(row.leaf), link)

    def _check_payload(self, row: StoredRow, leaf: Leaf, link: tuple[int, int] | None) -> None:
        salted = self._open(row, leaf)
        payload = None if salted is None else self.findings.payload(leaf, salted)
        if payload is None:
            return
        if payload.link != link:
            self.findings.fault("payload: count and prev are not those of its tag")
        self._name(row, leaf, payload)

    def losses(self, later: Sequence[Run]) -> list[Fault]:
        """Compare what is gone with what erasures name (17); ``later`` excuses, but is not checked."""
        gone = runs_of(self.gone)
        silent = without(gone, [*self.named, *later])
        still = without(self.named, gone)
        return [
            *(Fault(place(run), "payload: is gone, and no erasure names it") for run in silent),
            *(Fault(place(run), "payload: is there, though an erasure names it") for run in still),
        ]

    def named_later(self, row: StoredRow) -> list[Run]:
        """Read what an entry names that came while the check ran; nothing when it cannot be read."""
        try:
            leaf = read_leaf(row.leaf)
            if leaf.content["type"] != ERASURE or row.payload is None:
                return []
            salted = self.sealer.open(row.tag, leaf.commitment, row.payload)
            return [] if salted is None else erased_by(read_payload(salted).content, row.index)
        except ValueError:
            return []

    def _name(self, row: StoredRow, leaf: Leaf, payload: Payload) -> None:
        if leaf.content["type"] == ERASURE:
            try:
                self.named += erased_by(payload.content, row.index)
            except EntryError as error:
                self.findings.fault(str(error))

    def _link(self, row: StoredRow) -> tuple[int, int] | None:
        """Count on for the row's tag (16); return the link its payload must hold."""
        if row.tag is None:
            if row.counter is not None:
                self.findings.fault("counter: stands without a tag")
            return None
        tail = self.tails.get(row.tag, _NO_TAIL)
        if row.counter != tail.counter + 1:
            self.findings.fault("counter: is not the next of its tag")
        self.tails[row.tag] = Tail(tail.counter + 1, row.index)
        return tail.counter + 1, tail.index

    def _open(self, row: StoredRow, leaf: Leaf) -> bytes | None:
        """Open the payload (15); ``None`` also when it is gone."""
        try:
            salted = row.payload and self.keys.open(row.tag, leaf.commitment, row.payload)
        except ValueError:
            self.findings.fault("payload: does not open under the key of its tag")
            return None
        if salted is None:
            self.gone.append(row.index)
        return salted
