"""Extracts of the log (P10): evidence that verifies offline, and events in the formats of others.

1. Whose entries they are, what a look-up needs and that it is logged before anything leaves: the law
   of ``gateway.actions.oversee``.
2. Evidence names people, so it needs the number of a case.
3. A payload holds all that a decision read, other organisations' consents too. It is shown to COA's
   officer, who answers for the residents, and to the supervisory authority; to others leaf and proof
   say that, when and for what, and the payload stays shut. A resident's own words stay shut to all
   but who runs the gate, and her court.
4. Who runs the gate takes an extract of any entries; that is on record too.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.explain import OPERATOR
from gateway.actions.gate import Gate, commit
from gateway.actions.oversee import Inquiry, Oversee, sought_by
from gateway.domain.archive import LogArchive
from gateway.domain.logbook import Filters, LoggedEvent, Sought
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.domain.reviewing import SeenEntry

DAY: Final = timedelta(days=1)
OPEN_TO: Final = frozenset({PartnerKind.COA, PartnerKind.TOEZICHTHOUDER})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which entries an extract takes: those of an inquiry, or of one disclosure by its event id."""

    inquiry: Inquiry
    disclosure: UUID | None = None

    def holds(self, event: LoggedEvent) -> bool:
        """Tell whether an entry is of the disclosure, if one was named."""
        wanted = self.disclosure
        parent = event.told.parent if event.told else None
        return wanted is None or wanted in {event.event_id, parent}


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of an evidence bundle by name, and the receipt of the look-up."""

    files: Mapping[str, bytes]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Events:
    """Entries to be written in another format, read as they are taken."""

    receipt: Receipt
    entries: AsyncIterator[SeenEntry]


class Extract:
    """Takes parts of the log out."""

    def __init__(self, gate: Gate, oversee: Oversee, archive: LogArchive) -> None:
        self._gate = gate
        self._oversee = oversee
        self._archive = archive

    async def evidence(self, caller: Caller, chosen: Chosen) -> Bundle:
        """Gather an overseer's evidence (2, 3); raises ``DisclosureRefusedError``."""
        inquiry = replace(chosen.inquiry, naming=True)
        known = await self._oversee.known(inquiry.subject)
        context = await self._oversee.admit(caller, inquiry, known)
        receipt = await self._oversee.note(context, inquiry, "evidence", known)
        filters = await self._filters(chosen)
        events = await self._read(sought_by(caller, filters), chosen)
        may_open = caller.partner.kind in OPEN_TO
        opened = {e.index for e in events if may_open and e.kind is not RecordKind.RECTIFICATION}
        return await self._bundle(events, frozenset(opened), receipt)

    async def evidence_here(self, chosen: Chosen) -> Bundle:
        """Gather evidence for who runs the gate, for the person herself or a court (4)."""
        known = await self._oversee.known(chosen.inquiry.subject)
        filters = await self._filters(chosen)
        record = AuditRecord(
            uuid4(),
            RecordKind.OVERSIGHT,
            self._gate.clock.now(),
            "evidence",
            policy=self._gate.matrix.digest,
            subject=known,
            role=OPERATOR,
            detail={"filters": ",".join(filters.names())},
        )
        receipt = await commit(self._gate, Entry(record))
        events = await self._read(Sought(None, filters=filters), chosen)
        return await self._bundle(events, frozenset(e.index for e in events), receipt)

    async def events(self, caller: Caller, inquiry: Inquiry) -> Events:
        """Open a stream of her organisation's entries; raises ``DisclosureRefusedError``."""
        context = await self._oversee.admit(caller, inquiry, None)
        receipt = await self._oversee.note(context, inquiry, "events", None)
        return Events(receipt, self._each(caller, inquiry))

    async def _each(self, caller: Caller, inquiry: Inquiry) -> AsyncIterator[SeenEntry]:
        async for event in self._archive.period(sought_by(caller, inquiry.filters)):
            yield SeenEntry(event, self._oversee.pseudonym(caller, event.tag))

    async def _filters(self, chosen: Chosen) -> Filters:
        """Narrow what is read to the person, or to the day from the disclosure on."""
        filters, subject = chosen.inquiry.filters, chosen.inquiry.subject
        if subject is not None:
            filters = replace(filters, about=frozenset({self._archive.tag(subject)}))
        if chosen.disclosure is None:
            return filters
        begun = await self._archive.named(chosen.disclosure)
        at = begun.at if begun else self._gate.clock.now()  # who has none finds none, as of another
        return replace(filters, since=at, until=at + DAY)

    async def _read(self, sought: Sought, chosen: Chosen) -> list[LoggedEvent]:
        return [event async for event in self._archive.period(sought) if chosen.holds(event)]

    async def _bundle(
        self, events: list[LoggedEvent], opened: frozenset[int], receipt: Receipt
    ) -> Bundle:
        indexes = [event.index for event in events]
        return Bundle(await self._archive.evidence(indexes, opened), receipt)
