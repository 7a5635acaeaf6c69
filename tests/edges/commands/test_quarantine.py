"""The quarantine desk from the command line: list, show, correct, release, discard."""

import json
from pathlib import Path

import pytest

from tests.edges.api.door import document, row
from tests.edges.commands.shell import Outcome, doelpoort

BAD_BSN = "123456789"
WHY = ("--reason", "Nagevraagd en bekeken.")


@pytest.fixture(name="waiting", scope="module")
def fixture_waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Take in two rows that are wrong, two that disagree, and a text that is held."""
    folder = tmp_path_factory.mktemp("quarantine")
    rows = (
        row(1, bsn=BAD_BSN),
        row(2, bsn=BAD_BSN),
        row(3),
        row(3, roepnaam="Sela"),
        row(4, werkambitie="Ik was ziek."),
    )
    (folder / "in.json").write_bytes(document(*rows))
    done = doelpoort("import", "tvs", folder / "in.json", "--data", folder / "data", "--json")
    assert done.code == 0, done.err
    listed = doelpoort("quarantine", "list", "--data", folder / "data", "--json").json["wacht"]
    return folder / "data", listed[0]["levering"]


def ask(waiting: tuple[Path, str], deed: str, *words: object) -> Outcome:
    """Do something at the desk."""
    data, delivery = waiting
    return doelpoort("quarantine", deed, delivery, *words, "--data", data)


def left(waiting: tuple[Path, str]) -> list[tuple[int, str]]:
    """Say what waits still."""
    listed = ask(waiting, "list", "--json").json["wacht"]
    return [(one["rij"], one["soort"]) for one in listed]


def test_every_deed_of_the_desk(waiting: tuple[Path, str], tmp_path: Path) -> None:
    """What waits is told without values, shown on request, and settled each in its own way."""
    rows = [(2, "rij"), (3, "rij"), (4, "rij"), (5, "rij"), (6, "tekst")]
    assert left(waiting) == rows
    assert BAD_BSN not in ask(waiting, "list").out
    assert json.loads(ask(waiting, "show", 2).out)["bsn"] == BAD_BSN
    assert json.loads(ask(waiting, "show", 6).out)["velden"] == {"werkambitie": "Ik was ziek."}
    (tmp_path / "row.json").write_text(json.dumps(row(1)))
    corrected = ask(waiting, "correct", 2, tmp_path / "row.json", "--json")
    assert (corrected.code, corrected.json["accepted"]) == (0, 1)
    assert ask(waiting, "discard", 3).code == 0
    wrong = ask(waiting, "release", 3, *WHY)
    assert (wrong.code, "does not wait in quarantine" in wrong.err) == (1, True)
    released = ask(waiting, "release", 5, *WHY, "--json")
    assert (released.code, released.json["accepted"]) == (0, 1)
    text = ask(waiting, "release", 6, *WHY, "--version", 1, "--json")
    assert (text.code, text.json["outcome"]) == (0, "released")
    assert left(waiting) == [(4, "rij")]


def test_a_correction_that_is_no_row_is_refused(waiting: tuple[Path, str], tmp_path: Path) -> None:
    """It says what the file is not, and repeats nothing of it."""
    for content, why in (("{kanarie", "is no JSON"), ('["kanarie"]', "is not one row")):
        (tmp_path / "row.json").write_text(content)
        refused = ask(waiting, "correct", 4, tmp_path / "row.json")
        assert (refused.code, why in refused.err) == (1, True)
        assert "kanarie" not in refused.err
