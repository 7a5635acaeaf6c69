"""Count people for the analysts (P09): the nightly job of the gate itself, never an analyst's.

1. Someone's fields of rule P09 are opened one person at a time, counted and forgotten; at most a
   page of sealed profiles is in memory.
2. What may be told of the counts is settled here; only that is kept, and no small number.
3. The whole round is one entry in the log, and commits with what it published.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from gateway.actions.accounts import Context
from gateway.actions.gate import Gate, commit
from gateway.domain.codes import CodeLists
from gateway.domain.counting import PublishCounts, Statistics, Tally, blinded, is_counted
from gateway.domain.decisions import Ask
from gateway.domain.errors import PolicyError, UnreadableValueError
from gateway.domain.parameters import Parameters
from gateway.domain.partners import Caller
from gateway.domain.ports import BlindIndex, Entry
from gateway.domain.purposes import Purpose
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.statistics import categories, publish
from gateway.domain.subjects import Dossier

STATISTICS = "P09"
KEY = "statistics"
PAGE = 500


@dataclass(frozen=True, slots=True)
class Counted:
    """A finished round: how many people it counted, whom it left out, and how much may be told."""

    at: datetime
    people: int
    left_out: int
    shown: int
    withheld: int
    receipt: Receipt


class CountPeople:
    """Counts everyone anew and publishes what may be told of it."""

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

    async def __call__(self, caller: Caller) -> Counted:
        """Count and publish; raises ``LedgerUnavailableError`` when a later round was first."""
        gate = self._gate
        moment = gate.clock.now()
        context = Context.of(Ask(caller, STATISTICS), gate.matrix, moment)
        tally = Tally(self._axes)
        people, left_out, unreadable = await self._take(tally, self._purpose(moment))
        terms = self._parameters.on(moment.date())
        publications = [publish(c, self._axes, terms) for c in tally.cubes(moment.date())]  # (2)
        cubes = tuple(blinded(one, moment, self._term) for one in publications)
        record = context.record(
            RecordKind.STATISTICS,
            "counted",
            fields=gate.fields,
            mask=gate.fields.mask(self._axes),
            detail={
                "people": people,
                "left out": left_out,
                "unreadable": unreadable,
                "tables": len(cubes),
            },
        )
        receipt = await commit(gate, Entry(record, (PublishCounts(moment, cubes),)))  # (3)
        shown = sum(len(one.shown) for one in publications)
        withheld = sum(len(one.withheld) for one in publications)
        return Counted(moment, people, left_out, shown, withheld, receipt)

    async def _take(self, tally: Tally, purpose: Purpose) -> tuple[int, int, int]:
        """Count everyone, page by page (1); return how many, how many are in no count, or unreadable.

        A profile that does not open is in no count, and keeps nobody else from being counted.
        """
        people = left_out = unreadable = 0
        found = await self._statistics.people(None, PAGE)
        while found:
            dossiers = await self._gate.subjects.load(found)
            now = self._gate.clock.now()
            for dossier in dossiers.values():
                try:
                    counted = self._add(tally, purpose, dossier, now)
                except UnreadableValueError:
                    counted, unreadable = False, unreadable + 1
                people += counted
                left_out += not counted
            found = await self._statistics.people(found[-1], PAGE)
        return people, left_out, unreadable

    def _add(self, tally: Tally, purpose: Purpose, dossier: Dossier, moment: datetime) -> bool:
        gate, profile = self._gate, dossier.profile
        fields = gate.fields.mask(self._axes)
        if profile is None or not is_counted(dossier.situation, purpose.code, fields, moment):
            return False
        opened = gate.vault.open(profile, fields)
        tally.add(
            {gate.fields.names(1 << number)[0]: json.loads(v) for number, v in opened.items()}
        )
        return True

    def _purpose(self, moment: datetime) -> Purpose:
        purpose = self._gate.matrix.purpose(STATISTICS)
        if purpose is None or not purpose.active(moment.date()):
            raise PolicyError("P09: is not in force; nobody may be counted")
        return purpose

    def _term(self, text: str) -> bytes:
        return self._index.term(KEY, text)
