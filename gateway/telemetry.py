"""Turn events for operators into spans and counts; nothing can be told that an event does not name."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from secrets import randbelow

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from gateway.domain.events import (
    ConsentRecorded,
    DeliveryProcessed,
    DisclosureDecided,
    Event,
    GlassBroken,
    LogbookBehind,
    LogStopped,
    NoticesUndelivered,
    PageBrokeItsPolicy,
    ProfileUnreadable,
    RequestFailed,
    RoundFailed,
)

ONE_IN = 20
COUNTED = {
    DisclosureDecided: ("purpose", "role", "outcome", "reason"),
    DeliveryProcessed: (),
    ConsentRecorded: ("purpose", "state"),
    LogStopped: ("cause",),
    RoundFailed: ("work", "error"),
    LogbookBehind: ("why",),
    NoticesUndelivered: ("partner",),
    GlassBroken: ("purpose", "partner"),
    RequestFailed: ("error", "place"),
    ProfileUnreadable: ("error",),
    PageBrokeItsPolicy: ("directive",),
}


def coin() -> bool:
    """Toss before any span is made: one event in twenty is traced."""
    return randbelow(ONE_IN) == 0


class SpanTelemetry:
    """Counts every event, and traces refusals, stops and a sample of the rest."""

    def __init__(
        self, exporter: SpanExporter | None = None, toss: Callable[[], bool] = coin
    ) -> None:
        provider = TracerProvider(sampler=ALWAYS_ON)
        if exporter is not None:
            provider.add_span_processor(SimpleSpanProcessor(exporter))
        self._tracer = provider.get_tracer("doelpoort") if exporter is not None else None
        self._toss = toss
        self._counts: Counter[str] = Counter()

    def tell(self, event: Event) -> None:
        """Count one event, and trace it where it matters or the coin says so."""
        self._counts[_series(event)] += 1
        if self._tracer is not None and (_matters(event) or self._toss()):
            with self._tracer.start_as_current_span(_name(event), attributes=asdict(event)):
                pass

    def exposition(self) -> str:
        """Return all counts in the Prometheus text format."""
        lines = [f"{series} {count}" for series, count in sorted(self._counts.items())]
        return "\n".join((*lines, ""))


def _matters(event: Event) -> bool:
    refused = isinstance(event, DisclosureDecided) and event.outcome == "refused"
    return refused or isinstance(
        event, LogStopped | RequestFailed | ProfileUnreadable | GlassBroken | RoundFailed
    )


def _name(event: Event) -> str:
    return type(event).__name__


def _series(event: Event) -> str:
    labels = ",".join(f'{name}="{getattr(event, name)}"' for name in COUNTED[type(event)])
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in _name(event))
    return f"doelpoort{name}_total" + (f"{{{labels}}}" if labels else "")
