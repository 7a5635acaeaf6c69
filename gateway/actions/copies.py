"""Backups and restores are on the record; after a restore every erasure since is carried out again."""

from collections.abc import Mapping
from uuid import uuid4

from gateway.actions.erase import Erase, Repeated
from gateway.domain.erasing import ErasureDecision
from gateway.domain.errors import LedgerUnavailableError
from gateway.domain.identifiers import ActorId
from gateway.domain.ports import Clock, Entry, Ledger
from gateway.domain.records import AuditRecord, Receipt, RecordKind

WHY = "erased before; a restored copy had brought it back"


class CopyDesk:
    """What the log hears of copies."""

    def __init__(self, ledger: Ledger, clock: Clock, erase: Erase) -> None:
        self._ledger = ledger
        self._clock = clock
        self._erase = erase

    async def begun(self, actor: str) -> Receipt:
        """Record that a backup is made: the copy holds this entry, and needs none after it."""
        return await self._tell(RecordKind.BACKUP, "begun", actor, None, {})

    async def restored(self, actor: str, reason: str, detail: Mapping[str, str | int]) -> Receipt:
        """Record that the store was restored: from when, by whom and why."""
        return await self._tell(RecordKind.RESTORE, "restored", actor, reason, detail)

    async def repeat(self, actor: str) -> Repeated:
        """Carry out again, on the record, every erasure that a restored copy has undone."""
        return await self._erase.again(ErasureDecision(ActorId(actor), WHY))

    async def _tell(
        self,
        kind: RecordKind,
        outcome: str,
        actor: str,
        reason: str | None,
        detail: Mapping[str, str | int],
    ) -> Receipt:
        record = AuditRecord(
            uuid4(), kind, self._clock.now(), outcome, actor=actor, reason=reason, detail=detail
        )
        (answer,) = await self._ledger.append([Entry(record)])
        if not isinstance(answer, Receipt):
            raise LedgerUnavailableError("the log did not take the entry")
        return answer
