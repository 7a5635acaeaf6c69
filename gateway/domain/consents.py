"""Consent (toestemming, GDPR art. 4(11) and 7) as a ledger of events; its state is a fold of them.

1. A consent is for one purpose, one recipient, a set of fields, a text version and a language.
2. It holds from the moment it is given until it expires, is withdrawn or is made invalid.
3. Withdrawal takes effect at the next decision and is never undone; a new consent may be given.
4. Whoever is not named, and whatever field is not named, is not covered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode


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

    ``recipient`` is an OIN, or ``soort:<partner kind>`` for being findable (P04) by all of a kind.
    """

    purpose: PurposeCode
    recipient: str
    fields: frozenset[FieldName]
    text_version: str
    language: str


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One recorded event; ``scope`` and ``expires`` stand on ``given`` and ``renewed``.

    ``recorded_by`` is the actor's pseudonymous id, ``interpreter`` whether one helped.
    """

    consent_id: ConsentId
    kind: ConsentEventKind
    at: datetime
    recorded_by: str
    scope: ConsentScope | None = None
    expires: datetime | None = None
    interpreter: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as its events leave it at the last of them."""

    consent_id: ConsentId
    scope: ConsentScope
    since: datetime
    expires: datetime | None
    state: ConsentEventKind
    ended: datetime | None = None

    def state_at(self, moment: datetime) -> ConsentEventKind:
        """Return the state at ``moment``: an open consent past its term is expired."""
        open_states = (ConsentEventKind.GIVEN, ConsentEventKind.RENEWED)
        if self.state in open_states and self.expires is not None and moment >= self.expires:
            return ConsentEventKind.EXPIRED
        return self.state


def fold(events: Iterable[ConsentEvent], moment: datetime) -> tuple[Consent, ...]:
    """Fold the events up to ``moment`` into consents, oldest first; what ended stays ended."""
    consents: dict[ConsentId, Consent] = {}
    for event in sorted((e for e in events if e.at <= moment), key=lambda e: e.at):
        known = consents.get(event.consent_id)
        if known is None:
            if event.scope is not None:
                consents[event.consent_id] = Consent(
                    event.consent_id, event.scope, event.at, event.expires, event.kind
                )
            continue
        if known.ended is None:
            consents[event.consent_id] = _after(known, event)
    return tuple(consents.values())


def _after(consent: Consent, event: ConsentEvent) -> Consent:
    match event.kind:
        case ConsentEventKind.GIVEN | ConsentEventKind.RENEWED:
            return replace(
                consent,
                state=event.kind,
                scope=event.scope or consent.scope,
                expires=event.expires or consent.expires,
            )
        case ConsentEventKind.REQUESTED:
            return consent
        case _:
            return replace(consent, state=event.kind, ended=event.at)
