"""Look-ups of a named person in the log: a second officer looks first, where there is no case.

1. The second is another worker of the same organisation; nobody approves what she asked herself.
2. An approval opens look-ups about that one person, to who asked, for a working day.
3. What nobody approved within a week lapses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from gateway.domain.identifiers import ActorId, Oin, SubjectId
from gateway.domain.partners import Caller

ASKED_FOR: Final = timedelta(days=7)
APPROVED_FOR: Final = timedelta(hours=8)


class LookUpState(StrEnum):
    """How a request stands; ``goedgekeurd`` alone opens anything."""

    GEVRAAGD = "gevraagd"
    GOEDGEKEURD = "goedgekeurd"
    VERLOPEN = "verlopen"


@dataclass(frozen=True, slots=True)
class LookUp:
    """A request of ``partner``'s worker ``actor`` to look a person up.

    ``subject`` need not be known to the gate; ``reason`` is sealed by the caller.
    """

    look_up_id: UUID
    partner: Oin
    actor: ActorId
    subject: SubjectId
    at: datetime
    reason: bytes
    approved_by: ActorId | None = None
    approved_at: datetime | None = None

    @property
    def until(self) -> datetime:
        """When it lapses, asked or approved (2), (3)."""
        return self.approved_at + APPROVED_FOR if self.approved_at else self.at + ASKED_FOR

    def state_at(self, moment: datetime) -> LookUpState:
        """Return how it stands at ``moment``."""
        if moment >= self.until:
            return LookUpState.VERLOPEN
        return LookUpState.GOEDGEKEURD if self.approved_at else LookUpState.GEVRAAGD

    def opens(self, caller: Caller, subject: SubjectId | None, moment: datetime) -> bool:
        """Tell whether the caller may look this person up on it at ``moment`` (2)."""
        own = (self.partner, self.actor) == (caller.partner.oin, caller.actor)
        approved = self.state_at(moment) is LookUpState.GOEDGEKEURD
        return own and subject == self.subject and approved


class LookUps(Protocol):
    """Requests to look a named person up in the log."""

    async def by_id(self, look_up_id: UUID) -> LookUp | None:
        """Find one; ``None`` when there is no such request."""
        ...

    async def of_partner(self, partner: Oin) -> Sequence[LookUp]:
        """List the newest fifty requests of one organisation, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class AskLookUp:
    """Keep a request to look a person up in the log; it changes no decision."""

    look_up: LookUp


@dataclass(frozen=True, slots=True)
class ApproveLookUp:
    """Note that another officer approved a request; refused the second time, and to who asked."""

    look_up_id: UUID
    by: ActorId
    at: datetime
