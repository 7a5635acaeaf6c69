"""Break-glass (noodtoegang): an hour without the relation test, for a stated reason, always reviewed.

1. Only who guides a resident has it: COA's casemanager for P03, a municipality's klantmanager for P02
   and P03. P03 is all that the matrix gives a casemanager; an emergency gives no new purpose.
2. It takes the place of step (3)'s relation test (``gateway.domain.decisions``) and of nothing else:
   agreement, purpose, shielding, basis and what is subtracted stay as they are.
3. It never opens a field of class S4 or S5, and never serves a private party.
4. It holds for one actor, one subject and one purpose, and ends after an hour.
5. Its reason names no one: it is read by the officers of two organisations.
6. Another person reviews each one, within the 72 hours that GDPR art. 33(1) leaves for reporting a
   breach, as one that was not justified is a breach.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, Oin, PurposeCode, RoleId, SubjectId
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.purposes import Purpose
from gateway.domain.reasons import Reason

TERM: Final = timedelta(hours=1)
REVIEW_TERM: Final = timedelta(hours=72)
SHORTEST: Final = 20
LONGEST: Final = 500

_PURPOSES: Final[Mapping[tuple[PartnerKind, RoleId], frozenset[str]]] = MappingProxyType(
    {
        (PartnerKind.COA, RoleId("coa_casemanager")): frozenset({"P03"}),
        (PartnerKind.GEMEENTE, RoleId("gemeente_klantmanager")): frozenset({"P02", "P03"}),
    }
)
_DATE: Final = re.compile(
    r"(?<!\d)(?<!\d[.-])"
    r"(?:20\d\d-(?:0\d|1[0-2])-[0-3]\d|[0-3]?\d-(?:0?\d|1[0-2])-20\d\d)"
    r"(?![.-]?\d)"
)
_NUMBER: Final = re.compile(r"\d(?:[\W_]{0,3}\d){8}")


@dataclass(frozen=True, slots=True)
class GlassBreak:
    """Who broke the glass, about whom, for what and why; it holds from ``at`` until ``until``.

    ``reason`` is empty where it is read back: only the sealed log keeps it.
    """

    actor: ActorId
    role: RoleId
    partner: Oin
    subject: SubjectId
    purpose: PurposeCode
    at: datetime
    until: datetime
    reason: str = field(default="", repr=False)


class ReviewVerdict(StrEnum):
    """What the reviewer found."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


@dataclass(frozen=True, slots=True)
class Broken:
    """A break-glass as it stands, by the event id of its log entry; ``verdict`` once reviewed."""

    glass_id: UUID
    glass: GlassBreak
    reviewed_at: datetime | None = None
    reviewed_by: ActorId | None = None
    verdict: ReviewVerdict | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What a person other than the actor found, and why."""

    by: ActorId
    at: datetime
    verdict: ReviewVerdict
    note: str = field(repr=False)


def break_glass(
    caller: Caller, subject: SubjectId, purpose: Purpose, reason: str, at: datetime
) -> GlassBreak | Reason:
    """Break the glass for an hour from ``at``, or say why this caller may not (1).

    Raises ``InvalidRequestError`` for a reason that is too short, too long or holds a number (5).
    """
    named = _PURPOSES.get((caller.partner.kind, caller.role))
    if named is None:
        return Reason.ACTOR_NOT_ALLOWED
    if purpose.short not in named:
        return Reason.PURPOSE_NOT_IN_AGREEMENT
    return GlassBreak(
        caller.actor,
        caller.role,
        caller.partner.oin,
        subject,
        purpose.code,
        at,
        at + TERM,
        checked_words("reden", reason),
    )


def broken_for(role: RoleId) -> frozenset[str]:
    """Return for which purposes, by number, a role may break the glass (1)."""
    return frozenset().union(*(named for (_, known), named in _PURPOSES.items() if known == role))


def covers(
    glass: GlassBreak, caller: Caller, subject: SubjectId, purpose: PurposeCode, moment: datetime
) -> bool:
    """Tell whether ``glass`` stands in for the relation test at ``moment`` (1, 4).

    It is judged again by what the caller is now: a stored row widens nothing by itself.
    """
    named = _PURPOSES.get((caller.partner.kind, caller.role), frozenset())
    asked = (caller.actor, caller.role, caller.partner.oin, subject, purpose)
    return (
        purpose.split("_", 1)[0] in named
        and asked == (glass.actor, glass.role, glass.partner, glass.subject, glass.purpose)
        and glass.at <= moment < min(glass.until, glass.at + TERM)
    )


def review(
    glass: GlassBreak, by: ActorId, at: datetime, verdict: ReviewVerdict, note: str
) -> Review:
    """Review a break-glass (6); raises ``InvalidRequestError`` for one's own, or without a note."""
    if by == glass.actor:
        raise InvalidRequestError("beoordelaar", "nobody reviews her own break-glass")
    if at < glass.at:
        raise InvalidRequestError("moment", "lies before the break-glass")
    return Review(by, at, verdict, checked_words("toelichting", note))


def overdue(broken: Broken, moment: datetime) -> bool:
    """Tell whether the review should have been there by ``moment`` (6)."""
    return broken.verdict is None and moment >= broken.glass.at + REVIEW_TERM


def checked_words(name: str, text: str) -> str:
    """Return a text of one line that names no one by number (5); ``name`` is the field's.

    Raises ``InvalidRequestError`` for one that is too short, too long or holds a number.
    """
    line = " ".join(text.split())
    if not line.isprintable():
        raise InvalidRequestError(name, "holds a character that cannot be shown")
    if not SHORTEST <= len(line) <= LONGEST:
        raise InvalidRequestError(name, f"is not {SHORTEST} to {LONGEST} characters long")
    if _NUMBER.search(_DATE.sub(" on that day, ", line)):
        raise InvalidRequestError(name, "holds nine digits or more; leave out people's numbers")
    return line


class Glasses(Protocol):
    """What was broken in an emergency, and whether another person looked at it."""

    async def by_id(self, glass_id: UUID) -> Broken | None:
        """Find one by the event id of its log entry; ``None`` when there is none."""
        ...

    async def of_partner(self, partner: Oin | None = None) -> Sequence[Broken]:
        """List those of one partner's workers, or of all; newest first."""
        ...


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Keep that the glass was broken about ``glass.subject``, and raise her epoch."""

    subject: SubjectId
    glass_id: UUID
    glass: GlassBreak


@dataclass(frozen=True, slots=True)
class ReviewGlass:
    """Keep what the reviewer found; refused when it was reviewed before. It changes no decision."""

    subject: SubjectId
    glass_id: UUID
    review: Review
