"""The log, open for writing: one thread gives every entry its place and answers when it is durable.

1. The head lock is taken first, then all that waits: while one commit runs, the next gathers, and
   no timer is needed. The submissions of one call share one commit.
2. What may be signed, and when the log freezes, is the law of ``audit.sequencer``.
3. Every batch is signed, so that each answer carries a checkpoint that includes its entry.
4. Answers are given after the commit. A commit that fails answers ``UnavailableError`` although it
   may have happened; nothing is remembered of it, the next batch reads the store afresh.
5. A batch that breaks before its commit (an event that the store has already, a payload that cannot
   be sealed) has left no trace: its calls are tried again one by one, each event looked up first,
   so that one bad submission fails its own call only.
6. A turn to the next shard (``audit.shards``) has a commit of its own.
7. The guard hears of every durable head; it is let to write when the log falls quiet, and at close.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from queue import SimpleQueue
from threading import Condition, Lock, Thread
from typing import NamedTuple

from audit.draft import Draft, drafts
from audit.guard import Guard
from audit.note import Signer
from audit.sequencer import Sequencer
from audit.storage import LogStorage, LogTransaction, PayloadSealer, UnavailableError
from audit.submission import Answer, Receipt, Submission, Turn
from audit.trust import Freeze

__all__ = ["Answer", "Limits", "Log", "Receipt", "Submission"]

QUIET = 1.0
"""Seconds without work after which the guard may write."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many entries one commit takes, and how many may wait before new ones are turned away."""

    batch: int = 1024
    waiting: int = 4096


Outcome = list[Answer] | UnavailableError
Done = Callable[[Outcome], object]

_DEFAULT_LIMITS = Limits()


