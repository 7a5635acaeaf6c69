"""The diary of the jobs: when each last ended, and how, for who keeps the gate running.

What ends as it did before is written once a minute at most.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.ports import Clock
from gateway.domain.upkeep import Job, JobRuns

BETWEEN: Final = timedelta(minutes=1)


class Diary:
    """Notes the rounds of jobs; each job has one thread at a time."""

    def __init__(self, runs: JobRuns, clock: Clock) -> None:
        self._runs = runs
        self._clock = clock
        self._noted: dict[Job, tuple[datetime, str | None]] = {}

    @contextmanager
    def round(self, job: Job) -> Iterator[None]:
        """Note how what is done within ended; an error is noted by its kind, and goes on."""
        try:
            yield
        except Exception as error:
            self._note(job, type(error).__name__)
            raise
        self._note(job, None)

    def _note(self, job: Job, failed: str | None) -> None:
        now = self._clock.now()
        at, how = self._noted.get(job, (None, None))
        if at is not None and how == failed and now - at < BETWEEN:
            return
        self._runs.note(job, now, failed)
        self._noted[job] = now, failed
