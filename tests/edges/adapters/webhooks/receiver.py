"""A partner's system on loopback: it remembers what comes, and can misbehave."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread

from tests.fakes.messenger import Sent


@dataclass(slots=True)
class Receiver:
    """What came in; ``answers`` are the next statuses, 200 when there are none left."""

    sent: list[Sent] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    url: str = ""
    port: int = 0


@contextmanager
def receiving(tls: SSLContext | None = None) -> Iterator[Receiver]:
    """Listen on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            named = {name.lower(): value for name, value in self.headers.items()}
            receiver.sent.append(Sent(self.path, named, body))
            self.send_response(receiver.answers.popleft() if receiver.answers else 200)
            self.send_header("Location", receiver.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        receiver.port = server.server_port
        receiver.url = f"http://127.0.0.1:{receiver.port}"
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
