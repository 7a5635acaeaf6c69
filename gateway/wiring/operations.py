"""Builds what an operator looks at; it holds no rule."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from gateway.actions.upkeep import Machinery, Upkeep
from gateway.api.context import Actions
from gateway.domain.upkeep import DAILY, Job, LawTerm
from gateway.keeper.office import AuditOffice
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.job_runs import StoredRuns
from gateway.store.outbox import Outbox
from gateway.web.engine_room import EngineRoom
from policies.catalogue import shipped
from policies.documents import Problems
from policies.laws import read_laws

A_DAY: Final = timedelta(hours=26)
"""After a good run a daily job may be so late: not every day's run takes as long."""
SOON: Final = timedelta(minutes=15)
MISSED: Final = 3
"""So many rounds may fail, and a while pass beside, before what runs all the time is late."""


def engine_room(
    settings: Settings, actions: Actions, database: Database, audit: AuditOffice
) -> EngineRoom:
    """Build the operator's look at log, keys, jobs and laws."""
    machinery = Machinery(
        actions.keys,
        actions.rekey,
        actions.repseudonymise,
        actions.notices,
        actions.emergencies,
        Outbox(database),
        audit,
        StoredRuns(database),
        _terms(settings),
    )
    laws = read_laws(shipped(), Problems())[1]
    terms = [LawTerm(one.name, one.valid_from, one.valid_until) for one in laws]
    return EngineRoom(Upkeep(actions.gate, machinery), terms)


def _terms(settings: Settings) -> Mapping[Job, timedelta]:
    """Say of each job that the settings ask for how long after a good run it is late."""
    asked = {
        Job.INTAKE: settings.intake_folder is not None,
        Job.LOGBOOK: bool(settings.logbook_url),
        Job.CHECK: bool(settings.log_check_rate),
        Job.WITNESS: settings.witness_policy is not None,
        Job.TIMESTAMP: bool(settings.timestamp_url),
    }
    rounds = {
        Job.WITNESS: settings.witness_seconds,
        Job.TIMESTAMP: settings.timestamp_seconds,
    }
    return {
        job: A_DAY if job in DAILY else SOON + MISSED * timedelta(seconds=rounds.get(job, 0))
        for job in Job
        if asked.get(job, True)
    }
