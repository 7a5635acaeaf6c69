"""Telemetry that remembers what it was told."""

from dataclasses import dataclass, field

from gateway.domain.events import Event


@dataclass(slots=True)
class Telemetry:
    """Keeps events in order."""

    events: list[Event] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Keep an event."""
        self.events.append(event)
