"""Turns one batch into rows and a signed head, within a transaction that someone else commits.

1. Before anything is signed the head is proven ours (``audit.trust``): of one piece, never behind
   or beside a head that this process has seen committed, and going on from what the guard knows.
   The first time the shards before it are looked at too (``audit.shards``).
2. A head that fails freezes the log: nothing more is signed here. Where the store itself is at
   fault the cause is saved in it, so that no later process signs either.
3. An entry that the store has already is answered from the store; its companions stand with it and
   are not carried out again. Looked up are retries, and what a companion refuses: a change that was
   made the first time often does not hold a second time.
4. Which shard is open is read with the head: what was drafted for the one before moves on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from audit.checkpoint import sign_checkpoint
from audit.draft import Draft, draft, repeats
from audit.entry import canonical
from audit.guard import Guard
from audit.note import Signer
from audit.rows import rows_of
from audit.shards import BEFORE, NEXT, after, severed
from audit.storage import (
    LogStorage,
    LogTransaction,
    PayloadSealer,
    RefusedError,
    StoredHead,
    StoredRow,
    UnavailableError,
)
from audit.submission import Answer, Receipt, Submission, Turn
from audit.tails import Tails
from audit.tree import append, root
from audit.trust import Cause, Freeze, judge


@dataclass(slots=True)
class Sequencer:
    """The state of one writer: the last head it saw committed, and why it is frozen, if it is."""

    storage: LogStorage
    sealer: PayloadSealer
    signer: Signer
    guard: Guard | None = None
    accused: Freeze | None = None
    frozen: str | None = None
    unsaved: bool = False
    seen: StoredHead | None = None
    saved: StoredHead | None = None
    tails: Tails = field(default_factory=Tails)
    label: str = ""
    origin: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.origin = canonical(self.signer.verifier.name)

    def sequence(
        self, transaction: LogTransaction, drafts: Sequence[Draft], *, again: bool
    ) -> list[Answer] | UnavailableError:
        """Admit, write and sign one batch; ``again`` looks up every event, not only the retries."""
        head = transaction.head()
        self.saved = None
        if not self.trusts(transaction, head):
            return UnavailableError(f"the log is frozen: {self.frozen}")
        origin = self.origin
        drafts = [d if d.origin == origin else d.moved(origin) for d in drafts]  # (4)
        known = self._known(transaction, head, [d for d in drafts if again or d.retry])
        answers = [known.get(d.event_id) or _admit(transaction, d) for d in drafts]
        if any(answers):
            answers = self._reconsider(transaction, head, drafts, answers)
        admitted = [d for d, no in zip(drafts, answers, strict=True) if no is None]
        if admitted:
            answers = _fill(answers, self._write(transaction, head, admitted))
        return [answer for answer in answers if answer is not None]

    def trusts(self, transaction: LogTransaction, head: StoredHead) -> bool:
        """Tell whether the head may be signed on (1); freezes the log where not (2)."""
        if self.frozen is None:
            self.frozen = head.frozen
        if self.frozen is None and (found := self._judge(head)) is not None:
            self.frozen, self.unsaved = str(found), found.cause.lasting
        if self.unsaved:
            transaction.save_head(replace(head, frozen=self.frozen))
        if self.frozen is None:
            self.seen = head
            if head.label != self.label:
                self.label, self.origin = head.label, canonical(self.signer.key(head.label).name)
        return self.frozen is None

    def turn(self, transaction: LogTransaction, turn: Turn) -> list[Answer] | UnavailableError:
        """Close the shard that is open and open the next (``audit.shards``, 3)."""
        head = transaction.head()
        self.saved = None
        if not self.trusts(transaction, head):
            return UnavailableError(f"the log is frozen: {self.frozen}")
        if not head.size or turn.label <= head.label:
            refused = RefusedError("shard: this one is open already, or the log is empty")
            return [refused, refused]
        name = self.signer.key(turn.label).name
        last, closed = self._entry(transaction, head, turn.closing, {NEXT: name})
        said = {BEFORE: after(closed, self.signer.key(head.label))}
        empty = StoredHead(0, (), "", None, closed.instance, closed.end, turn.label)
        first, opened = self._entry(transaction, empty, turn.opening, said)
        transaction.turn(closed, opened)
        self.saved = opened
        return [last, first]

    def _entry(
        self,
        transaction: LogTransaction,
        head: StoredHead,
        submission: Submission,
        said: Mapping[str, str],
    ) -> tuple[Receipt, StoredHead]:
        """Write an entry on either side of a turn, and the head that it makes."""
        origin = canonical(self.signer.key(head.label).name)
        made = draft(submission._replace(leaf={**submission.leaf, **said}), origin)
        rows = rows_of([made], head.end, self.sealer, self.tails.of(transaction))
        transaction.insert(rows)
        (row,), saved = rows, self._advance(head, rows)
        return Receipt(row.event_id, row.index, row.leaf_hash, saved.checkpoint), saved

    def committed(self) -> None:
        """Remember that what ``sequence`` saved is durable."""
        self.unsaved = False
        if self.saved is None:
            return
        self.seen = self.saved
        self.tails.keep(self.saved)
        if self.guard is not None:
            self.guard.keep(self.saved)

    def _judge(self, head: StoredHead) -> Freeze | None:
        if self.accused is not None:
            return self.accused
        if head != self.seen:
            if self.seen is not None and head.end <= self.seen.end:
                cause = Cause.ROLLBACK if head.end < self.seen.end else Cause.FORK
                return Freeze(cause, "the head lies behind or beside one that was committed")
            found = judge(head, self.signer.key(head.label))
            if found is None and self.seen is None:
                found = severed(self.storage, self.signer.key)
            if found is not None:
                return found
        return None if self.guard is None else self.guard.check(head, self.storage)

    def _known(
        self, transaction: LogTransaction, head: StoredHead, asked: Sequence[Draft]
    ) -> Mapping[bytes, Answer]:
        """Answer from the store what it has already (3)."""
        if not asked:
            return {}
        found = transaction.find({made.event_id for made in asked})
        heads = [*transaction.closed(), head] if found and head.base else [head]
        return {
            made.event_id: self._repeat(made, found[made.event_id], heads)
            for made in asked
            if made.event_id in found
        }

    def _reconsider(
        self,
        transaction: LogTransaction,
        head: StoredHead,
        drafts: Sequence[Draft],
        answers: Sequence[Answer | None],
    ) -> list[Answer | None]:
        """Look up what was refused: it may stand in the log since an earlier try (3)."""
        pairs = list(zip(drafts, answers, strict=True))
        refused = [d for d, answer in pairs if isinstance(answer, RefusedError)]
        known = self._known(transaction, head, refused)
        return [known.get(d.event_id, answer) for d, answer in pairs]

    def _repeat(self, made: Draft, row: StoredRow, heads: Sequence[StoredHead]) -> Answer:
        if not repeats(made, row, self.sealer):
            return RefusedError("event id: stands in the log with another content")
        head = next(one for one in heads if row.index < one.end)
        return Receipt(row.event_id, row.index, row.leaf_hash, head.checkpoint)

    def _write(
        self, transaction: LogTransaction, head: StoredHead, admitted: Sequence[Draft]
    ) -> list[Receipt]:
        rows = rows_of(admitted, head.end, self.sealer, self.tails.of(transaction))
        saved = self._advance(head, rows)
        transaction.insert(rows)
        transaction.save_head(saved)
        self.saved = saved
        return [Receipt(row.event_id, row.index, row.leaf_hash, saved.checkpoint) for row in rows]

    def _advance(self, head: StoredHead, rows: Sequence[StoredRow]) -> StoredHead:
        frontier = append(head.size, head.frontier, (row.leaf_hash for row in rows))
        size = head.size + len(rows)
        checkpoint = sign_checkpoint(size, root(frontier), self.signer.of(head.label))
        instance = head.instance if self.guard is None else self.guard.name()
        return StoredHead(size, frontier, checkpoint, None, instance, head.base, head.label)


def _admit(transaction: LogTransaction, draft: Draft) -> RefusedError | None:
    try:
        if draft.companions:
            transaction.admit(draft.companions)
    except RefusedError as refused:
        return refused
    return None


def _fill(answers: Sequence[Answer | None], receipts: Sequence[Receipt]) -> list[Answer | None]:
    """Put each receipt where its draft stood."""
    rest = iter(receipts)
    return [next(rest) if answer is None else answer for answer in answers]
