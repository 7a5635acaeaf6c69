"""Look at how the gate stands, as its operator: on record, and without a word about anyone.

Nothing is changed here. The operator's role has no purpose in any agreement: it opens no one's data.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gateway.actions.accounts import Context
from gateway.actions.breakglass import Emergencies
from gateway.actions.gate import Gate, commit, deny
from gateway.actions.keys import KeyDesk
from gateway.actions.notices import NoticeDesk
from gateway.actions.rekey import RekeyIndex
from gateway.actions.repseudonymise import Repseudonymise
from gateway.domain.decisions import Ask, Decision
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.projection import Outbox
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.upkeep import OPERATOR, Job, JobRuns, JobState, LogState, State, Work

OUTCOME: Final = "operations"


@dataclass(frozen=True, slots=True)
class Machinery:
    """What is looked at; ``terms`` say of each job that is set up how long after a good run it is late."""

    keys: KeyDesk
    index: RekeyIndex
    pseudonyms: Repseudonymise
    notices: NoticeDesk
    emergencies: Emergencies
    outbox: Outbox
    log: LogState
    runs: JobRuns
    terms: Mapping[Job, timedelta]


class Upkeep:
    """Where an operator of COA looks."""

    def __init__(self, gate: Gate, machinery: Machinery) -> None:
        self._gate = gate
        self._machinery = machinery

    async def look(self, caller: Caller, at: str) -> Receipt:
        """Put on record that an operator looked at a page; anyone else is refused, on record too."""
        gate, moment = self._gate, self._gate.clock.now()
        context = Context.of(Ask(caller, ""), gate.matrix, moment)
        agreement = caller.partner.agreement
        known = caller.role == OPERATOR and OPERATOR in agreement.purposes
        if not known or caller.partner.kind is not PartnerKind.COA:
            await deny(gate, context, _refused(Reason.ACTOR_NOT_ALLOWED))
        if not agreement.runs(moment.date()):
            await deny(gate, context, _refused(Reason.AGREEMENT_NOT_RUNNING))
        record = context.record(RecordKind.OVERSIGHT, OUTCOME, detail={"at": at})
        return await commit(gate, Entry(record))

    async def state(self, caller: Caller) -> State:
        """Return how log, keys and jobs stand, once the log says who asked."""
        await self.look(caller, "state")
        found = self._machinery
        log, counts = await asyncio.to_thread(lambda: (found.log.health(), found.keys.counts()))
        keys = {**counts, **await found.index.progress(), **found.pseudonyms.progress()}
        return State(log, keys, await self._jobs(), await self._work())

    async def _jobs(self) -> Mapping[Job, JobState]:
        last, now = await self._machinery.runs.last(), self._gate.clock.now()
        found = {}
        for job, term in self._machinery.terms.items():
            run = last.get(job)
            well = run.well if run else None
            found[job] = JobState(run, late=well is not None and well + term < now)
        return found

    async def _work(self) -> Mapping[str, Work]:
        found = self._machinery
        told, open_ = await found.outbox.count(), await found.notices.waiting()
        glasses = await found.emergencies.waiting()
        return {
            "outbox": Work(told.waiting, told.refused),
            "notices": Work(
                sum(one.open for one in open_.values()), sum(one.overdue for one in open_.values())
            ),
            "glasses": Work(len(glasses), sum(one.overdue for one in glasses)),
        }


def _refused(reason: Reason) -> Decision:
    return Decision.refusal(reason)
