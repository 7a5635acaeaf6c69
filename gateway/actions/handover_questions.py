"""Questions of a klantmanager to COA about someone's handover, and the answers.

1. A question goes to the casemanagers of the site where she stays; where she stays at none, there is
   nobody to ask.
2. The words stand in the sealed log only, and are read inside a disclosure. Words that seem to tell
   of health, belief, origin, orientation or crime are not taken.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.desk import GUIDANCE, admit, seat
from gateway.actions.disclose import CLIENT_REF, PAGE, Disclose
from gateway.actions.disclose import Question as Asked
from gateway.actions.gate import Gate
from gateway.actions.handovers import (
    AtHand,
    Deed,
    Detail,
    at_hand,
    current_tie,
    handover_of,
    identity,
    write,
)
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import ListPage
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import AnswerQuestion, AskCoa, Handovers, Question, Topic
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.ports import Format, LogReader
from gateway.domain.records import Receipt
from gateway.domain.relations import reception_site
from gateway.domain.special_words import special_categories
from gateway.domain.subjects import Dossier, Situation

MOST_WORDS: Final = 500
"""Of how many characters a question or answer may be."""

Words = Mapping[UUID, str]
"""What was asked and answered, by the id of the entry that holds it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked, about a section or a field of it; a repeated ``retry_key`` is the same question."""

    topic: Topic
    field: FieldName | None
    words: str
    retry_key: str | None = None


Layout = Callable[[Sequence[Question], Words], Format]


class QuestionDesk:
    """Where a klantmanager asks, and a casemanager of COA answers."""

    def __init__(
        self, gate: Gate, disclose: Disclose, handovers: Handovers, log: LogReader
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._handovers = handovers
        self._log = log

    async def ask(self, caller: Caller, subject: SubjectId, asking: Asking) -> Receipt:
        """Put a question to COA; its id is that of the entry."""
        fields = self._gate.fields.mask([asking.field] if asking.field else [])
        found = await at_hand(self._gate, caller, subject, fields)
        words = sayable("tekst", asking.words)
        if reception_site(found.situation.relations, found.moment) is None:
            raise InvalidRequestError(
                "clientRef", "stays at no reception site; COA cannot be asked"
            )
        entry_id = identity("ask", caller, subject, asking.retry_key)
        known = await self._handovers.question(entry_id)
        found = found.again(known.at) if known else found
        one = self._question(found, entry_id, caller, asking)
        detail: Detail = {"topic": asking.topic.value, "words": words}
        deed = Deed("asked", detail, AskCoa(one))
        return await write(self._gate, found.seat.context, found.situation, entry_id, deed)

    async def answer(self, caller: Caller, question_id: UUID, words: str) -> Receipt:
        """Answer what was asked about a resident of one's own site, once."""
        await admit(self._gate, caller)
        known = await self._handovers.question(question_id)
        subject = known.handover.subject if known else SubjectId(uuid4())
        found = await seat(self._gate, Ask(caller, GUIDANCE), subject)
        situation, moment = found.dossier.situation, found.context.moment
        if known is None or known.answer is not None or not _lasts(known, situation, moment):
            raise InvalidRequestError("vraag", "does not wait for an answer")
        said = sayable("antwoord", words)
        entry_id, context = uuid4(), found.context
        answered = replace(known, answer=entry_id, answered=context.moment)
        detail: Detail = {"question": str(question_id), "words": said}
        deed = Deed("answered", detail, AnswerQuestion(answered))
        return await write(self._gate, context, situation, entry_id, deed)

    @asynccontextmanager
    async def waiting(
        self,
        caller: Caller,
        after: UUID | None,
        layout: Layout,
        trace_id: str | None = None,
        columns: Iterable[FieldName] = (CLIENT_REF,),
    ) -> AsyncIterator[ListPage]:
        """Disclose to a casemanager a page of what waits for an answer, in order of id."""
        await admit(self._gate, caller)
        listed = await self._handovers.open_at(sorted(caller.locations), after, PAGE + 1)
        dossiers = await self._gate.subjects.load([one.handover.subject for one in listed])
        page = [one for one in listed[:PAGE] if self._current(one, dossiers)]
        people = tuple(dict.fromkeys(one.handover.subject for one in page))
        words: dict[UUID, str] = {}
        mask = self._gate.fields.mask(columns)
        asked = Asked(Ask(caller, GUIDANCE, mask), people, layout(page, words), trace_id=trace_id)
        onward = listed[PAGE - 1].question_id if len(listed) > PAGE else None
        async with self._disclose.page(asked) as released:
            words |= await spoken(self._log, page)
            yield ListPage(released, onward)

    def _question(self, found: AtHand, entry_id: UUID, caller: Caller, asking: Asking) -> Question:
        return Question(
            entry_id, found.handover, asking.topic, asking.field, found.moment, caller.actor
        )

    def _current(self, one: Question, dossiers: Mapping[SubjectId, Dossier]) -> bool:
        dossier = dossiers.get(one.handover.subject)
        return dossier is not None and _lasts(one, dossier.situation, self._gate.clock.now())


async def spoken(log: LogReader, questions: Sequence[Question]) -> Words:
    """Open the words of questions and answers; what was erased is left out (2)."""
    found = {}
    for one in questions:
        for entry_id in (one.question_id, one.answer):
            event = await log.opened(entry_id) if entry_id else None
            words = (event.told.detail or {}).get("words") if event and event.told else None
            if entry_id and isinstance(words, str):
                found[entry_id] = words
    return found


def _lasts(one: Question, situation: Situation, moment: datetime) -> bool:
    tie = current_tie(situation, moment)
    return tie is not None and handover_of(one.handover.subject, tie) == one.handover


def sayable(member: str, words: str) -> str:
    """Return words that may be taken; raises ``InvalidRequestError`` without repeating them (2)."""
    said = words.strip()
    if not 1 <= len(said) <= MOST_WORDS:
        raise InvalidRequestError(member, f"is of 1 to {MOST_WORDS} characters")
    if special_categories(said):
        raise InvalidRequestError(member, "seems to tell of a special category; say it without")
    return said
