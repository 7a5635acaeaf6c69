"""Checks a live store from within, entry by entry; the promises stand numbered in ``audit.verify``."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.entry import NO_ENTRY, EntryError, Leaf, Payload, read_leaf, read_payload
from audit.erasure import ERASURE, Run, erased_by, place, runs_of, without
from audit.findings import Fault, Findings
from audit.storage import BatchSealer, LogStorage, PayloadSealer, StoredHead, StoredRow, Tail
from audit.tiles import runs as tile_runs
from audit.tree import leaf_hash, root

_NO_TAIL = Tail(0, NO_ENTRY)
_END = 2**63 - 1


def check_store(findings: Findings, storage: LogStorage, sealer: PayloadSealer) -> None:
    """Check head, entries, payloads and erasures (4, 5, 9 to 16)."""
    findings.at = "head"
    head = storage.head()
    _check_head(findings, head)
    entries = _Entries(findings, sealer)
    for rows in tile_runs(storage.rows(0, max(head.size, 0))):
        _in_order(findings, rows)
        entries.take_keys(rows)
        for row in rows:
            findings.at = f"entry {row.index}"
            entries.check(row)
        findings.grow([row.leaf for row in rows])
    if findings.frontier != head.frontier:
        findings.at = "frontier"
        findings.fault("does not follow from the entries")  # (13)
    _check_end(findings, storage, head, entries)


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


def _in_order(findings: Findings, rows: Sequence[StoredRow]) -> None:
    """Check that entries stand where they should (11); of one gap the first index is named."""
    for expected, row in enumerate(rows, findings.size):
        if row.index != expected:
            findings.at = f"entry {expected}"
            findings.fault(f"is missing; entry {row.index} stands in its place")
            return


def _check_end(
    findings: Findings, storage: LogStorage, head: StoredHead, entries: "_Entries"
) -> None:
    """Check that the log ends where its head says (11), and that all losses are named (16)."""
    if findings.size < head.size:
        findings.at = f"entry {findings.size}"
        findings.fault(f"is missing; the head counts {head.size} entries")
    last, later = NO_ENTRY, []
    for row in storage.rows(max(head.size, 0), _END):
        last = max(row.index, last)
        later += entries.named_later(row)
    if last >= storage.head().size:
        findings.at = f"entry {last}"
        findings.fault("stands beyond the head")
    findings.faults += entries.losses(later)


@dataclass(slots=True)
class _Entries:
    """Checks rows one by one; counts each subject's entries, and what is gone, on the way."""

    findings: Findings
    sealer: PayloadSealer
    tails: dict[bytes, Tail] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    named: list[Run] = field(default_factory=list)
    keys: BatchSealer = field(init=False)

    def take_keys(self, rows: Sequence[StoredRow]) -> None:
        """Read the keys of the next rows in one go."""
        self.keys = self.sealer.for_batch({row.tag for row in rows if row.tag is not None})

    def check(self, row: StoredRow) -> None:
        """Check one entry (12, 14, 15), and note what it says of others (16)."""
        fault = self.findings.fault
        leaf = self.findings.leaf(row.leaf)
        if leaf_hash(row.leaf) != row.leaf_hash:
            fault("leaf hash: is not that of the leaf")
        if leaf is not None and row.event_id != leaf.event_id:
            fault("event id: is not that of the leaf")
        link = self._link(row)
        salted = self._open(row, leaf)
        payload = self.findings.payload(leaf, salted) if leaf and salted is not None else None
        if leaf is None or payload is None:
            return
        if payload.link != link:
            fault("payload: count and prev are not those of its tag")
        self._name(row, leaf, payload)

    def losses(self, later: Sequence[Run]) -> list[Fault]:
        """Compare what is gone with what erasures name (16); ``later`` excuses, but is not checked."""
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
        """Open the payload (14); ``None`` also when it is gone."""
        if leaf is None:
            return None
        try:
            salted = row.payload and self.keys.open(row.tag, leaf.commitment, row.payload)
        except ValueError:
            self.findings.fault("payload: does not open under the key of its tag")
            return None
        if salted is None:
            self.gone.append(row.index)
        return salted
