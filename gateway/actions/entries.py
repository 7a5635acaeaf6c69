"""One entry of the log for an overseer (P10), and the story of its decision where it can be told.

1. What she may see and what a look-up needs is the law of ``gateway.actions.oversee``; that she
   looked is logged before anything is shown.
2. A decision is taken again only under the policy under which it was taken, where that is kept, and
   from what its entry says it rested on.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from gateway.actions.explain import Retold, taken_again
from gateway.actions.gate import Gate
from gateway.actions.oversee import Inquiry, Oversee, sought_by
from gateway.domain.logbook import EVERYTHING, LoggedEvent
from gateway.domain.partners import Caller
from gateway.domain.ports import LogReader
from gateway.domain.recorded_reading import restore
from gateway.domain.records import Receipt
from gateway.domain.replay import ReplayError
from gateway.domain.reviewing import SeenEntry


class Untold(StrEnum):
    """Why there is no story."""

    ERASED = "erased"
    NO_DECISION = "no decision"
    OTHER_POLICY = "other policy"


@dataclass(frozen=True, slots=True)
class SeenOne:
    """An entry, its story or why there is none, and the receipt of the look-up."""

    seen: SeenEntry
    story: Retold | Untold
    receipt: Receipt


class EntryDesk:
    """Where an overseer reads one entry."""

    def __init__(self, gate: Gate, oversee: Oversee, log: LogReader) -> None:
        self._gate = gate
        self._oversee = oversee
        self._log = log

    async def one(self, caller: Caller, place: int | UUID, inquiry: Inquiry) -> SeenOne | None:
        """Show an entry by index or event id; ``None`` where her organisation has no such entry.

        Raises ``DisclosureRefusedError``, and ``UnreadableValueError`` for one that was changed.
        """
        context = await self._oversee.admit(caller, inquiry, None)
        event = await self._log.opened(place)
        if event is None or not sought_by(caller, EVERYTHING).may_see(event):
            await self._oversee.note(context, inquiry, "no such entry", None)
            return None
        receipt = await self._oversee.note(context, inquiry, "entry", None, entry=event.index)
        seen = SeenEntry(event, self._oversee.pseudonym(caller, event.tag))
        return SeenOne(seen, await self._story(event), receipt)

    async def _story(self, event: LoggedEvent) -> Retold | Untold:
        if event.told is None:
            return Untold.ERASED
        if event.told.rests_on is None:
            return Untold.NO_DECISION
        try:
            recorded = restore(event.told.rests_on, self._gate.fields)
            return await taken_again(self._gate, event, recorded)
        except ReplayError:
            return Untold.OTHER_POLICY  # (2)
