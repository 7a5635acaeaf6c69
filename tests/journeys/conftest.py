"""One watched gate a story, on each database: when it ends, no mark of a resident slipped out of it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from gateway import wiring
from tests import servers
from tests.conftest import DEEP
from tests.gates import patience, schema_made_once
from tests.journeys.poort import MovableClock, Poort
from tests.journeys.watch import Watch

__all__ = ["patience", "schema_made_once"]


@pytest.fixture(scope="session", autouse=True)
def rules_read_once() -> Iterator[None]:
    """Read and verify the catalogue once for all stories: it is immutable, and takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "load_policy", cache(wiring.load_policy))
        yield


STORES: Final = ("sqlite", "postgres")
LONG_STORES: Final = STORES if DEEP else ("sqlite",)
"""What the stories with the demo's many people are told on."""


@pytest.fixture(params=STORES)
def each_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell the story on each database; every gate and command of it finds it in the environment."""
    _choose(request.param, monkeypatch)


@pytest.fixture(params=LONG_STORES)
def each_store_in_the_end(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell a long story on each database too, the server in the deep run only."""
    _choose(request.param, monkeypatch)


def _choose(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if store == "postgres":
        clone = servers.shared(servers.newest())
        clone.empty()
        monkeypatch.setenv("DOELPOORT_DATABASE_URL", clone.url())


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Give a watch over all that a gate lets slip; it looks for marks when the story has ended."""
    watch = Watch()
    watch.begin()
    yield watch
    watch.end()
    slipped = [f"{found.where}: {found.mark}" for found in watch.found()]
    assert not slipped, "\n".join(slipped)


@pytest.fixture
def clock() -> MovableClock:
    """Give a clock that a story can move."""
    return MovableClock()


@pytest.fixture
def poort(tmp_path: Path, clock: MovableClock, watch: Watch, each_store: None) -> Iterator[Poort]:
    """Give an empty gate that is watched."""
    with Poort(tmp_path / "data", clock, watch) as poort:
        yield poort
