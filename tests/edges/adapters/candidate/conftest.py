"""SETU's own schemas carry no licence to copy: whoever has them names the folder for the full numbers."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import DEEP

SCHEMAS = os.environ.get("DOELPOORT_SETU_SCHEMAS")  # noqa: TID251 - files that can't be shipped
HERE = bool(SCHEMAS) and DEEP


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the schemas, in plain sight, where they are not given."""
    needs = [] if HERE else [item for item in items if "setu_schemas" in _fixtures(item)]
    if needs:
        items[:] = [item for item in items if item not in needs]
        config.hook.pytest_deselected(items=needs)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that SETU's schemas were not asked."""
    if not HERE:
        terminalreporter.write_line(
            "not run: SETU's own schemas (make test-deep with DOELPOORT_SETU_SCHEMAS=folder)"
        )


@pytest.fixture(scope="session")
def setu_schemas() -> Path:
    """Return the folder with HumanResource.yml and HumanResource.xsd."""
    assert SCHEMAS is not None
    return Path(SCHEMAS)


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else ()
