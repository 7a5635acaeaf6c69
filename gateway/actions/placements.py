"""What an agency records of someone whom it introduced: her placement, its end, and contact after.

1. She is reached on whatever she agreed to with this agency now: aftercare (P08), placement (P06) or
   introduction (P05), in that order. With none of them she is unknown, as the last of them says.
2. A placement needs an offer or a placement that COA recorded for this agency; what is recorded here
   is no relation and opens nothing.
3. Contact after placement rests on aftercare (P08) alone.
4. Words stand in the sealed log only, and those that seem to tell of a special category are not taken.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.desk import Seat, admit, deed_id, seat
from gateway.actions.disclose import Disclose, Question
from gateway.actions.gate import Gate, commit
from gateway.actions.sealed_words import sayable, spoken
from gateway.domain.changes import RequireEpoch
from gateway.domain.decisions import Ask, decide
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.placements import (
    MOST_HOURS,
    Care,
    Contact,
    EndPlacement,
    EndReason,
    Job,
    Placement,
    PlacementChange,
    Placements,
    RecordContact,
    RecordPlacement,
    Work,
)
from gateway.domain.ports import Entry, Format, LogReader
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.relation_tests import OFFERED, PLACED
from gateway.domain.relations import RelationKind, work_ties

AFTERCARE: Final = "P08"
GROUNDS: Final = (AFTERCARE, "P06", "P05")
FURTHEST: Final = timedelta(days=366)
"""How far from today a start, an end or a contact may lie."""
COLUMNS: Final = tuple(
    FieldName(name) for name in ("client_ref", "roepnaam", "voorvoegsel", "achternaam")
)
NOTHING: Final = Work()

Detail = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the agency recorded, and what it may record now; ``words`` fill once it is durable."""

    work: Work
    offered: bool
    placed: bool
    today: date
    words: dict[UUID, str] = field(default_factory=dict)


Layout = Callable[[Standing], Format]


