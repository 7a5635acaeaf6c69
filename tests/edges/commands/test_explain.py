"""`doelpoort explain` tells a logged decision, replays it, and refuses a record that was changed."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.database import DATA_FILE
from tests.edges.api.door import OWN, opened
from tests.edges.commands.shell import doelpoort


@pytest.fixture(name="told", scope="module")
def fixture_told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int, str]]:
    """Make a store in which one decision was logged; give its folder, index and event id."""
    folder = tmp_path_factory.mktemp("told") / "data"
    door = opened(folder)
    answer = door.disclose("gemeente_klantmanager", "P02", OWN, "achternaam")
    receipt = answer.json()["ontvangstbewijs"]
    door.gateway.close()
    yield folder, receipt["index"], receipt["id"]
    shutil.rmtree(folder)


def test_a_decision_is_told_with_its_rule_and_line(told: tuple[Path, int, str]) -> None:
    """Rule, file and line, basis and since when stand in plain Dutch; English on request."""
    folder, index, _ = told
    done = doelpoort("explain", index, "--data", folder)
    assert done.code == 0, done.err
    assert "Regel P02-gemeente_klantmanager" in done.out
    assert "Deze relatie bestaat sinds" in done.out
    assert "Voorbeeld1" not in done.out
    assert "Rule P02" in doelpoort("explain", index, "--lang", "en", "--data", folder).out


def test_a_replay_comes_out_the_same(told: tuple[Path, int, str]) -> None:
    """By index or event id the decision is taken again as it was recorded, and exit 0."""
    folder, index, event_id = told
    for place in (index, event_id):
        done = doelpoort("explain", place, "--replay", "--json", "--data", folder)
        assert done.code == 0, done.err
        assert (done.json["index"], done.json["replay"]) == (index, "same")
        carried = [step["fields"] for step in done.json["steps"] if "fields" in step]
        assert carried == [["achternaam"]]


def test_reading_is_logged(told: tuple[Path, int, str]) -> None:
    """Each time an entry is read here, the log holds one more, which tells of no decision itself."""
    folder, index, _ = told
    before = doelpoort("audit", "verify", "--data", folder, "--json").json["size"]
    assert doelpoort("explain", index, "--data", folder).code == 0
    assert doelpoort("audit", "verify", "--data", folder, "--json").json["size"] == before + 1
    done = doelpoort("explain", before, "--data", folder)
    assert done.code == 1
    assert "tells of no decision" in done.err


@pytest.mark.parametrize(
    "place", ["9999999", "9" * 5_000, "niet-een-id", "7b9e1f8e-3c55-4c0f-9a51-0a64f1d1a001"]
)
def test_what_is_not_there_is_not_told(told: tuple[Path, int, str], place: str) -> None:
    """An unknown index, an unknown id and no id at all are one clear line and exit 1."""
    done = doelpoort("explain", place, "--data", told[0])
    assert done.code == 1
    assert done.err.startswith("INVALID_REQUEST: entry")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_entry SET leaf = CAST(replace(leaf, 'granted', 'refused') AS BLOB)",
        "UPDATE log_payload SET payload = zeroblob(length(payload))",
    ],
)
def test_a_tampered_record_is_refused(
    told: tuple[Path, int, str], tmp_path: Path, change: str
) -> None:
    """A leaf or payload that was changed behind the gate's back is not told, and exit 1."""
    folder, index, _ = told
    copy = shutil.copytree(folder, tmp_path / "copy")
    with closing(sqlite3.connect(copy / DATA_FILE)) as database, database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        touched = database.execute(f'{change} WHERE "index" = ?', (index,)).rowcount
    assert touched == 1
    done = doelpoort("explain", index, "--data", copy)
    assert done.code == 1
    assert f"log entry {index}" in done.err
    assert not done.out