class Log:
    """One log, open for writing; close it to let all that waits be answered.

    The log's origin is the name of the signer's key. With a guard the head is judged at once, not
    only before the first signature.
    """

    def __init__(
        self,
        storage: LogStorage,
        sealer: PayloadSealer,
        signer: Signer,
        limits: Limits = _DEFAULT_LIMITS,
        guard: Guard | None = None,
    ) -> None:
        self._storage = storage
        self._limits = limits
        self._guard = guard
        self._sequencer = Sequencer(storage, sealer, signer, guard)
        self._waiting: deque[_Call] = deque()
        self._count = 0
        self._closed = False
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self._thread = Thread(target=self._run, name="audit-log", daemon=True)
        self._thread.start()

    @property
    def frozen(self) -> str | None:
        """Why this log signs nothing more; ``None`` while it does."""
        return self._sequencer.frozen

    def submit(self, submissions: Sequence[Submission], done: Done) -> None:
        """Queue submissions; ``done`` gets one answer each, in order, or one failure for all.

        ``done`` is called once, in the writer thread, after the commit; it must be quick. Raises
        ``EntryError`` for a malformed submission, ``UnavailableError`` when closed or overloaded.
        """
        self._queue(_Call(drafts(submissions, self._sequencer.origin), done))

    def _queue(self, call: "_Call") -> None:
        with self._lock:
            if self._closed:
                raise UnavailableError("the log is closed")
            if self._count >= self._limits.waiting:
                raise UnavailableError("the log has too many entries waiting")
            self._waiting.append(call)
            self._count += len(call.drafts)
            self._changed.notify()

    def append(self, submissions: Sequence[Submission]) -> list[Answer]:
        """Submit and wait for the answers; raises as ``submit`` does, and ``UnavailableError``."""
        answered: SimpleQueue[Outcome] = SimpleQueue()
        self.submit(submissions, answered.put)
        return _answers(answered)

    def turn(self, turn: Turn) -> list[Answer]:
        """Turn to the next shard and wait for it (6); refused where that is open, or the log empty.

        Raises as ``append`` does.
        """
        answered: SimpleQueue[Outcome] = SimpleQueue()
        self._queue(_Call((), answered.put, turn))
        return _answers(answered)

    def accuse(self, found: Freeze) -> None:
        """Freeze the log for what was found elsewhere, as by a witness; on return it is saved."""
        self._sequencer.accused = found
        with suppress(UnavailableError):
            self.append([])

    def close(self) -> None:
        """Take nothing more, answer all that waits, and stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        if self._guard is not None:
            self._commit(list, again=False)
        while self._wait():
            self._commit_batch()

    def _wait(self) -> bool:
        """Wait for work; ``False`` when there will be none."""
        if self._guard is not None and not self._pause(QUIET):
            self._guard.flush()  # (7)
        self._pause(None)
        if not self._waiting and self._guard is not None:
            self._guard.flush()
        return bool(self._waiting)

    def _pause(self, seconds: float | None) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._waiting) or self._closed, seconds)

    def _commit_batch(self) -> None:
        calls: list[_Call] = []

        def take() -> Sequence[_Call]:
            calls.extend(self._take())
            return calls

        outcome = self._commit(take, again=False)
        if outcome is None:
            self._one_by_one(calls)  # (5)
        else:
            _answer(calls or self._take(), outcome)

    def _one_by_one(self, calls: Sequence["_Call"]) -> None:
        for place, call in enumerate(calls):
            outcome = self._commit(lambda call=call: [call], again=True)  # type: ignore[misc]  # bound at once
            if isinstance(outcome, UnavailableError):
                _answer(calls[place:], outcome)
                return
            _answer([call], outcome or UnavailableError("an entry of this call cannot be written"))

    def _commit(self, take: Callable[[], Sequence["_Call"]], *, again: bool) -> Outcome | None:
        """Take the lock, then the calls (1), and commit; ``None`` when it broke without a trace."""
        try:
            with self._storage.locked() as transaction:
                outcome = self._sequence(transaction, take(), again=again)
            self._sequencer.committed()
        except _BrokenError:
            return None
        except UnavailableError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever broke the commit, the caller must hear
            return UnavailableError(f"the commit is not certain ({type(error).__name__})")
        return outcome

    def _sequence(
        self, transaction: LogTransaction, calls: Sequence["_Call"], *, again: bool
    ) -> Outcome:
        made = [draft for call in calls for draft in call.drafts]
        turn = calls[0].turn if calls else None
        try:
            if turn is not None:
                return self._sequencer.turn(transaction, turn)
            return self._sequencer.sequence(transaction, made, again=again)
        except UnavailableError:
            raise
        except Exception as error:
            raise _BrokenError from error

    def _take(self) -> list["_Call"]:
        """Take whole calls up to the cap; the first is taken whatever its length."""
        with self._lock:
            calls = [self._waiting.popleft()]
            taken = calls[0].weight
            while self._waiting and taken + self._waiting[0].weight <= self._limits.batch:
                calls.append(self._waiting.popleft())
                taken += calls[-1].weight
            self._count -= sum(len(call.drafts) for call in calls)
        return calls


class _BrokenError(Exception):
    """A batch broke before its commit."""


class _Call(NamedTuple):
    drafts: Sequence[Draft]
    done: Done
    turn: Turn | None = None

    @property
    def weight(self) -> int | float:
        """How much of a batch it takes; a turn takes all of one, and more (6)."""
        return len(self.drafts) if self.turn is None else inf


def _answers(answered: SimpleQueue[Outcome]) -> list[Answer]:
    answers = answered.get()
    if isinstance(answers, UnavailableError):
        raise answers
    return answers


def _answer(calls: Sequence[_Call], outcome: Outcome) -> None:
    failed = outcome if isinstance(outcome, UnavailableError) else None
    answers = [] if isinstance(outcome, UnavailableError) else outcome
    gone = suppress(Exception)  # who asked (a closed event loop); the others must still be answered
    at = 0
    for call in calls:
        end = at + (len(call.drafts) if call.turn is None else len(answers))
        with gone:
            call.done(UnavailableError(str(failed)) if failed else answers[at:end])
        at = end
