"""Delivers LDV records over OTLP/HTTP, and takes nothing for delivered that was not confirmed.

1. Every record is sent: the sampled flag of a caller's trace is not asked.
2. An answer in the 200s that rejects spans confirms nothing.
3. Final is only what is wrong with the records themselves (400, 413, 422). All else may pass, or is
   for an operator to set right (a token, an address), and is tried again.
"""

import secrets
from collections.abc import Sequence
from typing import Final

import httpx2
from google.protobuf.message import DecodeError
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.trace.status import Status as SpanStatus

from adapters.logbook.ldv import Record, Status, record, tells
from gateway.domain.logbook import LoggedEvent
from gateway.domain.projection import LogbookRefusedError, LogbookUnreachableError, Projected
from gateway.domain.traces import sent

MEDIA_TYPE: Final = "application/x-protobuf"
PATIENCE: Final = 10.0
"""Seconds that an answer may take."""
_NANOSECONDS: Final = 1_000_000
_FINAL: Final = frozenset({400, 413, 422})
_STATUS: Final = {
    Status.UNSET: SpanStatus(StatusCode.UNSET),
    Status.OK: SpanStatus(StatusCode.OK),
    Status.ERROR: SpanStatus(StatusCode.ERROR),
}


class OtlpLogbook:
    """The port ``gateway.domain.projection.Logbook`` over OTLP/HTTP."""

    def __init__(
        self, endpoint: str, register: str, version: str, secret: str | None = None
    ) -> None:
        self._endpoint = endpoint
        self._register = register
        self._resource = Resource({"service.name": "doelpoort", "service.version": version})
        self._secret = {"Authorization": f"Bearer {secret}"} if secret else {}

    def tells(self, event: LoggedEvent) -> bool:
        """Tell whether an entry is for this logbook at all."""
        return tells(event)

    async def tell(self, entries: Sequence[Projected]) -> None:
        """Deliver records; on return all are confirmed."""
        spans = [self._span(record(one.event, one.pseudonym, self._register)) for one in entries]
        body = encode_spans(spans).SerializeToString()
        try:
            async with httpx2.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
                answer = await client.post(self._endpoint, content=body, headers=self._headers())
        except httpx2.HTTPError as error:
            raise LogbookUnreachableError(f"no answer ({type(error).__name__})") from None
        _confirm(answer)

    def _headers(self) -> dict[str, str]:
        trace = sent(secrets.token_bytes(16), secrets.token_bytes(8))
        return {"Content-Type": MEDIA_TYPE, "traceparent": trace, **self._secret}

    def _span(self, told: Record) -> ReadableSpan:
        parent = told.parent_span_id
        return ReadableSpan(
            name=told.name,
            context=_context(told.trace_id, told.span_id),
            parent=_context(told.trace_id, parent) if parent else None,
            resource=self._resource,
            attributes=told.attributes,
            kind=SpanKind.INTERNAL,
            status=_STATUS[told.status],
            start_time=told.start_time * _NANOSECONDS,
            end_time=told.end_time * _NANOSECONDS,
        )


def _context(trace: bytes, span: bytes) -> SpanContext:
    numbers = int.from_bytes(trace), int.from_bytes(span)
    return SpanContext(*numbers, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _confirm(answer: httpx2.Response) -> None:
    """Raise unless every record was taken (2, 3)."""
    if answer.status_code in _FINAL:
        raise LogbookRefusedError(f"the logbook answered {answer.status_code}")
    if not answer.is_success:
        raise LogbookUnreachableError(f"the logbook answered {answer.status_code}")
    try:
        said = ExportTraceServiceResponse.FromString(answer.content)
    except DecodeError:
        raise LogbookUnreachableError("the logbook's answer is not OTLP") from None
    if said.partial_success.rejected_spans:
        raise LogbookRefusedError("the logbook rejected some records")
