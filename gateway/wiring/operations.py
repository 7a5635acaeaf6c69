"""Builds what an operator looks at; it holds no rule."""

from gateway.actions.upkeep import Machinery, Upkeep
from gateway.api.context import Actions
from gateway.domain.upkeep import Job, LawTerm
from gateway.keeper.office import AuditOffice
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.outbox import Outbox
from gateway.web.engine_room import EngineRoom
from policies.catalogue import shipped
from policies.documents import Problems
from policies.laws import read_laws


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
        _jobs(settings),
    )
    laws = read_laws(shipped(), Problems())[1]
    terms = [LawTerm(one.name, one.valid_from, one.valid_until) for one in laws]
    return EngineRoom(Upkeep(actions.gate, machinery), terms)


def _jobs(settings: Settings) -> frozenset[Job]:
    """Name the jobs that the settings ask for."""
    asked = {
        Job.INTAKE: settings.intake_folder is not None,
        Job.NOTICES: True,
        Job.LOGBOOK: bool(settings.logbook_url),
        Job.CHECK: bool(settings.log_check_rate),
        Job.WITNESS: settings.witness_policy is not None,
        Job.TIMESTAMP: bool(settings.timestamp_url),
    }
    return frozenset(job for job, on in asked.items() if on)
