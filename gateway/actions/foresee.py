"""Look ahead at a change of the policy: how many people it touches, what past decisions would become.

1. Nothing of anyone is opened but what decisions rest on; only counts and names of fields come out.
2. Someone is touched where a partner whose agreement gives the role and purpose would be granted
   other fields of her now, at any of its locations.
3. A recorded decision is taken again from its record alone, once under the policy it was taken under
   and once under the other; what comes out otherwise is laid beside the computed change.
4. That someone looked ahead is in the log before anything is told.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from gateway.actions.explain import OPERATOR, as_recorded
from gateway.actions.gate import Gate, commit
from gateway.domain.callers import Persona, acting
from gateway.domain.codes import OpvangLocatie
from gateway.domain.decisions import MIN_GROUP, Ask, Decision, decide
from gateway.domain.identifiers import ActorId, FieldName, Oin, PurposeCode, RoleId
from gateway.domain.logbook import Filters, LoggedEvent, Sought
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.policy_changes import Edition, PolicyChange, changed_fields, compare, differs
from gateway.domain.ports import Entry, LogReader
from gateway.domain.recorded_reading import restore
from gateway.domain.records import AuditRecord, RecordKind
from gateway.domain.replay import Recorded
from gateway.domain.subjects import Situation

PAGE: Final = 500
Pair = tuple[RoleId, PurposeCode]


@dataclass(frozen=True, slots=True)
class Touched:
    """How many people a change touches: of how many, by role and purpose, and all together."""

    people: int
    by_pair: Mapping[Pair, int]
    anyone: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A recorded decision that would come out otherwise; ``explained`` by a cell that changes."""

    index: int
    role: str
    purpose: str
    gained: tuple[FieldName, ...]
    lost: tuple[FieldName, ...]
    was: str | None
    now: str | None
    explained: bool


@dataclass(frozen=True, slots=True)
class Simulated:
    """A period of recorded decisions, taken again.

    ``decisions`` were read; ``elsewhere`` were taken under a policy that is not kept here and are
    left out; ``unfaithful`` are the indexes of those that did not come out as recorded even
    under their own policy; ``differences`` are those that the other policy decides otherwise.
    """

    decisions: int
    elsewhere: int
    unfaithful: tuple[int, ...]
    differences: tuple[Difference, ...]


