"""Tessera's method on our log: fail or kill at any write or sync of an append; nothing promised is lost.

The faults are injected by strace into the real system calls of SQLite. A kill shows what a process
leaves behind that stops anywhere. It does not show a power cut: what the kernel took is still
written. That ``fdatasync`` is waited for before any answer is seen here by making it fail.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from shutil import copytree, rmtree
from typing import Final

import pytest
import sqlalchemy as sa

from audit.storage import StoredRow
from audit.verify import verify_store
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from gateway.store.migrations import upgrade
from gateway.store.tables import search_spent
from tests.edges.store.appender import signer
from tests.faults.served import ROOT
from tests.faults.sufferer import FIRST, Order, sealer

SEED: Final = "2026"
FAULTS: Final = 20
DEEP_FAULTS: Final = 3_400
EVENTS: Final = 12
LIVES_PER_LOG: Final = 8
DEEPEST: Final = {"pwrite64": 90, "fdatasync": 12, "ftruncate": 3}
"""Up to which call of a life, by kind, the first fault strikes."""

FAILING: Final = {"pwrite64": 29, "fdatasync": 3, "ftruncate": 2}
"""After the first, each so manieth call of a kind fails too."""

KILLED: Final = -signal.SIGKILL


def _errors(error: str) -> list[str]:
    words = [f"{call}:error={error}:when={FIRST}+{step}" for call, step in FAILING.items()]
    return [word for rule in words for word in ("-e", f"inject={rule}")]


RULES: Final = {
    "EIO": _errors("EIO"),
    "ENOSPC": _errors("ENOSPC"),
    "SIGKILL": ["-e", f"inject={','.join(FAILING)}:signal=KILL:when={FIRST}"],
}


@dataclass(slots=True)
class Sufferer:
    """The process whose system calls fail; ``trace`` lists each that did."""

    process: subprocess.Popen[str]
    trace: Path

    def live(self, order: Order) -> tuple[list[list[str]], int]:
        """Let it live once; return what it heard, and how it ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(order.line())
        self.process.stdin.flush()
        heard: list[list[str]] = []
        for line in self.process.stdout:
            words = line.split()
            if words[0] == "ended":
                return heard, int(words[1])
            heard.append(words)
        raise AssertionError("strace, or what it runs, ended early")

    def errors(self) -> int:
        """Count the calls that were made to fail."""
        return self.trace.read_text(errors="replace").count("(INJECTED)")


