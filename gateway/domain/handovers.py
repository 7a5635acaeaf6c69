"""The warm handover (warme overdracht) of one person to one municipality: receipt, talk, questions.

1. A handover lasts as long as the municipality's tie, and is named by its start: a next tie is a
   next handover.
2. Receipt is confirmed once.
3. One talk (driegesprek) is planned at a time. It was held, or cancelled for a coded reason. COA
   joins it only if she agrees: she may have her intake without others (Besluit inburgering 2021
   art. 5.2(2)).
4. A question goes to COA while she stays at a reception site, and is answered once. The words stand
   in the sealed log only, in the entries whose ids the question has.
5. One klantmanager at a time handles it. Her colleagues may do the same deeds: who handles whom
   divides the work, and gives or takes no access.
6. Who is housed is handed on to the municipality she moves to (Wet inburgering 2021 art. 35(4)).
   Who is not, COA links anew.
7. While nobody there confirmed receipt, the municipality that handed her on can take her back. Its
   file goes on under the tie that begins then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from gateway.domain.identifiers import ActorId, FieldName, GemeenteCode, SubjectId

HANDED_ON: Final = "doorgegeven"
"""The source of a relation event with which a municipality handed someone on."""
TAKEN_BACK: Final = "teruggehaald"
"""The source of a relation event with which it took her back."""


class Scenario(StrEnum):
    """When integration begins; COA and the municipalities agreed on these three."""

    SNELLE_START = "snelle_start"
    GECOMBINEERD = "gecombineerd"
    NA_VERHUIZING = "na_verhuizing"


class TalkForm(StrEnum):
    """Where or how the talk is held; ``ZONDER_COA``: she wants no one of COA there."""

    COA_LOCATIE = "coa_locatie"
    GEMEENTE = "gemeente"
    ONLINE = "online"
    TELEFOON = "telefoon"
    ZONDER_COA = "zonder_coa"


class TalkState(StrEnum):
    """How a talk stands; only one that is planned can still change."""

    GEPLAND = "gepland"
    GEVOERD = "gevoerd"
    GEANNULEERD = "geannuleerd"


class Cancelled(StrEnum):
    """Why a talk was not held."""

    ANDER_MOMENT = "ander_moment"
    BEWONER_VERHINDERD = "bewoner_verhinderd"
    BEWONER_WIL_NIET = "bewoner_wil_niet"
    COA_VERHINDERD = "coa_verhinderd"
    GEMEENTE_VERHINDERD = "gemeente_verhinderd"
    TOLK_ONTBREEKT = "tolk_ontbreekt"
    VERHUISD = "verhuisd"


class Outcome(StrEnum):
    """What was agreed on, along the elements of the broad intake."""

    TAAL = "afspraak_taal"
    WERK = "afspraak_werk"
    OPLEIDING = "afspraak_opleiding"
    KINDEREN = "afspraak_kinderen"
    ZELFREDZAAMHEID = "afspraak_zelfredzaamheid"
    INTAKE = "intake_gepland"
    VERVOLG = "vervolggesprek"


class Topic(StrEnum):
    """What a question to COA is about: a section of the dossier."""

    PERSOON = "persoon"
    HUISHOUDEN = "huishouden"
    OPLEIDING = "opleiding"
    WERK = "werk"
    TAAL = "taal"
    VOORINBURGERING = "voorinburgering"
    DRIEGESPREK = "driegesprek"
    VERHUIZING = "verhuizing"


@dataclass(frozen=True, slots=True)
class Handover:
    """Which handover: of whom, to which municipality, by the tie that began at ``since`` (1)."""

    subject: SubjectId
    gemeente: GemeenteCode
    since: datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That a klantmanager has received the handover, under the id of its entry (2)."""

    confirmation_id: UUID
    handover: Handover
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class Plan:
    """What a klantmanager plans; ``agreed``: she agrees that COA joins (3)."""

    scenario: Scenario
    form: TalkForm
    moment: datetime
    agreed: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk, by the id of the entry with which it was planned (3)."""

    talk_id: UUID
    handover: Handover
    plan: Plan
    at: datetime
    by: ActorId
    state: TalkState = TalkState.GEPLAND
    closed: datetime | None = None
    cancelled: Cancelled | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question to COA, by the id of its entry; ``answer`` is the id of the answer's entry (4)."""

    question_id: UUID
    handover: Handover
    topic: Topic
    field: FieldName | None
    at: datetime
    by: ActorId
    answer: UUID | None = None
    answered: datetime | None = None

    @property
    def subject(self) -> SubjectId:
        """Whose handover it is about."""
        return self.handover.subject


