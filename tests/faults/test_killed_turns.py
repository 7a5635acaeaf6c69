"""Kill the turning over of root and pseudonym keys at any write, sync or rename: run again, it ends.

The kills are injected by strace into the real system calls of the command, one later each time,
until the command gets to its end. Between them the store is looked at as a gate that starts. Each
command is a fork of ``tests.faults.turner``: to import it anew would cost twenty times the command.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from gateway import wiring
from gateway.crypto.keyring import PROFILE, Keyring
from gateway.crypto.pseudonyms import PairwisePseudonyms
from gateway.crypto.root import LocalRoot, RootKeyFile
from gateway.crypto.roots import Roots
from gateway.crypto.sealing import FieldVault
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import RootKind
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.key_store import KeyStore
from tests.faults.served import ROOT
from tests.faults.turner import GO

PEOPLE: Final = 10_000
CALLS: Final = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "link", "rename", "unlink")
MOVE, BEGIN, RETIRE = "move-root file", "rotate-pseudonyms", "retire-pseudonyms"
RECIPIENTS: Final = ("00000099000000001000", "00000099000000002000")

Kill = tuple[str, int]
"""At which system call of its kind, of one thread, a command is killed."""


class Turner:
    """Runs commands on the keys, perhaps killed at some call."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, words: Sequence[str], kill: Kill | None) -> int:
        """Run a command; return how it ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        number = self._heard()
        tracer = None if kill is None else _traced(number, *kill)
        os.kill(number, GO)
        ended = self._heard()
        if tracer is not None:
            tracer.wait()
        return ended

    def _heard(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def _traced(number: int, call: str, at: int) -> subprocess.Popen[bytes]:
    """Let strace come to a process that waits, to kill it at a call."""
    rule = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={at}")
    words = ("strace", "-f", "-qqq", "-o", os.devnull, *rule, "-p", str(number))
    tracer = subprocess.Popen(words)  # noqa: S603 - our own words
    while "TracerPid:\t0\n" in Path(f"/proc/{number}/status").read_text(encoding="ascii"):
        assert tracer.poll() is None
        time.sleep(0.005)
    return tracer


class Store:
    """The keys and references of a gate, as one that starts now finds them."""

    def __init__(self, folder: Path, turner: Turner) -> None:
        self.folder = folder
        self.turner = turner
        self.path = folder / "root.key"
        self.keys = KeyStore(Database.open(folder))

    @property
    def keyring(self) -> Keyring:
        """Open the root in force, as a gate does when it starts."""
        roots = Roots(RootKind.FILE, RootKeyFile(self.path), self.path)
        return Keyring(roots.current(self.keys), self.keys)

    def turn(self, word: str, kill: Kill | None = None) -> int:
        """Run a command on the keys, perhaps killed at some call; return how it ended."""
        return self.turner.run(["keys", *word.split(), "--data", str(self.folder)], kill)

    def profile_keys(self) -> list[bytes]:
        """Open the profile key of every subject."""
        ring = self.keyring
        rows = self.keys.newest([one.bytes for one in _people()], PROFILE)
        return [ring.unwrap(handle, PROFILE, rows[handle]) for handle in sorted(rows)]

    def references(self) -> list[UUID]:
        """Make everyone's reference for each recipient."""
        pseudonyms = PairwisePseudonyms(self.keyring)
        return [pseudonyms.reference(oin, one) for oin in RECIPIENTS for one in _people()]

    def lead_home(self, references: Sequence[UUID]) -> bool:
        """Tell whether each reference may stand for whom it was made for."""
        pseudonyms, given = PairwisePseudonyms(self.keyring), iter(references)
        return all(
            one in pseudonyms.meanings(oin, next(given)) for oin in RECIPIENTS for one in _people()
        )


def _people() -> Iterator[SubjectId]:
    return (SubjectId(UUID(int=number)) for number in range(PEOPLE))


@pytest.fixture(name="turner", scope="module")
def fixture_turner() -> Iterator[Turner]:
    """Start the process of which all commands are forks."""
    words = (sys.executable, "-m", "tests.faults.turner")
    with subprocess.Popen(  # noqa: S603 - our own words
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Turner(process)


@pytest.fixture(name="store", scope="module")
def fixture_store(tmp_path_factory: pytest.TempPathFactory, turner: Turner) -> Store:
    """Make a gate with the keys of 10,000 subjects."""
    folder = tmp_path_factory.mktemp("turns") / "data"
    wiring.build(Settings(data=folder), create=True).close()
    store = Store(folder, turner)
    FieldVault(store.keyring, store.keys, "doelpoort").create_keys(list(_people()))
    return store


def _kills(few: Iterable[Kill], *, deep: bool) -> Iterator[Iterator[Kill]]:
    """Yield the kills to try, by call; in a deep run one later each time, until none strikes."""
    if deep:
        return (((call, at) for at in count(1)) for call in CALLS)
    return iter([iter(few)])


def test_a_killed_move_of_the_root_is_finished(store: Store, deep: bool) -> None:  # noqa: FBT001 - pytest passes fixtures by name
    """However it ends, a gate that starts opens all 10,000 keys; at the end the old root opens none."""
    before, old = store.profile_keys(), RootKeyFile(store.path).read()
    for kills in _kills([("write", 1)], deep=deep):
        for kill in kills:
            ended = store.turn(MOVE, kill)
            assert store.profile_keys() == before, kill
            if ended == 0:
                break
            assert ended == -signal.SIGKILL, (kill, ended)
    assert store.turn(MOVE) == 0
    assert store.profile_keys() == before
    assert not Keyring(LocalRoot(old), store.keys).opens()
    assert not RootKeyFile(store.path).successor.exists


def test_a_killed_rotation_of_pseudonyms_is_finished(store: Store, deep: bool) -> None:  # noqa: FBT001 - pytest passes fixtures by name
    """Old references lead home until they are retired, new ones from then on; killed at any call."""
    retirings = _kills([], deep=deep)
    for beginnings in _kills([("pwrite64", 30)], deep=deep):
        given = store.references()
        for kill in beginnings:
            ended = store.turn(BEGIN, kill)
            assert store.lead_home(given), kill
            if ended == 0:
                break
            if store.references() != given:  # past the taking up: on to the calls behind it
                assert store.turn(RETIRE) == 0
                given = store.references()
        store.turn(BEGIN)
        anew = store.references()
        assert anew != given
        for kill in next(retirings):
            ended = store.turn(RETIRE, kill)
            assert store.references() == anew, kill
            if ended == 0:
                break
        assert store.turn(RETIRE) == 0
        assert not store.lead_home(given)
        assert store.lead_home(anew)
