"""What is asked of witnesses and authorities over HTTP ends in time, whatever they answer."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic, sleep

import pytest

from adapters.peers.http import HttpExchange

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """Answer one request with a beginning, and then a byte now and then for seconds."""

    def answer() -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.sendall(first)
                until = monotonic() + 5
                while monotonic() < until:
                    connection.sendall(b"x")
                    sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX: ", HEAD])
def test_who_answers_a_byte_at_a_time_is_not_waited_for(first: bytes) -> None:
    """The whole answer has so many seconds, head and body: the log's first entry may wait for it."""
    with dripping(first) as url:
        began = monotonic()
        with pytest.raises(OSError, match="no answer"):
            HttpExchange(0.2).get(url)
        assert monotonic() - began < 3
