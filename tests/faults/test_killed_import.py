"""Kill an import at any moment and run it again: nothing is lost, and nothing is done twice."""

import asyncio
import json
import secrets
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest

from gateway import wiring
from gateway.domain.identifiers import SubjectId
from gateway.settings import Settings
from gateway.store.database import DATA_FILE
from tests.faults.served import ROOT
from tests.journeys.logbook import logged
from tests.journeys.poort import command

PEOPLE = 700
KILLS = 5
DEEP_KILLS = 40
LONGEST = 120.0
WAITS_MS = 300

Kept = tuple[Mapping[int, bytes], tuple[tuple[int, int], ...], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class State:
    """What an import leaves: opened profiles, versions and relations by V-nummer; the rest counted."""

    people: Mapping[bytes, Kept]
    quarantine: tuple[tuple[int, str, bytes], ...]
    entries: Mapping[tuple[str, str], int]
    terms: int


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a delivery with sound rows, rows to quarantine and texts to hold."""
    body = BytesIO()
    wiring.write_population(body, PEOPLE, 11)
    document = json.loads(body.getvalue())
    for row, person in enumerate(document["klantprofielen"]):
        if row % 40 == 7:
            person["bsn"] = "999999999"
        if row % 40 == 9:
            person["werkambitie"] = "is al lang ernstig ziek"
    file = tmp_path_factory.mktemp("delivery") / "levering.json"
    file.write_text(json.dumps(document))
    return file


@pytest.fixture(scope="module")
def uninterrupted(delivery: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import it once without any fault."""
    folder = tmp_path_factory.mktemp("once") / "data"
    command("import", "tvs", str(delivery), "--data", str(folder), "--report", str(_report(folder)))
    return folder


def _report(folder: Path) -> Path:
    return folder.parent / "report.json"


def _import(delivery: Path, folder: Path) -> subprocess.Popen[bytes]:
    words: list[str | Path] = [
        "import",
        "tvs",
        delivery,
        "--data",
        folder,
        "--report",
        _report(folder),
    ]
    return subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "gateway", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder.parent,
        env={"PYTHONPATH": str(ROOT)},
    )


def _committed(folder: Path) -> int:
    """Count the log's entries from outside, as far as there is a log."""
    if not (folder / DATA_FILE).exists():
        return -1
    with closing(sqlite3.connect(f"file:{folder / DATA_FILE}?mode=ro", uri=True)) as database:
        try:
            row = database.execute("SELECT size FROM log_head").fetchone()
        except sqlite3.OperationalError:
            return -1
    return int(row[0]) if row else 0


def _kill_when(process: subprocess.Popen[bytes], folder: Path, entries: int) -> None:
    """Kill when so many entries are durable, and a moment after; or let it end by itself."""
    until = time.monotonic() + LONGEST
    while process.poll() is None and _committed(folder) < entries:
        assert time.monotonic() < until, "the import hangs"
        time.sleep(0.005)
    time.sleep(secrets.randbelow(WAITS_MS) / 1000)
    process.kill()
    process.wait()


def _state(folder: Path) -> State:
    gateway = wiring.build(Settings(data=folder))
    try:
        assert gateway.audit.verify() == []
        entries = Counter((e.kind, str(e.leaf["outcome"])) for e in logged(gateway))
        with closing(sqlite3.connect(folder / DATA_FILE)) as database:
            (terms,) = database.execute("SELECT count(*) FROM candidate_term").fetchone()
            return State(_people(gateway, database), _quarantine(gateway, database), entries, terms)
    finally:
        gateway.close()


def _people(gateway: wiring.Gateway, database: sqlite3.Connection) -> Mapping[bytes, Kept]:
    gate = gateway.actions.gate
    number = next(spec.number for spec in gate.fields if spec.name == "v_nummer")
    everything = gate.fields.mask(spec.name for spec in gate.fields)
    ids = [SubjectId(UUID(bytes=raw)) for (raw,) in database.execute("SELECT id FROM subject")]
    found: dict[bytes, Kept] = {}
    for dossier in asyncio.run(gate.subjects.load(ids)).values():
        assert dossier.profile is not None
        values = gate.vault.open(dossier.profile, everything)
        situation = dossier.situation
        versions = tuple((version.version, version.changed) for version in situation.versions)
        relations = tuple((str(event.kind), event.party) for event in situation.relations)
        assert values[number] not in found, "one V-nummer is one subject"
        found[values[number]] = (values, versions, relations)
    assert len(found) == len(ids)
    return found


def _quarantine(
    gateway: wiring.Gateway, database: sqlite3.Connection
) -> tuple[tuple[int, str, bytes], ...]:
    """Open the rows that were put aside."""
    vault = gateway.actions.gate.vault
    rows = database.execute(
        "SELECT delivery, row, reasons, sealed FROM quarantine_row ORDER BY row"
    )
    return tuple(
        (row, reasons, vault.open_blob("delivery", delivery + row.to_bytes(4, "big"), sealed))
        for delivery, row, reasons, sealed in rows
    )


def test_killed_import_ends_as_if_nothing_had_happened(
    tmp_path: Path, delivery: Path, uninterrupted: Path, *, deep: bool
) -> None:
    """Killed several times and run again, an import leaves exactly what one without a fault does."""
    folder = tmp_path / "data"
    total = _committed(uninterrupted)
    kills = DEEP_KILLS if deep else KILLS
    for _ in range(kills):
        process = _import(delivery, folder)
        _kill_when(process, folder, secrets.randbelow(total + 1) - 1)
    last = _import(delivery, folder)
    assert last.wait(LONGEST) == 0
    ended, foreseen = _state(folder), _state(uninterrupted)
    assert ended.people == foreseen.people
    assert ended.quarantine == foreseen.quarantine
    assert ended.terms == foreseen.terms
    assert ended.entries == foreseen.entries
    assert json.loads(_report(folder).read_text()) == json.loads(_report(uninterrupted).read_text())


def test_uninterrupted_import_is_what_the_delivery_asks(uninterrupted: Path) -> None:
    """The state that is compared with holds profiles, held texts and quarantined rows."""
    state = _state(uninterrupted)
    report = json.loads(_report(uninterrupted).read_text())
    stored = report["accepted"] + report["warnings"] + report["held"]
    assert (stored + report["quarantined"], len(state.people)) == (PEOPLE, stored)
    assert len(state.quarantine) == report["quarantined"] > 10
    assert report["held"] > 10
    assert state.entries["profile.stored", "stored"] == stored
    assert all(versions[0][0] == 1 for _, versions, _ in state.people.values())
