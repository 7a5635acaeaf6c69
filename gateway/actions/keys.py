"""Turn the keys over, on the record: that it began, and what it came to."""

from collections.abc import Callable, Mapping
from uuid import uuid4

from gateway.actions.gate import Gate
from gateway.domain.changes import Change
from gateway.domain.keys import KeyKeeper, RootKind, Rotated
from gateway.domain.orphans import OrphanKeys, SweptKeys
from gateway.domain.partners import Caller
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.domain.versions import VersionBook


class KeyDesk:
    """What an operator may do with the keys; none of it shows one."""

    def __init__(
        self, gate: Gate, keeper: KeyKeeper, versions: VersionBook, orphans: OrphanKeys
    ) -> None:
        self._gate = gate
        self._keeper = keeper
        self._versions = versions
        self._orphans = orphans

    def counts(self) -> Mapping[str, object]:
        """Return kind of root, versions of the key-encryption key, and how many keys of each kind."""
        return self._keeper.status()

    def unreadable(self) -> int:
        """Count the keys that do not open."""
        return self._keeper.unreadable()

    async def lost(self) -> int:
        """Count the profiles whose key is gone though nobody destroyed it."""
        return await self._gate.subjects.keyless()

    def replayed(self) -> int:
        """Count the profiles that are older than the log knows."""
        return sum(one.replayed for one in self._versions.standing())

    def orphans(self) -> int:
        """Count the ids that have keys and no profile."""
        return self._orphans.count()

    async def sweep(self, caller: Caller) -> SweptKeys:
        """Destroy the keys that have been nobody's for long enough, or finish what was broken off."""
        now = self._gate.clock.now()
        found = self._orphans.look(now)
        due = [one.subject for one in found if one.is_due(now)]
        if not due:
            return SweptKeys(len(found), 0)
        await self._tell(caller, "sweep begun", {"orphans": len(due)})
        destroyed = self._orphans.destroy(due)
        await self._tell(caller, "swept", {"orphans": destroyed})
        return SweptKeys(len(found) - len(due), destroyed)

    async def rotate(self, caller: Caller, progress: Callable[[int], object]) -> Rotated:
        """Wrap every key under a new key-encryption key, or finish what was broken off."""
        await self._tell(caller, "rotation begun", {})
        rotated = self._keeper.rotate(progress)
        await self._tell(
            caller,
            "rotated",
            {"kek": rotated.version, "moved": rotated.moved, "unreadable": rotated.unreadable},
        )
        return rotated

    async def move_root(self, caller: Caller, kind: RootKind) -> int:
        """Wrap the key-encryption keys under another root; return how many there are."""
        await self._tell(caller, "move of root begun", {"to": str(kind)})
        moved = self._keeper.move_root(kind)
        await self._tell(caller, "root moved", {"to": str(kind), "keks": moved})
        return moved

    async def _tell(self, caller: Caller, outcome: str, detail: Mapping[str, str | int]) -> None:
        await tell(self._gate, caller, outcome, detail)


async def tell(
    gate: Gate, caller: Caller, outcome: str, detail: Mapping[str, str | int], *changes: Change
) -> bool:
    """Put on record what becomes of the keys; tell whether it was taken, with its changes."""
    record = AuditRecord(
        uuid4(),
        RecordKind.KEYS,
        gate.clock.now(),
        outcome,
        policy=gate.matrix.digest,
        recipient=caller.partner.oin,
        actor=caller.actor,
        role=caller.role,
        detail=detail,
    )
    (answer,) = await gate.ledger.append([Entry(record, changes)])
    return isinstance(answer, Receipt)
