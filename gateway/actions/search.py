"""Search candidates (P04): without names, at least ten or none, at most a hundred, never ranked.

The order is that of references that live one search session: it says nothing about people.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.disclose import PAGE, Disclose, Question
from gateway.actions.gate import Gate, deny
from gateway.domain.changes import SpendQuery
from gateway.domain.criteria import SEARCHABLE, Criteria, Criterion, Wanted, buckets_asked
from gateway.domain.decisions import MIN_GROUP, Ask, Decision, standing
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.findable import BY_KIND, kept_from
from gateway.domain.identifiers import SubjectId
from gateway.domain.nearby import Areas, areas_within
from gateway.domain.partners import Caller
from gateway.domain.ports import BlindIndex, Candidates, Entry, Format, Rejected
from gateway.domain.purposes import Purpose
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind

MAX_RESULTS = 100
MAX_COUNT = 250
FIRST_UNCOUNTED = MAX_COUNT + 1
ROUNDED_TO = 5
NOBODY = SubjectId(UUID(int=0))
BUDGET_TERM = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hits:
    """What a page may say of a search: how many there are (rounded to five), and if more pages follow.

    ``beyond`` says that there are more than the count, which ends at ``MAX_COUNT``.
    """

    count: int
    more: bool
    beyond: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search; ``released`` is ``None`` when the group is too small."""

    count: int
    released: Released | None
    more: bool
    beyond: bool


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """What is searched: who can be found, the terms to find them by, and where postcodes lie."""

    candidates: Candidates
    index: BlindIndex
    areas: Areas

    def terms(self, criterion: Criterion) -> list[bytes]:
        """Return every term that meets a filter.

        The oldest first: who is indexed anew between two statements is met twice, never missed.
        """
        field = criterion.field
        return [
            term
            for value in self._values(criterion)
            for bucket in buckets_asked(field, value)
            for term in reversed(self.index.terms(field, bucket))
        ]

    def _values(self, criterion: Criterion) -> Iterable[str]:
        if criterion.within_km is None:
            return criterion.values
        near = (areas_within(v, criterion.within_km, self.areas) for v in criterion.values)
        return dict.fromkeys(chain.from_iterable(near))


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """A search: by which criteria, in which session, from which offset, a page of ``limit``.

    ``layout`` makes the format once it is known how many there are.
    """

    ask: Ask
    criteria: Criteria
    session: str
    offset: int
    layout: Callable[[Hits], Format]
    trace_id: str | None = None
    limit: int = PAGE


