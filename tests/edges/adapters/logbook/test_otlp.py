"""OTLP/HTTP to a real receiver: what arrives is the record, and only a confirmation confirms."""

import asyncio
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status as PbStatus

from adapters.logbook.ldv import record
from adapters.logbook.otlp import OtlpLogbook
from gateway.domain.logbook import Told
from gateway.domain.projection import LogbookRefusedError, LogbookUnreachableError, Projected
from gateway.domain.records import RecordKind
from tests.edges.adapters.logbook.entries import CANARIES, PSEUDONYM, SPAN, TRACE, event
from tests.edges.adapters.logbook.receiver import Receiver, receiving

REGISTER = "https://doelpoort.example/v1/verwerkingsactiviteiten"
ENTRIES = (
    Projected(event(), PSEUDONYM),
    Projected(
        event(
            RecordKind.OUTCOME,
            "failed",
            event_id=UUID(int=3 << 64),
            told=Told(parent=event().event_id, trace_id=f"{TRACE}-{SPAN}"),
        ),
        None,
    ),
)


@pytest.fixture(name="receiver")
def fixture_receiver() -> Iterator[Receiver]:
    """Listen."""
    with receiving() as receiver:
        yield receiver


def tell(receiver: Receiver, secret: str | None = None, url: str | None = None) -> None:
    """Tell the two entries."""
    logbook = OtlpLogbook(url or receiver.url, REGISTER, "1.0.0", secret)
    asyncio.run(logbook.tell(ENTRIES))


def test_what_arrives_is_the_record(receiver: Receiver) -> None:
    """Decoded by OpenTelemetry's own classes: ids, parent, name, times in ns, attributes, status."""
    tell(receiver)
    for span, one in zip(receiver.spans(), ENTRIES, strict=True):
        wanted = record(one.event, one.pseudonym, REGISTER)
        assert (span.trace_id, span.span_id) == (wanted.trace_id, wanted.span_id)
        assert span.parent_span_id == (wanted.parent_span_id or b"")
        assert span.name == wanted.name
        assert span.start_time_unix_nano == wanted.start_time * 1_000_000
        assert span.end_time_unix_nano == wanted.end_time * 1_000_000
        assert {a.key: a.value.string_value for a in span.attributes} == wanted.attributes
    codes = [span.status.code for span in receiver.spans()]
    assert codes == [PbStatus.STATUS_CODE_OK, PbStatus.STATUS_CODE_ERROR]
    resource = {a.key: a.value.string_value for a in receiver.groups()[0].resource.attributes}
    assert resource == {"service.name": "doelpoort", "service.version": "1.0.0"}


def test_nothing_sealed_arrives(receiver: Receiver) -> None:
    """No canary of the payload stands in the bytes or headers that were sent."""
    tell(receiver)
    sent = receiver.requests[0].SerializeToString() + repr(receiver.headers).encode()
    assert [canary for canary in CANARIES if canary.encode() in sent] == []


def test_a_call_carries_a_trace_and_the_token(receiver: Receiver) -> None:
    """W3C trace context goes out, new each time; the bearer token where one is set."""
    tell(receiver, "geheim")
    tell(receiver)
    first, second = receiver.headers
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", first["traceparent"])
    assert first["traceparent"] != second["traceparent"]
    assert (first["authorization"], "authorization" in second) == ("Bearer geheim", False)
    assert first["content-type"] == "application/x-protobuf"


@pytest.mark.parametrize("status", [302, 401, 403, 404, 408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_no_refusal(receiver: Receiver, status: int) -> None:
    """The same again later is safe; a redirect is not followed, and a token can be set right."""
    receiver.answers.append(status)
    with pytest.raises(LogbookUnreachableError, match=str(status)):
        tell(receiver)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_is_wrong_with_the_records_is_final(receiver: Receiver, status: int) -> None:
    """The same again would be refused again."""
    receiver.answers.append(status)
    with pytest.raises(LogbookRefusedError, match=str(status)):
        tell(receiver)


def test_a_partial_success_is_none(receiver: Receiver) -> None:
    """200 with rejected spans confirms nothing."""
    receiver.rejects.append(1)
    with pytest.raises(LogbookRefusedError):
        tell(receiver)


def test_an_answer_that_is_not_otlp_confirms_nothing(receiver: Receiver) -> None:
    """A portal that says 200 in HTML took nothing."""
    receiver.bodies.append(b"<html>welkom</html>")
    with pytest.raises(LogbookUnreachableError, match="not OTLP"):
        tell(receiver)


def test_nobody_there_is_unreachable(receiver: Receiver) -> None:
    """A closed port is no answer, and the error names no address."""
    with pytest.raises(LogbookUnreachableError, match="no answer") as caught:
        tell(receiver, url="http://127.0.0.1:1/v1/traces")
    assert "127.0.0.1" not in str(caught.value)


def test_which_entries_it_tells(receiver: Receiver) -> None:
    """The law of LDV decides."""
    logbook = OtlpLogbook(receiver.url, REGISTER, "1.0.0")
    assert logbook.tells(event())
    assert not logbook.tells(event(RecordKind.OVERSIGHT))
