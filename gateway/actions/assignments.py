"""Who handles a handover: taken by oneself, given to a colleague, or laid down again.

1. Every klantmanager of the municipality may do it, of any handover there: it divides the work and
   gives no access, so no role stands above another. The log says who gave what to whom.
2. Taking what a colleague has is refused; giving it is an act of its own.
3. What is so already is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.actions.desk import admit
from gateway.actions.gate import Gate, commit
from gateway.actions.handovers import PURPOSE, AtHand, Deed, at_hand, write
from gateway.actions.teams import Roster, Team
from gateway.actions.worklist import Waiting
from gateway.domain.clocks import waits
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import NO_FILE, Assign, Assignment
from gateway.domain.identifiers import ActorId, SubjectId
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.records import Receipt, RecordKind, event_name
from gateway.domain.teams import Load, SavedList, Teams, loads


@dataclass(frozen=True, slots=True)
class Workload:
    """What each of a team has in hand, and the entry under which that was shown."""

    team: Team
    loads: Sequence[Load]
    receipt: Receipt


class TeamDesk:
    """Where a municipality divides its handovers."""

    def __init__(self, gate: Gate, roster: Roster, teams: Teams, waiting: Waiting) -> None:
        self.roster = roster
        self._gate = gate
        self._teams = teams
        self._waiting = waiting

    async def take(self, caller: Caller, subject: SubjectId) -> Receipt | None:
        """Take a handover that nobody has; raises ``InvalidRequestError`` where a colleague has it."""
        found = await at_hand(self._gate, caller, subject)
        current = await self._current(found)
        if current is not None and current.worker != caller.actor:
            raise InvalidRequestError("behandelaar", "is a colleague, who may give it")
        return await self._assign(found, current, caller.actor)

    async def give(self, caller: Caller, subject: SubjectId, to: ActorId) -> Receipt | None:
        """Give a handover to someone of the same team, whoever had it before."""
        found = await at_hand(self._gate, caller, subject)
        if to not in (await self.roster.of(caller)).names:
            raise InvalidRequestError("behandelaar", "is no colleague who signed in lately")
        return await self._assign(found, await self._current(found), to)

    async def lay_down(self, caller: Caller, subject: SubjectId) -> Receipt | None:
        """Leave a handover to nobody."""
        found = await at_hand(self._gate, caller, subject)
        return await self._assign(found, await self._current(found), None)

    async def workload(self, caller: Caller) -> Workload:
        """Count what each colleague has in hand; raises ``DisclosureRefusedError``.

        Of residents it tells numbers only; that a klantmanager looked is in the log.
        """
        gate = self._gate
        context = await admit(gate, caller, PURPOSE, PartnerKind.GEMEENTE)
        assert context.purpose is not None  # noqa: S101 - admit refuses what is in no catalogue
        team, day = await self.roster.of(caller), context.moment.date()
        people = await self._waiting.of(caller, context.purpose, context.moment)
        terms = self._waiting.terms(day)
        counted = loads(waits(people, day, terms), team.names)
        receipt = await commit(gate, Entry(context.record(RecordKind.HANDOVER, "workload seen")))
        return Workload(team, counted, receipt)

    async def saved(self, caller: Caller) -> Sequence[SavedList]:
        """List what a caller saved, in the order of the codes."""
        found = await self._teams.saved(caller.partner.oin, caller.actor)
        return sorted(found, key=lambda one: (one.view, one.whose))

    async def save(self, caller: Caller, one: SavedList) -> None:
        """Save a list."""
        await self._teams.save(caller.partner.oin, caller.actor, one)

    async def drop(self, caller: Caller, one: SavedList) -> None:
        """Drop a list."""
        await self._teams.drop(caller.partner.oin, caller.actor, one)

    async def _current(self, found: AtHand) -> Assignment | None:
        files = await self._waiting.handovers.files([found.handover])
        return files.get(found.handover, NO_FILE).assigned

    async def _assign(
        self, found: AtHand, current: Assignment | None, to: ActorId | None
    ) -> Receipt | None:
        if (current.worker if current else None) == to:  # (3)
            return None
        context = found.seat.context
        entry_id = event_name(found.moment)
        change = Assign(
            found.handover,
            current.assignment_id if current else None,
            Assignment(entry_id, found.handover, to, found.moment, context.ask.caller.actor)
            if to
            else None,
        )
        deed = Deed("assigned" if to else "laid down", {"worker": to or ""}, change)
        return await write(self._gate, context, found.situation, entry_id, deed)