class Foresee:
    """Counts whom a change touches, and takes recorded decisions again under another policy."""

    def __init__(
        self,
        gate: Gate,
        log: LogReader,
        partners: Mapping[Oin, Partner],
        sites: Mapping[str, OpvangLocatie],
    ) -> None:
        self._gate = gate
        self._log = log
        self._partners = partners
        self._sites = sites
        self._changes: Mapping[tuple[str, str], PolicyChange] = {}

    async def touched(self, old: Edition, new: Edition, pairs: Sequence[Pair]) -> Touched:
        """Count the people of whom some partner would be granted other fields now (2)."""
        await self._note("touched", new.matrix.digest)
        asks = [(pair, ask) for pair in pairs for ask in self._asks(pair)]
        counts, people, anyone = dict.fromkeys(pairs, 0), 0, 0
        async for situation in self._situations():
            moment = self._gate.clock.now()
            hit = {pair for pair, ask in asks if _differs(ask, situation, (old, new), moment)}
            for pair in hit:
                counts[pair] += 1
            people, anyone = people + 1, anyone + bool(hit)
        return Touched(people, counts, anyone)

    async def simulate(
        self, period: Filters, other: Edition | None = None, change: PolicyChange | None = None
    ) -> Simulated:
        """Take the decisions of a period again under ``other``, or each under its own (3).

        Each is held against ``change``, or where there is none against what changes from the policy
        it was taken under. Raises ``UnreadableValueError`` for an entry that was changed behind the
        gate's back.
        """
        await self._note("simulated", (other or self._gate).matrix.digest)
        read, elsewhere = 0, 0
        unfaithful: list[int] = []
        differences: list[Difference] = []
        async for event, recorded in self._recorded(period):
            read += 1
            own = await self._gate.rules.under(recorded.digest)
            if own is None:
                elsewhere += 1
                continue
            was = _under(recorded, own)
            if not as_recorded(was, event, self._gate.fields):
                unfaithful.append(event.index)
            now = was if other is None else _under(recorded, other)
            if other is not None and differs(was, now):
                laid = change or self._change(own, other)
                differences.append(_difference(event, recorded, (was, now), other, laid))
        return Simulated(read, elsewhere, tuple(unfaithful), tuple(differences))

    def _change(self, own: Edition, other: Edition) -> PolicyChange:
        """Return what changes between two editions, worked out once."""
        pair = own.matrix.digest, other.matrix.digest
        if pair not in self._changes:
            self._changes = {**self._changes, pair: compare(own, other)}
        return self._changes[pair]

    def _asks(self, pair: Pair) -> list[Ask]:
        """Ask as each partner that may, at all its locations, for all that the purpose names."""
        role, purpose = pair
        everywhere = frozenset(self._sites)
        return [
            Ask(
                acting(Persona(partner, role, ActorId(OPERATOR), everywhere), self._sites),
                purpose,
                group=MIN_GROUP,
            )
            for partner in self._partners.values()
            if purpose in partner.agreement.purposes.get(role, ())
        ]

    async def _situations(self) -> AsyncIterator[Situation]:
        after = None
        subjects = self._gate.subjects
        while page := await subjects.everyone(after, PAGE):
            for dossier in (await subjects.load(page)).values():
                yield dossier.situation
            after = page[-1]
            await asyncio.sleep(0)  # those who are served meanwhile go first

    async def _recorded(self, period: Filters) -> AsyncIterator[tuple[LoggedEvent, Recorded]]:
        """Yield the entries that tell of a decision, newest first; an erased one tells nothing."""
        sought, before = Sought(None, filters=period), None
        while True:
            page = await self._log.back(sought, before, PAGE)
            for event in page.events:
                if event.told is not None and event.told.rests_on:
                    yield event, restore(event.told.rests_on, self._gate.fields)
            if page.onward is None:
                return
            before = page.onward
            await asyncio.sleep(0)

    async def _note(self, outcome: str, digest: str) -> None:
        """Put on record that the effect of another policy was looked at (4)."""
        record = AuditRecord(
            uuid4(),
            RecordKind.OVERSIGHT,
            self._gate.clock.now(),
            outcome,
            policy=self._gate.matrix.digest,
            role=OPERATOR,
            detail={"policy": digest},
        )
        await commit(self._gate, Entry(record))


def _differs(
    ask: Ask, situation: Situation, editions: tuple[Edition, Edition], moment: datetime
) -> bool:
    asked = replace(ask, caller=_herself(ask.caller, situation))
    was, now = (decide(asked, situation, one.matrix, one.fields, moment) for one in editions)
    return was.granted != now.granted


def _herself(caller: Caller, situation: Situation) -> Caller:
    """Let a resident ask about herself only."""
    own = caller.partner.kind is PartnerKind.BETROKKENE
    return replace(caller, subject=situation.subject) if own else caller


def _under(recorded: Recorded, edition: Edition) -> Decision:
    return decide(recorded.ask, recorded.situation, edition.matrix, edition.fields, recorded.moment)


def _difference(
    event: LoggedEvent,
    recorded: Recorded,
    decisions: tuple[Decision, Decision],
    other: Edition,
    change: PolicyChange,
) -> Difference:
    was, now = decisions
    role = recorded.ask.caller.role
    purpose = next((d.purpose.code for d in (now, was) if d.purpose), recorded.ask.purpose)
    gained = other.fields.names(now.granted & ~was.granted)
    lost = other.fields.names(was.granted & ~now.granted)
    return Difference(
        event.index,
        role,
        purpose,
        gained,
        lost,
        was.reason,
        now.reason,
        change.explains(role, purpose, other.fields.names(changed_fields(was, now))),
    )
