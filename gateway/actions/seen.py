"""What a worker was shown of someone before, and what changed since: read from the log alone.

1. Nothing is kept for this beside the log: it knows what she was shown, and what was stored when.
2. What counts is what reached her: a disclosure of this one person, sent, before the session she is
   in; else the first in this session. So a page that is loaded again tells the same.
3. It is asked once a disclosure was granted: of someone hidden nothing is read.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from gateway.domain.decisions import Ask
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.logbook import LoggedEvent
from gateway.domain.ports import LogReader
from gateway.domain.records import RecordKind

_FAR: Final = 5
"""Through how many disclosures one looks for a field that later ones left out."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When she was last shown someone, which fields, and those stored anew since, with when."""

    at: datetime
    fields: frozenset[FieldName]
    changed: Mapping[FieldName, datetime]


class LastSeen:
    """Finds out what a worker was shown of someone before."""

    def __init__(self, log: LogReader) -> None:
        self._log = log

    async def __call__(self, ask: Ask, subject: SubjectId, session: datetime) -> Seen | None:
        """Return what the caller was shown, as of a session opened at ``session``.

        ``None`` when it is the first time. Raises ``UnreadableValueError`` for a changed entry.
        """
        entries = await self._log.about(subject, partial(_matters, ask))
        shown = [entry async for entry in self._shown(_before(entries, ask, session))]
        if not shown:
            return None
        last: dict[FieldName, int] = {}
        for entry in reversed(shown):
            last |= dict.fromkeys(_fields(entry), entry.index)
        return Seen(shown[0].at, frozenset(last), dict(_changed(entries, last)))

    async def _shown(self, sent: Sequence[LoggedEvent]) -> AsyncIterator[LoggedEvent]:
        """Yield what was disclosed; a list with one person on it has no fields of its own."""
        for outcome in sent:
            parent = outcome.told.parent if outcome.told else None
            intent = await self._log.opened(parent) if parent else None
            if intent is not None and intent.kind is RecordKind.INTENT:
                yield intent


def _matters(ask: Ask, event: LoggedEvent) -> bool:
    """Tell from a leaf whether it may be of a disclosure to the caller, or of a stored profile."""
    if event.kind is RecordKind.PROFILE:
        return True
    to_her = event.recipient == ask.caller.partner.oin and event.purpose is not None
    sent = event.kind is RecordKind.OUTCOME and event.outcome == "sent"
    return sent and to_her and str(event.purpose).split("_", 1)[0] == ask.purpose.split("_", 1)[0]


def _before(entries: Sequence[LoggedEvent], ask: Ask, session: datetime) -> Sequence[LoggedEvent]:
    """Return what reached her, newest first (2)."""
    sent = [
        one
        for one in entries
        if one.kind is RecordKind.OUTCOME and one.told and one.told.actor == ask.caller.actor
    ]
    earlier = [one for one in reversed(sent) if one.at < session]
    return (earlier or sent[:1])[:_FAR]


def _changed(
    entries: Sequence[LoggedEvent], last: Mapping[FieldName, int]
) -> Iterator[tuple[FieldName, datetime]]:
    """Yield each field that was stored anew after it was last shown to her."""
    for stored in entries:
        if stored.kind is RecordKind.PROFILE:
            for name in _fields(stored):
                if name in last and last[name] < stored.index:
                    yield name, stored.at


def _fields(entry: LoggedEvent) -> Sequence[FieldName]:
    return entry.told.fields if entry.told else ()
