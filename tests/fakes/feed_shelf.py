"""What a small world keeps of feeds, and what each change makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from gateway.domain.feeds import ApplyEvent, FeedChange, KeepEvent, KeptEvent, SkipEvents

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class FeedShelf:
    """Events by source and number, and how far each source is."""

    events: Mapping[Place, KeptEvent] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)

    def of(self, source: str) -> list[KeptEvent]:
        """Return the events of a source, by number."""
        return [one for (of, _), one in sorted(self.events.items()) if of == source]

    def after(self, change: FeedChange) -> "FeedShelf | None":
        """Return what is kept after a change; ``None`` where it does not hold."""
        match change:
            case KeepEvent(event):
                return self._with(event)
            case ApplyEvent(source, number, delivery):
                kept = self.events.get((source, number))
                if kept is None or kept.delivery or self.positions.get(source, 0) != number - 1:
                    return None
                now = replace(kept, sealed=b"", delivery=delivery)
                return replace(self, events={**self.events, (source, number): now})._at(
                    source, number
                )
            case SkipEvents(source, through):
                came = [one for one in self.of(source) if not one.delivery]
                free = all(one.number > through for one in came)
                ahead = through > self.positions.get(source, 0)
                return self._at(source, through) if free and ahead else None

    def since(self, moment: datetime) -> "FeedShelf":
        """Return what is left once parked events of before a moment were dropped."""
        left = {at: one for at, one in self.events.items() if one.delivery or one.at >= moment}
        return replace(self, events=left)

    def _with(self, event: KeptEvent) -> "FeedShelf | None":
        known = self.of(event.source)
        taken = any(one.number == event.number or one.event_id == event.event_id for one in known)
        if taken or event.number <= self.positions.get(event.source, 0):
            return None
        return replace(self, events={**self.events, (event.source, event.number): event})

    def _at(self, source: str, number: int) -> "FeedShelf":
        return replace(self, positions={**self.positions, source: number})


NO_FEEDS: Final = FeedShelf()
