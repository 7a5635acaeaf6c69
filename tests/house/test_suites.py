"""``make test`` runs every test there is, and counts honestly."""

from pathlib import Path

import pytest

from tests.house.source import ROOT
from tests.suites import SUITES, Tally, counts, left_out, table

REPORT = """<testsuites>
  <testsuite tests="7" failures="2" errors="1" skipped="1" /><testsuite tests="3" />
</testsuites>"""


def test_no_test_is_left_out() -> None:
    """Each folder that holds a test is a suite that is run, and what one leaves out another runs."""
    folders = {at for at, *_ in SUITES.values()}
    left_out = {
        word.removeprefix("--ignore=tests/")
        for _, *options in SUITES.values()
        for word in options
        if word.startswith("--ignore=")
    }
    found = {
        path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert found | left_out <= folders


def test_an_error_counts_as_a_failure(tmp_path: Path) -> None:
    """Of a report with failures, errors and skips, only the rest has passed."""
    path = tmp_path / "report.xml"
    path.write_text(REPORT, encoding="utf-8")
    assert counts(path) == (6, 3, 1)


@pytest.mark.parametrize(
    ("tally", "good"),
    [
        (Tally("a", 1.0, 2, 0, 1), True),
        (Tally("a", 1.0, 2, 1, 0), False),
        (Tally("a", 1.0, 0, 0, 3), False),
    ],
    ids=["passed", "failed", "ran-nothing"],
)
def test_a_suite_is_good_when_it_ran_and_nothing_failed(tally: Tally, *, good: bool) -> None:
    """A failure is not good, and neither is a suite in which nothing ran."""
    assert tally.good is good


def test_what_a_machine_lacks_is_said(tmp_path: Path) -> None:
    """Where PostgreSQL 15 is not installed the run says so, and does not pass for one with it."""
    assert left_out(tmp_path) == ""
    assert "PostgreSQL 15" in left_out(tmp_path / "bin")


def test_the_last_line_is_the_total() -> None:
    """The table ends in one plain line that sums all suites."""
    lines = table([Tally("a", 1.0, 2, 1, 0), Tally("b", 1.0, 3, 0, 4)]).splitlines()
    assert lines[-1] == "5 passed, 1 failed, 4 skipped"
