"""One gate serves the whole suite; whoever needs to change much opens her own."""

from collections.abc import Iterator

import pytest

from tests.edges.api.door import Door, opened


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate with people."""
    one = opened(tmp_path_factory.mktemp("gate") / "data")
    yield one
    one.gateway.close()
