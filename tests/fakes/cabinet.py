"""What a small world keeps of warm handovers, and why a change to it does not hold."""

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from gateway.domain.handovers import (
    AnswerQuestion,
    AskCoa,
    Assign,
    Assignment,
    CloseTalk,
    Confirmation,
    ConfirmReceipt,
    HandedOn,
    HandOn,
    Handover,
    HandoverChange,
    PlanTalk,
    Question,
    TakeBack,
    Talk,
    TalkState,
)
from gateway.domain.identifiers import SubjectId

Paper = TypeVar("Paper", Confirmation, Talk, Question)


@dataclass(slots=True)
class Cabinet:
    """All that was written of handovers, by the id of its entry."""

    confirmations: dict[UUID, Confirmation] = field(default_factory=dict)
    talks: dict[UUID, Talk] = field(default_factory=dict)
    questions: dict[UUID, Question] = field(default_factory=dict)
    handed_on: dict[UUID, HandedOn] = field(default_factory=dict)
    assignments: dict[Handover, Assignment] = field(default_factory=dict)

    def copy(self) -> "Cabinet":
        """Return a cabinet that goes its own way from here."""
        return Cabinet(
            self.confirmations.copy(),
            self.talks.copy(),
            self.questions.copy(),
            self.handed_on.copy(),
            self.assignments.copy(),
        )

    def file(self, change: HandoverChange, people: Container[SubjectId]) -> str | None:
        """Carry a change out; say why where it does not hold."""
        why: str | None = None
        match change:
            case ConfirmReceipt(one):
                first = all(known.handover != one.handover for known in self.confirmations.values())
                why = _unless(first and _known(one.handover, people), "receipt: confirmed before")
                self.confirmations |= {} if why else {one.confirmation_id: one}
            case PlanTalk(talk):
                free = not self._planned(talk.handover)
                why = _unless(free and _known(talk.handover, people), "talk: another is planned")
                self.talks |= {} if why else {talk.talk_id: talk}
            case CloseTalk(talk):
                why = _unless(talk.talk_id in self._planned(talk.handover), "talk: not planned")
                self.talks |= {} if why else {talk.talk_id: talk}
            case AskCoa(question):
                why = _unless(_known(question.handover, people), "subject: not known")
                self.questions |= {} if why else {question.question_id: question}
            case AnswerQuestion(question):
                known = self.questions.get(question.question_id)
                waits = known is not None and known.answer is None
                same = known is not None and known.handover == question.handover
                why = _unless(waits and same, "question: does not wait")
                self.questions |= {} if why else {question.question_id: question}
            case HandOn() | TakeBack():
                why = self._move(change, people)
            case Assign():
                why = self._assign(change, people)
        return why

    def leave(self, subject: SubjectId) -> None:
        """Keep no talk and no question about someone."""
        talks, questions = self.talks.items(), self.questions.items()
        self.talks = {id_: one for id_, one in talks if one.handover.subject != subject}
        self.questions = {id_: one for id_, one in questions if one.handover.subject != subject}

    def _move(self, change: HandOn | TakeBack, people: Container[SubjectId]) -> str | None:
        one = change.handed_on
        why = _unless(_known(one.handover, people), "subject: not known")
        if why is None and isinstance(change, TakeBack):
            why = self._go_on(change)
        self.handed_on |= {} if why else {one.entry_id: one}
        return why

    def _go_on(self, change: TakeBack) -> str | None:
        if any(one.handover == change.taken for one in self.confirmations.values()):
            return "receipt: confirmed before"
        old, new = change.before, change.handed_on.handover
        _move(self.confirmations, old, new)
        _move(self.talks, old, new)
        _move(self.questions, old, new)
        if old in self.assignments:
            self.assignments[new] = replace(self.assignments.pop(old), handover=new)
        return None

    def _assign(self, change: Assign, people: Container[SubjectId]) -> str | None:
        had = self.assignments.get(change.handover)
        same = (had.assignment_id if had else None) == change.before
        why = _unless(same and _known(change.handover, people), "assignment: another was first")
        if why is None:
            self.assignments.pop(change.handover, None)
            self.assignments |= {change.handover: change.after} if change.after else {}
        return why

    def _planned(self, handover: Handover) -> set[UUID]:
        return {
            id_
            for id_, one in self.talks.items()
            if one.handover == handover and one.state is TalkState.GEPLAND
        }


def _move(drawer: dict[UUID, Paper], old: Handover, new: Handover) -> None:
    drawer |= {
        id_: replace(one, handover=new) for id_, one in drawer.items() if one.handover == old
    }


def _known(handover: Handover, people: Container[SubjectId]) -> bool:
    return handover.subject in people


def _unless(holds: bool, why: str) -> str | None:  # noqa: FBT001 - the condition itself
    return None if holds else why
