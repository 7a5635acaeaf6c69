"""Hammer the log: many writers and verifying readers, beside the row-locked hash chain of web products.

All ways run in turn in one run, several rounds; medians are printed. Every answer of ours carries a
signed checkpoint that includes the entry, so that the time of an append is the time until provable.
"""

import argparse
import asyncio
import json
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID, uuid4

from audit.checkpoint import verify_checkpoint
from audit.entry import SALT_BYTES, commit, write_payload
from audit.proof import TlogProof
from audit.tree import leaf_hash, verify_consistency, verify_inclusion
from bench.rig import Rig, rig
from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import Entry

STEADY = 1_000
"""Entries a second, for the time until provable."""

AHEAD = 20_000
"""Entries made beforehand for each second: more than are written in it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one way did in one round: entries, seconds, and the waiting time of each (seconds)."""

    entries: int
    seconds: float
    waits: Sequence[float]
    checks: int = 0

    @property
    def rate(self) -> float:
        """Entries a second."""
        return self.entries / self.seconds

    def line(self, name: str) -> str:
        """Say it in one line."""
        cuts = quantiles(self.waits, n=100) if len(self.waits) > 1 else [0.0] * 99
        ms = f"p50 {cuts[49] * 1e3:7.2f} ms  p95 {cuts[94] * 1e3:7.2f} ms"
        return f"{name:<44}{self.rate:>9,.0f}/s  {ms}  {self.checks:>6} checks by readers"


async def _writers(made: Rig, count: int, seconds: float) -> Result:
    """Append from so many tasks of one event loop, as the gate does; records are made beforehand."""
    ledger, waits = made.gateway.actions.gate.ledger, list[float]()
    entries = iter([Entry(made.record()) for _ in range(int(seconds * AHEAD))])
    began = time.perf_counter()
    until = began + seconds

    async def write() -> None:
        while (now := time.perf_counter()) < until and (entry := next(entries, None)):
            await ledger.append([entry])
            waits.append(time.perf_counter() - now)

    await asyncio.gather(*(write() for _ in range(count)))
    return Result(len(waits), time.perf_counter() - began, waits)


def threaded(made: Rig, count: int, seconds: float) -> Result:
    """Append from so many threads, without an event loop."""
    submissions = iter([made.submission() for _ in range(int(seconds * AHEAD))])

    def write() -> bool:
        submission = next(submissions, None)
        return submission is not None and bool(made.log.append([submission]))

    return _in_threads(count, seconds, write)


