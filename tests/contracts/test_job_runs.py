"""Every body of the port JobRuns keeps this law."""

import asyncio

from gateway.domain.upkeep import Job, Run
from tests.contracts.bodies import DAY, NOON, Body


def test_the_last_run_is_kept_and_when_it_was_last_good(body: Body) -> None:
    """A fault leaves the last good run in sight; the next good one takes its place; each job its own."""
    runs = body.runs
    assert asyncio.run(runs.last()) == {}
    runs.note(Job.COUNTS, NOON, None)
    runs.note(Job.COUNTS, NOON + DAY, "OSError")
    runs.note(Job.WITNESS, NOON, "QuorumMissedError")
    assert asyncio.run(runs.last()) == {
        Job.COUNTS: Run(NOON + DAY, "OSError", NOON),
        Job.WITNESS: Run(NOON, "QuorumMissedError", None),
    }
    runs.note(Job.COUNTS, NOON + 2 * DAY, None)
    assert asyncio.run(runs.last())[Job.COUNTS] == Run(NOON + 2 * DAY, None, NOON + 2 * DAY)
