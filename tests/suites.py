"""Run the suites, two at a time, and print what each said, took and counted."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

FOLDER = Path(__file__).parent
DEEP = os.environ.get("DOELPOORT_DEEP") == "1"  # noqa: TID251 - the switch of make test-deep
ON_A_SERVER = {
    "web-server": ("web", "--store=postgres"),
    "api-server": ("edges/api", "--store=postgres"),
}
SUITES = {
    **(ON_A_SERVER if DEEP else {}),
    "web": ("web",),
    "api": ("edges/api",),
    "faults": ("faults",),
    "edges": ("edges", "--ignore=tests/edges/api"),
    "journeys": ("journeys",),
    "contracts": ("contracts",),
    "domain": ("domain",),
    "actions": ("actions",),
    "audit": ("audit",),
    "house": ("house",),
    "worlds": ("worlds",),
}
"""Each suite's folder and what pytest is told of it; the longest first, so that none runs on alone.

The deep run asks screens and API on a server too; the others ask both stores themselves.
"""

OLDEST = Path("/usr/lib/postgresql/15/bin")
"""Where Debian has the oldest server that the gate runs on; the newest comes as a wheel."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one suite counted; a suite that broke down before it could count failed once."""

    suite: str
    seconds: float
    passed: int
    failed: int
    skipped: int

    @property
    def ran(self) -> int:
        """How many tests gave an answer."""
        return self.passed + self.failed

    @property
    def good(self) -> bool:
        """Whether something ran and nothing failed."""
        return self.ran > 0 and self.failed == 0

    def row(self) -> str:
        """Give the suite's line of the table."""
        counts = f"{self.passed:>8}{self.failed:>8}{self.skipped:>8}"
        return f"{self.suite:<12}{self.seconds:>8.1f} s{counts}"


def present() -> tuple[str, ...]:
    """List the suites that hold a test."""
    return tuple(name for name, (at, *_) in SUITES.items() if any((FOLDER / at).rglob("test_*.py")))


def counts(report: Path) -> tuple[int, int, int]:
    """Read passed, failed and skipped from a JUnit report."""
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 - written by pytest, just now
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for key in totals:
            totals[key] += int(suite.get(key, "0"))
    failed = totals["failures"] + totals["errors"]
    return totals["tests"] - failed - totals["skipped"], failed, totals["skipped"]


def run(suite: str, arguments: Sequence[str], *, aloud: bool) -> Tally:
    """Run one suite in a process of its own and count; its output comes at once, or at its end."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        at, *options = SUITES[suite]
        command = [sys.executable, "-m", "pytest", f"tests/{at}", *options, f"--junitxml={report}"]
        said = None if aloud else subprocess.PIPE
        done = subprocess.run([*command, *arguments], cwd=FOLDER.parent, stdout=said, check=False)  # noqa: S603 - our own words
        sys.stdout.write((done.stdout or b"").decode(errors="replace"))
        sys.stdout.flush()
        code = done.returncode
        passed, failed, skipped = counts(report) if report.exists() else (0, 1, 0)
    if code != 0 and failed == 0:
        failed = 1
    return Tally(suite, time.monotonic() - started, passed, failed, skipped)


def table(tallies: Sequence[Tally]) -> str:
    """Lay out the suites, and the totals alone on the last line."""
    head = f"{'suite':<12}{'time':>10}{'passed':>8}{'failed':>8}{'skipped':>8}"
    sums = [
        sum(getattr(tally, key) for tally in tallies) for key in ("passed", "failed", "skipped")
    ]
    total = "{} passed, {} failed, {} skipped".format(*sums)
    seconds = sum(tally.seconds for tally in tallies)
    rows = [tally.row() for tally in tallies]
    return "\n".join(["", head, *rows, f"{'all':<12}{seconds:>8.1f} s", "", total])


def left_out(oldest: Path = OLDEST) -> str:
    """Say what cannot be run on this machine; nothing where all can."""
    return (
        "" if oldest.exists() else "\nNot run: the contracts on PostgreSQL 15, not installed here\n"
    )


def main(words: Sequence[str]) -> int:
    """Run the named suites, or all; what follows ``--`` goes to pytest. 0 when all is well."""
    known = present()
    parser = argparse.ArgumentParser(prog="python -m tests.suites", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="suites at a time (default: 2)")
    parser.add_argument("suites", nargs="*", metavar="suite", help=", ".join(known))
    split = words.index("--") if "--" in words else len(words)
    asked = parser.parse_args(words[:split])
    chosen = asked.suites or known
    if strange := sorted(set(chosen) - set(known)):
        parser.error(f"no such suite: {', '.join(strange)}; there are {', '.join(known)}")
    jobs = min(asked.jobs, len(chosen))
    with ThreadPoolExecutor(jobs) as pool:
        one = partial(run, arguments=words[split + 1 :], aloud=jobs == 1)
        tallies = list(pool.map(one, chosen))
    sys.stdout.write(left_out() + table(tallies) + "\n")
    return 0 if tallies and all(tally.good for tally in tallies) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
