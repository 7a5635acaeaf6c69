"""Schemas of others may be used but carry no licence to copy: whoever has them names them for the full numbers."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import DEEP


@dataclass(frozen=True, slots=True)
class Lent:
    """What has to be lent: the fixture that gives it, whose it is, and the setting that names it."""

    fixture: str
    what: str
    setting: str
    kind: str

    @property
    def path(self) -> str:
        """Where it is; empty where it was not given, or the full numbers are not asked."""
        return os.environ.get(self.setting, "") if DEEP else ""  # noqa: TID251 - files that can't be shipped


SETU: Final = Lent("setu_schemas", "SETU's own schemas", "DOELPOORT_SETU_SCHEMAS", "folder")
KANTARA: Final = Lent("kantara_schema", "Kantara's own schema", "DOELPOORT_KANTARA_SCHEMA", "file")


def _lacking() -> Iterator[Lent]:
    return (one for one in (SETU, KANTARA) if not one.path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a schema, in plain sight, where it is not given."""
    lacking = {one.fixture for one in _lacking()}
    needs = [
        item
        for item in items
        if isinstance(item, pytest.Function) and lacking.intersection(item.fixturenames)
    ]
    if needs:
        items[:] = [item for item in items if item not in needs]
        config.hook.pytest_deselected(items=needs)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say whose schemas were not asked."""
    for one in _lacking():
        terminalreporter.write_line(
            f"not run: {one.what} (make test-deep with {one.setting}={one.kind})"
        )


@pytest.fixture(scope="session")
def setu_schemas() -> Path:
    """Return the folder with HumanResource.yml and HumanResource.xsd."""
    return Path(SETU.path)


@pytest.fixture(scope="session")
def kantara_schema() -> Path:
    """Return where the schema is."""
    return Path(KANTARA.path)
