"""The sequencer: one writer thread gives every entry its place and answers when that is durable.

1. The head lock is taken first, then all that waits: while one commit runs, the next gathers, and
   no timer is needed. The submissions of one call share one commit.
2. Before anything is signed the stored head is proven ours: its checkpoint opens under our key with
   its size, and its root is that of its frontier. It never lies behind, or beside, a head that this
   process has seen committed. A head that fails freezes the log: nothing is saved, all is refused.
3. Every batch is signed, so that each answer carries a checkpoint that includes its entry.
4. Answers are given after the commit. A commit that fails answers ``UnavailableError`` although it
   may have happened; nothing is remembered of it, the next batch reads the store afresh.
"""

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Condition, Thread

from audit.checkpoint import sign_checkpoint, verify_checkpoint
from audit.entry import (
    EVENT_ID_BYTES,
    NO_ENTRY,
    SALT_BYTES,
    EntryError,
    check_leaf,
    check_payload,
    commit,
    write_leaf,
    write_payload,
)
from audit.note import NoteError, Signer
from audit.storage import (
    LogStorage,
    LogTransaction,
    PayloadSealer,
    RefusedError,
    StoredHead,
    StoredRow,
    Tail,
    UnavailableError,
)
from audit.tree import append, leaf_hash, root

_NO_TAIL = Tail(0, NO_ENTRY)


@dataclass(frozen=True, slots=True)
class Submission:
    """An event for the log.

    ``leaf`` stays for ever and names nobody (``audit.entry.LEAF_KEYS``); ``payload`` is sealed for
    ``subject``, an opaque handle; ``companions`` stand or fall with the entry. A retry reuses
    ``event_id`` (16 random bytes), which the store takes once only.
    """

    event_id: bytes
    leaf: Mapping[str, str | int]
    payload: Mapping[str, object]
    subject: bytes | None = None
    companions: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry stands, and the signed checkpoint that includes it."""

    event_id: bytes
    index: int
    leaf_hash: bytes
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How many entries one commit takes, and how many may wait before new ones are turned away."""

    batch: int = 1024
    waiting: int = 4096


Answer = Receipt | RefusedError
Done = Callable[[list[Answer] | UnavailableError], object]

_DEFAULT_LIMITS = Limits()


