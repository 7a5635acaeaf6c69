"""Adopting a store: a person decides that the log goes on from the store as it is.

1. Only a store that is whole by itself, and that nothing speaks against but that it is older than
   what was signed, or new to this guard. A fork, an untrue head or a changed entry cannot be adopted:
   such a log has ended.
2. The gate must not run: what it remembers would freeze the log again, rightly.
3. Lifting the freeze and the mark of the guard come first; the entry that says so follows at once,
   as the first of the log that goes on. Whoever saw entries that are lost will see them missing:
   witnesses refuse such a log for good.
"""

from dataclasses import dataclass, replace
from uuid import uuid4

from audit.guard import FileGuard
from audit.shards import Keys
from audit.storage import LogStorage
from audit.trust import Cause
from audit.verify import verify_store
from gateway.domain.errors import GatewayError
from gateway.domain.ports import Clock, Entry, Ledger
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.keeper.office import AuditOffice

ADOPTABLE = frozenset({Cause.ROLLBACK, Cause.COPY, Cause.UNGUARDED})


class NotAdoptableError(GatewayError):
    """This store cannot be adopted; the text says why."""

    code = "NOT_ADOPTABLE"


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was adopted: the size it has, the size the guard knew, and the freeze that was lifted."""

    size: int
    marked: int | None
    lifted: str | None


def adopt(office: AuditOffice, guard: FileGuard) -> Adopted:
    """Take the store as it is (1, 2); raises ``NotAdoptableError`` and ``OSError``."""
    found = office.examine()
    for cause in (found.judged, found.followed, found.frozen):
        if cause is not None and cause.partition(":")[0] not in ADOPTABLE:
            raise NotAdoptableError(f"this log has ended ({cause}); begin a new one")
    _require_whole(office.storage, office.signer.key, found.frozen)
    office.mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _lift(office.storage)
    guard.adopt(office.storage.head())
    return Adopted(found.size, found.marked, found.frozen or found.followed)


def _require_whole(storage: LogStorage, keys: Keys, frozen: str | None) -> None:
    """Look at every leaf, as no guard will: it remembers the head that is adopted, and nothing before."""
    for fault in verify_store(storage, None, keys):
        if fault.what != f"frozen: {frozen}":
            raise NotAdoptableError(f"this log is not whole ({fault})")


def _lift(storage: LogStorage) -> None:
    """Take a saved freeze off the head; what is signed stays as it is."""
    with storage.locked() as transaction:
        head = transaction.head()
        if head.frozen is not None:
            transaction.save_head(replace(head, frozen=None))


async def recorded(
    ledger: Ledger, clock: Clock, adopted: Adopted, actor: str, reason: str
) -> Receipt:
    """Record who adopted the store and why, as the log goes on (3)."""
    record = AuditRecord(
        uuid4(),
        RecordKind.GUARD,
        clock.now(),
        "adopted",
        actor=actor,
        reason=reason,
        detail={
            "size": adopted.size,
            "marked": "none" if adopted.marked is None else adopted.marked,
            "lifted": adopted.lifted or "nothing",
        },
    )
    (answer,) = await ledger.append([Entry(record)])
    if not isinstance(answer, Receipt):
        raise NotAdoptableError("the log did not take the entry")
    return answer
