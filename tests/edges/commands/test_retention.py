"""The daily round on the command line."""

import asyncio
from pathlib import Path

from gateway.domain.upkeep import Job
from gateway.store.database import Database
from gateway.store.job_runs import StoredRuns
from tests.edges.commands.shell import doelpoort


def test_a_round_says_what_it_did(store: Path) -> None:
    """Everyone is seen; the day after the delivery was stored nothing has to change twice."""
    first = doelpoort("retention", "run", "--data", store, "--json")
    assert first.code == 0, first.err
    assert first.json["seen"] > 0
    assert first.json["skipped"] == 0
    again = doelpoort("retention", "run", "--data", store, "--json").json
    assert again == {**first.json, "revised": 0, "closed": 0}
    table = doelpoort("retention", "run", "--data", store)
    assert "revised" in table.out
    database = Database.open(store)
    run = asyncio.run(StoredRuns(database).last())[Job.RETENTION]
    database.close()
    assert (run.failed, run.well) == (None, run.at)
