"""The daily round on the command line."""

import asyncio
import shutil
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from gateway import wiring
from gateway.domain.identifiers import SubjectId
from gateway.domain.orphans import GRACE
from gateway.domain.upkeep import Job
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.job_runs import StoredRuns
from gateway.store.orphan_tables import orphan_key
from tests.edges.api.door import NOON
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


def test_keys_of_nobody_are_swept_after_a_week(store: Path, tmp_path: Path) -> None:
    """Seen by one round, destroyed by one a week later, both on record; everyone else keeps hers."""
    copy = Path(shutil.copytree(store, tmp_path / "copy"))
    gateway = wiring.build(Settings(data=copy))
    gateway.actions.gate.vault.create_keys([SubjectId(uuid4())])
    gateway.close()
    first = doelpoort("retention", "run", "--data", copy, "--json").json
    assert (first["orphans"], first["swept"]) == (1, 0)
    database = Database.open(copy)
    with database.data.writing() as connection:
        connection.execute(sa.update(orphan_key).values(since=NOON - GRACE))
    database.close()
    second = doelpoort("retention", "run", "--data", copy, "--json").json
    assert (second["orphans"], second["swept"]) == (0, 1)
    told = doelpoort("keys", "status", "--data", copy, "--json").json
    assert (told["orphans"], told["profile"], told["log"]) == (0, 2, 2)
    gateway = wiring.build(Settings(data=copy))
    size = gateway.audit.head().size
    leaves = [row.leaf for row in gateway.audit.storage.rows(size - 2, size)]
    gateway.close()
    assert [b'"outcome":"sweep begun"' in leaves[0], b'"outcome":"swept"' in leaves[1]] == [
        True
    ] * 2
