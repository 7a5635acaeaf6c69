"""A gate with its screens: inside the process for most, served on loopback for a real browser."""

from collections.abc import Iterator

import pytest

from tests.edges.api.door import Door, opened
from tests.web.visitor import Visitor, signed_in


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
