"""The last run of each job at rest: one row a job, written over by the next."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from gateway.domain.errors import StoreUnavailableError
from gateway.domain.upkeep import Job, Run
from gateway.store.database import Database
from gateway.store.job_tables import job_run

_r: Final = job_run.c


class StoredRuns:
    """Runs at rest; see ``gateway.domain.upkeep.JobRuns``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, job: Job, at: datetime, failed: str | None) -> None:
        """Write a row over, or the first; where the store does not take it, the job goes on."""
        data = self._database.data
        broken = StoreUnavailableError, sa.exc.SQLAlchemyError, data.driver_error
        with suppress(*broken), data.writing() as connection:
            _write(connection, job, {"at": at, "failed": failed} | ({} if failed else {"well": at}))

    async def last(self) -> Mapping[Job, Run]:
        """Read every row; of a job that this version does not know, nothing."""
        rows = await self._database.read(
            lambda connection: connection.execute(sa.select(job_run)).all()
        )
        known = set(Job)
        return {Job(row.job): Run(row.at, row.failed, row.well) for row in rows if row.job in known}


def _write(connection: sa.Connection, job: Job, said: Mapping[str, object]) -> None:
    mine = sa.update(job_run).where(_r.job == job.value)
    if not connection.execute(mine.values(**said)).rowcount:
        connection.execute(sa.insert(job_run).values(job=job.value, **said))
