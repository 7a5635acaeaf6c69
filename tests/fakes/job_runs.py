"""Last runs of jobs in a dictionary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.domain.upkeep import Job, Run


@dataclass(slots=True)
class JobRuns:
    """Keeps the last run of each job; ``notes`` are all that were told."""

    runs: dict[Job, Run] = field(default_factory=dict)
    notes: list[tuple[Job, datetime, str | None]] = field(default_factory=list)

    def note(self, job: Job, at: datetime, failed: str | None) -> None:
        """Keep how a run ended."""
        self.notes.append((job, at, failed))
        before = self.runs.get(job)
        well = at if failed is None else before.well if before else None
        self.runs[job] = Run(at, failed, well)

    async def last(self) -> Mapping[Job, Run]:
        """Read the last run of each job."""
        return dict(self.runs)