class PlacementDesk:
    """Where an agency writes down work and how it goes."""

    def __init__(
        self, gate: Gate, disclose: Disclose, placements: Placements, log: LogReader
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._placements = placements
        self._log = log

    @asynccontextmanager
    async def one(
        self, caller: Caller, subject: SubjectId, layout: Layout
    ) -> AsyncIterator[Released]:
        """Disclose who she is beside all that this agency recorded about her, words included."""
        found = await self._reach(caller, subject)
        work = await self._work(caller, subject)
        ties = self._ties(found)
        day = found.context.moment.date()
        standing = Standing(work, bool(ties & OFFERED), bool(ties & PLACED), day)
        ask = found.context.ask
        purpose = self._gate.matrix.purpose(ask.purpose)
        cell = self._gate.matrix.cell(caller.role, purpose.code) if purpose else None
        mask = (cell.named & ~cell.denied if cell else 0) & self._gate.fields.mask(COLUMNS)
        question = Question(replace(ask, fields=mask), (subject,), layout(standing))
        async with self._disclose.one(question) as released:
            said = await spoken(self._log, (one.contact_id for one in work.contacts))
            standing.words.update(said)
            yield released

    async def place(
        self, caller: Caller, subject: SubjectId, job: Job, retry_key: str | None = None
    ) -> Receipt:
        """Record a placement; raises ``InvalidRequestError``, or refuses as (1) says."""
        found = await self._reach(caller, subject)
        if not self._ties(found) & OFFERED:
            raise InvalidRequestError("plaatsing", "needs an offer that COA recorded for you")
        entry_id = self._id("place", caller, subject, retry_key)
        work, today = await self._work(caller, subject), found.context.moment.date()
        again = next((one for one in work.placements if one.placement_id == entry_id), None)
        if again is None and work.running is not None:
            raise InvalidRequestError("plaatsing", "runs already; end it first")
        _near("start", job.start, today, today + FURTHEST)
        if not 1 <= job.hours <= MOST_HOURS:
            raise InvalidRequestError("uren", f"are 1 to {MOST_HOURS} a week")
        at = again.at if again else found.context.moment
        one = Placement(entry_id, subject, Oin(caller.partner.oin), job, at, caller.actor)
        detail: Detail = {"start": job.start.isoformat(), "contract": job.contract.value}
        return await self._write(found, entry_id, ("placed", detail), RecordPlacement(one))

    async def end(self, caller: Caller, subject: SubjectId, day: date, why: EndReason) -> Receipt:
        """Write down that the running placement ended, or will; raises ``InvalidRequestError``."""
        found = await self._reach(caller, subject)
        running = (await self._work(caller, subject)).running
        if running is None:
            raise InvalidRequestError("plaatsing", "does not run; there is nothing to end")
        today = found.context.moment.date()
        _near("einde", day, running.job.start, today + FURTHEST)
        ended = replace(running, ended=day, why=why)
        detail: Detail = {"placement": str(running.placement_id), "why": why.value}
        entry_id = self._id("end", caller, subject, None)
        return await self._write(found, entry_id, ("ended", detail), EndPlacement(ended))

    async def care(
        self, caller: Caller, subject: SubjectId, told: tuple[Care, str], retry_key: str | None
    ) -> Receipt:
        """Record a contact with how it went, and a note or none; it rests on aftercare (3)."""
        await admit(self._gate, caller, AFTERCARE, PartnerKind.UITZENDBUREAU)
        found = await seat(self._gate, Ask(caller, AFTERCARE), subject)
        care, note = told
        work, today = await self._work(caller, subject), found.context.moment.date()
        if not work.placements:
            raise InvalidRequestError("plaatsing", "must be recorded first")
        _near("dag", care.day, work.placements[-1].job.start, today)
        words = sayable("notitie", note) if note.strip() else ""
        entry_id = self._id("care", caller, subject, retry_key)
        again = next((one for one in work.contacts if one.contact_id == entry_id), None)
        at = again.at if again else found.context.moment
        one = Contact(entry_id, work.placements[-1], care, at, caller.actor)
        detail: Detail = {"going": care.going.value}
        detail |= {"words": words} if words else {}
        return await self._write(found, entry_id, ("contact", detail), RecordContact(one))

    async def _reach(self, caller: Caller, subject: SubjectId) -> Seat:
        """Find her on the first ground that holds (1); whoever has none is refused on record."""
        gate = self._gate
        await admit(gate, caller, GROUNDS[-1], PartnerKind.UITZENDBUREAU)
        dossier = (await gate.subjects.load([subject])).get(subject)
        situation, moment = dossier.situation if dossier else None, gate.clock.now()
        for purpose in GROUNDS[:-1]:
            ask = Ask(caller, purpose)
            decision = decide(ask, situation, gate.matrix, gate.fields, moment)
            if dossier is not None and decision.granted:
                return Seat(dossier, Context.of(ask, gate.matrix, moment))
        return await seat(gate, Ask(caller, GROUNDS[-1]), subject)

    def _ties(self, found: Seat) -> frozenset[RelationKind]:
        caller, moment = found.context.ask.caller, found.context.moment
        return work_ties(found.dossier.situation.relations, caller.partner.oin, moment)

    async def _work(self, caller: Caller, subject: SubjectId) -> Work:
        known = await self._placements.of(Oin(caller.partner.oin), [subject])
        return known.get(subject, NOTHING)

    def _id(self, deed: str, caller: Caller, subject: SubjectId, retry_key: str | None) -> UUID:
        return deed_id(subject, f"placement:{deed}:{caller.actor}", retry_key)

    async def _write(
        self, found: Seat, entry_id: UUID, told: tuple[str, Detail], change: PlacementChange
    ) -> Receipt:
        outcome, detail = told
        situation = found.dossier.situation
        record = found.context.record(
            RecordKind.PLACEMENT, outcome, subject=situation.subject, detail=detail
        )
        unchanged = RequireEpoch(situation.subject, situation.epoch)
        entry = Entry(replace(record, event_id=entry_id), (unchanged, change))
        return await commit(self._gate, entry)


def _near(member: str, day: date, first: date, last: date) -> None:
    if not first - FURTHEST <= day <= last:
        raise InvalidRequestError(member, "lies too far from today")