def _in_threads(count: int, seconds: float, write: Callable[[], bool]) -> Result:
    waits: list[float] = []
    began = time.perf_counter()
    until = began + seconds

    def again() -> None:
        while (now := time.perf_counter()) < until and write():
            waits.append(time.perf_counter() - now)

    threads = [threading.Thread(target=again) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(len(waits), time.perf_counter() - began, waits)


async def _steady(made: Rig, seconds: float) -> Result:
    """Append at a steady pace, whether the last is answered or not."""
    ledger, waits = made.gateway.actions.gate.ledger, list[float]()
    began = time.perf_counter()

    async def write(due: float) -> None:
        await ledger.append([Entry(made.record())])
        waits.append(time.perf_counter() - due)

    tasks = []
    for nth in range(int(seconds * STEADY)):
        due = began + nth / STEADY
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        tasks.append(asyncio.create_task(write(due)))
    await asyncio.gather(*tasks)
    return Result(len(waits), time.perf_counter() - began, waits)


@contextmanager
def readers(made: Rig, count: int) -> Iterator[list[int]]:
    """Let readers pin the present checkpoint and verify, until the writers are done."""
    audit, done, checks = made.gateway.audit, threading.Event(), [0] * count
    pinned = verify_checkpoint(audit.checkpoint(), audit.signer.verifier)

    def read(nth: int) -> None:
        while not done.is_set():
            seen = verify_checkpoint(audit.checkpoint(), audit.signer.verifier)
            path = audit.publication.prove_consistency(pinned.size, seen.size)
            verify_consistency(pinned.size, seen.size, path, pinned.root, seen.root)
            index = secrets.randbelow(pinned.size)
            proof = TlogProof.decode(audit.prove(index))
            (row,) = audit.storage.rows(index, index + 1)
            head = verify_checkpoint(proof.checkpoint, audit.signer.verifier)
            verify_inclusion(leaf_hash(row.leaf), index, head.size, proof.hashes, head.root)
            checks[nth] += 1

    threads = [threading.Thread(target=read, args=(nth,)) for nth in range(count)]
    for thread in threads:
        thread.start()
    yield checks
    done.set()
    for thread in threads:
        thread.join()


def written(made: Rig, writing: int, reading: int, seconds: float) -> Result:
    """Write from one process while readers verify."""
    with readers(made, reading) as checks:
        result = asyncio.run(_writers(made, writing, seconds))
    return Result(result.entries, result.seconds, result.waits, sum(checks))


def shared(made: Rig, processes: int, writing: int, seconds: float) -> Result:
    """Write from several processes that share the store."""
    given = json.dumps([str(one) for one in made.subjects])
    folder = str(made.gateway.settings.data)
    words = [sys.executable, "-m", "bench.hammer", "--join", folder, str(writing), str(seconds)]
    started = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write(given + "\n")
        process.stdin.flush()
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()  # ready
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    parts = [json.loads(process.communicate()[0]) for process in started]
    waits = [wait for part in parts for wait in part["waits"]]
    return Result(len(waits), max(part["seconds"] for part in parts), waits)


def join(folder: str, writing: int, seconds: float) -> None:
    """Be one of several processes."""
    subjects = [SubjectId(UUID(one)) for one in json.loads(sys.stdin.readline())]
    with rig(Path(folder), subjects) as made:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        result = asyncio.run(_writers(made, writing, seconds))
        sys.stdout.write(json.dumps({"seconds": result.seconds, "waits": result.waits}))


class RowChain:
    """What web products do: one transaction an entry; read the last hash under a lock, insert.

    One connection and a lock in the process: threads that wait inside SQLite would be slower still.
    The content is plain JSON: no sealing, no counter, no signature, no proof.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            folder / "chain.db", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(
            "CREATE TABLE chain (id INTEGER PRIMARY KEY, hash BLOB, content TEXT NOT NULL)"
        )

    def append(self, content: str) -> None:
        """Append one entry in a transaction of its own."""
        with self._lock:
            run = self._database.execute
            run("BEGIN IMMEDIATE")
            last = run("SELECT hash FROM chain ORDER BY id DESC LIMIT 1").fetchone()
            hashed = sha256((last[0] if last else b"") + content.encode()).digest()
            run("INSERT INTO chain (hash, content) VALUES (?, ?)", (hashed, content))
            run("COMMIT")

    def hammered(self, writing: int, seconds: float, content: Callable[[], str]) -> Result:
        """Write from so many threads."""

        def write() -> bool:
            self.append(content())
            return True

        return _in_threads(writing, seconds, write)


def plain_content() -> str:
    """Make the content of a row as it is: text."""
    return json.dumps({"id": str(uuid4()), "text": "x" * 600})


def sealing(made: Rig) -> Callable[[], str]:
    """Return what makes a row with our payload's cost: salt, commitment, seal; keys are at hand."""
    sealer = made.gateway.audit.sealer
    batch = sealer.for_batch([sealer.tag(one.bytes) for one in made.subjects])

    def content() -> str:
        submission = made.submission()
        salt = secrets.token_bytes(SALT_BYTES)
        salted = write_payload(submission.event_id, submission.payload, None, salt)
        tag = sealer.tag(submission.subject or b"")
        sealed = batch.seal(tag, commit(salted), salted)
        return json.dumps({"leaf": submission.leaf, "sealed": sealed.hex()})

    return content


def checked(made: Rig, *, payloads: bool) -> Result:
    """Check the whole store; no fault may be found. A rate is by CPU time: entries a second a core."""
    audit = made.gateway.audit
    began = time.process_time()
    assert audit.verify(payloads=payloads) == []
    return Result(audit.head().size, time.process_time() - began, [])


def main() -> int:
    """Run all ways in turn and print medians."""
    parser = argparse.ArgumentParser(prog="python -m bench.hammer", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each way in each round")
    parser.add_argument("--join", nargs=3, metavar=("FOLDER", "WRITERS", "SECONDS"))
    wanted = parser.parse_args()
    if wanted.join:
        join(wanted.join[0], int(wanted.join[1]), float(wanted.join[2]))
        return 0
    with tempfile.TemporaryDirectory() as name, rig() as made:
        chain, seconds = RowChain(Path(name)), wanted.seconds
        ways: dict[str, Callable[[], Result]] = {
            "row chain, 64 threads": lambda: chain.hammered(64, seconds, plain_content),
            "row chain, 64 threads, payload sealed": lambda: chain.hammered(
                64, seconds, sealing(made)
            ),
            "log, 64 threads": lambda: threaded(made, 64, seconds),
            "log, 1 x 64 writers": lambda: written(made, 64, 0, seconds),
            "log, 1 x 256 writers": lambda: written(made, 256, 0, seconds),
            "log, 1 x 1,024 writers": lambda: written(made, 1_024, 0, seconds),
            "log, 1 x 256 writers, 2 readers": lambda: written(made, 256, 2, seconds),
            "log, 2 processes x 128 writers": lambda: shared(made, 2, 128, seconds),
            f"log, steady {STEADY:,}/s": lambda: asyncio.run(_steady(made, seconds)),
        }
        asyncio.run(_writers(made, 64, 0.5))
        found: dict[str, list[Result]] = {way: [] for way in ways}
        for _ in range(wanted.rounds):
            for way, run in ways.items():
                found[way].append(run())
        _report(found)
        print(checked(made, payloads=False).line("check of leaves and head, by CPU time"))
        print(checked(made, payloads=True).line("check of the whole store, by CPU time"))
    return 0


def _report(found: dict[str, list[Result]]) -> None:
    base, *_ = (median(one.rate for one in results) for results in found.values())
    for way, results in found.items():
        middle = sorted(results, key=lambda one: one.rate)[len(results) // 2]
        rate = median(one.rate for one in results)
        print(f"{middle.line(way)}  {rate / base:6.1f} x", flush=True)


if __name__ == "__main__":
    sys.exit(main())
