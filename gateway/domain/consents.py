"""Consent (toestemming, GDPR art. 4(11) and 7) as a ledger of events; its state is a fold of them.

1. A consent is for one purpose, one recipient, a set of fields, a text version and a language.
2. It holds from the moment it is given until it expires, is withdrawn or is made invalid.
3. Withdrawal takes effect at the next decision and is never undone; a new consent may be given.
4. Whoever is not named, and whatever field is not named, is not covered.
5. A newer consent for the same purpose and recipient takes the place of the older one for good:
   withdrawing it revives nothing.
6. That a consent was asked opens nothing; the request waits thirty days for her answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode, SubjectId


class ConsentEventKind(StrEnum):
    """What was recorded; only ``given`` and ``renewed`` open anything (ISO/IEC TS 27560 states)."""

    REQUESTED = "requested"
    GIVEN = "given"
    REFUSED = "refused"
    RENEWED = "renewed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"


@dataclass(frozen=True, slots=True)
class ConsentScope:
    """What the resident agreed to.

    ``recipient`` is an OIN, or ``soort:<partner kind>`` for being findable (P04) by all of a kind;
    ``text_digest`` the SHA-256 (hex) of the words in which she was asked.
    """

    purpose: PurposeCode
    recipient: str
    fields: frozenset[FieldName]
    text_version: str
    language: str
    text_digest: str = ""


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One recorded event; ``scope`` and ``expires`` stand on ``given`` and ``renewed``.

    ``recorded_by`` is the actor's pseudonymous id, ``interpreter`` whether one helped, ``guardian``
    whether her legal representative agreed for her (UAVG art. 5(1)), ``read_back`` whether her
    choice was read back to her and confirmed; ``decides`` whether the recorder decides about her
    herself, so that she may feel less free to refuse (recital 43): the officer looks at those.
    """

    consent_id: ConsentId
    kind: ConsentEventKind
    at: datetime
    recorded_by: str
    scope: ConsentScope | None = None
    expires: datetime | None = None
    interpreter: bool = False
    guardian: bool = False
    read_back: bool = False
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for an answer: of whom, and the event with its scope."""

    subject: SubjectId
    event: ConsentEvent
    scope: ConsentScope


OPENING: Final = frozenset({ConsentEventKind.GIVEN, ConsentEventKind.RENEWED})
RUNNING: Final = OPENING | {ConsentEventKind.REQUESTED}
# The gate's own choice, from GDPR art. 5(1)(e); an introduction waits as long.
REQUEST_TERM: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as its events leave it at the last of them.

    ``since`` is when it was first given (``None``: never); ``ended`` when it stopped for good;
    ``decides`` whether any of its recorders decides about her.
    """

    consent_id: ConsentId
    scope: ConsentScope
    recorded: datetime
    since: datetime | None
    expires: datetime | None
    state: ConsentEventKind
    ended: datetime | None = None
    decides: bool = False

    def state_at(self, moment: datetime) -> ConsentEventKind:
        """Return the state at ``moment``: a consent or request past its term is expired."""
        if self.state in RUNNING and self.expires is not None and moment >= self.expires:
            return ConsentEventKind.EXPIRED
        return self.state


def fold(events: Iterable[ConsentEvent], moment: datetime) -> tuple[Consent, ...]:
    """Fold the events up to ``moment`` into consents, oldest first; what ended stays ended."""
    consents = dict[ConsentId, Consent | None]()
    for event in sorted((e for e in events if e.at <= moment), key=lambda e: e.at):
        if event.consent_id not in consents:
            if event.scope is not None or event.kind is not ConsentEventKind.REQUESTED:
                consents[event.consent_id] = _first(event)
        elif (known := consents[event.consent_id]) is not None and known.ended is None:
            consents[event.consent_id] = _after(known, event)
    return tuple(consent for consent in consents.values() if consent is not None)


def _first(event: ConsentEvent) -> Consent | None:
    """Begin a consent; an event without a scope opens nothing, now or later."""
    if event.scope is None:
        return None
    opens = event.kind in OPENING
    ended = None if opens or event.kind is ConsentEventKind.REQUESTED else event.at
    since = event.at if opens else None
    return Consent(
        event.consent_id,
        event.scope,
        event.at,
        since,
        event.expires,
        event.kind,
        ended,
        event.decides,
    )


def _after(consent: Consent, event: ConsentEvent) -> Consent:
    if event.kind is ConsentEventKind.REQUESTED:
        return consent
    if consent.state_at(event.at) is ConsentEventKind.EXPIRED:  # (2): a term that ran out is over
        return replace(consent, state=ConsentEventKind.EXPIRED, ended=consent.expires)
    decides = consent.decides or event.decides
    if event.kind not in OPENING:
        return replace(consent, state=event.kind, ended=event.at, decides=decides)
    term = consent.expires if consent.since else None  # a request's term is not the answer's
    return replace(
        consent,
        state=event.kind,
        decides=decides,
        since=consent.since or event.at,
        scope=event.scope or consent.scope,
        expires=event.expires or term,
    )


def given(consent: Consent) -> tuple[bool, datetime]:
    """Order consents of one purpose and recipient: the last is the one that decides (5)."""
    return consent.since is not None, consent.since or consent.recorded


def request_for(
    consents: Iterable[Consent], purpose: PurposeCode, recipient: str, moment: datetime
) -> Consent | None:
    """Return the request to agree to this purpose and recipient that waits for her answer."""
    return next(
        (
            one
            for one in consents
            if (one.scope.purpose, one.scope.recipient) == (purpose, recipient)
            and one.state_at(moment) is ConsentEventKind.REQUESTED
        ),
        None,
    )
