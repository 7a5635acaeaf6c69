"""Kantara's own schema may be used but not copied: whoever has it names it for the full numbers."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import DEEP

SCHEMA = os.environ.get("DOELPOORT_KANTARA_SCHEMA")  # noqa: TID251 - a file that can't be shipped
HERE = bool(SCHEMA) and DEEP


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the schema, in plain sight, where it is not given."""
    needs = [] if HERE else [item for item in items if "kantara_schema" in _fixtures(item)]
    if needs:
        items[:] = [item for item in items if item not in needs]
        config.hook.pytest_deselected(items=needs)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that Kantara's schema was not asked."""
    if not HERE:
        terminalreporter.write_line(
            "not run: Kantara's own schema (make test-deep with DOELPOORT_KANTARA_SCHEMA=file)"
        )


@pytest.fixture(scope="session")
def kantara_schema() -> Path:
    """Return where the schema is."""
    assert SCHEMA is not None
    return Path(SCHEMA)


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else ()
