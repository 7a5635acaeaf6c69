"""Introductions (voorstellen): that someone found without a name be named to who asks, if she agrees.

1. A request asks for one recipient, or for two: the agency that asks and an employer. Each has an
   answer of its own, and each answer is a choice that she makes at the consent desk (P05).
2. An answer is given once; the request can be taken back as long as there is none.
3. What was not answered within thirty days has run out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from gateway.domain.identifiers import ActorId, Oin, SubjectId

TERM: Final = timedelta(days=30)


class IntroductionState(StrEnum):
    """How a request stands with one recipient; only ``gevraagd`` can still change."""

    GEVRAAGD = "gevraagd"
    AKKOORD = "akkoord"
    GEWEIGERD = "geweigerd"
    INGETROKKEN = "ingetrokken"
    VERLOPEN = "verlopen"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request stands with one recipient; ``closed`` is when it came to stand so."""

    recipient: Oin
    state: IntroductionState = IntroductionState.GEVRAAGD
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Introduction:
    """A request by ``requester`` (its worker ``actor``) about one subject.

    ``function`` is an ISCO code or a few words; ``group`` names the batch it came in (a speed date).
    """

    introduction_id: UUID
    subject: SubjectId
    requester: Oin
    actor: ActorId
    at: datetime
    own: Answer
    employer: Answer | None = None
    function: str | None = None
    group: str | None = None

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers of all recipients, the requester's first."""
        return (self.own, self.employer) if self.employer else (self.own,)

    @property
    def agreed(self) -> bool:
        """Whether she agreed to be named to who asked."""
        return self.own.state is IntroductionState.AKKOORD

    def state_of(self, answer: Answer, moment: datetime) -> IntroductionState:
        """Return how one answer stands at ``moment``: without one, it runs out (3)."""
        open_ = answer.state is IntroductionState.GEVRAAGD
        return IntroductionState.VERLOPEN if open_ and moment >= self.at + TERM else answer.state

    def open_to(self, moment: datetime) -> tuple[Oin, ...]:
        """Name the recipients whose answer is still awaited at ``moment``."""
        return tuple(
            answer.recipient
            for answer in self.answers
            if self.state_of(answer, moment) is IntroductionState.GEVRAAGD
        )


class Introductions(Protocol):
    """Requests for an introduction; lists are newest first, ``after`` an id of the page before."""

    async def by_id(self, introduction: UUID) -> Introduction | None:
        """Find a request by its id."""
        ...

    async def awaiting(
        self, subject: SubjectId, recipient: str, moment: datetime
    ) -> Sequence[Introduction]:
        """List the requests about a subject that wait for her answer to ``recipient``."""
        ...

    async def of_requester(
        self, requester: Oin, after: UUID | None, limit: int
    ) -> Sequence[Introduction]:
        """List an organisation's own requests, however they stand."""
        ...

    async def open_at(
        self, sites: Sequence[str], moment: datetime, after: UUID | None, limit: int
    ) -> Sequence[Introduction]:
        """List requests that wait for an answer, about residents of these reception sites.

        A superset of who may be seen: each is still decided one by one.
        """
        ...


@dataclass(frozen=True, slots=True)
class RequestIntroduction:
    """Keep a request for an introduction; refused when the subject is unknown."""

    introduction: Introduction


@dataclass(frozen=True, slots=True)
class CloseIntroduction:
    """Close what one recipient asked for; refused when it was answered, taken back or ran out."""

    introduction: UUID
    recipient: Oin
    state: IntroductionState
    at: datetime
