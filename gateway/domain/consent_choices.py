"""Who may choose, on which choice, and for how long (GDPR art. 7 and 8, UAVG art. 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gateway.domain.consents import (
    REQUEST_TERM,
    Consent,
    ConsentEvent,
    ConsentEventKind,
    ConsentScope,
    request_for,
)
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.purposes import Purpose
from gateway.domain.subjects import Situation

DEFAULT_TERM: Final = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class ConsentWish:
    """What is to be recorded: the choice, for which purpose and recipient, told how.

    ``fields`` empty means all that the rule for this recipient names; ``expires`` ``None`` means
    the default term of 182 days (half a year), which is also the longest. A repeated
    ``retry_key`` of the same recorder names the same consent, which is recorded once. ``guardian``
    says that her legal representative agrees for her. ``interpreter_name`` is who read the Dutch
    text aloud to her, and goes nowhere but into the sealed log. ``asked`` records that she was
    asked, without an answer; ``answers`` names the request that the choice answers; ``decides``
    says that the recorder decides about her.
    """

    subject: SubjectId
    purpose: str
    recipient: str
    language: str
    text_version: str
    fields: frozenset[FieldName] = frozenset()
    given: bool = True
    interpreter: bool = False
    expires: datetime | None = None
    retry_key: str | None = None
    guardian: bool = False
    interpreter_name: str | None = None
    read_back: bool = False
    asked: bool = False
    answers: UUID | None = None
    decides: bool = False

    @property
    def kind(self) -> ConsentEventKind:
        """What is to be recorded."""
        if self.asked:
            return ConsentEventKind.REQUESTED
        return ConsentEventKind.GIVEN if self.given else ConsentEventKind.REFUSED


@dataclass(frozen=True, slots=True)
class Renewal:
    """How an open consent was said again; each member means what it means in a wish."""

    expires: datetime | None = None
    interpreter: bool = False
    guardian: bool = False
    interpreter_name: str | None = None
    read_back: bool = False
    decides: bool = False


def expiry(expires: datetime | None, moment: datetime) -> datetime:
    """Return when a choice of ``moment`` ends: as chosen, at most and by default half a year ahead."""
    longest = moment + DEFAULT_TERM
    if expires is None:
        return longest
    if not moment < expires <= longest:
        raise InvalidRequestError("vervaldatum", "lies in the past or over half a year ahead")
    return expires


def superseded(consent: Consent, consents: Iterable[Consent]) -> bool:
    """Tell whether a newer yes for the same purpose and recipient took this one's place."""
    same = (consent.scope.purpose, consent.scope.recipient)
    given = [one.since for one in consents if (one.scope.purpose, one.scope.recipient) == same]
    return consent.since != max(filter(None, given))


def come_of_age(purpose: Purpose, situation: Situation, *, guardian: bool) -> None:
    """Refuse consent of whoever is too young to give it; an unknown age is no age.

    Under 16 the legal representative agrees (UAVG art. 5(1)); a work permit (P06) takes 18 (BuWav).
    """
    guarded(situation, present=guardian)
    if purpose.short == "P06" and not situation.eighteen:
        raise InvalidRequestError("doel", "is for whoever is known to be 18 or older")


def guarded(situation: Situation, *, present: bool) -> None:
    """Refuse what takes a legal representative under 16 unless one is present (UAVG art. 5)."""
    if not present and not situation.sixteen:
        raise InvalidRequestError(
            "voogd", "is needed under 16, or while the date of birth is unknown"
        )


def ends(wish: ConsentWish, moment: datetime) -> datetime | None:
    """Return when what is recorded runs out: a request after its own term, a refusal never."""
    if wish.kind is ConsentEventKind.GIVEN:
        return expiry(wish.expires, moment)
    if wish.kind is ConsentEventKind.REFUSED:
        return None
    if wish.expires is not None:
        raise InvalidRequestError("vervaldatum", "is chosen with the answer, not with the request")
    return moment + REQUEST_TERM


def check_request(
    event: ConsentEvent, scope: ConsentScope, consents: Iterable[Consent], *, answers: bool
) -> None:
    """Refuse to ask what was asked already, and to answer what was not asked or is answered."""
    known = {one.consent_id: one for one in consents}
    found = known.get(event.consent_id)
    if event.kind is ConsentEventKind.REQUESTED:
        waiting = request_for(known.values(), scope.purpose, scope.recipient, event.at)
        if answers or (waiting is not None and waiting is not found):
            raise InvalidRequestError("status", "is gevraagd already; record her answer")
    elif answers:
        if found is None or _about(found.scope) != _about(scope):
            raise InvalidRequestError("opVerzoek", "is no request for this purpose and recipient")
        if found.state_at(event.at) not in {ConsentEventKind.REQUESTED, event.kind}:
            raise InvalidRequestError("opVerzoek", "was answered otherwise, or ran out")


def awaited(event: ConsentEvent, scope: ConsentScope, consents: Iterable[Consent]) -> bool:
    """Tell whether ``event`` is the answer to the request of its own id."""
    waiting = request_for(consents, scope.purpose, scope.recipient, event.at)
    asks = event.kind is ConsentEventKind.REQUESTED
    return not asks and waiting is not None and waiting.consent_id == event.consent_id


def _about(scope: ConsentScope) -> tuple[str, str]:
    return scope.purpose, scope.recipient
