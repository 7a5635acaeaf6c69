"""What the gate must know of a subject (betrokkene) before any grant: rule facts, never the profile."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gateway.domain.breakglass import GlassBreak
from gateway.domain.consents import ConsentEvent
from gateway.domain.identifiers import PurposeCode, SubjectId
from gateway.domain.relations import RelationEvent

ALWAYS_OPEN: Final = frozenset({"P10", "P11"})
"""Purposes from which nothing is withheld: supervision, and her own access.

A restriction leaves use for legal claims and important public interest (GDPR art. 18(2)) and never
her own access (art. 15); an objection reaches art. 6(1)(e) and (f) only (art. 21(1)).
"""


class WithholdingKind(StrEnum):
    """Why something is subtracted: restriction (GDPR art. 18) or objection (art. 21)."""

    RESTRICTED = "restricted"
    OBJECTED = "objected"


@dataclass(frozen=True, slots=True)
class Withholding:
    """A restriction or objection from ``since`` until ``until`` (``None``: until lifted).

    ``fields`` is the mask it concerns; ``purposes`` empty means all of them.
    """

    kind: WithholdingKind
    fields: int
    purposes: frozenset[PurposeCode]
    since: datetime
    until: datetime | None = None

    def holds(self, purpose: PurposeCode, moment: datetime) -> bool:
        """Tell whether it subtracts from a disclosure for ``purpose`` at ``moment``."""
        if purpose.split("_", 1)[0] in ALWAYS_OPEN:
            return False
        in_time = self.since <= moment and (self.until is None or moment < self.until)
        return in_time and (not self.purposes or purpose in self.purposes)


@dataclass(frozen=True, slots=True)
class ProfileVersion:
    """When a version of the profile was stored and which fields it changed (mask)."""

    version: int
    at: datetime
    changed: int


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision about one subject rests on, read together under one ``epoch``.

    ``held`` is the mask of fields that wait for a person's look (free text with special words);
    ``closed`` says from when a purpose no longer keeps this profile here (retention);
    ``glasses`` are the times that someone broke the glass about her;
    ``sixteen`` and ``eighteen`` say that she was known to be of that age when her profile was last
    looked at: a day would tell when she was born.
    """

    subject: SubjectId
    epoch: int
    relations: tuple[RelationEvent, ...] = ()
    consents: tuple[ConsentEvent, ...] = ()
    versions: tuple[ProfileVersion, ...] = ()
    withholdings: tuple[Withholding, ...] = ()
    closed: tuple[tuple[PurposeCode, datetime], ...] = ()
    held: int = 0
    shielded: bool = False
    doelgroep: str | None = None
    reception_gemeente: str | None = None
    coa_regio: str | None = None
    sixteen: bool = False
    eighteen: bool = False
    glasses: tuple[GlassBreak, ...] = ()


@dataclass(frozen=True, slots=True)
class SealedProfile:
    """A client profile at rest: its version, the wrapped data key, and the sealed parts as stored.

    ``logged`` is the newest version that the log knows of it: an older profile does not open.
    """

    subject: SubjectId
    version: int
    wrapped_key: bytes
    parts: bytes
    logged: int = 0


@dataclass(frozen=True, slots=True)
class Dossier:
    """A subject's situation and sealed profile, read in one go; ``profile`` is absent once erased."""

    situation: Situation
    profile: SealedProfile | None
