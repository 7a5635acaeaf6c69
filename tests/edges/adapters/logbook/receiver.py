"""A real OTLP/HTTP receiver in this process: it decodes what comes, remembers it, and can misbehave."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span


@dataclass(slots=True)
class Receiver:
    """What came in; ``answers`` are the next statuses, ``rejects`` the spans the next answers reject.

    ``bodies`` are sent in place of an answer of OTLP.
    """

    requests: list[ExportTraceServiceRequest] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    rejects: deque[int] = field(default_factory=deque)
    bodies: deque[bytes] = field(default_factory=deque)
    url: str = ""

    def groups(self) -> list[ResourceSpans]:
        """Return what came, by resource."""
        return [group for request in self.requests for group in request.resource_spans]

    def spans(self) -> list[Span]:
        """Return every span that came, in order."""
        return [span for one in self.groups() for scope in one.scope_spans for span in scope.spans]

    def take(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Decode a request; return status and body of the answer."""
        status = self.answers.popleft() if self.answers else 200
        if status != 200:
            return status, b""
        self.requests.append(ExportTraceServiceRequest.FromString(body))
        self.headers.append(headers)
        if self.bodies:
            return status, self.bodies.popleft()
        answer = ExportTraceServiceResponse()
        answer.partial_success.rejected_spans = self.rejects.popleft() if self.rejects else 0
        return status, answer.SerializeToString()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            named = {name.lower(): value for name, value in self.headers.items()}
            status, body = receiver.take(self.rfile.read(length), named)
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        receiver.url = f"http://127.0.0.1:{server.server_port}/v1/traces"
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
