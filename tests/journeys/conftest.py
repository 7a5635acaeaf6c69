"""One watched gate a story: when it ends, no mark of a resident may have slipped out of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.poort import MovableClock, Poort
from tests.journeys.watch import Watch


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Give a watch over all that a gate lets slip; it looks for marks when the story has ended."""
    watch = Watch()
    watch.begin()
    yield watch
    watch.end()
    assert watch.found() == []


@pytest.fixture
def clock() -> MovableClock:
    """Give a clock that a story can move."""
    return MovableClock()


@pytest.fixture
def poort(tmp_path: Path, clock: MovableClock, watch: Watch) -> Iterator[Poort]:
    """Give an empty gate that is watched."""
    with Poort(tmp_path / "data", clock, watch) as poort:
        yield poort
