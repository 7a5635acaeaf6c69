"""Questions of a klantmanager to COA about someone's handover, and the answers.

1. A question goes to the casemanagers of the site where she stays; where she stays at none, there is
   nobody to ask.
2. The words stand in the sealed log only (``sealed_words``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from gateway.actions.desk import GUIDANCE, admit, seat
from gateway.actions.disclose import Disclose
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
from gateway.actions.sealed_words import sayable
from gateway.actions.waiting import Pending, WaitingList
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import AnswerQuestion, AskCoa, Handovers, Question, Topic
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.ports import LogReader
from gateway.domain.records import Receipt
from gateway.domain.relations import reception_site
from gateway.domain.subjects import Situation


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked, about a section or a field of it; a repeated ``retry_key`` is the same question."""

    topic: Topic
    field: FieldName | None
    words: str
    retry_key: str | None = None


class QuestionDesk:
    """Where a klantmanager asks, and a casemanager of COA answers what is ``waiting``."""

    def __init__(
        self, gate: Gate, disclose: Disclose, handovers: Handovers, log: LogReader
    ) -> None:
        self._gate = gate
        self._handovers = handovers
        self.waiting = WaitingList(
            gate,
            disclose,
            Pending(
                lambda sites, _, after, most: handovers.open_at(sites, after, most),
                lambda one: one.question_id,
                self._lasting,
                log,
            ),
        )

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
        subject = known.subject if known else SubjectId(uuid4())
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

    def _question(self, found: AtHand, entry_id: UUID, caller: Caller, asking: Asking) -> Question:
        return Question(
            entry_id, found.handover, asking.topic, asking.field, found.moment, caller.actor
        )

    async def _lasting(self, asked: Sequence[Question]) -> Sequence[Question]:
        """Leave out what was asked in a handover that is over."""
        dossiers = await self._gate.subjects.load([one.subject for one in asked])
        moment = self._gate.clock.now()
        return [
            one
            for one in asked
            if (dossier := dossiers.get(one.subject)) and _lasts(one, dossier.situation, moment)
        ]


def _lasts(one: Question, situation: Situation, moment: datetime) -> bool:
    tie = current_tie(situation, moment)
    return tie is not None and handover_of(one.subject, tie) == one.handover
