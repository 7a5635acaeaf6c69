"""Watch a folder from the command line, and beside a served gate."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from gateway import wiring
from gateway.domain.errors import SettingsError
from gateway.settings import Settings
from tests.edges.api.door import event, row
from tests.edges.commands.shell import delivery, doelpoort
from tests.faults.served import ROOT
from tests.journeys.logbook import logged

LONGEST = 120.0


@pytest.fixture(name="dropped")
def fixture_dropped(tmp_path: Path) -> Path:
    """Drop a delivery in a folder."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "levering.json").write_bytes(delivery())
    return folder


def kinds(data: Path) -> list[str]:
    """Name what the log of a folder holds."""
    gateway = wiring.build(Settings(data=data))
    try:
        assert gateway.audit.verify() == []
        return [f"{entry.kind}: {entry.leaf['outcome']}" for entry in logged(gateway)]
    finally:
        gateway.close()


def acknowledgement(folder: Path) -> dict[str, object]:
    """Read the only acknowledgement in a folder."""
    (file,) = folder.glob("*.ontvangst.json")
    found: dict[str, object] = json.loads(file.read_bytes())
    return found


def test_what_was_dropped_is_taken_once(tmp_path: Path, dropped: Path) -> None:
    """The file is processed, acknowledged and put away; dropped again it changes nothing."""
    data = tmp_path / "data"
    words = ("intake", "watch", dropped, "--once", "--still", 0, "--data", data, "--json")
    first = doelpoort(*words)
    assert (first.code, first.json) == (0, {"done": 1, "refused": 0, "left": 0})
    said = acknowledgement(dropped / "done")
    assert (said["rows"], said["accepted"], said["quarantined"]) == (3, 2, 1)
    (dropped / "opnieuw.json").write_bytes(delivery())
    before = kinds(data)
    assert doelpoort(*words).json == {"done": 1, "refused": 0, "left": 0}
    assert kinds(data) == before


def test_a_refused_file_is_put_away_with_its_reason(tmp_path: Path, dropped: Path) -> None:
    """It goes apart, the command ends in 1, and the refusal is on record."""
    (dropped / "levering.json").rename(dropped / "levering.doc")
    data = tmp_path / "data"
    found = doelpoort("intake", "watch", dropped, "--once", "--still", 0, "--data", data)
    assert found.code == 1
    why = "unknown format: a delivery is .csv, .xlsx, .json or .xml"
    assert acknowledgement(dropped / "refused")["why"] == why
    assert kinds(data) == ["delivery: refused"]


@pytest.mark.parametrize("deed", ["inbox._write_durably", "pathlib.Path.rename"])
def test_killed_before_the_file_moved_it_is_processed_once(
    tmp_path: Path, dropped: Path, deed: str
) -> None:
    """Killed before or after its acknowledgement was written, the next look ends what was begun."""
    data = tmp_path / "data"
    words = ["intake", "watch", str(dropped), "--once", "--still", "0", "--data", str(data)]
    dying = (
        "import os, pathlib, signal; from adapters.delivery import inbox;"
        "from gateway.__main__ import main;"
        f"{deed} = lambda *_: os.kill(os.getpid(), signal.SIGKILL); main()"
    )
    killed = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", dying, *words],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        timeout=LONGEST,
    )
    assert (killed.returncode, (dropped / "levering.json").exists()) == (-9, True)
    before = kinds(data)
    assert before[-1] == "delivery: processed"
    assert doelpoort(*words).code == 0
    assert kinds(data) == before
    assert acknowledgement(dropped / "done")["rows"] == 3


def test_a_served_gate_watches_the_folder_of_its_settings(tmp_path: Path, dropped: Path) -> None:
    """While it serves, what is dropped is taken; nothing has to be asked."""
    settings = Settings(data=tmp_path / "data", intake_folder=dropped, intake_still_seconds=0)
    gateway = wiring.build(settings, create=True)

    async def serve() -> None:
        app, until = gateway.app(), monotonic() + LONGEST
        async with app.router.lifespan_context(app):
            while (dropped / "levering.json").exists():
                assert monotonic() < until, "nothing was taken"
                await asyncio.sleep(0.02)

    asyncio.run(serve())
    assert acknowledgement(dropped / "done")["rows"] == 3


def test_a_folder_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    """The gate does not serve with a watch that could never find anything."""
    settings = Settings(data=tmp_path / "data", intake_folder=tmp_path / "nowhere")
    gateway = wiring.build(settings, create=True)

    async def serve() -> None:
        app = gateway.app()
        async with app.router.lifespan_context(app):
            raise AssertionError("it serves")

    with pytest.raises(SettingsError, match="intake_folder"):
        asyncio.run(serve())
    gateway.close()


def test_a_feed_is_taken_in_and_its_gap_given_up(tmp_path: Path) -> None:
    """What came too early waits and is told; the rest of the story is one command away."""
    data, file = ("--data", tmp_path / "data"), tmp_path / "feed.ndjson"
    file.write_bytes(event(1, row(1)) + event(3, row(1, roepnaam="Sela")))
    first = doelpoort("import", "feed", file, "--strict", "--json", *data)
    assert (first.code, first.json["positie"]) == (1, 1)
    told = doelpoort("intake", "feeds", *data)
    assert "waits for" in told.out
    assert "2-2" in told.out
    assert doelpoort("intake", "feeds", "--json", *data).json["bronnen"][0]["positie"] == 1
    why = ("--reason", "De bron kent deze gebeurtenis niet.")
    skipped = doelpoort("intake", "skip", "IBIS", 2, *why, "--json", *data)
    assert (skipped.code, skipped.json["positie"]) == (0, 3)
    again = doelpoort("import", "feed", file, *data)
    assert again.code == 0
    assert "dubbel" in again.out
    assert kinds(tmp_path / "data").count("profile.stored: stored") == 2


def test_killed_between_change_and_position_an_event_has_effect_once(tmp_path: Path) -> None:
    """Killed once its profile was stored, the next run ends what was begun and stores nothing twice."""
    data, file = tmp_path / "data", tmp_path / "feed.ndjson"
    file.write_bytes(event(1, row(1)) + event(2, row(1, roepnaam="Sela")))
    words = ["import", "feed", str(file), "--data", str(data)]
    dying = (
        "import os, signal; from gateway.actions.ingest import Ingest;"
        "from gateway.__main__ import main;"
        "Ingest._close = lambda *_: os.kill(os.getpid(), signal.SIGKILL); main()"
    )
    killed = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", dying, *words],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        timeout=LONGEST,
    )
    assert killed.returncode == -9
    assert kinds(data)[-1] == "profile.stored: stored"
    assert doelpoort(*words).code == 0
    assert kinds(data).count("profile.stored: stored") == 2
    assert kinds(data).count("delivery: processed") == 2