class Search:
    """Finds candidates under a purpose of the search stage."""

    def __init__(self, gate: Gate, disclose: Disclose, index: SearchIndex, budget: int) -> None:
        self._gate = gate
        self._disclose = disclose
        self._index = index
        self._budget = budget

    @asynccontextmanager
    async def __call__(self, question: SearchQuestion) -> AsyncIterator[Found]:
        """Search; raises ``DisclosureRefusedError`` when the caller may not search at all."""
        moment = self._gate.clock.now()
        context = Context.of(question.ask, self._gate.matrix, moment, question.trace_id)
        purpose = await self._admit(context, question)
        own, findable = await self._hits(question, moment)
        group = len(findable)
        shown = [*own, *findable] if group >= MIN_GROUP else list(own)
        await self._account(context, purpose, question, len(shown))
        if not shown:
            yield Found(0, None, more=False, beyond=False)
            return
        ordered = self._ordered(question, shown)[:MAX_RESULTS]
        end = question.offset + question.limit
        page, more = ordered[question.offset : end], len(ordered) > end
        ask = replace(question.ask, group=group)
        known_as = found_as(question.ask.caller, question.session)
        beyond = len(shown) > MAX_COUNT
        hits = Hits(_rounded(min(len(shown), MAX_COUNT)), more, beyond)
        share = Question(ask, tuple(page), question.layout(hits), known_as, question.trace_id)
        async with self._disclose.page(share) as released:
            yield Found(hits.count, released, hits.more, hits.beyond)

    async def left(self, caller: Caller) -> int:
        """Return how many searches the caller may still do within a day of the present."""
        since = self._gate.clock.now() - BUDGET_TERM
        return max(
            0, self._budget - await self._index.candidates.searches_since(caller.actor, since)
        )

    async def _admit(self, context: Context, question: SearchQuestion) -> Purpose:
        """Refuse whoever may not search, filters on what she may not read, or asks too often."""
        ask, gate, matrix = question.ask, self._gate, context.matrix
        purpose = matrix.purpose(ask.purpose)
        reason = standing(ask.caller, purpose, context.moment)
        cell = matrix.cell(ask.caller.role, purpose.code) if purpose else None
        if reason is None and cell is None:
            reason = Reason.PURPOSE_NOT_IN_AGREEMENT
        filtered = self._beyond(question, cell.named if cell else 0)
        reason = reason or filtered
        if reason is None and not await self.left(ask.caller):
            reason = Reason.QUERY_BUDGET_SPENT
        if reason is not None or purpose is None:
            unknown = Reason.PURPOSE_UNKNOWN
            await deny(gate, context, Decision.refusal(reason or unknown, purpose))
        return purpose

    def _beyond(self, question: SearchQuestion, named: int) -> Reason | None:
        """Say why a filter is on what the searcher may not read of anyone; ``None`` where none is."""
        asked, fields = [one.field for one in question.criteria.filters], self._gate.fields
        for field in asked:
            if field not in SEARCHABLE:
                raise InvalidRequestError(field, "cannot be searched by")
        if fields.mask(asked) & ~named:
            return Reason.FIELD_NOT_IN_PURPOSE
        given_up = question.ask.caller.partner.agreement.without
        return None if given_up.isdisjoint(asked) else Reason.FIELD_NOT_IN_AGREEMENT

    async def _hits(
        self, question: SearchQuestion, moment: datetime
    ) -> tuple[Sequence[SubjectId], Sequence[SubjectId]]:
        """Find the caller's own linked clients and, apart, those who agreed to be found by her.

        A group that is large is met from a place that the session names: each session shows others.
        """
        partner = question.ask.caller.partner
        terms = [self._index.terms(one) for one in question.criteria.filters]
        find = self._index.candidates.find
        towns = [f"gemeente:{code}" for code in sorted(partner.gemeenten)]
        mine = Wanted(terms, towns, moment, FIRST_UNCOUNTED, self._start(question))
        own = await find(mine) if towns else ()
        named = partner.oin, BY_KIND + partner.kind
        besides = (*towns, kept_from(*named))
        return own, await find(replace(mine, recipients=named, besides=besides))

    def _start(self, question: SearchQuestion) -> SubjectId:
        """Return a place among all ids that says nothing, the same throughout the session."""
        recipient = found_as(question.ask.caller, question.session)
        return SubjectId(self._gate.pseudonyms.reference(recipient, NOBODY))

    async def _account(
        self, context: Context, purpose: Purpose, question: SearchQuestion, shown: int
    ) -> None:
        outcome = "searched" if shown else "group too small"
        filters = ",".join(c.field for c in question.criteria.filters)
        record = context.record(RecordKind.SEARCH, outcome, detail={"filters": filters})
        moment = context.moment
        since = moment - BUDGET_TERM
        spend = SpendQuery(context.ask.caller.actor, purpose.code, moment, since, self._budget)
        (answer,) = await self._gate.ledger.append([Entry(record, (spend,))])
        if isinstance(answer, Rejected):  # others of hers were counted since she was let in
            spent = Reason.QUERY_BUDGET_SPENT
            await deny(self._gate, context, Decision.refusal(spent, purpose))

    def _ordered(self, question: SearchQuestion, subjects: Sequence[SubjectId]) -> list[SubjectId]:
        recipient = found_as(question.ask.caller, question.session)
        return sorted(subjects, key=lambda s: self._gate.pseudonyms.reference(recipient, s).bytes)


def found_as(caller: Caller, session: str) -> str:
    """Return the name under which references of one search session are made, and read back."""
    return f"{caller.partner.oin}:zoek:{session}"


def new_session() -> str:
    """Return the name of a fresh search session."""
    return uuid4().hex


def _rounded(count: int) -> int:
    return max(ROUNDED_TO, round(count / ROUNDED_TO) * ROUNDED_TO)
