"""Small gates to guard, to roll back and to witness."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from gateway import wiring
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.settings import Settings
from tests.edges.api.door import NOON, OWN, Door, row
from tests.fakes.clock import Clock


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Door]:  # noqa: ANN401 - settings of any type
    """Open a gate on a folder."""
    clock = Clock(NOON)
    chosen = Settings(data=folder, **settings)
    gateway = wiring.build(chosen, create=True, clock=clock)
    try:
        yield Door(gateway, gateway.app(), clock)
    finally:
        gateway.close()


def someone(door: Door) -> None:
    """Let one person in."""
    assert door.deliver(row(OWN)).status_code == 201


def write(door: Door, entries: int = 1) -> list[Receipt]:
    """Append entries about nobody."""
    records = [AuditRecord(uuid4(), RecordKind.OVERSIGHT, NOON, "read") for _ in range(entries)]
    answers = asyncio.run(door.gateway.actions.gate.ledger.append([Entry(one) for one in records]))
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(receipts) == entries
    return receipts


def snapshot(folder: Path, name: str) -> Path:
    """Copy the data of a gate as its runbook says: with the online backup."""
    copy = folder.parent / name
    with (
        closing(sqlite3.connect(folder / "gateway.db")) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return copy


def put_back(folder: Path, copy: Path) -> None:
    """Put a copy in the place of a gate's data."""
    for path in folder.glob("gateway.db*"):
        path.unlink()
    shutil.copy(copy, folder / "gateway.db")


def tamper(folder: Path, statement: str, *values: object) -> None:
    """Change the data behind the gate's back, as whoever has the file can."""
    with closing(sqlite3.connect(folder / "gateway.db")) as database:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in database.execute(triggers).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(statement, values)
        database.commit()
