"""The log as actions see it: entries go to the writer thread, answers come back to the event loop.

1. Of a record only the closed list of ``_leaf`` stays for ever; all else is sealed.
2. Answers that come together wake the loop once.
3. Who stops waiting stops nothing: the entry may be durable, and an unknown outcome counts as sent.
4. Nobody waits longer than ``longest`` seconds, and no more wait than the log's limits say: who
   comes after is turned away at once.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import timedelta

from audit.erasure import erasure_of
from audit.log import Answer, Log, Submission
from audit.storage import RefusedError, UnavailableError
from gateway.domain.errors import LedgerUnavailableError
from gateway.domain.policy_versions import policy_needed
from gateway.domain.ports import Entry, Rejected
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.store.columns import EPOCH

LONGEST_WAIT = 10.0
_MILLISECOND = timedelta(milliseconds=1)
_ERASURE = RecordKind.ERASURE

Outcome = list[Answer] | UnavailableError


class LogLedger:
    """The ledger over one log; see ``gateway.domain.ports.Ledger``."""

    def __init__(self, log: Log, longest: float = LONGEST_WAIT) -> None:
        self._log = log
        self._longest = longest
        self._inbox: _Inbox | None = None

    async def append(self, entries: Sequence[Entry]) -> Sequence[Receipt | Rejected]:
        """Take each entry with its changes, or reject it; return when all that was taken is durable."""
        inbox = self._inbox_of(asyncio.get_running_loop())
        waiter = inbox.waiter()
        try:
            self._log.submit(
                [submission_of(entry) for entry in entries],
                lambda outcome: inbox.put(waiter, outcome),
            )
        except UnavailableError as error:
            raise LedgerUnavailableError(str(error)) from None
        outcome = await waiter
        if isinstance(outcome, UnavailableError):
            raise LedgerUnavailableError(str(outcome)) from None
        return [_answer(entry, a) for entry, a in zip(entries, outcome, strict=True)]

    def _inbox_of(self, loop: asyncio.AbstractEventLoop) -> "_Inbox":
        inbox = self._inbox
        if inbox is None or inbox.loop is not loop:
            inbox = self._inbox = _Inbox(loop, self._longest)
        return inbox  # not the attribute: a loop in another thread may have taken its place


class _Inbox:
    """Carries answers from the writer thread into one event loop (2).

    All wait equally long, so that one timer serves whoever has waited longest.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, longest: float) -> None:
        self.loop = loop
        self._longest = longest
        self._came: deque[tuple[asyncio.Future[Outcome], Outcome]] = deque()
        self._called = False
        self._due: deque[tuple[float, asyncio.Future[Outcome]]] = deque()
        self._timed = False

    def waiter(self) -> asyncio.Future[Outcome]:
        """Return what an answer is awaited by, for ``longest`` seconds (4)."""
        waiter: asyncio.Future[Outcome] = self.loop.create_future()
        self._due.append((self.loop.time() + self._longest, waiter))
        self._keep_time()
        return waiter

    def put(self, waiter: asyncio.Future[Outcome], outcome: Outcome) -> None:
        """Leave an answer, in the writer thread; raises ``RuntimeError`` when the loop is closed."""
        self._came.append((waiter, outcome))
        if not self._called:  # read after the append, as ``_empty`` clears it before it looks
            self._called = True
            self.loop.call_soon_threadsafe(self._empty)

    def _empty(self) -> None:
        self._called = False
        while self._came:
            waiter, outcome = self._came.popleft()
            if not waiter.done():  # (3)
                waiter.set_result(outcome)
        self._forget_done()

    def _forget_done(self) -> None:
        while self._due and self._due[0][1].done():
            self._due.popleft()

    def _keep_time(self) -> None:
        if self._due and not self._timed:
            self._timed = True
            self.loop.call_at(self._due[0][0], self._late)

    def _late(self) -> None:
        now = self.loop.time()
        while self._due and self._due[0][0] <= now:
            _, waiter = self._due.popleft()
            if not waiter.done():
                why = f"the log did not answer in {self._longest:g} seconds"
                waiter.set_result(UnavailableError(why))
        self._forget_done()
        self._timed = False
        self._keep_time()


def submission_of(entry: Entry) -> Submission:
    """Return what the log takes of an entry: what stays for ever, and what is sealed (1)."""
    record = entry.record
    return Submission(
        record.event_id.bytes,
        _leaf(record),
        _payload(record),
        record.subject.bytes if record.subject else None,
        (entry,) if entry.changes or policy_needed(record) else (),
    )


def _leaf(record: AuditRecord) -> Mapping[str, str | int]:
    """Keep for ever what names no person (1)."""
    leaf: dict[str, str | int] = {"type": record.kind, "at": (record.at - EPOCH) // _MILLISECOND}
    if record.outcome:
        leaf["outcome"] = record.outcome
    if record.purpose:
        leaf["purpose"] = record.purpose
    if record.basis:
        leaf["basis"] = ",".join(record.basis)
    if record.policy:
        leaf["policy"] = record.policy
    if record.recipient:
        leaf["recipient"] = record.recipient
    return leaf


def _payload(record: AuditRecord) -> Mapping[str, object]:
    named = {
        "subject": record.subject and str(record.subject),
        "actor": record.actor,
        "role": record.role,
        "fields": record.fields,
        "consents": record.consents and [str(consent) for consent in record.consents],
        "reason": record.reason,
        "parent": record.parent and str(record.parent),
        "trace": record.trace_id,
        "detail": record.detail and dict(record.detail),
        "rests_on": record.rests_on and dict(record.rests_on),
    }
    payload = {key: value for key, value in named.items() if value}
    return payload | erasure_of(record.erased) if record.kind is _ERASURE else payload


def _answer(entry: Entry, answer: Answer) -> Receipt | Rejected:
    if isinstance(answer, RefusedError):
        return Rejected(entry.record.event_id, str(answer))
    return Receipt(entry.record.event_id, answer.index, answer.leaf_hash, answer.checkpoint)
