"""Signals (signalen) for a privacy officer: what a rule found, in plain words, and who closed it.

1. A signal accuses nobody; it says which rule found which entries.
2. Closing one takes four eyes: an officer proposes a verdict, another officer of the same
   organisation confirms that same verdict. Who thinks otherwise proposes hers.
3. A signal is known by organisation, rule and entries; it is closed where each of its entries was
   closed under its rule, in whichever period it is found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

from gateway.domain.identifiers import ActorId, Oin, SubjectId

BREACH_TERM: Final = timedelta(hours=72)
"""GDPR art. 33(1), from the moment the breach is known."""

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "own-record": "Een medewerker vroeg het eigen dossier op.",
        "same-name-or-address": "De betrokkene heeft dezelfde achternaam of postcode als de medewerker.",
        "no-relation": "Er is gevraagd naar iemand met wie geen relatie is vastgelegd, of na noodtoegang.",
        "denied-then-allowed": "Wat eerst geweigerd was, werd binnen een dag toch verstrekt.",
        "refused-often": "Een medewerker kreeg binnen een uur tien weigeringen of meer.",
        "out-of-hours": "Er is verstrekt in het weekend, of voor zeven of na negentien uur.",
        "unusual-volume": "Op een dag zijn veel meer personen opgevraagd dan anders, of dan collega's.",
        "rare-purpose": "Het doel wordt in deze rol zelden gebruikt.",
        "without-outcome": "Van de verstrekking is geen afloop bekend; zij telt als verzonden.",
        "glass-without-reason": "Er is noodtoegang gebruikt zonder reden.",
    }
)


class Verdict(StrEnum):
    """What officers found; a breach starts the clock of GDPR art. 33."""

    JUSTIFIED = "justified"
    EXPLAINED = "explained"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on a signal: proposed by one officer, closed when another confirmed it."""

    signal_id: UUID
    partner: Oin
    rule: str
    entries: tuple[int, ...]
    verdict: Verdict
    proposed_at: datetime
    proposed_by: ActorId
    closed_at: datetime | None = None
    closed_by: ActorId | None = None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A worker as her organisation knows her: which resident she is, her surname and postcode."""

    actor: str
    own: SubjectId | None = None
    surname: str | None = None
    postcode: str | None = None


def signal_id(partner: Oin, rule: str, entries: Iterable[int]) -> UUID:
    """Return by what a signal is known (3)."""
    named = ",".join(map(str, entries))
    return UUID(bytes=sha256(f"{partner}\n{rule}\n{named}".encode()).digest()[:16])


def closed(judged: Iterable[Judged]) -> Mapping[str, frozenset[int]]:
    """Gather by rule the entries that were closed under it (3)."""
    found: dict[str, frozenset[int]] = {}
    for one in judged:
        if one.closed_at is not None:
            found[one.rule] = found.get(one.rule, frozenset()) | frozenset(one.entries)
    return found


class Signals(Protocol):
    """What officers found of signals."""

    async def of_partner(self, partner: Oin) -> Iterable[Judged]:
        """List the verdicts of one organisation's officers, in order of proposal."""
        ...


@dataclass(frozen=True, slots=True)
class ProposeVerdict:
    """Keep what one officer found of a signal, in place of an earlier proposal; refused once closed."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class CloseSignal:
    """Close a signal: refused unless another officer proposed this verdict and it is still open."""

    signal_id: UUID
    verdict: Verdict
    by: ActorId
    at: datetime
