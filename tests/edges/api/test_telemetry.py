"""What operators see: counts of everything, traces of what matters, and nothing of anyone."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway import wiring
from gateway.domain.errors import LedgerUnavailableError
from gateway.domain.events import (
    ConsentRecorded,
    DeliveryProcessed,
    DisclosureDecided,
    Event,
    LogStopped,
    RequestFailed,
    RoundFailed,
)
from gateway.settings import Settings
from gateway.telemetry import COUNTED, ONE_IN, SpanTelemetry, coin
from tests.edges.api.door import NOON, Door
from tests.fakes.clock import Clock

GRANTED = DisclosureDecided("P02", "rol", "harderwijk", "granted", "", 3, 1, 1)
REFUSED = DisclosureDecided("P02", "rol", "harderwijk", "refused", "NOT_LINKED", 0, 1, 0)


def test_every_event_is_counted_by_its_labels() -> None:
    """Equal labels share a series; the text is that of Prometheus, in a fixed order."""
    telemetry = SpanTelemetry()
    for event in (REFUSED, GRANTED, GRANTED, DeliveryProcessed(1, 2, 3, 4, 5)):
        telemetry.tell(event)
    assert telemetry.exposition() == (
        "doelpoort_delivery_processed_total 1\n"
        'doelpoort_disclosure_decided_total{purpose="P02",role="rol",outcome="granted",reason=""} 2\n'
        'doelpoort_disclosure_decided_total{purpose="P02",role="rol",outcome="refused",'
        'reason="NOT_LINKED"} 1\n'
    )


def test_every_kind_of_event_has_its_labels() -> None:
    """A new event without a line in the table fails; a label is a member of its event."""
    assert set(COUNTED) == set(get_args(Event))
    for kind, labels in COUNTED.items():
        assert set(labels) <= {one.name for one in fields(kind)}


@pytest.mark.parametrize(
    ("event", "lucky", "traced"),
    [
        (GRANTED, False, False),
        (GRANTED, True, True),
        (ConsentRecorded("P05", "given"), False, False),
        (REFUSED, False, True),
        (LogStopped("a fork"), False, True),
        (RequestFailed("ValueError", "gateway.api:1"), False, True),
        (RoundFailed("witness", "OSError"), False, True),
    ],
)
def test_what_matters_is_traced_always_the_rest_by_the_coin(
    event: Event,
    lucky: bool,  # noqa: FBT001 - a table
    traced: bool,  # noqa: FBT001 - a table
) -> None:
    """Refusals, faults and stops are traced; of the rest what the coin picks."""
    exporter = InMemorySpanExporter()
    SpanTelemetry(exporter, lambda: lucky).tell(event)
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == [type(event).__name__] * traced


def test_a_trace_holds_what_the_event_names_and_no_more() -> None:
    """The attributes of a span are the members of its event."""
    exporter = InMemorySpanExporter()
    SpanTelemetry(exporter).tell(REFUSED)
    (span,) = exporter.get_finished_spans()
    assert set(span.attributes or {}) == {one.name for one in fields(REFUSED)}


def test_the_coin_falls_one_in_twenty() -> None:
    """Of two thousand tosses about a hundred are lucky."""
    lucky = sum(coin() for _ in range(2_000))
    assert 0 < lucky < 3 * 2_000 / ONE_IN


def test_when_the_server_stops_the_gate_closes(tmp_path: Path) -> None:
    """After the lifespan the log takes nothing any more."""
    gateway = wiring.build(Settings(data=tmp_path / "data"), create=True, clock=Clock(NOON))
    app = gateway.app()
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> MutableMapping[str, Any]:
        return next(messages)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message["type"])

    asyncio.run(app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    with pytest.raises(LedgerUnavailableError):
        asyncio.run(gateway.actions.gate.ledger.append([]))
    answer = Door(gateway, app, Clock(NOON)).ask("GET", "/health/live", None)
    assert answer.status_code == 200
