"""An export: a file of people that is made page by page, kept sealed, and handed over once.

1. Each page is a disclosure: decided, logged, then opened and sealed again as a part of the file.
2. A part is kept with its number; whoever goes on after a crash begins at the first that is missing.
3. The file leaves whole, once, and before its term; who may no longer be shown then is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from gateway.domain.identifiers import ActorId, Oin, PurposeCode, RoleId

TERM: Final = timedelta(hours=24)
PEOPLE_A_PART: Final = 250
"""So many are decided about between two commits of the log, and are the most that a crash repeats."""
ID_SIZE: Final = 16


class ExportState(StrEnum):
    """How far an export is."""

    BUSY = "bezig"
    READY = "klaar"
    FETCHED = "opgehaald"
    EXPIRED = "verlopen"


@dataclass(frozen=True, slots=True)
class Export:
    """What was asked, by whom, for whom; ``people`` are the ids, sealed, in the order of the file.

    ``fields`` is the mask asked (``None``: all that the purpose names), ``named`` whether each was
    asked for by name; ``key`` is the recipient's public key (JWK as JSON) where the file is to be
    encrypted. ``parent`` and ``index`` are the entry under which every share is accounted for.
    """

    export_id: UUID
    partner: Oin
    role: RoleId
    actor: ActorId
    locations: frozenset[str]
    regions: frozenset[str]
    purpose: PurposeCode
    fields: int | None
    form: str
    named: bool
    signed: bool
    key: str | None
    at: datetime
    total: int
    people: bytes
    parent: UUID
    index: int

    @property
    def expires(self) -> datetime:
        """Until when the file can be fetched."""
        return self.at + TERM

    @property
    def parts(self) -> int:
        """How many parts the whole file has."""
        return -(-self.total // PEOPLE_A_PART)


@dataclass(frozen=True, slots=True)
class Progress:
    """An export as it stands: parts made, people in them, and whether it left."""

    export: Export
    made: int = 0
    shown: int = 0
    fetched: datetime | None = None

    @property
    def done(self) -> int:
        """How many people were decided about."""
        return min(self.made * PEOPLE_A_PART, self.export.total)

    def state(self, moment: datetime) -> ExportState:
        """Tell how far it is at a moment."""
        if self.fetched is not None:
            return ExportState.FETCHED
        if moment >= self.export.expires:
            return ExportState.EXPIRED
        return ExportState.READY if self.made >= self.export.parts else ExportState.BUSY


class Exports(Protocol):
    """Exports and their sealed parts at rest."""

    async def by_id(self, export: UUID) -> Progress | None:
        """Find an export by its id."""
        ...

    def part(self, export: UUID, number: int) -> bytes | None:
        """Read a sealed part, in the caller's own thread; ``None`` once it was handed over."""
        ...


class Parcels(Protocol):
    """Encrypts files for whom they are meant, and signs them for the gate."""

    def check(self, key: Mapping[str, object]) -> None:
        """Raise ``InvalidRequestError`` when this is no public key that a file can be sealed for."""
        ...

    def seal(self, data: bytes, key: Mapping[str, object]) -> bytes:
        """Encrypt for the holder of the key (JWE, compact)."""
        ...

    def sign(self, data: bytes) -> str:
        """Sign as the gate; a JWS without its content (RFC 7515, appendix F)."""
        ...

    def public_key(self) -> Mapping[str, object]:
        """Return the gate's public key (JWK), by which its signatures are checked."""
        ...


@dataclass(frozen=True, slots=True)
class OpenExport:
    """Keep an export that was asked for, and drop the parts of those whose term has passed."""

    export: Export


@dataclass(frozen=True, slots=True)
class StagePart:
    """Keep one sealed part of an export, with how many people it shows; refused out of its turn."""

    export: UUID
    number: int
    shown: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class FetchExport:
    """Note that an export leaves; refused when it is not whole, left before, or its term has passed."""

    export: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ClearExport:
    """Drop the parts of an export that left."""

    export: UUID
