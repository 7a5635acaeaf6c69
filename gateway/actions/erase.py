"""Erase by destroying keys: a profile, or what the log tells about someone (GDPR art. 17).

1. The entry comes first. If the keys then live on, erasing again finishes the work.
2. A profile: in the same entry she is hidden from everyone and what stood in plain beside it goes,
   then her profile key is destroyed. Who received it stays known: her log key is another one.
3. A log key: two people decide. The entry names every payload that is lost (``audit.erasure``). What
   was written about her between that and the end of the key is named by a second entry; the log
   answers once first, as a batch that was under way may have been sealed with the key.
4. A restored copy knows nothing of erasures since. Keys that were destroyed are destroyed again
   before anything is served; then the log that goes on says so anew, and hides her again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from gateway.domain.changes import Change, EraseFacts, Shield
from gateway.domain.erasing import ErasureDecision, Shredder, Traces
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import Clock, Entry, Ledger
from gateway.domain.records import AuditRecord, Receipt, RecordKind


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: whether a key was there, and how many payloads of the log went with it."""

    key: bool
    entries: int
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """What had to be erased again: profiles, and payloads of the log."""

    profiles: int
    entries: int


class Erase:
    """Destroys a subject's keys, on the record."""

    def __init__(self, ledger: Ledger, clock: Clock, shredder: Shredder, traces: Traces) -> None:
        self._ledger = ledger
        self._clock = clock
        self._shredder = shredder
        self._traces = traces

    async def profile(self, subject: SubjectId, decision: ErasureDecision) -> Erased:
        """Erase a profile (2); refused for someone who is not known."""
        record = self._record(RecordKind.PROFILE_ERASED, decision, subject)
        receipt = await self._append(record, Shield(subject), EraseFacts(subject))
        return Erased(self._shredder.profile(subject), 0, (receipt,))

    async def log(self, subject: SubjectId, decision: ErasureDecision) -> Erased:
        """Erase what the log tells about a subject (3); all proofs stay valid."""
        if decision.second is None:
            raise InvalidRequestError(
                "second", "is needed: two people decide to erase from the log"
            )
        named = self._traces.of(subject)
        receipts = [await self._name(named, decision)]
        destroyed = self._shredder.log(subject)
        await self._ledger.append(())
        late = sorted(set(self._traces.of(subject)) - set(named))
        if late:
            receipts.append(await self._name(late, decision))
        return Erased(destroyed, len(named) + len(late), tuple(receipts))

    async def again(self, decision: ErasureDecision) -> Repeated:
        """Carry out what a restored copy has undone (4); does nothing when nothing was."""
        told = self._traces.told()
        for subject in told.profiles:
            self._shredder.profile(subject)
        profiles = 0
        for subject in set(self._shredder.shredded_profiles()) - told.profiles:
            profiles += await self._hidden(subject, decision)
        lost = {i for tag in self._shredder.shredded_tags() for i in self._traces.under(tag)}
        unnamed = sorted(lost - told.indexes)
        if unnamed:
            await self._name(unnamed, decision)
        return Repeated(profiles, len(unnamed))

    async def _hidden(self, subject: SubjectId, decision: ErasureDecision) -> bool:
        """Hide someone whose key is gone already; ``False`` when this store never knew her."""
        record = self._record(RecordKind.PROFILE_ERASED, decision, subject)
        changes = (Shield(subject), EraseFacts(subject))
        (answer,) = await self._ledger.append([Entry(record, changes)])
        return isinstance(answer, Receipt)

    async def _name(self, indexes: Sequence[int], decision: ErasureDecision) -> Receipt:
        """Write the entry that names which payloads are lost."""
        return await self._append(self._record(RecordKind.ERASURE, decision, erased=indexes))

    def _record(
        self,
        kind: RecordKind,
        decision: ErasureDecision,
        subject: SubjectId | None = None,
        erased: Sequence[int] = (),
    ) -> AuditRecord:
        return AuditRecord(
            uuid4(),
            kind,
            self._clock.now(),
            "erased",
            subject=subject,
            actor=decision.actor,
            reason=decision.reason,
            detail={"second": decision.second} if decision.second else {},
            erased=tuple(erased),
        )

    async def _append(self, record: AuditRecord, *changes: Change) -> Receipt:
        (answer,) = await self._ledger.append([Entry(record, changes)])
        if not isinstance(answer, Receipt):
            raise InvalidRequestError("subject", "is not known")
        return answer
