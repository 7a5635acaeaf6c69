"""A gate with its screens: inside the process for most, served on loopback for a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.edges.api.conftest import chosen_store
from tests.edges.api.door import Door, opened
from tests.gates import patience, schema_made_once
from tests.web.browser import Served, browser, served
from tests.web.visitor import Visitor, signed_in

__all__ = ["chosen_store", "patience", "schema_made_once"]


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate with people."""
    one = opened(tmp_path_factory.mktemp("screens") / "data")
    yield one
    one.gateway.close()


@pytest.fixture(name="sanne")
def fixture_sanne(door: Door) -> Visitor:
    """Sign in as the klantmanager of Harderwijk."""
    return signed_in(door)


@pytest.fixture(scope="session", name="served_gate")
def fixture_served_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve one gate for all browsers."""
    with served(tmp_path_factory.mktemp("served") / "data") as one:
        yield one


@pytest.fixture(scope="module", name="chromium")
def fixture_chromium(served_gate: Served) -> Iterator[Browser]:
    """Start a browser after the gate: the one's loop would be in the other's way."""
    assert served_gate.address
    with browser() as one:
        yield one
