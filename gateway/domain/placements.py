"""Work that came of an introduction: the placement an agency records, and how it keeps in touch after.

1. A placement is recorded by the agency to which COA recorded an offer or a placement, while she may
   be known to it by name. What it records opens nothing: relations, and so the stages of work, are
   COA's to record, and no field of her profile is filled from it.
2. One placement runs at a time with one agency. It ends once, for a coded reason.
3. Contact after placement is recorded while aftercare rests on her consent (P08). How it goes is a
   code; the words of a note stand in the sealed log only, in the entry whose id the contact has.
4. When her consent ended and the agency confirms that it deleted what it had, the gate deletes this
   too.
5. A placement goes, with its contacts, ``placement_copy`` months after it ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from gateway.domain.identifiers import ActorId, Oin, SubjectId

MOST_HOURS: Final = 60
"""As ``dienstverband_uren`` of the field dictionary has it."""


class Contract(StrEnum):
    """On what terms she works."""

    UITZEND_A = "uitzend_fase_a"
    UITZEND_B = "uitzend_fase_b"
    DETACHERING = "detachering"
    BEPAALD = "bepaalde_tijd"
    ONBEPAALD = "onbepaalde_tijd"
    LEERWERK = "leerwerk"
    PROEF = "proefplaatsing"


class EndReason(StrEnum):
    """Why work ended: the codes of ``reden_einde_werk``."""

    CONTRACT = "contract_afgelopen"
    VERHUIZING = "verhuizing"
    KOPPELING = "koppeling"
    TWV = "twv"
    ONBEKEND = "onbekend"


class Going(StrEnum):
    """How it goes."""

    GOED = "goed"
    AANDACHT = "aandacht"
    RISICO = "dreigt_te_stoppen"
    NIET_BEREIKT = "niet_bereikt"


class Need(StrEnum):
    """What would help: the codes of ``nazorg_behoefte``."""

    VERVOER = "vervoer"
    TAAL = "taal"
    WERKCULTUUR = "werkcultuur"
    CONTRACT = "contract"
    PLANNING = "planning_inburgering"
    OVERIG = "overig"


class PlacementState(StrEnum):
    """How a placement stands on a day."""

    AANSTAAND = "aanstaand"
    LOOPT = "loopt"
    BEEINDIGD = "beeindigd"


@dataclass(frozen=True, slots=True)
class Job:
    """What she will do: for an employer with an agreement, or another (``None``)."""

    employer: Oin | None
    start: date
    hours: int
    contract: Contract


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement, by the id of the entry with which ``agency`` recorded it."""

    placement_id: UUID
    subject: SubjectId
    agency: Oin
    job: Job
    at: datetime
    by: ActorId
    ended: date | None = None
    why: EndReason | None = None

    def state(self, day: date) -> PlacementState:
        """Tell how it stands on a day."""
        if self.ended is not None and self.ended <= day:
            return PlacementState.BEEINDIGD
        return PlacementState.AANSTAAND if day < self.job.start else PlacementState.LOOPT


@dataclass(frozen=True, slots=True)
class Care:
    """How a contact went: on which day, how it goes, and what would help."""

    day: date
    going: Going
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact after a placement, by the id of its entry (3)."""

    contact_id: UUID
    placement: Placement
    care: Care
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class RecordPlacement:
    """Keep a placement; refused while another runs with this agency (2)."""

    placement: Placement


@dataclass(frozen=True, slots=True)
class EndPlacement:
    """Write ``placement`` as it ended; refused the second time (2)."""

    placement: Placement


@dataclass(frozen=True, slots=True)
class RecordContact:
    """Keep a contact; refused when its placement is not known."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class ForgetWork:
    """Delete what an agency recorded about someone (4)."""

    subject: SubjectId
    agency: Oin


@dataclass(frozen=True, slots=True)
class ForgetPlacement:
    """Delete a placement that ended, and its contacts (5); refused while it runs."""

    placement: Placement


PlacementChange = RecordPlacement | EndPlacement | RecordContact | ForgetWork | ForgetPlacement


@dataclass(frozen=True, slots=True)
class Work:
    """All that one agency recorded about one person, oldest first."""

    placements: tuple[Placement, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def running(self) -> Placement | None:
        """The placement that was not ended, if there is one."""
        return next((one for one in self.placements if one.ended is None), None)


class Placements(Protocol):
    """Where placements and contacts are read."""

    async def of(self, agency: Oin, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, Work]:
        """Read what an agency recorded about these people; of whom nothing is known is absent."""
        ...

    async def ended(self, until: date) -> Sequence[Placement]:
        """List what ended on or before a day, with whichever agency."""
        ...


def worked(
    placements: Sequence[Placement], contacts: Sequence[Contact]
) -> Mapping[SubjectId, Work]:
    """Lay what is about the same person together."""
    people = {one.subject for one in placements}
    first = sorted(placements, key=lambda one: (one.at, one.placement_id))
    told = sorted(contacts, key=lambda one: (one.care.day, one.at, one.contact_id))
    return {
        who: Work(
            tuple(one for one in first if one.subject == who),
            tuple(one for one in told if one.placement.subject == who),
        )
        for who in people
    }
