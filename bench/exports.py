"""Export a caseload on the command line: how long, how much memory, and killed half-way and gone on with.

``python -m bench.exports [--people 64405] [--formats json,csv,xml,xlsx] [--data FOLDER]``, on SQLite.

People are sealed straight into the tables, all linked to one municipality; what is measured is the
command an operator types, in a process of its own. The first format is killed half-way and gone on
with by another process; then everyone must stand in the file once, and have her entry in the log.
For the scale: the same fields of the same people, kept plain, written as lines of JSON.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZipFile

import orjson
import sqlalchemy as sa

from adapters.synthetic import population
from gateway import wiring
from gateway.domain.deliveries import JsonValue
from gateway.domain.exports import PEOPLE_A_PART
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.records import RecordKind
from gateway.domain.subjects import SealedProfile
from gateway.settings import Settings
from gateway.store.database import DATA_FILE
from gateway.store.tables import delivery, profile_version, relation_event, subject

DAY = date(2026, 11, 2)
TOWN = "0243"
ASKED = ("--partner", "harderwijk", "--role", "gemeente_klantmanager", "--doel", "P02")
PORTION = 1_000
MEGABYTE = 1024

Profile = Mapping[FieldName, JsonValue]


@dataclass(frozen=True, slots=True)
class Run:
    """What one command took; its peak of memory in megabytes."""

    seconds: float
    cpu: float
    peak: float


def fill(gateway: wiring.Gateway, count: int) -> None:
    """Seal synthetic people straight into the tables, linked to one town a month ago."""
    codes, since = gateway.catalogue.codes, datetime.now(UTC) - timedelta(days=30)  # noqa: TID251 - a bench has no clock to be given
    source = {"id": uuid4(), "digest": os.urandom(32), "at": since}
    with gateway.database.data.writing() as connection:
        connection.execute(sa.insert(delivery), [source])
    people = iter(population(count, 11, DAY, codes))
    while portion := {SubjectId(uuid4()): one for one in islice(people, PORTION)}:
        rows = list(sealed(gateway, portion, source["id"], since))
        with gateway.database.data.writing() as connection:
            connection.execute(sa.insert(subject), [_fact(one, since) for one in portion])
            connection.execute(sa.insert(profile_version), rows)
            connection.execute(sa.insert(relation_event), [_link(one, since) for one in portion])


def sealed(
    gateway: wiring.Gateway, people: Mapping[SubjectId, Profile], source: object, at: datetime
) -> Iterator[dict[str, object]]:
    """Make the rows of people's first versions, each value sealed under a key of her own."""
    vault, fields = gateway.actions.gate.vault, gateway.actions.gate.fields
    keys = vault.create_keys(list(people))
    for one, profile in people.items():
        kept = {name: value for name, value in profile.items() if fields[name].stored}
        values = {fields[name].number: orjson.dumps(value) for name, value in kept.items()}
        parts = vault.seal(SealedProfile(one, 1, keys[one], b""), values)
        yield {"subject": one, "version": 1, "at": at, "as_of": DAY.isoformat(), "content": b"",
               "delivery": source, "changed": fields.mask(kept), "parts": parts}  # fmt: skip


def _fact(one: SubjectId, at: datetime) -> dict[str, object]:
    return {"id": one, "v_tag": one.bytes, "epoch": 1, "version": 1, "shielded": False, "held": 0,
            "doelgroep": "statushouder", "created": at, "search_closed": False}  # fmt: skip


def _link(one: SubjectId, at: datetime) -> dict[str, object]:
    return {"subject": one, "kind": "gekoppeld", "party": TOWN, "at": at, "source": "bench"}


def command(folder: Path, out: Path, form: str, *more: str, until: int | None = None) -> Run:
    """Run an export; kill it once ``until`` of its parts are kept."""
    words = ("export", "caseload", str(out), *ASKED, "--format", form, "--data", str(folder))
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "gateway", *words, "--json", *more], stdout=subprocess.DEVNULL
    )
    if until is not None:
        while process.poll() is None and _parts(folder) < until:
            time.sleep(0.05)
        process.kill()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if until is None and process.returncode:
        raise SystemExit(f"{form}: the command failed")
    cpu = used.ru_utime + used.ru_stime
    seconds = time.perf_counter() - started
    return Run(seconds, cpu, used.ru_maxrss / MEGABYTE)


