"""One watched gate a story: when it ends, no mark of a resident may have slipped out of it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gateway import wiring
from tests import servers
from tests.journeys.poort import MovableClock, Poort
from tests.journeys.watch import Watch


@pytest.fixture(scope="session", autouse=True)
def rules_read_once() -> Iterator[None]:
    """Read and verify the catalogue once for all stories: it is immutable, and takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "load_policy", cache(wiring.load_policy))
        yield


@pytest.fixture(params=["sqlite", "postgres"])
def each_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell the story on each database; every gate and command of it finds it in the environment."""
    if request.param == "postgres":
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
def poort(tmp_path: Path, clock: MovableClock, watch: Watch) -> Iterator[Poort]:
    """Give an empty gate that is watched."""
    with Poort(tmp_path / "data", clock, watch) as poort:
        yield poort
