"""Each contract is asked of every body."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.bodies import BODIES, Body


@pytest.fixture(name="body", params=sorted(BODIES))
def fixture_body(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Body]:
    """Make an empty store of each kind."""
    kind: str = request.param
    with BODIES[kind](tmp_path) as body:
        yield body
