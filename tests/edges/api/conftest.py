"""One gate serves the whole suite; whoever needs to change much opens her own."""

from collections.abc import Iterator

import pytest

from gateway import wiring
from tests import servers
from tests.edges.api.door import Door, opened


@pytest.fixture(scope="session", autouse=True)
def chosen_store(pytestconfig: pytest.Config) -> Iterator[None]:
    """Let every gate that is built keep its data where ``--store`` says."""
    with pytest.MonkeyPatch.context() as patch:
        if pytestconfig.getoption("store") == "postgres":
            patch.setattr(wiring, "build", servers.keeping(wiring.build))
        yield


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate with people."""
    one = opened(tmp_path_factory.mktemp("gate") / "data")
    yield one
    one.gateway.close()
