"""Appends entries to a log until it is killed or has done its number; says each that is durable."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from audit.log import Log, Receipt, Submission
from audit.note import Signer
from gateway.domain.changes import SpendQuery
from gateway.domain.identifiers import ActorId, PurposeCode
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, RecordKind
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from gateway.store.postgres import Server
from tests.fakes.payload_sealer import MemoryPayloadSealer

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEARCH: Final = PurposeCode("P04_arbeidsbemiddeling_zoeken")
LEAF: Final[Mapping[str, str | int]] = {"type": "search", "at": 1_785_000_000_000}


def signer() -> Signer:
    """Make the signer that all processes of one log share."""
    return Signer("gateway.example.nl/audit/test/2026", b"\x01" * 32)


def submission() -> Submission:
    """Make an entry that comes with a deed: one search spent."""
    event_id = uuid4()
    deed = SpendQuery(ActorId("matcher-7"), SEARCH, NOON)
    entry = Entry(AuditRecord(event_id, RecordKind.SEARCH, NOON, "searched"), (deed,))
    return Submission(event_id.bytes, LEAF, {"actor": "matcher-7"}, companions=(entry,))


def opened(place: str) -> Database:
    """Open a folder, or connect to the server of an address."""
    if Path(place).is_dir():
        return Database.open(Path(place))
    return Database.connect(Server(place, "doelpoort", 1))


def append(place: str, count: int) -> None:
    """Append ``count`` entries one by one, and print the event id of each after its receipt."""
    database = opened(place)
    log = Log(LogStorage(database), MemoryPayloadSealer(), signer())
    for _ in range(count):
        (answer,) = log.append([submission()])
        if isinstance(answer, Receipt):
            sys.stdout.write(f"{answer.event_id.hex()} {answer.index}\n")
            sys.stdout.flush()
    log.close()
    database.close()


if __name__ == "__main__":
    append(sys.argv[1], int(sys.argv[2]))
