"""Kill a rotation of the keys at any moment and run it again: every key opens, none under the old one."""

import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest

from gateway import wiring
from gateway.crypto.keyring import PROFILE, Keyring
from gateway.crypto.root import LocalRoot, RootKeyFile
from gateway.crypto.rotation import unreadable_keys
from gateway.crypto.sealing import FieldVault
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import KEK
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.key_store import KeyStore
from tests.faults.served import ROOT

PEOPLE = 10_000
BATCH = 1_000
KILLS = 3
DEEP_KILLS = 40
LONGEST = 120.0
ROTATE = [sys.executable, "-m", "gateway", "keys", "rotate", "--json", "--data"]


class Store:
    """The keys of a gate, looked at from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database.open(folder)
        self.keys = KeyStore(self.database)

    @property
    def keyring(self) -> Keyring:
        """A keyring that starts now."""
        return Keyring(LocalRoot(RootKeyFile(self.folder / "root.key").read()), self.keys)

    def left(self) -> int:
        """Count keys that are not under the newest version."""
        count = "SELECT count(*) FROM wrapped_key WHERE under > 0 AND under < ?"
        rows = self.database.keys.reading().exec_driver_sql(count, (self.versions()[-1],))
        return int(rows.scalar_one())

    def versions(self) -> list[int]:
        """List the key-encryption keys."""
        return [row.version for row in self.keys.versions(KEK.encode(), KEK)]

    def profile_keys(self) -> list[bytes]:
        """Open the profile key of every subject."""
        ring = self.keyring
        rows = self.keys.newest([UUID(int=number).bytes for number in range(PEOPLE)], PROFILE)
        return [ring.unwrap(handle, PROFILE, rows[handle]) for handle in sorted(rows)]


@pytest.fixture(name="store", scope="module")
def fixture_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Make a gate with the keys of 10,000 subjects."""
    folder = tmp_path_factory.mktemp("keys") / "data"
    wiring.build(Settings(data=folder), create=True).close()
    store = Store(folder)
    vault = FieldVault(store.keyring, store.keys, "doelpoort")
    people = (SubjectId(UUID(int=number)) for number in range(PEOPLE))
    while batch := list(islice(people, BATCH)):
        vault.create_keys(batch)
    return store


def _kill_when(store: Store, left: int) -> None:
    """Start a rotation, and kill it as soon as no more than ``left`` keys are under the old one."""
    with subprocess.Popen([*ROTATE, store.folder], cwd=ROOT, stdout=subprocess.DEVNULL) as child:  # noqa: S603 - our own words
        until = time.monotonic() + LONGEST
        begun = len(store.versions())
        while child.poll() is None and time.monotonic() < until:
            versions = len(store.versions())
            if versions > begun or (versions > 1 and store.left() <= left):
                begun = versions
                if store.left() <= left:
                    break
            time.sleep(0.005)
        child.kill()


def test_a_killed_rotation_is_finished(store: Store, deep: bool) -> None:  # noqa: FBT001 - pytest passes fixtures by name
    """After kills all along the way one run ends it: all keys the same, all under one new version."""
    before = store.profile_keys()
    assert len(set(before)) == PEOPLE
    kills = DEEP_KILLS if deep else KILLS
    met = []
    for kill in range(kills):
        _kill_when(store, 2 * PEOPLE * (kills - 1 - kill) // kills)
        met.append((store.left(), len(store.versions())))
        assert unreadable_keys(store.keyring, store.keys) == 0
    assert any(versions == 2 for _, versions in met), met
    subprocess.run([*ROTATE, store.folder], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    assert store.left() == 0
    assert len(store.versions()) == 1
    assert store.profile_keys() == before
