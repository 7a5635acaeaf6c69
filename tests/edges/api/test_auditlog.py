"""The log's public face: a checkpoint that verifies, tiles for all, entries for overseers."""

from collections.abc import Iterator

import pytest

from audit.checkpoint import parse_checkpoint
from audit.note import VerifierKey
from gateway import wiring
from gateway.settings import Settings
from tests.edges.api.door import NOON, OWN, Door
from tests.fakes.clock import Clock


@pytest.fixture(name="empty", scope="module")
def fixture_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate where nothing has happened."""
    clock = Clock(NOON)
    settings = Settings(data=tmp_path_factory.mktemp("empty") / "data")
    gateway = wiring.build(settings, create=True, clock=clock)
    yield Door(gateway, gateway.app(), clock)
    gateway.close()
