"""Access by the person concerned (P11, GDPR art. 15): all her own data, and who received them.

1. Her data leave through ``Disclose`` like any other; the entry of that is durable first.
2. Every entry about her is counted in: the count runs from 1 without gap, or the answer says so.
3. She sees organisations and names of fields; who worked there is for their officer to know.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.desk import OWN_DATA
from gateway.actions.disclose import Disclose, Question
from gateway.actions.gate import Gate, deny
from gateway.actions.rectify import Complaint, RectifyDesk
from gateway.domain.consents import Consent, ConsentEventKind, fold
from gateway.domain.decisions import Ask, Decision
from gateway.domain.disclosures import Released
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.logbook import LoggedEvent, unbroken
from gateway.domain.partners import Caller, Partner
from gateway.domain.ports import Format, LogReader
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind

SHARED: Final = frozenset({RecordKind.INTENT, RecordKind.DENIED, RecordKind.OVERSIGHT})


@dataclass(frozen=True, slots=True)
class SharedOnce:
    """One time that an organisation, by name, asked about her, and what became of it."""

    event: LoggedEvent
    organisation: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that she may know: her data, her consents however they stand, and the log about her.

    ``events`` is every entry in order of her count; ``whole`` tells that none is left out.
    """

    released: Released
    consents: tuple[tuple[Consent, ConsentEventKind], ...]
    shared: tuple[SharedOnce, ...]
    events: tuple[LoggedEvent, ...]
    whole: bool


class Inspect:
    """Where a resident sees what is known about her, and says what is not right."""

    def __init__(
        self,
        gate: Gate,
        disclose: Disclose,
        log: LogReader,
        rectify: RectifyDesk,
        partners: Mapping[Oin, Partner],
    ) -> None:
        self._rectify = rectify
        self._gate = gate
        self._disclose = disclose
        self._log = log
        self._partners = partners

    @asynccontextmanager
    async def __call__(
        self,
        caller: Caller,
        format_: Format,
        trace_id: str | None = None,
        wanted: int | None = None,
    ) -> AsyncIterator[Inspection]:
        """Show a resident her own data; raises ``DisclosureRefusedError``.

        ``wanted`` is the mask of the fields to open; ``None``: all of them.
        """
        subject = await self._herself(caller)
        question = Question(Ask(caller, OWN_DATA, wanted), (subject,), format_, trace_id=trace_id)
        async with self._disclose.one(question) as released:  # (1)
            events = tuple(await self._log.about(subject))
            yield Inspection(
                released,
                await self._consents(subject),
                tuple(self._shared(events)),
                events,
                unbroken(events),  # (2)
            )

    async def say_not_right(self, caller: Caller, complaint: Complaint) -> Receipt:
        """Record that she says something about her is not right (GDPR art. 16)."""
        subject = await self._herself(caller)
        return await self._rectify.ask(caller, subject, OWN_DATA, complaint)

    async def _herself(self, caller: Caller) -> SubjectId:
        """Return whom the caller is; someone who asks for another has no place here."""
        if caller.subject is not None:
            return caller.subject
        gate = self._gate
        ask = Ask(caller, OWN_DATA)
        purpose = gate.matrix.purpose(OWN_DATA)
        decision = Decision.refusal(Reason.NOT_OWN_RECORD, purpose)
        return await deny(gate, Context.of(ask, gate.matrix, gate.clock.now()), decision)

    async def _consents(self, subject: SubjectId) -> tuple[tuple[Consent, ConsentEventKind], ...]:
        situation = (await self._gate.subjects.load([subject]))[subject].situation
        moment = self._gate.clock.now()
        folded = fold(situation.consents, moment)
        return tuple((consent, consent.state_at(moment)) for consent in folded)

    def _shared(self, events: Sequence[LoggedEvent]) -> Iterator[SharedOnce]:
        """Join each intent with its outcome; without one it counts as sent."""
        ended: dict[UUID | None, str] = {
            event.told.parent: event.outcome
            for event in events
            if event.kind is RecordKind.OUTCOME and event.told
        }
        for event in events:
            if event.kind in SHARED:
                partner = self._partners.get(event.recipient) if event.recipient else None
                name = partner.name if partner else event.recipient or ""
                yield SharedOnce(event, name, _outcome(event, ended))


def _outcome(event: LoggedEvent, ended: dict[UUID | None, str]) -> str:
    if event.kind is not RecordKind.INTENT:
        return event.outcome
    bulk = event.told.parent if event.told else None
    known = ended.get(event.event_id)
    return known or (ended.get(bulk) if bulk else None) or "sent"
