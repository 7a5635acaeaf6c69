"""What gates of all suites begin with: a store that was made once, and patience.

The steps to a store's schema take a third of a second each time. They have tests of their own, and
every process that a test starts takes them.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from gateway.store.database import Database
from gateway.store.migrations import upgrade
from gateway.store.places import Folder


@cache
def files() -> Mapping[str, bytes]:
    """Return the files of an empty store, by name."""
    with TemporaryDirectory() as folder:
        database = Database.open(Path(folder))
        upgrade(database)
        database.close()
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def lay(folder: Path) -> None:
    """Put them in a folder that has none of them, for their owner only."""
    if any((folder / name).exists() for name in files()):
        return
    for name, content in files().items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(content)


PATIENCE: Final = {"DOELPOORT_LOG_WAIT_SECONDS": "120"}
"""How long a gate waits for its log: on a loaded machine ten seconds can be too few."""


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Let gates of this process wait longer than they would in service."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in PATIENCE.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session", autouse=True)
def schema_made_once() -> Iterator[None]:
    """Let every new store of this process begin as a copy."""
    made = Folder.open

    def opened(place: Folder, *, create: bool) -> Database:
        lay(place.path)
        return made(place, create=create)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Folder, "open", opened)
        yield