@contextmanager
def suffering(kind: str, folder: Path) -> Iterator[Sufferer]:
    """Run the appender under strace."""
    trace = folder / "trace.txt"
    calls = ",".join(FAILING)
    words = ["strace", "-f", "-q", "-Z", "-o", str(trace), "-e", f"trace={calls}"]
    with subprocess.Popen(  # noqa: S603 - our own words
        [*words, *RULES[kind], sys.executable, "-m", "tests.faults.sufferer"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Sufferer(process, trace)
        assert process.stdin is not None
        process.stdin.close()


def _draw(bound: int, *words: object) -> int:
    """Draw a number below ``bound``, the same in each run with this seed."""
    return int.from_bytes(sha256(repr((SEED, *words)).encode()).digest()[:8]) % bound


@dataclass(slots=True)
class Ordeal:
    """One log through several lives: what was promised, and what is still to be answered."""

    folder: Path
    name: str
    promised: dict[str, tuple[int, str]] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    made: int = 0

    def order(self, kind: str, life: int) -> Order:
        """Draw the next life; it first asks again for what was not answered."""
        call = ("pwrite64", "pwrite64", "fdatasync", "fdatasync", "ftruncate")[life % 5]
        new = [self._event() for _ in range(EVENTS)]
        at = 1 + _draw(DEEPEST[call], self.name, life)
        dies = kind != "SIGKILL" and life % 3 == 0
        return Order(str(self.folder), (*self.unanswered, *new), call, at, dies)

    def _event(self) -> str:
        self.made += 1
        return sha256(f"{self.name} {self.made}".encode()).hexdigest()[:32]

    def note(self, order: Order, heard: list[list[str]]) -> None:
        """Keep what was promised; the same event is promised the same place, however often."""
        for event, answer, *place in heard:
            if answer == "taken":
                index, leaf_hash = place
                assert self.promised.setdefault(event, (int(index), leaf_hash)) == (
                    int(index),
                    leaf_hash,
                )
        self.unanswered = [event for event in order.events if event not in self.promised]

    def check(self) -> int:
        """See that the log is whole, keeps every promise, and holds each event and deed once.

        Returns how many entries it holds that were not answered.
        """
        database = Database.open(self.folder)
        try:
            storage = LogStorage(database)
            assert verify_store(storage, sealer(), signer().key) == []
            rows = {row.event_id.hex(): row for row in storage.rows(0, sys.maxsize)}
            assert sorted(row.index for row in rows.values()) == [*range(storage.head().size)]
            with database.data.writing() as connection:
                counted = sa.select(sa.func.count()).select_from(search_spent)
                assert connection.scalar(counted) == len(rows)
        finally:
            database.close()
        return self._compare(rows)

    def _compare(self, rows: dict[str, StoredRow]) -> int:
        for event, place in self.promised.items():
            assert event in rows, "an acknowledged entry is lost"
            assert (rows[event].index, rows[event].leaf_hash.hex()) == place
        return sum(event in rows for event in self.unanswered)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store without entries."""
    folder = tmp_path_factory.mktemp("empty")
    database = Database.open(folder)
    upgrade(database)
    database.close()
    return folder


def _lives(kind: str, empty: Path, folder: Path) -> Iterator[tuple[int, Ordeal]]:
    """Give each life its number and its log; a log has several lives, then a new one begins."""
    for nth in count():
        name = f"{kind} {nth}"
        ordeal = Ordeal(copytree(empty, folder / name), name)
        for life in range(LIVES_PER_LOG):
            yield nth * LIVES_PER_LOG + life, ordeal
        rmtree(ordeal.folder)


@dataclass(slots=True)
class Tally:
    """How many faults struck in how many lives; ``kept`` entries were durable without an answer."""

    faults: int = 0
    lives: int = 0
    kept: int = 0


def endure(kind: str, empty: Path, folder: Path, wanted: int) -> Iterator[Tally]:
    """Live on until so many faults have struck; each life is checked before the next."""
    tally = Tally()
    with suffering(kind, folder) as sufferer:
        for life, ordeal in _lives(kind, empty, folder):
            order = ordeal.order(kind, life)
            heard, ended = sufferer.live(order)
            ordeal.note(order, heard)
            tally.kept += ordeal.check()
            died = order.dies and heard and heard[-1][1] == "failed"
            assert ended in ({KILLED} if died else {0, KILLED} if kind == "SIGKILL" else {0})
            killed = kind == "SIGKILL" and ended == KILLED
            tally.faults = tally.faults + killed if kind == "SIGKILL" else sufferer.errors()
            tally.lives += 1
            assert tally.lives < 20 * wanted + 100, "the faults do not strike"
            yield tally
            if tally.faults >= wanted:
                return


@pytest.mark.parametrize("kind", RULES)
def test_failing_disk_breaks_no_promise(
    kind: str, empty: Path, tmp_path: Path, *, deep: bool
) -> None:
    """Whatever call fails, or kills: no acknowledged entry is lost or doubled, and the log goes on."""
    *_, tally = endure(kind, empty, tmp_path, DEEP_FAULTS if deep else FAULTS)
    sys.stdout.write(f"{kind}: {tally}\n")


def test_commit_that_happened_though_it_failed_is_answered_with_its_first_place(
    empty: Path, tmp_path: Path
) -> None:
    """The sync of a commit fails and the process dies: the entry may stand, and stands once."""
    ordeal = Ordeal(copytree(empty, tmp_path / "log"), "kept")
    with suffering("EIO", tmp_path) as sufferer:
        order = replace(ordeal.order("EIO", 2), at=3, dies=True)
        ordeal.note(order, sufferer.live(order)[0])
        assert ordeal.check() == 1, "written, but not answered"
        assert len(ordeal.promised) == 2
        again = replace(ordeal.order("EIO", 2), call="ftruncate", at=1)
        ordeal.note(again, sufferer.live(again)[0])
        assert ordeal.check() == 0
        assert ordeal.promised[order.events[2]][0] == 2