@dataclass(frozen=True, slots=True)
class HandedOn:
    """That a municipality handed someone on; ``handover`` is the one that began with it (6).

    ``back``: it was taken back from ``before`` instead (7). ``by`` is absent where it was not kept.
    """

    entry_id: UUID
    handover: Handover
    before: GemeenteCode
    by: ActorId | None = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which klantmanager handles a handover, by the id of the entry with which she got it (5)."""

    assignment_id: UUID
    handover: Handover
    worker: ActorId
    at: datetime
    by: ActorId


class Progress(NamedTuple):
    """How far a handover is, as far as a clock or a list goes by it; see ``File``."""

    settled: bool = False
    confirmed: bool = False
    waiting: int = 0
    worker: ActorId | None = None


def settles(talks: Sequence[tuple[TalkState, Cancelled | None]]) -> bool:
    """Tell whether no talk has to be planned, from how each stands, oldest first."""
    last = talks[-1][1] if talks else None
    return last in {Cancelled.BEWONER_WIL_NIET, Cancelled.VERHUISD} or any(
        state is not TalkState.GEANNULEERD for state, _ in talks
    )


@dataclass(frozen=True, slots=True)
class File:
    """All that belongs to one handover; talks and questions oldest first."""

    confirmed: Confirmation | None = None
    talks: tuple[Talk, ...] = ()
    questions: tuple[Question, ...] = ()
    handed_on: HandedOn | None = None
    assigned: Assignment | None = None

    @property
    def worker(self) -> ActorId | None:
        """Who handles it, if anyone does."""
        return self.assigned.worker if self.assigned else None

    @property
    def talk(self) -> Talk | None:
        """The talk that counts: the one planned, or else the last one held."""
        planned = [one for one in self.talks if one.state is TalkState.GEPLAND]
        held = [one for one in self.talks if one.state is TalkState.GEVOERD]
        return next(iter([*planned, *held[::-1]]), None)

    @property
    def settled(self) -> bool:
        """Whether no talk has to be planned: one stands, or she wants none, or she moved."""
        return settles([(one.state, one.cancelled) for one in self.talks])

    @property
    def waiting(self) -> int:
        """How many questions have no answer yet."""
        return sum(one.answer is None for one in self.questions)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(self.settled, self.confirmed is not None, self.waiting, self.worker)


NO_FILE: Final = File()
NOTHING_DONE: Final = Progress()


@dataclass(frozen=True, slots=True)
class ConfirmReceipt:
    """Keep that receipt was confirmed; refused the second time for this handover (2)."""

    confirmation: Confirmation


@dataclass(frozen=True, slots=True)
class PlanTalk:
    """Keep a planned talk; refused while another is planned for this handover (3)."""

    talk: Talk


@dataclass(frozen=True, slots=True)
class CloseTalk:
    """Write ``talk`` as it ended; refused when it is not planned (any more) (3)."""

    talk: Talk


@dataclass(frozen=True, slots=True)
class AskCoa:
    """Keep a question to COA (4)."""

    question: Question


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """Write ``question`` as it was answered; refused the second time (4)."""

    question: Question


@dataclass(frozen=True, slots=True)
class HandOn:
    """Keep who handed someone on; the relation itself is a change of its own (6)."""

    handed_on: HandedOn


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Keep who took someone back from the handover ``taken``, and let ``before`` go on in the new one.

    Refused once the receipt of ``taken`` was confirmed (7).
    """

    handed_on: HandedOn
    taken: Handover
    before: Handover


@dataclass(frozen=True, slots=True)
class Assign:
    """Put ``after`` in the place of the assignment ``before``, which must be the one there is (5).

    ``None`` stands for no one: nobody had it before, or nobody has it after.
    """

    handover: Handover
    before: UUID | None
    after: Assignment | None


HandoverChange = (
    ConfirmReceipt | PlanTalk | CloseTalk | AskCoa | AnswerQuestion | HandOn | TakeBack | Assign
)


class Handovers(Protocol):
    """Where the files of handovers are read."""

    async def files(self, handovers: Sequence[Handover]) -> Mapping[Handover, File]:
        """Read the files of these handovers; one of which nothing is known is absent."""
        ...

    async def current(
        self, people: Sequence[SubjectId], gemeenten: Sequence[GemeenteCode], moment: datetime
    ) -> Mapping[SubjectId, File]:
        """Read the files of those whose handover to one of these municipalities lasts still.

        A superset of who may be seen: each is still decided one by one.
        """
        ...

    async def departures(
        self, gemeenten: Sequence[GemeenteCode], moment: datetime, limit: int
    ) -> Sequence[HandedOn]:
        """List whom these municipalities handed on and nobody has received yet, newest first.

        A superset of who may be taken back: each is still decided one by one.
        """
        ...

    async def talk(self, talk_id: UUID) -> Talk | None:
        """Find a talk; ``None`` when there is none with this id."""
        ...

    async def question(self, question_id: UUID) -> Question | None:
        """Find a question; ``None`` when there is none with this id."""
        ...

    async def open_at(
        self, sites: Sequence[str], after: UUID | None, limit: int
    ) -> Sequence[Question]:
        """List questions without answer about residents of these reception sites, in order of id.

        A superset of who may be seen: each is still decided one by one.
        """
        ...


def gathered(
    confirmations: Sequence[Confirmation],
    talks: Sequence[Talk],
    questions: Sequence[Question],
    handed_on: Sequence[HandedOn],
    assignments: Sequence[Assignment],
) -> Mapping[Handover, File]:
    """Lay what belongs to the same handover together."""
    kept = (confirmations, talks, questions, handed_on, assignments)
    every = {one.handover for rows in kept for one in rows}
    first = {one.handover: one for one in confirmations}
    began = {one.handover: one for one in handed_on}
    hers = {one.handover: one for one in assignments}
    by_talk: dict[Handover, list[Talk]] = {one: [] for one in every}
    by_question: dict[Handover, list[Question]] = {one: [] for one in every}
    for talk in sorted(talks, key=lambda one: (one.at, one.talk_id)):
        by_talk[talk.handover].append(talk)
    for question in sorted(questions, key=lambda one: (one.at, one.question_id)):
        by_question[question.handover].append(question)
    return MappingProxyType(
        {
            one: File(
                first.get(one),
                tuple(by_talk[one]),
                tuple(by_question[one]),
                began.get(one),
                hers.get(one),
            )
            for one in every
        }
    )
