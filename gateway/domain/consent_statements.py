"""All that a consent record or receipt says of one consent, before it is put in any format.

GDPR art. 7(1): the controller can show who agreed to what, when, and told with which words.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.consents import RUNNING, ConsentEventKind
from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Where a resident can turn about a party; of a recipient it may be the controller's desk."""

    desk: str
    street: str
    postcode: str
    place: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Party:
    """The controller or the recipient; ``identifier`` is an OIN or ``soort:<partner kind>``."""

    identifier: str
    name: str
    contact: ContactPoint


@dataclass(frozen=True, slots=True)
class TextReference:
    """The words that were used: the text's key, version and language, and its SHA-256 (hex)."""

    key: str
    version: str
    language: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StatementEvent:
    """A state that the consent entered, and when (with a time zone)."""

    state: ConsentEventKind
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentStatement:
    """One consent as it is told outside the gate; persons are pseudonyms throughout.

    ``given_by`` is the resident's pseudonym and ``recorded_by`` the worker's; ``retention`` is
    the recipient's term in words; ``withdraw_at`` and ``notice_url`` are addresses a resident can
    use. ``explicit`` means GDPR art. 9(2)(a). ``events`` holds at least one, oldest first.
    """

    consent_id: ConsentId
    given_by: str
    recorded_by: str
    controller: Party
    recipient: Party
    purpose: PurposeCode
    title_nl: str
    title_en: str
    fields: frozenset[FieldName]
    text: TextReference
    events: tuple[StatementEvent, ...]
    expires: datetime | None
    retention: str
    withdraw_at: str
    notice_url: str
    explicit: bool = False
    interpreter: bool = False
    read_back: bool = False
    decides: bool = False

    def __post_init__(self) -> None:
        if not self.events:
            raise ValueError("events: a consent has at least one event")
        times = [event.at for event in self.events]
        if any(moment.tzinfo is None for moment in times) or times != sorted(times):
            raise ValueError("events: stand in order of time, each with a time zone")

    @property
    def method(self) -> str:
        """How it was said, in words."""
        told = "with an interpreter" if self.interpreter else "without an interpreter"
        confirmed = ", read back and confirmed" if self.read_back else ""
        deciding = ", recorded by someone who decides about the resident" if self.decides else ""
        return f"asked in {self.text.language}, {told}{confirmed}{deciding}"

    def history(self, moment: datetime) -> tuple[StatementEvent, ...]:
        """Return the events up to ``moment``, with the end of the term when it has passed."""
        past = tuple(event for event in self.events if event.at <= moment)
        open_still = bool(past) and past[-1].state in RUNNING
        if open_still and self.expires is not None and self.expires <= moment:
            return (*past, StatementEvent(ConsentEventKind.EXPIRED, self.expires))
        return past
