"""Looking back on the command line, as an officer of any partner, with the same law as over HTTP."""

import json
from pathlib import Path

import pytest

from gateway import wiring
from gateway.settings import Settings
from tests.edges.api.door import NOON, OWN, Door, opened, unknown
from tests.edges.commands.shell import Outcome, doelpoort

DAY = NOON.date().isoformat()
CASE = "AVG33-2026-0042"
NOTE = "Nagegaan met de leidinggevende, alles verklaard."


@pytest.fixture(name="folder", scope="module")
def fixture_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with disclosures to Harderwijk and a refusal, and an entry of a later day."""
    folder = tmp_path_factory.mktemp("review") / "data"
    door = opened(folder)
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam", "achternaam")
    body = {"clientRef": unknown(), "doel": "P02"}
    assert door.ask("POST", "/v1/verstrekkingen", "gemeente_klantmanager", json=body).is_error
    door.gateway.close()
    return folder


def review(folder: Path, *words: str) -> Outcome:
    """Look back as Harderwijk's officer."""
    return doelpoort("audit", "review", *words, "--partner", "harderwijk", "--data", folder)


def test_an_overview_counts(folder: Path) -> None:
    """Per worker, as a table and as JSON."""
    found = review(folder, "overview", DAY, "--per", "medewerker", "--json").json
    assert found["gemeente_klantmanager-1"] == {
        "entries": 3,
        "persons": 1,
        "disclosed": 1,
        "refused": 1,
        "emergencies": 0,
        "unanswered": 0,
    }
    assert "per medewerker" in review(folder, "overview", DAY, "--per", "medewerker").out


def test_a_signal_is_closed_by_two(folder: Path) -> None:
    """Found with its rule and words, proposed by one officer, confirmed by another."""
    found = review(folder, "signals", DAY, "--json").json
    signal = next(one for one in found["signals"] if one["rule"] == "no-relation")
    assert found["rates"]["no-relation"].startswith("1 of ")
    words = ("judge", DAY, signal["id"], "explained", "--note", NOTE, "--json", "--as")
    assert review(folder, *words, "fg-1").json["closed"] is False
    assert review(folder, *words, "fg-1").code == 1
    assert review(folder, *words, "fg-2").json["closed"] is True


def test_workers_are_compared_within_a_case(folder: Path, tmp_path: Path) -> None:
    """From a file of workers; one that is no list of workers is refused."""
    gateway = wiring.build(Settings(data=folder))
    own = Door(gateway, gateway.app(), None).reference("gemeente_klantmanager", OWN)  # type: ignore[arg-type]  # no clock is asked
    gateway.close()
    staff = tmp_path / "staff.json"
    staff.write_text(json.dumps([{"actor": "gemeente_klantmanager-1", "clientRef": own}]))
    words = ("signals", DAY, "--staff", str(staff), "--json")
    assert review(folder, *words).code == 1
    found = review(folder, *words, "--case", CASE).json["signals"]
    assert "own-record" in {one["rule"] for one in found}
    staff.write_text('{"actor": 3}')
    assert "staff" in review(folder, *words, "--case", CASE).err


def test_a_breach_is_told(folder: Path) -> None:
    """How many, which fields, who; a field that is none is wrong usage."""
    words = ("breach", DAY, "--case", CASE, "--field", "achternaam")
    found = review(folder, *words, "--json").json
    assert (found["persons"], found["fields"]) == (1, {"achternaam": 1})
    assert found["first"][0]["fields"] == ["achternaam"]
    assert review(folder, "breach", DAY, "--case", CASE, "--field", "schoenmaat").code == 2


def test_a_sample_is_drawn(folder: Path) -> None:
    """By the root after the period: the looks of today come after it."""
    review(folder, "overview", DAY, "--per", "dag")
    found = review(folder, "sample", DAY, "--count", "5", "--json").json
    assert (found["among"], len(found["entries"]), len(found["root"])) == (1, 1, 64)
    assert review(folder, "sample", DAY, "--count", "5", "--json").json == found
