"""Gegevens in rust: a thousand values of residents, and not one of them in any byte that is kept."""

import shutil
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from gateway.store.tables import DATA_SCHEMA, KEYS_SCHEMA
from tests import servers
from tests.journeys.poort import CASEMANAGER, KLANTMANAGER, MATCHER, MovableClock, Poort
from tests.journeys.residents import resident
from tests.journeys.spellings import slipped, spellings

pytestmark = pytest.mark.usefixtures("each_store")

SEEKERS = [resident(number, None) for number in range(50, 62)]
CLIENTS = [resident(number) for number in range(10, 45)]
PEOPLE = [*SEEKERS, *CLIENTS]
VALUES = frozenset().union(*(one.marks for one in PEOPLE))
FILES = """
SELECT name, coalesce(pg_read_binary_file(name, 0, 1 << 26, true), '') FROM (
  SELECT 'base/' || oid || '/' || pg_ls_dir('base/' || oid) AS name
  FROM pg_database WHERE datname = current_database()
  UNION ALL SELECT 'pg_wal/' || name FROM pg_ls_waldir()
  WHERE name BETWEEN pg_walfile_name(%(begun)s) AND pg_walfile_name(pg_current_wal_lsn())
) AS files
"""


def _told(program: str, *words: str) -> bytes:
    found = shutil.which(program, path=str(servers.clients()))
    assert found is not None
    return subprocess.run([found, *words], check=True, capture_output=True).stdout  # noqa: S603 - our own words


def _kept(poort: Poort, backup: Path, begun: str) -> Mapping[str, bytes]:
    """Read every byte at rest: the folder, the backup unpacked, and a plain dump of a server's store."""
    places = {
        str(path.relative_to(poort.folder.parent)): path.read_bytes()
        for folder in (poort.folder, backup)
        for path in folder.rglob("*")
        if path.is_file()
    }
    for path in backup.rglob("*.dump"):
        places[f"{path.name}, unpacked"] = _told("pg_restore", "--file=-", str(path))
    if poort.gateway.settings.database_url is not None:
        clone = servers.shared(servers.newest())
        places.update(_files(clone, begun))
        address = clone.url("postgres")
        for schema in (DATA_SCHEMA, KEYS_SCHEMA):
            words = ("--format=plain", f"--schema={schema}", f"--dbname={address}")
            places[f"dump of {schema}"] = _told("pg_dump", *words)
    return places


def _files(clone: servers.Clone, begun: str) -> Mapping[str, bytes]:
    """Read a server's own files: those of the database, and its write-ahead log since ``begun``."""
    with psycopg.connect(clone.url("postgres"), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        return dict(connection.cursor(binary=True).execute(FILES, {"begun": begun}).fetchall())


def _place_in_log() -> str:
    """Tell where the server's write-ahead log has come."""
    with psycopg.connect(servers.newest().url) as connection:
        (place,) = connection.execute("SELECT pg_current_wal_lsn()::text").fetchall()
    return str(place[0])


@pytest.fixture(autouse=True)
def owner(monkeypatch: pytest.MonkeyPatch, each_store: None) -> None:
    """Let a backup of a server's store be made by its owner, with the programs of that server."""
    clone = servers.shared(servers.newest())
    monkeypatch.setenv("DOELPOORT_DATABASE_OWNER_URL", clone.url(servers.OWNER))
    monkeypatch.setenv("PATH", str(servers.clients()), prepend=":")


def test_no_value_is_at_rest_anywhere(poort: Poort, clock: MovableClock, tmp_path: Path) -> None:
    """After delivery, search, disclosure, export, erasure and backup none of a thousand values is found."""
    assert len(VALUES) >= 1_000
    begun = _place_in_log()
    poort.lever(PEOPLE)
    clock.pass_by(minutes=1)
    for one in SEEKERS:
        poort.toestemming(one, "P04", "soort:uitzendbureau")
    word = str(SEEKERS[0].profile["vaardigheden"][0])
    assert poort.zoek(MATCHER, {"vaardigheden": [word, *_words()]})["aantal"] == 10
    reference = poort.reference(KLANTMANAGER, "P02", CLIENTS[0])
    assert poort.vraag(KLANTMANAGER, reference, "P02").status_code == 200
    out = tmp_path / "uit.json"
    whom = ("--partner", "0243", "--role", "gemeente_klantmanager", "--doel", "P02")
    poort.command("export", "caseload", str(out), *whom, "--format", "json")
    assert out.exists()
    erased = ("--reason", "artikel 17", "--actor", "a", "--subject", CLIENTS[1].v_nummer)
    poort.command("keys", "shred", *erased)
    poort.command("backup", str(tmp_path / "kopie"))
    assert poort.ask(CASEMANAGER, "GET", "/v1/clienten?doel=P03").status_code == 200
    places = _kept(poort, tmp_path / "kopie", begun)
    assert any("wal" in name and len(content) > 100_000 for name, content in places.items())
    assert sum(map(len, places.values())) > 1_000_000
    assert slipped(VALUES, places) == []


def _words() -> list[str]:
    return [str(one.profile["vaardigheden"][0]) for one in SEEKERS[1:]]


@pytest.mark.parametrize("value", ["Kanbdfgkl", "0998000010", "kan@example.org"])
def test_every_spelling_would_be_found(value: str) -> None:
    """The scan sees a value in each spelling, within a text and at any place of a base64 group."""
    for needle in spellings(value):
        assert slipped([value], {"x": b"\0\xff" + needle + b"\xff"}) == [f"x: {value[:6]}…"]
    for before in range(7):
        text = b64encode(b"z" * before + value.encode() + b"zz")
        assert slipped([value], {"x": text}) != []
    assert slipped([value], {"x": value.encode()[:-1]}) == []
