"""Measure the product beside the plain way to do the same; the figures are ratios within one run.

Absolute times say more about the machine than about the code. Each round therefore runs both ways,
one after the other and in turn first; a ratio is that of one round, and the median is printed.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import uuid4

from gateway import wiring
from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, RecordKind
from gateway.settings import Settings
from policies.catalogue import load
from policies.compiler import committed_policy, compile_matrix
from policies.enforcer import Enforcer

ENTRIES = 256
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)

Way = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Contest:
    """One piece of work done two ways; ``items`` is how many things one call does."""

    name: str
    plain: Way
    ours: Way
    items: int


def seconds(way: Way) -> float:
    """Time one call."""
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


def measure(contest: Contest, rounds: int) -> str:
    """Run both ways in turn; tell how many times faster ours is, with its range, and its time."""
    contest.plain(), contest.ours()
    pairs: list[tuple[float, float]] = []
    for turn in range(rounds):
        if turn % 2:
            ours = seconds(contest.ours)
            pairs.append((seconds(contest.plain), ours))
        else:
            pairs.append((seconds(contest.plain), seconds(contest.ours)))
    ratios = sorted(plain / ours for plain, ours in pairs)
    each = median(ours for _, ours in pairs) / contest.items * 1e6
    spread = f"({ratios[0]:,.2f} to {ratios[-1]:,.2f})"
    return f"{contest.name:<52}{median(ratios):>12,.2f} x {spread:<26}{each:>10,.2f} µs each"


@contextmanager
def decisions() -> Iterator[Contest]:
    """Ask which fields a role may have for a purpose: casbin field by field, and the table."""
    catalogue = load()
    matrix = compile_matrix(catalogue)
    enforcer = Enforcer(catalogue.model, committed_policy(catalogue))
    rules = [rule for purpose in matrix.purposes() for rule in purpose.rules]
    pairs = sorted({(rule.role, rule.purpose) for rule in rules})[:6]

    def by_casbin() -> list[int]:
        return [
            sum(spec.bit for spec in catalogue.fields if enforcer.allows(*pair, spec.name))
            for pair in pairs
        ]

    def by_table() -> list[int]:
        masks = []
        for pair in pairs:
            cell = matrix.cell(*pair)
            mask = 0
            for _, fields in cell.rules if cell else ():
                mask |= fields
            masks.append(mask & ~cell.denied if cell else 0)
        return masks

    assert by_casbin() == by_table()
    yield Contest("whole-profile policy: table / casbin", by_casbin, by_table, len(pairs))


@contextmanager
def appends() -> Iterator[Contest]:
    """Make entries durable in SQLite: a plain row and a commit each, and the log with proofs."""
    with tempfile.TemporaryDirectory() as folder:
        gateway = wiring.build(Settings(data=Path(folder) / "gate"), create=True)
        ledger = gateway.actions.gate.ledger
        plain = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None)
        plain.execute("PRAGMA journal_mode = WAL")
        plain.execute("PRAGMA synchronous = FULL")
        plain.execute("CREATE TABLE entry (id BLOB PRIMARY KEY, content TEXT NOT NULL)")

        def one_by_one() -> None:
            for _ in range(ENTRIES):
                plain.execute("INSERT INTO entry VALUES (?, ?)", (uuid4().bytes, "x" * 300))

        async def all_at_once() -> None:
            await asyncio.gather(*(ledger.append([entry()]) for _ in range(ENTRIES)))

        yield Contest(
            f"{ENTRIES} durable entries: log / plain row and commit",
            one_by_one,
            lambda: asyncio.run(all_at_once()),
            ENTRIES,
        )
        plain.close()
        gateway.close()


def entry() -> Entry:
    """Make an entry like that of one decision about an invented subject."""
    record = AuditRecord(
        event_id=uuid4(),
        kind=RecordKind.DENIED,
        at=MOMENT,
        outcome="denied",
        subject=SubjectId(uuid4()),
        actor="bench",
        role="gemeente_klantmanager",
        reason="NOT_LINKED",
    )
    return Entry(record)


def main() -> int:
    """Measure every contest and print one line each."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of both ways (default 7)")
    rounds = parser.parse_args().rounds
    for contest in (decisions, appends):
        with contest() as made:
            print(measure(made, rounds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
