"""How handovers stand, for both sides: a klantmanager of her town, a casemanager of her residents.

Nothing of a file is told about someone whom the caller may not be shown now.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Final
from uuid import UUID

from gateway.actions.clients import turn
from gateway.actions.desk import GUIDANCE, admit, seat
from gateway.actions.disclose import Disclose, Question
from gateway.actions.gate import Gate
from gateway.actions.handover_questions import QuestionDesk
from gateway.actions.handovers import PURPOSE, HandoverDesk, at_hand, current_tie, handover_of
from gateway.actions.sealed_words import Words, spoken
from gateway.actions.take_back import TakeBackDesk
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import ListPage, Released
from gateway.domain.handovers import NO_FILE, File, Handover, Handovers
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import Format, LogReader
from gateway.domain.relations import reception_site
from gateway.domain.subjects import Dossier

COLUMNS: Final = tuple(
    FieldName(name)
    for name in (
        "client_ref",
        "roepnaam",
        "voornamen",
        "voorvoegsel",
        "achternaam",
        "koppel_gemeente_code",
        "koppel_datum",
        "driegesprek_datum",
        "overdracht_scenario",
        "overdracht_status",
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one handover stands: its file, whether she has a home, and whether COA guides her still.

    ``words`` fill once her disclosure is durable.
    """

    handover: Handover
    file: File
    housed: bool
    guided: bool
    words: Words = field(default_factory=dict)


ListLayout = Callable[[Mapping[SubjectId, Standing]], Format]
OneLayout = Callable[[Standing | None], Format]


class HandoverFiles:
    """Reads handovers, each inside a disclosure."""

    def __init__(
        self, gate: Gate, disclose: Disclose, handovers: Handovers, log: LogReader
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._handovers = handovers
        self._log = log

    @asynccontextmanager
    async def page(
        self, caller: Caller, after: UUID | None, layout: ListLayout, trace_id: str | None = None
    ) -> AsyncIterator[ListPage]:
        """Disclose a page of people with the file of the handover that lasts, in order of id."""
        ask, gate = await self._ask(caller), self._gate
        page, onward = await turn(gate, caller, after)
        standing = await self._standing(await gate.subjects.load(page))
        people = tuple(one for one in page if one in standing)
        question = Question(ask, people, layout(standing), trace_id=trace_id)
        async with self._disclose.page(question) as released:
            yield ListPage(released, onward)

    @asynccontextmanager
    async def one(
        self, caller: Caller, subject: SubjectId, layout: OneLayout, trace_id: str | None = None
    ) -> AsyncIterator[Released]:
        """Disclose the whole file of one person, words included."""
        ask = await self._ask(caller)
        if caller.partner.kind is PartnerKind.COA:
            found = await seat(self._gate, ask, subject)
        else:
            found = (await at_hand(self._gate, caller, subject)).seat
        words: dict[UUID, str] = {}
        standing = (await self._standing({subject: found.dossier}, words)).get(subject)
        question = Question(ask, (subject,), layout(standing), trace_id=trace_id)
        async with self._disclose.one(question) as released:
            asked = standing.file.questions if standing else ()
            said = chain.from_iterable((one.question_id, one.answer) for one in asked)
            words |= await spoken(self._log, said)
            yield released

    async def beside(self, caller: Caller, subject: SubjectId) -> Standing | None:
        """Read a handover to the caller's own municipality, to show inside a disclosure about her."""
        standing = await self._standing(await self._gate.subjects.load([subject]))
        found = standing.get(subject)
        own = found is not None and found.handover.gemeente in caller.partner.gemeenten
        return found if own else None

    async def _ask(self, caller: Caller) -> Ask:
        """Let either side in, and ask for what its purpose names of a handover."""
        coa = caller.partner.kind is PartnerKind.COA
        kind, short = (PartnerKind.COA, GUIDANCE) if coa else (PartnerKind.GEMEENTE, PURPOSE)
        await admit(self._gate, caller, short, kind)
        matrix, fields = self._gate.matrix, self._gate.fields
        purpose = matrix.purpose(short)
        cell = matrix.cell(caller.role, purpose.code) if purpose else None
        return Ask(caller, short, (cell.named if cell else 0) & fields.mask(COLUMNS))

    async def _standing(
        self, dossiers: Mapping[SubjectId, Dossier], words: Words | None = None
    ) -> Mapping[SubjectId, Standing]:
        """Read the file of each handover that lasts; of who is linked to nobody there is none."""
        moment = self._gate.clock.now()
        ties = {
            subject: tie
            for subject, dossier in dossiers.items()
            if (tie := current_tie(dossier.situation, moment)) is not None
        }
        which = {subject: handover_of(subject, tie) for subject, tie in ties.items()}
        files = await self._handovers.files(list(which.values()))
        return {
            subject: Standing(
                which[subject],
                files.get(which[subject], NO_FILE),
                tie.housed,
                reception_site(dossiers[subject].situation.relations, moment) is not None,
                {} if words is None else words,
            )
            for subject, tie in ties.items()
        }


@dataclass(frozen=True, slots=True)
class HandoverDesks:
    """All that is done with a handover: her klantmanager's deeds, questions to COA, its file, undoing."""

    work: HandoverDesk
    questions: QuestionDesk
    files: HandoverFiles
    back: TakeBackDesk
