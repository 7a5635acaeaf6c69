"""Answer questions to the decision point (AuthZEN), over the rules and sets in force.

1. About a client it is the decision of a disclosure, for the asker's own role and by her own
   reference; it is taken, explained and logged as such, and discloses nothing.
2. What the rules say of nobody in particular is anyone's to ask who has signed in.
3. Each call is one entry in the log, durable before the answer: how many were asked and granted, and
   by whom. What was asked about stays out: it can name anything.
4. Clients are not searched here: whom someone may know is a list of people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.explain import Explain
from gateway.actions.gate import DisclosureRefusedError, Gate, commit
from gateway.actions.references import meant
from gateway.domain.access import (
    CLIENT,
    NO,
    ROLE,
    AccessSet,
    Deed,
    Entity,
    Query,
    RuleBook,
    Ruling,
    deeds_open_to,
    resources_open_to,
    subjects_who_may,
    told_of,
)
from gateway.domain.decisions import Ask
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from gateway.domain.partners import Caller
from gateway.domain.ports import Entry
from gateway.domain.purposes import Matrix
from gateway.domain.records import RecordKind

WANTED: Final = "velden"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, by which call, in which trace."""

    caller: Caller
    call: str
    trace_id: str | None = None


class Evaluate:
    """Rules on questions and searches; ``sets`` are the policy sets beside the gate's own."""

    def __init__(self, gate: Gate, explain: Explain, sets: Sequence[AccessSet]) -> None:
        self._gate = gate
        self._explain = explain
        self._sets = tuple(sets)

    async def one(self, asking: Asking, query: Query) -> Ruling:
        """Rule on one question."""
        (ruling,) = await self.each(asking, [query])
        return ruling

    async def each(
        self, asking: Asking, queries: Sequence[Query | None], *, last: bool | None = None
    ) -> list[Ruling]:
        """Rule on questions in order, up to and including the first answered ``last``.

        One that could not be read (``None``) is a no.
        """
        matrix, rulings = self._gate.matrix, list[Ruling]()
        for query in queries:
            rulings.append(await self._rule(asking, query, matrix) if query else NO)
            if rulings[-1].decision is last:
                break
        granted = sum(ruling.decision for ruling in rulings)
        await self._note(asking, matrix, len(queries), granted)
        return rulings

    async def subjects(self, asking: Asking, query: Query) -> list[Entity]:
        """Search the subjects of a type that may do it."""
        matrix = self._gate.matrix
        found = subjects_who_may(self._all(matrix), query)
        await self._note(asking, matrix, 1, len(found))
        return found

    async def resources(self, asking: Asking, query: Query) -> list[Entity]:
        """Search the resources of a type to which the subject may do it."""
        matrix = self._gate.matrix
        found = resources_open_to(self._all(matrix), query)
        await self._note(asking, matrix, 1, len(found))
        return found

    async def deeds(self, asking: Asking, query: Query) -> list[Deed]:
        """Search what the subject may do to the resource."""
        matrix = self._gate.matrix
        found = deeds_open_to(self._all(matrix), query)
        await self._note(asking, matrix, 1, len(found))
        return found

    def _all(self, matrix: Matrix) -> tuple[AccessSet, ...]:
        gate = self._gate
        return RuleBook(matrix, gate.fields, gate.clock.now().date()), *self._sets

    async def _rule(self, asking: Asking, query: Query, matrix: Matrix) -> Ruling:
        if (query.subject.type, query.resource.type) == (ROLE, CLIENT):
            return await self._client(asking, query)
        return Ruling(any(one.knows(query) and one.rules(query) for one in self._all(matrix)))

    async def _client(self, asking: Asking, query: Query) -> Ruling:
        """Decide about one of the asker's own clients (1)."""
        gate, caller = self._gate, asking.caller
        if query.subject.id != caller.role:
            return NO
        try:
            reference = UUID(query.resource.id)
            wanted = _wanted(query.resource, gate.fields)
        except (ValueError, KeyError):
            return NO
        subject = await meant(gate, caller.partner.oin, reference)
        ask = Ask(caller, query.deed.name, wanted)
        try:
            explained = await self._explain.asked(ask, subject, asking.trace_id)
        except DisclosureRefusedError as refused:
            return told_of(refused.decision, gate.fields, wanted)
        return told_of(explained.decision, gate.fields, wanted)

    async def _note(self, asking: Asking, matrix: Matrix, asked: int, granted: int) -> None:
        gate = self._gate
        ask = Ask(asking.caller, "")
        context = Context.of(ask, matrix, gate.clock.now(), asking.trace_id)
        detail: dict[str, str | int] = {"call": asking.call, "asked": asked, "granted": granted}
        record = context.record(RecordKind.EXPLAINED, "evaluated", detail=detail)
        await commit(gate, Entry(record))


def _wanted(client: Entity, fields: FieldDictionary) -> int | None:
    """Return the mask of the fields asked for; raises ``KeyError`` for what is no list of fields."""
    named = client.properties.get(WANTED)
    if named is None:
        return None
    if not isinstance(named, list):
        raise KeyError(WANTED)
    return fields.mask(FieldName(str(name)) for name in named)