def _ask(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{folder / DATA_FILE}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def _parts(folder: Path) -> int:
    ((count,),) = _ask(folder, "SELECT count(*) FROM export_part")
    return int(str(count))


def _last(folder: Path) -> UUID:
    ((export,),) = _ask(folder, "SELECT id FROM export ORDER BY at DESC LIMIT 1")
    return UUID(bytes=export) if isinstance(export, bytes) else UUID(str(export))


def account(folder: Path, out: Path, count: int, entries_of: tuple[int, int]) -> str:
    """Tell whether everyone stands in the file once, each with an intent of her own in the log."""
    with ZipFile(out) as parcel:
        manifest = json.loads(parcel.read("manifest.json"))
        people = json.loads(parcel.read("export.json"))["klantprofielen"]
    listed = manifest["verstrekkingen"]
    whole = len(people) == len(listed) == len({one["clientRef"] for one in listed}) == count
    gateway = wiring.build(Settings(data=folder))
    storage = gateway.audit.storage
    intents = {
        row.index: row.tag
        for row in storage.rows(*entries_of)
        if json.loads(row.leaf)["type"] == RecordKind.INTENT
    }
    gateway.close()
    entries = Counter(intents.values())
    named = {intents.get(one["index"]) for one in listed}
    twice = sum(1 for times in entries.values() if times > 1)
    sound = whole and len(named - {None}) == count == len(entries) and twice <= PEOPLE_A_PART
    return f"{'sound' if sound else 'NOT SOUND'}: {count} people, {twice} decided about twice"


def yardstick(count: int, names: Iterable[FieldName]) -> float:
    """Return the CPU seconds of reading plain profiles from a table and writing lines of JSON."""
    wanted, codes = frozenset(names), wiring.load_policy().catalogue.codes
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder) / "plain.db")) as plain,
    ):
        plain.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, profile BLOB)")
        rows = ((orjson.dumps(one),) for one in population(count, 11, DAY, codes))
        plain.executemany("INSERT INTO person (profile) VALUES (?)", rows)
        plain.commit()
        begun = time.process_time()
        with (Path(folder) / "lines").open("wb") as file:
            for (profile,) in plain.execute("SELECT profile FROM person ORDER BY id"):
                whole = orjson.loads(profile)
                file.write(orjson.dumps({n: v for n, v in whole.items() if n in wanted}) + b"\n")
        return time.process_time() - begun


def main() -> int:
    """Fill a store, export, kill and go on, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.exports", description=__doc__)
    parser.add_argument("--people", type=int, default=64_405)
    parser.add_argument("--formats", default="json,csv,xml,xlsx")
    parser.add_argument("--data", type=Path, help="keep the store here, and use it again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        folder = asked.data or Path(own) / "gate"
        if not folder.exists():
            gateway = wiring.build(Settings(data=folder), create=True)
            fill(gateway, asked.people)
            gateway.close()
        measure(folder, Path(own), asked.people, asked.formats.split(","))
    return 0


def measure(folder: Path, own: Path, count: int, formats: Sequence[str]) -> None:
    """Run and print; the memory of an export of one person is what the others are held against."""
    gateway = wiring.build(Settings(data=folder))
    before = gateway.audit.storage.head().size
    fields = gateway.actions.gate.fields
    (purpose,) = (one for one in gateway.catalogue.purposes.values() if one.short == "P02")
    rules = [one for one in purpose.rules if one.rule_id.startswith("P02-gemeente_klantmanager")]
    granted = {name for one in rules for name in one.fields if fields[name].stored}
    gateway.close()
    plain = yardstick(count, granted)
    print(f"plain lines: {plain:.1f} s CPU")
    first, *others = formats
    half = -(-count // PEOPLE_A_PART) // 2
    begun = command(folder, own / first, first, until=half)
    rest = command(folder, own / first, first, "--resume", str(_last(folder)))
    ((after,),) = _ask(folder, "SELECT size FROM log_head")
    both = Run(begun.seconds + rest.seconds, begun.cpu + rest.cpu, rest.peak)
    with ZipFile(own / first) as parcel:
        one = json.loads(parcel.read("manifest.json"))["verstrekkingen"][0]["clientRef"]
    least = command(folder, own / "one", first, "--only", one)
    print(f"one person: {least.seconds:.1f} s, {least.cpu:.1f} s CPU, {least.peak:.0f} MB")
    for form in (first, *others):
        run = both if form == first else command(folder, own / form, form)
        size = (own / form).stat().st_size / MEGABYTE / MEGABYTE
        print(
            f"{form}: {run.seconds:.1f} s, {run.cpu:.1f} s CPU ({plain / run.cpu:.2f} of plain), "
            f"{run.peak:.0f} MB, {run.peak - least.peak:.0f} more than for one, file {size:.1f} MB",
            flush=True,
        )
    # Last: a child's peak counts what its parent held when it began.
    print(
        f"{first}, killed at {half} parts and gone on with: {account(folder, own / first, count, (before, int(str(after))))}"
    )


if __name__ == "__main__":
    sys.exit(main())
