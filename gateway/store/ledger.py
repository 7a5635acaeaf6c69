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
from gateway.domain.ports import Entry, Rejected
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.store.columns import EPOCH

LONGEST_WAIT = 10.0
_MILLISECOND = timedelta(milliseconds=1)

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
        waiter = inbox.loop.create_future()
        try:
            self._log.submit(
                [_submission(entry) for entry in entries],
                lambda outcome: inbox.put(waiter, outcome),
            )
        except UnavailableError as error:
            raise LedgerUnavailableError(str(error)) from None
        late = inbox.loop.call_later(self._longest, _too_late, waiter, self._longest)  # (4)
        try:
            outcome = await waiter
        finally:
            late.cancel()
        if isinstance(outcome, UnavailableError):
            raise LedgerUnavailableError(str(outcome)) from None
        return [_answer(entry, a) for entry, a in zip(entries, outcome, strict=True)]

    def _inbox_of(self, loop: asyncio.AbstractEventLoop) -> "_Inbox":
        inbox = self._inbox
        if inbox is None or inbox.loop is not loop:
            inbox = self._inbox = _Inbox(loop)
        return inbox  # not the attribute: a loop in another thread may have taken its place


class _Inbox:
    """Carries answers from the writer thread into one event loop (2)."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._came: deque[tuple[asyncio.Future[Outcome], Outcome]] = deque()
        self._called = False

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


def _too_late(waiter: asyncio.Future[Outcome], longest: float) -> None:
    if not waiter.done():
        waiter.set_result(UnavailableError(f"the log did not answer in {longest:g} seconds"))


def _submission(entry: Entry) -> Submission:
    record = entry.record
    return Submission(
        record.event_id.bytes,
        _leaf(record),
        _payload(record),
        record.subject.bytes if record.subject else None,
        (entry,) if entry.changes else (),
    )


def _leaf(record: AuditRecord) -> Mapping[str, str | int]:
    """Keep for ever what names no person (1)."""
    leaf: dict[str, str | int] = {"type": record.kind, "at": (record.at - EPOCH) // _MILLISECOND}
    named = {
        "outcome": record.outcome,
        "purpose": record.purpose,
        "basis": ",".join(record.basis),
        "policy": record.policy,
        "recipient": record.recipient,
    }
    return leaf | {key: text for key, text in named.items() if text}


def _payload(record: AuditRecord) -> Mapping[str, object]:
    named = {
        "subject": record.subject and str(record.subject),
        "actor": record.actor,
        "role": record.role,
        "fields": list(record.fields),
        "consents": [str(consent) for consent in record.consents],
        "reason": record.reason,
        "parent": record.parent and str(record.parent),
        "trace": record.trace_id,
        "detail": dict(record.detail),
        "rests_on": dict(record.rests_on),
    }
    erased = erasure_of(record.erased) if record.kind is RecordKind.ERASURE else {}
    return {key: value for key, value in named.items() if value} | erased


def _answer(entry: Entry, answer: Answer) -> Receipt | Rejected:
    if isinstance(answer, RefusedError):
        return Rejected(entry.record.event_id, str(answer))
    return Receipt(entry.record.event_id, answer.index, answer.leaf_hash, answer.checkpoint)
