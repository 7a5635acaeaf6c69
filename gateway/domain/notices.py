"""Recall notices: who received something is told when the ground falls away, and confirms deletion.

1. The end of a consent is told to whom it was given: a partner, or for ``soort:…`` all of that kind.
2. The end of a link is told to the municipality that had her (GDPR art. 5(1)(b) and (e)).
3. A restriction or objection is told to every partner that has her now (GDPR art. 19).
4. That a field was corrected is told to whoever received it (GDPR art. 19).
5. A notice stays open until its recipient confirms; after two weeks it is overdue and chased.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID, uuid4

from gateway.domain.consents import OPENING, ConsentScope, fold
from gateway.domain.findable import BY_KIND, SEARCHING
from gateway.domain.identifiers import ActorId, ConsentId, Oin, PurposeCode, SubjectId
from gateway.domain.partners import Partner, PartnerKind
from gateway.domain.relations import RelationEvent, municipal_ties, work_ties
from gateway.domain.subjects import Situation

TERM: Final = timedelta(days=14)
NOBODY: Final = "nobody"

Partners = Mapping[Oin, Partner]


class NoticeKind(StrEnum):
    """What ended or was held back."""

    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    LINK_ENDED = "link_ended"
    RESTRICTED = "restricted"
    OBJECTED = "objected"
    RECTIFIED = "rectified"


KINDS: Final[Mapping[NoticeKind, str]] = MappingProxyType(
    {
        NoticeKind.CONSENT_WITHDRAWN: "toestemmingIngetrokken",
        NoticeKind.CONSENT_EXPIRED: "toestemmingVerlopen",
        NoticeKind.LINK_ENDED: "koppelingBeeindigd",
        NoticeKind.RESTRICTED: "beperking",
        NoticeKind.OBJECTED: "bezwaar",
        NoticeKind.RECTIFIED: "gecorrigeerd",
    }
)
"""The word by which a recipient is told of each."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why partners are told: the kind, and the purpose and consent where it is about one."""

    kind: NoticeKind
    purpose: PurposeCode | None = None
    consent: ConsentId | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What one recipient is told at ``at``, to be confirmed before ``due`` (UTC)."""

    notice_id: UUID
    recipient: Oin
    cause: Cause
    at: datetime
    due: datetime

    @property
    def own_consent(self) -> ConsentId | None:
        """The consent it is about, unless many may be told of it: by one id they would join their references."""
        code = self.cause.purpose or ""
        return None if code.split("_", 1)[0] == SEARCHING else self.cause.consent


def notices(cause: Cause, recipients: Iterable[Oin], at: datetime) -> tuple[Notice, ...]:
    """Make a notice for each recipient, due two weeks from ``at``."""
    return tuple(Notice(uuid4(), oin, cause, at, at + TERM) for oin in sorted(set(recipients)))


def told(recipients: Sequence[Notice]) -> str:
    """Name who is told, for the record; ``nobody`` where no partner has to be."""
    return ",".join(notice.recipient for notice in recipients) or NOBODY


def of_consent(scope: ConsentScope, partners: Partners) -> tuple[Oin, ...]:
    """Name the partners to whom a consent was given (1)."""
    kind = scope.recipient.removeprefix(BY_KIND)
    if kind == scope.recipient:
        return tuple(oin for oin in partners if oin == scope.recipient)
    return tuple(oin for oin, partner in partners.items() if partner.kind == kind)


def of_town(gemeente: str, partners: Partners) -> tuple[Oin, ...]:
    """Name the partner that is a municipality; none where it has no agreement."""
    return tuple(
        oin
        for oin, partner in partners.items()
        if partner.kind is PartnerKind.GEMEENTE and gemeente in partner.gemeenten
    )


def ended_link(
    known: Sequence[RelationEvent], fresh: Sequence[RelationEvent], moment: datetime
) -> str | None:
    """Return the municipality whose link ``fresh`` events end; ``None`` where none ends (2)."""
    end = max((event.at for event in (*known, *fresh)), default=moment)
    before = _linked(known, end)
    return None if before == _linked((*known, *fresh), end) else before


def of_ended_link(gemeente: str, partners: Partners, at: datetime) -> tuple[Notice, ...]:
    """Make the notice to the municipality whose link ended (2)."""
    return notices(Cause(NoticeKind.LINK_ENDED), of_town(gemeente, partners), at)


def who_has_her(situation: Situation, partners: Partners, moment: datetime) -> tuple[Oin, ...]:
    """Name the partners with a current relation: her municipality, work, an open consent (3)."""
    town = _linked(situation.relations, moment)
    having = set(of_town(town, partners)) if town else set()
    having |= {oin for oin in partners if work_ties(situation.relations, oin, moment)}
    for consent in fold(situation.consents, moment):
        if consent.state_at(moment) in OPENING:
            having |= set(of_consent(consent.scope, partners))
    return tuple(sorted(having))


def _linked(events: Iterable[RelationEvent], moment: datetime) -> str | None:
    ties = municipal_ties(events, moment)
    return ties[-1].gemeente if ties and ties[-1].until is None else None


@dataclass(frozen=True, slots=True)
class NoticeState:
    """A notice as it stands: whom it is about, when it was confirmed, how often it was reminded of."""

    subject: SubjectId
    notice: Notice
    confirmed: datetime | None = None
    reminders: int = 0


class Notices(Protocol):
    """What former recipients were told, and whether they confirmed."""

    async def by_id(self, notice: UUID) -> NoticeState | None:
        """Find one; ``None`` when there is no such notice."""
        ...

    async def unconfirmed(self, recipient: Oin | None = None) -> Sequence[NoticeState]:
        """List what waits for confirmation, of one recipient or of all; first due first."""
        ...


@dataclass(frozen=True, slots=True)
class IssueNotice:
    """Tell a former recipient, in the entry of its cause; it changes no decision."""

    subject: SubjectId
    notice: Notice


@dataclass(frozen=True, slots=True)
class ConfirmNotice:
    """Note that the recipient's worker ``by`` confirmed deletion; refused the second time."""

    subject: SubjectId
    notice_id: UUID
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class WithdrawNotice:
    """Take back a notice whose cause was undone; one that was confirmed stays as it is."""

    subject: SubjectId
    notice_id: UUID


@dataclass(frozen=True, slots=True)
class RemindNotice:
    """Count one reminder of a notice that is not confirmed."""

    subject: SubjectId
    notice_id: UUID
