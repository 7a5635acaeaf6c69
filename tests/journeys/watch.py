"""Keeps everything a gate lets slip past its answers, and finds the marks of residents in it.

Only a granted answer's body may hold a personal value. Log lines, spans, addresses, headers,
problems, counts, files and the log itself hold none, and what the gate may never store is nowhere.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import httpx
import psycopg
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.settings import Settings
from gateway.store.tables import DATA_SCHEMA, KEYS, KEYS_SCHEMA, MAIN
from gateway.wiring import Gateway
from tests.journeys.logbook import logged

LOGGERS = ("", "uvicorn", "uvicorn.error", "uvicorn.access", "asyncio")


class Lines(logging.Handler):
    """Keeps every log line, with the traceback where there is one."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(message)s %(pathname)s %(funcName)s"))
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.kept.append(self.format(record))


@dataclass(frozen=True, slots=True)
class Place:
    """Something that was let slip: where it stood, and its bytes."""

    where: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A mark where it may not stand."""

    where: str
    mark: str


@dataclass(slots=True)
class Watch:
    """Watches one story; ``marks`` may leave in granted answers only, ``blocked`` never."""

    marks: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    lines: Lines = field(default_factory=Lines)
    places: list[Place] = field(default_factory=list)
    bodies: list[Place] = field(default_factory=list)
    hits: list[Found] = field(default_factory=list)
    _levels: dict[str, int] = field(default_factory=dict, init=False)

    def begin(self) -> None:
        """Listen to every logger there is, at every level."""
        for name in LOGGERS:
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.setLevel(logging.DEBUG)
        logging.getLogger().addHandler(self.lines)

    def end(self) -> None:
        """Stop listening."""
        logging.getLogger().removeHandler(self.lines)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)

    def saw(self, answer: httpx.Response) -> None:
        """Keep an exchange: the address asked, and what came back."""
        where = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
        self.keep(f"{where}: address", str(answer.request.url).encode())
        self.keep(f"{where}: headers", repr(answer.headers.raw).encode())
        if answer.status_code >= HTTPStatus.BAD_REQUEST or "metrics" in where:
            self.keep(f"{where}: body", answer.content)
        else:
            self.bodies.append(Place(f"{where}: body", answer.content))

    def keep(self, where: str, content: bytes) -> None:
        """Keep anything else that may hold no mark."""
        self.places.append(Place(where, content))

    def search_log(self, gateway: Gateway) -> None:
        """Search leaves and opened payloads, now: both name fields, and hold no values."""
        self._search_now(
            Place(f"log entry {entry.index}", repr((entry.leaf, entry.payload)).encode())
            for entry in logged(gateway)
        )

    def search_folder(self, folder: Path) -> None:
        """Search each file's raw bytes, and each cell of each database, as they are now."""
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        self._search_now(Place(f"file {path.name}", path.read_bytes()) for path in files)
        for path in sorted(folder.glob("*.db")):
            self._search_now(cells(path))

    def search_database(self, url: str, tenant: str) -> None:
        """Search each table that a server keeps."""
        self._search_now(tables(url, tenant))

    def _search_now(self, places: Iterable[Place]) -> None:
        self.hits += _search(places, {*self.marks, *self.blocked})

    def found(self) -> list[Found]:
        """Return every mark that stands where it may not."""
        spans = [Place("span", span.to_json().encode()) for span in self.spans.get_finished_spans()]
        lines = [Place("log line", line.encode()) for line in self.lines.kept]
        everywhere = [*self.places, *spans, *lines]
        everything = {*self.marks, *self.blocked}
        late = [*_search(everywhere, everything), *_search(self.bodies, self.blocked)]
        return [*self.hits, *late]


def cells(path: Path) -> Iterator[Place]:
    """Yield each cell of a database as bytes: a value that pages cut in two is whole here."""
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - the schema's own names
                for cell in row:
                    content = cell if isinstance(cell, bytes) else str(cell).encode()
                    yield Place(f"table {table}", content)


def tables(url: str, tenant: str) -> Iterator[Place]:
    """Yield each table of a server, in the bytes in which it would send it."""
    names = [
        *(f"{DATA_SCHEMA}.{name}" for name in MAIN.tables),
        *(f"{KEYS_SCHEMA}.{name}" for name in KEYS.tables),
    ]
    with psycopg.connect(url, options=f"-c doelpoort.tenant={tenant}") as connection:
        for name in names:
            statement = f"COPY (SELECT * FROM {name}) TO STDOUT (FORMAT binary)"  # noqa: S608 - the schema's own names
            with connection.cursor().copy(statement.encode()) as rows:
                yield Place(f"table {name}", b"".join(map(bytes, rows)))


def at_rest(folder: Path) -> list[Place]:
    """Read whatever a gate's store keeps: on the server that the settings name, or in its folder."""
    settings = Settings()
    if settings.database_url is not None:
        return list(tables(settings.database_url.get_secret_value(), settings.tenant))
    return [cell for path in sorted(folder.glob("*.db")) for cell in cells(path)]


def _search(places: Iterable[Place], marks: Iterable[str]) -> Iterator[Found]:
    wanted = [(mark, mark.lower().encode()) for mark in sorted(marks)]
    joined: dict[str, list[bytes]] = {}
    for place in places:
        joined.setdefault(place.where, []).append(place.content)
    for where, contents in joined.items():
        text = b"\n".join(contents).lower()
        yield from (Found(where, mark) for mark, small in wanted if small in text)