class Log:
    """One log, open for writing; close it to let all that waits be answered.

    The log's origin is the name of the signer's key.
    """

    def __init__(
        self,
        storage: LogStorage,
        sealer: PayloadSealer,
        signer: Signer,
        limits: Limits = _DEFAULT_LIMITS,
    ) -> None:
        self._storage = storage
        self._limits = limits
        self._sequencer = _Sequencer(sealer, signer)
        self._waiting: deque[_Call] = deque()
        self._count = 0
        self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, name="audit-log", daemon=True)
        self._thread.start()

    def submit(self, submissions: Sequence[Submission], done: Done) -> None:
        """Queue submissions; ``done`` gets one answer each, in order, or one failure for all.

        ``done`` is called once, in the writer thread, after the commit; it must be quick. Raises
        ``EntryError`` for a malformed submission, ``UnavailableError`` when closed or overloaded.
        """
        for submission in submissions:
            _check(submission)
        with self._changed:
            if self._closed:
                raise UnavailableError("the log is closed")
            if self._count >= self._limits.waiting:
                raise UnavailableError("the log has too many entries waiting")
            self._waiting.append(_Call(submissions, done))
            self._count += len(submissions)
            self._changed.notify()

    def append(self, submissions: Sequence[Submission]) -> list[Answer]:
        """Submit and wait for the answers; raises as ``submit`` does, and ``UnavailableError``."""
        answered: SimpleQueue[list[Answer] | UnavailableError] = SimpleQueue()
        self.submit(submissions, answered.put)
        answers = answered.get()
        if isinstance(answers, UnavailableError):
            raise answers
        return answers

    def close(self) -> None:
        """Take nothing more, answer all that waits, and stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while self._wait():
            self._commit_batch()

    def _wait(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return bool(self._waiting)

    def _commit_batch(self) -> None:
        calls: list[_Call] = []
        try:
            with self._storage.locked() as transaction:
                calls = self._take()  # (1)
                answers = self._sequencer.sequence(transaction, _all_of(calls))
            self._sequencer.committed()
        except UnavailableError as error:
            _fail(calls or self._take(), error)
        except Exception as error:  # noqa: BLE001 - whatever broke the commit, the caller must hear
            cause = UnavailableError(f"the commit is not certain ({type(error).__name__})")
            _fail(calls or self._take(), cause)
        else:
            _answer(calls, answers)

    def _take(self) -> list["_Call"]:
        """Take whole calls up to the cap; the first is taken whatever its length."""
        with self._changed:
            calls = [self._waiting.popleft()]
            taken = len(calls[0].submissions)
            while self._waiting:
                taken += len(self._waiting[0].submissions)
                if taken > self._limits.batch:
                    break
                calls.append(self._waiting.popleft())
            self._count -= sum(len(call.submissions) for call in calls)
        return calls


@dataclass(frozen=True, slots=True)
class _Call:
    submissions: Sequence[Submission]
    done: Done


@dataclass(slots=True)
class _Sequencer:
    """Turns one batch into rows and a head, within a transaction that someone else commits."""

    sealer: PayloadSealer
    signer: Signer
    seen: StoredHead | None = None
    saved: StoredHead | None = None
    frozen: str | None = None

    def sequence(
        self, transaction: LogTransaction, submissions: Sequence[Submission]
    ) -> list[Answer]:
        """Admit, write and sign one batch; raises ``UnavailableError`` on a head that is not ours."""
        head = transaction.head()
        self._trust(head)
        self.saved = None
        refused = [_admit(transaction, submission) for submission in submissions]
        admitted = [s for s, no in zip(submissions, refused, strict=True) if no is None]
        if not admitted:
            return [no for no in refused if no is not None]
        rows = self._rows(transaction, head.size, admitted)
        self.saved = self._advance(head, rows)
        transaction.insert(rows)
        transaction.save_head(self.saved)
        receipts = iter(_receipts(rows, self.saved.checkpoint))
        return [next(receipts) if no is None else no for no in refused]

    def committed(self) -> None:
        """Remember that what ``sequence`` saved is durable."""
        self.seen = self.saved or self.seen

    def _trust(self, head: StoredHead) -> None:
        """Refuse a head that is not ours (2), now and from then on."""
        if self.frozen is None and head != self.seen:
            self.frozen = head.frozen or _fault(head, self.seen, self.signer)
        if self.frozen is not None:
            raise UnavailableError(f"the log is frozen: {self.frozen}")
        self.seen = head

    def _rows(
        self, transaction: LogTransaction, first: int, admitted: Sequence[Submission]
    ) -> list[StoredRow]:
        subjects = {one.subject for one in admitted if one.subject is not None}
        tags = {subject: self.sealer.tag(subject) for subject in subjects}
        tails = dict(transaction.tails(tags.values())) if tags else {}
        rows = []
        for index, submission in enumerate(admitted, first):
            tag = None if submission.subject is None else tags[submission.subject]
            tail = None if tag is None else tails.get(tag, _NO_TAIL)
            rows.append(self._row(submission, index, tag, tail))
            if tag is not None and tail is not None:
                tails[tag] = Tail(tail.counter + 1, index)
        return rows

    def _row(
        self, submission: Submission, index: int, tag: bytes | None, tail: Tail | None
    ) -> StoredRow:
        event_id = submission.event_id
        link = None if tail is None else (tail.counter + 1, tail.index)
        salted = write_payload(event_id, submission.payload, link, secrets.token_bytes(SALT_BYTES))
        commitment = commit(salted)
        leaf = write_leaf(event_id, submission.leaf, self.signer.verifier.name, commitment)
        return StoredRow(
            index,
            event_id,
            leaf_hash(leaf),
            leaf,
            self.sealer.seal(tag, commitment, salted),
            tag,
            link[0] if link else None,
        )

    def _advance(self, head: StoredHead, rows: Sequence[StoredRow]) -> StoredHead:
        frontier = append(head.size, head.frontier, (row.leaf_hash for row in rows))
        size = head.size + len(rows)
        return StoredHead(size, frontier, sign_checkpoint(size, root(frontier), self.signer))


def _fault(head: StoredHead, seen: StoredHead | None, signer: Signer) -> str | None:
    """Say what makes a stored head untrue (2); ``None`` when it is ours."""
    if len(head.frontier) != head.size.bit_count():
        return "the frontier does not fit the size"
    if seen is not None and head.size <= seen.size and head != seen:
        return "the head lies behind or beside one that was committed"
    if not head.size:
        return "a checkpoint stands on an empty log" if head.checkpoint else None
    try:
        signed = verify_checkpoint(head.checkpoint, signer.verifier)
    except NoteError as error:
        return str(error)
    if (signed.size, signed.root) != (head.size, root(head.frontier)):
        return "the checkpoint does not fit the size and the frontier"
    return None


def _check(submission: Submission) -> None:
    if len(submission.event_id) != EVENT_ID_BYTES:
        raise EntryError("event_id is not 16 bytes")
    check_leaf(submission.leaf)
    check_payload(submission.payload)


def _admit(transaction: LogTransaction, submission: Submission) -> RefusedError | None:
    try:
        if submission.companions:
            transaction.admit(submission.companions)
    except RefusedError as refused:
        return refused
    return None


def _receipts(rows: Sequence[StoredRow], checkpoint: str) -> list[Receipt]:
    return [Receipt(row.event_id, row.index, row.leaf_hash, checkpoint) for row in rows]


def _all_of(calls: Sequence[_Call]) -> list[Submission]:
    return [submission for call in calls for submission in call.submissions]


def _answer(calls: Sequence[_Call], answers: list[Answer]) -> None:
    at = 0
    for call in calls:
        end = at + len(call.submissions)
        _tell(call, answers[at:end])
        at = end


def _fail(calls: Sequence[_Call], error: UnavailableError) -> None:
    for call in calls:
        _tell(call, UnavailableError(str(error)))


def _tell(call: _Call, answer: list[Answer] | UnavailableError) -> None:
    # Who asked may be gone (a closed event loop); the others must still be answered.
    with suppress(Exception):
        call.done(answer)
