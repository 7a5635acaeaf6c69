"""Answer analysts (P09): tables of the last publication, within a budget, each on record.

1. An analyst asks over fields that a rule for counts gives her role; no row is opened.
2. What she was told before is judged with what she asks now; where two of her questions meet, the
   second is judged again.
3. That a base is too small is an answer too: it takes from her budget and counts as told.
4. Every answer and every refusal is in the log before it is given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.actions.accounts import Context
from gateway.actions.count import KEY
from gateway.actions.gate import ATTEMPTS, DisclosureRefusedError, Gate, admitted, deny
from gateway.domain.codes import CodeLists
from gateway.domain.counting import BlindCube, Statistics, TellTable, opened
from gateway.domain.decisions import Ask, Decision
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import FieldName
from gateway.domain.parameters import Parameters
from gateway.domain.ports import BlindIndex, Entry
from gateway.domain.purposes import RelationTest
from gateway.domain.reasons import Reason
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.domain.statistics import (
    INDICATORS,
    TABLES,
    Dimensions,
    Place,
    Publication,
    Question,
    Share,
    Table,
    Told,
    admit,
    budget_left,
    categories,
    measure,
    tabulate,
)


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """Which table, over which of its dimensions, and perhaps about one category of another."""

    ask: Ask
    table: str
    dimensions: Dimensions
    where: Place | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToldTable:
    """A table, the shares it shows (``None``: too small to tell), what is left of the budget."""

    table: Table
    shares: Mapping[str, Share | None]
    left: int
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Offered:
    """A table that may be asked for: its dimensions with all categories, and the day it is of."""

    name: str
    axes: Mapping[FieldName, tuple[str, ...]]
    day: date | None


class AnalystDesk:
    """Where analysts ask for tables of counts."""

    def __init__(
        self,
        gate: Gate,
        statistics: Statistics,
        index: BlindIndex,
        codes: CodeLists,
        parameters: Parameters,
    ) -> None:
        self._gate = gate
        self._statistics = statistics
        self._index = index
        self._axes = categories(codes)
        self._parameters = parameters
        self._known: dict[Dimensions, tuple[BlindCube, Publication | None]] = {}

    async def tables(self, ask: Ask) -> Sequence[Offered]:
        """List the tables there are; raises ``DisclosureRefusedError`` for who may ask for none."""
        context = Context.of(ask, self._gate.matrix, self._gate.clock.now())
        await self._admit(context, self._axes)
        days = {one.dimensions: one.day for one in await self._statistics.published()}
        return [
            Offered(name, {field: self._axes[field] for field in cube}, days.get(cube))
            for name, cube in TABLES.items()
        ]

    async def query(self, question: TableQuestion) -> ToldTable:
        """Tell one table; raises ``DisclosureRefusedError``, or ``InvalidRequestError``."""
        gate, where = self._gate, question.where
        context = Context.of(question.ask, gate.matrix, gate.clock.now(), question.trace_id)
        await self._admit(context, [*question.dimensions, *([where[0]] if where else [])])
        cube = TABLES.get(question.table)
        if cube is None:
            raise InvalidRequestError("tabel", f"is not one of {', '.join(TABLES)}")
        asked = Question(cube, question.dimensions, where)
        for _ in range(ATTEMPTS):
            told = await self._tell(context, asked)
            if told is not None:
                return told
        raise LedgerUnavailableError("other questions of yours kept coming first; ask again")

    async def _admit(self, context: Context, fields: Iterable[FieldName]) -> None:
        """Let in whose role has a rule for counts over all these fields (1)."""
        await admitted(self._gate, context)
        asked = self._gate.fields.mask(fields)
        if asked & ~self._countable(context):
            await deny(self._gate, context, _refusal(asked, Reason.FIELD_NOT_IN_PURPOSE))
        without = context.ask.caller.partner.agreement.without
        if asked & self._gate.fields.mask(without):
            await deny(self._gate, context, _refusal(asked, Reason.FIELD_NOT_IN_AGREEMENT))

    def _countable(self, context: Context) -> int:
        matrix, role = context.matrix, context.ask.caller.role
        cell = matrix.cell(role, context.purpose) if context.purpose else None
        mask = 0
        for rule, named in cell.rules if cell else ():
            if rule.relation is RelationTest.AGGREGATES_ONLY:
                mask |= named
        return mask & ~cell.denied if cell else 0

    async def _tell(self, context: Context, asked: Question) -> ToldTable | None:
        """Judge and tell; ``None`` when she was told something else in between (2)."""
        caller, moment = context.ask.caller, context.moment
        before = await self._statistics.told(caller.partner.oin, caller.actor)
        terms = self._parameters.on(moment.date())
        known = await self._opened({asked.cube, *(told.cube for told in before)}, asked.cube)
        found = admit(asked.cube, known, before, moment, terms)
        if isinstance(found, Reason):
            await self._gate.ledger.append([Entry(self._record(context, asked, found))])
            raise DisclosureRefusedError(self._refusal(asked, found))
        table, now = tabulate(found, asked), Told(moment, asked.cube)
        tell = TellTable(caller.partner.oin, caller.actor, now, len(before))
        entry = Entry(self._record(context, asked, table), (tell,))
        receipt = (await self._gate.ledger.append([entry]))[0]
        if not isinstance(receipt, Receipt):
            return None
        if isinstance(table, Reason):
            raise DisclosureRefusedError(self._refusal(asked, table))
        left = budget_left([*before, now], moment, terms)
        return ToldTable(table, _shares(found, asked.where), left, receipt)

    async def _opened(
        self, cubes: set[Dimensions], asked: Dimensions
    ) -> Mapping[Dimensions, Publication]:
        """Find back what those cubes show; one of other categories than today's is not there."""
        found: dict[Dimensions, Publication] = {}
        for kept in await self._statistics.published():
            if kept.dimensions not in cubes:
                continue
            known = self._known.get(kept.dimensions)
            if known is None or known[0] != kept:
                known = kept, opened(kept, self._axes, self._terms)
                self._known[kept.dimensions] = known
            if known[1] is not None:
                found[kept.dimensions] = known[1]
        if asked not in found:
            raise InvalidRequestError("tabel", "was not counted yet; it is every night")
        return found

    def _record(self, context: Context, asked: Question, table: Table | Reason) -> AuditRecord:
        detail: dict[str, str | int] = {
            "table": next(name for name, cube in TABLES.items() if cube == asked.cube),
            "over": ",".join(asked.dimensions),
        }
        if asked.where:
            detail["about"] = ": ".join(asked.where)
        refused = isinstance(table, Reason)
        return context.record(
            RecordKind.DENIED if refused else RecordKind.STATISTICS,
            "refused" if refused else "told",
            decision=self._refusal(asked, table) if isinstance(table, Reason) else None,
            fields=self._gate.fields,
            mask=self._fields(asked),
            detail=detail,
        )

    def _refusal(self, asked: Question, reason: Reason) -> Decision:
        return _refusal(self._fields(asked), reason)

    def _fields(self, asked: Question) -> int:
        about = [asked.where[0]] if asked.where else []
        return self._gate.fields.mask([*asked.dimensions, *about])

    def _terms(self, text: str) -> tuple[bytes, ...]:
        return self._index.terms(KEY, text)


def _refusal(fields: int, reason: Reason) -> Decision:
    return Decision(None, (), ((fields, reason),), (), reason, None)


def _shares(publication: Publication, where: Place | None) -> Mapping[str, Share | None]:
    """Measure what is steered on, where the table's cube has it; both numbers stand in the cube."""
    found: dict[str, Share | None] = {}
    for one in INDICATORS:
        own = one.dimensions
        if own <= set(publication.dimensions) and not (where and where[0] in own):
            share = measure(one, publication, where)
            found[one.name] = None if isinstance(share, Reason) else share
    return found
