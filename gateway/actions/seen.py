"""What a worker was shown of someone before, and what changed since: read from the log alone.

1. Nothing is kept for this beside the log: it knows what she was shown, and what was stored when.
2. What counts is what reached her: a disclosure of this one person, sent, before the session she is
   in; else the first in this session. So a page that is loaded again tells the same.
3. It is asked once a disclosure was granted: of someone hidden nothing is read.
4. Entries are read newest first, and no further than is needed to tell: to where each field that is
   shown now was shown before. What she was shown is proven; older entries are not looked at here,
   and that none of them was changed is for whoever checks the whole log (``audit.rolling``, fsck).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from gateway.domain.decisions import Ask
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.logbook import LoggedEvent
from gateway.domain.ports import LogReader
from gateway.domain.records import Receipt, RecordKind

_FAR: Final = 5
"""Through how many disclosures one looks for a field that later ones left out."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When she was last shown someone, which fields, and those stored anew since, with when."""

    at: datetime
    fields: frozenset[FieldName]
    changed: Mapping[FieldName, datetime]


@dataclass(slots=True)
class _Found:
    """What the entries that were read tell so far, newest first.

    ``wanted`` are the fields that are shown now; ``tried`` counts disclosures before this session,
    ``first`` is the oldest one in it, ``shown`` are those that showed fields of hers.
    """

    wanted: frozenset[FieldName] = frozenset()
    tried: int = 0
    first: LoggedEvent | None = None
    shown: list[LoggedEvent] = field(default_factory=list)
    stored: list[LoggedEvent] = field(default_factory=list)

    def last(self) -> dict[FieldName, int]:
        """Return when each field was last shown, by the index of its disclosure."""
        found: dict[FieldName, int] = {}
        for entry in reversed(self.shown):
            found |= dict.fromkeys(_fields(entry), entry.index)
        return found

    def told(self) -> bool:
        """Tell whether no older disclosure has to be looked at."""
        return self.tried == _FAR or (bool(self.shown) and self.wanted <= self.last().keys())

    def enough(self, index: int) -> bool:
        """Tell whether what was stored since is known too, once the entries down to ``index`` are."""
        return self.told() and all(index < entry.index for entry in self.shown[-1:])

    def seen(self) -> Seen | None:
        """Return what all that comes to."""
        last = self.last()
        return Seen(self.shown[0].at, frozenset(last), dict(self._changed(last))) if last else None

    def _changed(self, last: Mapping[FieldName, int]) -> Iterator[tuple[FieldName, datetime]]:
        """Yield each field that was stored anew after it was last shown to her."""
        for stored in reversed(self.stored):
            for name in _fields(stored):
                if name in last and last[name] < stored.index:
                    yield name, stored.at


class LastSeen:
    """Finds out what a worker was shown of someone before."""

    def __init__(self, log: LogReader) -> None:
        self._log = log

    async def __call__(
        self, ask: Ask, subject: SubjectId, session: datetime, now: Receipt
    ) -> Seen | None:
        """Return what the caller was shown before the entry ``now``, as of the session's opening.

        ``None`` when it is the first time. Raises ``UnreadableValueError`` where an entry that is
        looked at was changed.
        """
        found, below = _Found(), None
        while True:
            page = await self._log.latest(subject, partial(_matters, ask, now), below)
            for entry in page.events:
                await self._look(found, entry, ask, session)
            below = page.onward
            if below is None or found.enough(page.events[-1].index):
                break
        if not found.tried and found.first is not None:
            await self._show(found, found.first)
        return found.seen()

    async def _look(self, found: _Found, entry: LoggedEvent, ask: Ask, session: datetime) -> None:
        """Take what one entry tells; one that was left shut is no matter of hers."""
        if entry.told is None:
            return
        if entry.kind is RecordKind.INTENT:
            found.wanted = frozenset(_fields(entry))
        elif entry.kind is RecordKind.PROFILE:
            found.stored.append(entry)
        elif entry.told.actor == ask.caller.actor:
            if entry.at >= session:
                found.first = entry
            elif not found.told():
                found.tried += 1
                await self._show(found, entry)

    async def _show(self, found: _Found, sent: LoggedEvent) -> None:
        """Add what was disclosed; a list with one person on it has no fields of its own."""
        parent = sent.told.parent if sent.told else None
        intent = await self._log.opened(parent) if parent else None
        if intent is not None and intent.kind is RecordKind.INTENT:
            found.shown.append(intent)


def _matters(ask: Ask, now: Receipt, event: LoggedEvent) -> bool:
    """Tell from a leaf whether it is ``now``, or before it a stored profile or sent to the caller."""
    if event.index >= now.index:
        return event.index == now.index
    if event.kind is RecordKind.PROFILE:
        return True
    to_her = event.recipient == ask.caller.partner.oin and event.purpose is not None
    sent = event.kind is RecordKind.OUTCOME and event.outcome == "sent"
    return sent and to_her and str(event.purpose).split("_", 1)[0] == ask.purpose.split("_", 1)[0]


def _fields(entry: LoggedEvent) -> Sequence[FieldName]:
    return entry.told.fields if entry.told else ()
