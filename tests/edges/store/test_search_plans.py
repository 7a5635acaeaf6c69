"""How a server goes about a search: by the key of the terms alone, also where each row is fenced."""

import random  # noqa: TID251 - questions, no keys
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench.search import Crowd, fill, wanted
from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import SubjectId
from gateway.store import questions
from gateway.store.database import Database
from tests import servers
from tests.fakes.blind_index import BlindIndex


def test_no_row_of_a_term_is_looked_up(gate: Database, served: servers.Clone) -> None:
    """Whose row it is stands in the key: of four hundred people no page of the table is opened."""
    index = BlindIndex()
    crowd = Crowd.of(400, random.Random(1), 1.0)  # noqa: S311 - the same people in each run
    fill(gate, crowd, index)
    served.run("VACUUM ANALYZE doelpoort.candidate_term")
    asked = {"werktijden": "dag", "beschikbaar_uren": "24"}
    scans = list(scanned(gate.data.reading(), wanted(index, asked, SubjectId(UUID(int=0)))))
    assert len(scans) == 3
    assert {(one["Node Type"], one["Heap Fetches"]) for one in scans} == {("Index Only Scan", 0)}
    assert any(one["Actual Rows"] for one in scans)


def scanned(connection: sa.Connection, meant: Wanted) -> Iterator[Mapping[str, Any]]:
    """Ask who meets all that is wanted, and yield how the table of terms was read for it."""
    lists = [*meant.groups, meant.recipients, meant.besides]
    shape = tuple(questions._length(len(one)) for one in lists)
    ready = questions._statement(shape, at_once=True)._for(connection)
    values = dict(pair for place, one in enumerate(lists) for pair in questions._fill(place, one))
    everyone = {"begin": bytes(16), "end": b"\xff" * 16, "moment": meant.moment}
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {ready.text}", ready.bind(values | everyone))
    ((found,),) = cursor.fetchall()
    return _of_terms(found[0]["Plan"])


def _of_terms(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if plan.get("Relation Name") == "candidate_term":
        yield plan
    for below in plan.get("Plans", ()):
        yield from _of_terms(below)
