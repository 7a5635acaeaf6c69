"""Uitleg: what a filled gate decided comes out the same when it is decided again from its log."""

import asyncio
from pathlib import Path

import pytest
from rich.console import Console

from gateway import wiring
from gateway.commands.population import fill
from gateway.commands.story import Story
from gateway.settings import Settings
from tests.journeys.intruder import swap
from tests.journeys.logbook import logged
from tests.journeys.poort import command

PEOPLE = 60
DECISIONS = 100


@pytest.mark.usefixtures("each_store_in_the_end")
def test_a_hundred_logged_decisions_come_out_the_same(tmp_path: Path) -> None:
    """Grants and refusals of the demo replay to the same fields, rules and reason; a changed one not."""
    folder = tmp_path / "data"
    gateway = wiring.build(Settings(data=folder), create=True)
    try:
        asyncio.run(fill(gateway, PEOPLE))
        while len(decided := _decisions(gateway)) < DECISIONS:
            asyncio.run(Story(gateway, Console(quiet=True)).tell())
        explain = gateway.actions.explain.logged
        retold = [asyncio.run(explain(index)) for index in decided]
        assert [one.event.index for one in retold if not one.same] == []
        assert {one.event.outcome for one in retold} >= {"granted", "refused"}
        assert all(one.story for one in retold)
    finally:
        gateway.close()
    swap(folder, "log_payload", "payload", decided[0])
    command("explain", str(decided[0]), "--data", str(folder), code=1)
    command("explain", str(decided[1]), "--replay", "--data", str(folder))


def _decisions(gateway: wiring.Gateway) -> list[int]:
    kinds = {"disclosure.intent", "disclosure.denied"}
    entries = (one for one in logged(gateway) if one.kind in kinds)
    return [one.index for one in entries if "rests_on" in one.payload]
