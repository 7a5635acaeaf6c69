"""Commands work in folders of their own; nothing of the machine's settings gets in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import wiring
from gateway.settings import Settings
from tests.edges.commands.shell import delivery, doelpoort
from tests.gates import PATIENCE


@pytest.fixture(autouse=True)
def fixture_no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Forget the settings of the shell, and work in an empty folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DOELPOORT_{name.upper()}", raising=False)
    for name, value in PATIENCE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(name="store", scope="session")
def fixture_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with two people."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "levering.json").write_bytes(delivery())
    done = doelpoort("import", "tvs", folder / "levering.json", "--data", folder / "data")
    assert done.code == 0, done.err
    return folder / "data"


@pytest.fixture(name="gateway")
def fixture_gateway(store: Path) -> Iterator[wiring.Gateway]:
    """Open that store."""
    gateway = wiring.build(Settings(data=store))
    yield gateway
    gateway.close()
