"""A gate as a process of its own, on loopback, that can be killed at any moment."""

import http.client
import json
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import gateway
from gateway.settings import Settings
from tests.gates import PATIENCE
from tests.journeys.watch import Watch

STARTS_WITHIN = 120.0
ROOT = Path(gateway.__file__).parent.parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client has in hand: the status, and the bytes that came, all of them or some."""

    status: int
    body: bytes
    whole: bool


@dataclass(slots=True)
class Served:
    """``doelpoort serve`` on a folder; what it prints goes to the watch when it has ended."""

    folder: Path
    watch: Watch
    port: int = field(default_factory=_free_port)
    _process: subprocess.Popen[bytes] = field(init=False)

    def __enter__(self) -> Self:
        """Start, and wait until it answers."""
        with self._printed.open("wb") as printed:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-m", "gateway", "serve", "--data", str(self.folder)],
                stdout=printed,
                stderr=subprocess.STDOUT,
                cwd=self.folder.parent,
                env={
                    "DOELPOORT_PORT": str(self.port),
                    "PYTHONPATH": str(ROOT),
                    **PATIENCE,
                    **self._store,
                },
            )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        """End it, if it still runs; keep what it printed."""
        self.kill()
        self.watch.keep("printed by a served gate", self._printed.read_bytes())

    @property
    def _store(self) -> dict[str, str]:
        url = Settings().database_url
        return {} if url is None else {"DOELPOORT_DATABASE_URL": url.get_secret_value()}

    @property
    def _printed(self) -> Path:
        return self.folder.parent / f"printed-{self.port}.txt"

    def kill(self) -> None:
        """Kill it (SIGKILL): no handler runs, and what the process held in memory is gone."""
        self._process.kill()
        self._process.wait()

    def ask(self, token: str, path: str, body: object, trace: str = "") -> Answer | None:
        """Send one POST; ``None`` when not a byte of a body came back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if trace:
            headers["traceparent"] = f"00-{trace}-00f067aa0ba902b7-01"
        try:
            connection.request("POST", path, json.dumps(body), headers)
            return _read(connection.getresponse())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("GET", "/health/live")
                if connection.getresponse().status == http.client.OK:
                    return
            except OSError:
                time.sleep(0.05)
            finally:
                connection.close()
        self.kill()
        raise AssertionError(f"the gate did not start: {self._printed.read_text()}")


def _read(response: http.client.HTTPResponse) -> Answer | None:
    """Read to the end, or to where the connection broke."""
    body = b""
    try:
        while piece := response.read(256):
            body += piece
    except http.client.IncompleteRead as broken:
        body += broken.partial
    except OSError:
        pass  # killed midway: what came before is what the client has
    expected = int(response.headers.get("content-length", "-1"))
    return Answer(response.status, body, len(body) == expected) if body else None
