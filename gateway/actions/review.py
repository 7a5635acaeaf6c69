"""Review (P10): an officer looks through a period of her own organisation's log.

1. What she sees and what a look-up needs is the law of ``gateway.actions.oversee``; each is logged
   before anything is shown.
2. A period is read whole or not at all: who asks for more entries than one look takes is told so.
3. The reach of a breach (GDPR art. 33) is told within a case of that kind only.
4. A sample is drawn by the root of the log as it stood with the first entry after the period had
   closed: nobody could foresee it, and whoever has the log's tiles can draw it again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from audit import review as lines
from audit.review import Opened
from gateway.actions.gate import Gate
from gateway.actions.opened import WORDS, as_opened, milliseconds
from gateway.actions.oversee import Inquiry, Oversee, sought_by
from gateway.domain.archive import LogArchive
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName
from gateway.domain.logbook import LoggedEvent
from gateway.domain.partners import Caller
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.reviewing import (
    Drawn,
    Group,
    Grouping,
    Received,
    Scope,
    SeenEntry,
    Summary,
    cut,
    scope,
)

ZONE: Final = ZoneInfo("Europe/Amsterdam")
MOST: Final = 200_000


class ReviewDesk:
    """Where officers look back."""

    def __init__(self, gate: Gate, oversee: Oversee, archive: LogArchive) -> None:
        self._gate = gate
        self._oversee = oversee
        self._archive = archive

    async def summary(
        self, caller: Caller, inquiry: Inquiry, by: Grouping, offset: int = 0
    ) -> Summary:
        """Count a period's entries by what they have in common; raises ``DisclosureRefusedError``."""
        receipt = await self._begin(caller, inquiry, "overview")
        opened = [as_opened(event) for event in await self.read(caller, inquiry)]
        now = milliseconds(self._gate.clock.now())
        waiting = {one.index for one in lines.unanswered(opened, WORDS, now)}
        grouped: dict[str | bytes, tuple[Opened, ...]] = lines.group(opened, _KEYS[by])
        groups = [_group(self._shown(caller, key), line, waiting) for key, line in grouped.items()]
        groups.sort(key=lambda one: (-one.entries, one.key))
        return Summary(*cut(groups, offset), receipt)

    async def scope(
        self,
        caller: Caller,
        inquiry: Inquiry,
        fields: frozenset[FieldName] = frozenset(),
        offset: int = 0,
    ) -> Scope:
        """Tell who received which fields of whom, and when (3); without ``fields``, of all."""
        if inquiry.case is not None and not inquiry.case.startswith("AVG33-"):
            raise InvalidRequestError("zaaknummer", "is not of a breach, as AVG33-2026-0042")
        receipt = await self._begin(caller, replace(inquiry, naming=True), "breach scope")
        events = await self.read(caller, inquiry)
        ended = {e.told.parent: e.outcome for e in events if e.kind is _ENDED and e.told}
        received = [
            Received(self._seen(caller, event), _named(event, fields), _outcome(event, ended))
            for event in events
            if event.kind is RecordKind.INTENT and _concerns(event, fields)
        ]
        return scope(received, offset, receipt)

    async def sample(self, caller: Caller, inquiry: Inquiry, count: int) -> Drawn:
        """Draw disclosures of a closed period at random (4)."""
        until = inquiry.filters.until
        if until is None:
            raise InvalidRequestError("tot", "is needed: a sample is of a closed period")
        receipt = await self._begin(caller, inquiry, "sample")
        drawn_by = await self._archive.root_after(until)
        if drawn_by is None:
            raise InvalidRequestError("tot", "has no entry after it yet; ask again later")
        size, root = drawn_by
        intents = {
            event.index: event
            for event in await self.read(caller, inquiry)
            if event.kind is RecordKind.INTENT
        }
        chosen = lines.sample(root, intents, count)
        seen = [self._seen(caller, intents[index]) for index in chosen]
        return Drawn(root, size, len(intents), seen, receipt)

    async def read(self, caller: Caller, inquiry: Inquiry) -> list[LoggedEvent]:
        """Read all of a period that a caller may see (2); the look-up is on record by then."""
        events = []
        async for event in self._archive.period(sought_by(caller, inquiry.filters)):
            events.append(event)
            if len(events) > MOST:
                raise InvalidRequestError("tot", f"takes in more than {MOST} entries; ask for less")
        return events

    async def _begin(self, caller: Caller, inquiry: Inquiry, what: str) -> Receipt:
        context = await self._oversee.admit(caller, inquiry, None)
        return await self._oversee.note(context, inquiry, what, None)

    def _shown(self, caller: Caller, key: str | bytes) -> str:
        return key if isinstance(key, str) else str(self._oversee.pseudonym(caller, key))

    def _seen(self, caller: Caller, event: LoggedEvent) -> SeenEntry:
        return SeenEntry(event, self._oversee.pseudonym(caller, event.tag))


_ENDED: Final = RecordKind.OUTCOME
_KEYS: Final[Mapping[Grouping, Callable[[Opened], str | bytes | None]]] = {
    Grouping.PERSON: lines.person,
    Grouping.WORKER: lines.actor,
    Grouping.PARTNER: lines.partner,
    Grouping.PURPOSE: lines.purpose,
    Grouping.REASON: lambda entry: entry.said("reason") if _refused(entry) else None,
    Grouping.DAY: lambda entry: entry.moment(ZONE).date().isoformat(),
}


def _refused(entry: Opened) -> bool:
    return entry.leaf["type"] == WORDS.denied


def _group(key: str, line: Sequence[Opened], waiting: set[int]) -> Group:
    return Group(
        key,
        len(line),
        lines.persons(line),
        len(lines.of_type(line, WORDS.intent)),
        len(lines.of_type(line, WORDS.denied)),
        len(lines.of_type(line, WORDS.glass)),
        sum(one.index in waiting for one in line),
        line[0].moment(ZONE),
        line[-1].moment(ZONE),
    )


def _concerns(event: LoggedEvent, fields: frozenset[FieldName]) -> bool:
    """Tell whether an entry may concern these fields; of an erased one it is not known, so it may."""
    return not fields or event.told is None or not fields.isdisjoint(event.told.fields)


def _named(event: LoggedEvent, fields: frozenset[FieldName]) -> tuple[FieldName, ...]:
    names = event.told.fields if event.told else ()
    return tuple(name for name in names if not fields or name in fields)


def _outcome(event: LoggedEvent, ended: Mapping[UUID | None, str]) -> str:
    """Say what became of a disclosure; without an outcome it counts as sent."""
    bulk = event.told.parent if event.told else None
    return ended.get(event.event_id) or (ended.get(bulk) if bulk else None) or "sent"
