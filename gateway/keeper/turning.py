"""Turning the year: the shard of the log that is open is closed, and that of this year opened.

1. A person decides it, or the setting that lets the daily round do it; both stand in the entries on
   either side of the turn. A gate whose clock jumps turns nothing by itself.
2. A shard bears the year in which it was opened, and years rise: a log turns once a year at most.
3. Where witnesses are asked, their policy lists the key of the next shard first: a log that nobody
   vouches for is not gone on with. Each witness must list it too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from audit.entry import read_leaf
from audit.storage import UnavailableError
from audit.submission import Answer, Submission, Turn
from audit.submission import Receipt as Place
from gateway.domain.errors import GatewayError, LedgerUnavailableError
from gateway.domain.records import AuditRecord, RecordKind
from gateway.keeper.office import AuditOffice

CLOSED = "shard closed"
OPENED = "shard opened"
_MS = 1_000


class NotTurnedError(GatewayError):
    """The log does not turn to another shard now; the text says why."""

    code = "NOT_TURNED"


@dataclass(frozen=True, slots=True)
class Turned:
    """The shard that was opened, and the places of the entries on either side of the turn."""

    label: str
    origin: str
    last: int
    first: int


class Turns(Protocol):
    """A log that can be turned (``audit.log.Log``)."""

    def turn(self, turn: Turn) -> Sequence[Answer]:
        """Turn to the next shard, and wait for it."""
        ...


@dataclass(frozen=True, slots=True)
class YearTurn:
    """Turns one log; ``written`` makes of a record what the log takes."""

    office: AuditOffice
    log: Turns
    written: Callable[[AuditRecord], Submission]

    def due(self, now: datetime) -> bool:
        """Tell whether the open shard began in an earlier year than this."""
        shard = self.office.shelf.open()
        if shard.label:
            return shard.label < _year(now)
        for page in shard.leaves(0, 1):
            ((_, _, _, leaf),) = page
            at = read_leaf(leaf).content["at"]
            return datetime.fromtimestamp(int(at) / _MS, now.tzinfo).year < now.year
        return False

    def __call__(self, actor: str, reason: str, now: datetime) -> Turned:
        """Turn to the shard of this year; raises ``NotTurnedError``, ``LedgerUnavailableError``."""
        label, office = _year(now), self.office
        key, policy = office.signer.key(label), office.policy
        if policy is not None and all(peer.key != key for peer in policy.logs):
            raise NotTurnedError(f"the witnesses' policy does not list the next shard: log {key}")
        records = [
            AuditRecord(
                uuid4(), RecordKind.GUARD, now, outcome, actor=actor, reason=reason,
                detail={"shard": label},
            )
            for outcome in (CLOSED, OPENED)
        ]  # fmt: skip
        try:
            last, first = self.log.turn(Turn(label, *map(self.written, records)))
        except UnavailableError as error:
            raise LedgerUnavailableError(str(error)) from None
        if not isinstance(last, Place) or not isinstance(first, Place):
            raise NotTurnedError("the shard of this year is open already, or the log is empty")
        return Turned(label, key.name, last.index, first.index)


def _year(now: datetime) -> str:
    return f"{now.year:04}"
