"""An empty store in a folder, made once: the steps to its schema take a third of a second each time.

The steps have tests of their own, and every process that a test starts takes them.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

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
