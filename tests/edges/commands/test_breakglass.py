"""`doelpoort breakglass status` says what waits for review, and fails when something waits too long."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway import wiring
from gateway.domain.breakglass import REVIEW_TERM
from gateway.settings import Settings
from tests.edges.api.door import OWN, Door, row
from tests.edges.commands.shell import doelpoort
from tests.fakes.clock import Clock

HOUR = timedelta(hours=1)


def broken(folder: Path, ago: timedelta) -> str:
    """Break the glass in a new store, some time ago; return its id."""
    clock = Clock(wiring.SystemClock().now() - ago)
    gateway = wiring.build(Settings(data=folder), create=True, clock=clock)
    try:
        door = Door(gateway, gateway.app(), clock)
        assert door.deliver(row(OWN)).status_code == 201
        body = {
            "clientRef": door.reference("coa_casemanager", OWN),
            "doel": "P03",
            "reden": "Bewoner staat onverwacht aan de balie.",
        }
        answer = door.ask("POST", "/v1/noodtoegang", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])
    finally:
        gateway.close()


@pytest.mark.parametrize(("ago", "late"), [(HOUR, False), (REVIEW_TERM + HOUR, True)])
def test_what_waits_too_long_fails(tmp_path: Path, ago: timedelta, late: bool) -> None:  # noqa: FBT001 - pytest passes parameters by name
    """One that waits for less than 72 hours is counted; one that waits longer is named, exit 1."""
    glass = broken(tmp_path / "data", ago)
    done = doelpoort("breakglass", "status", "--data", tmp_path / "data", "--json")
    assert done.code == int(late), done.err
    assert done.json == {"waiting": 1, "overdue": [glass] if late else []}


def test_nothing_waits_in_a_new_store(store: Path) -> None:
    """Where nobody broke the glass nothing waits, and exit 0."""
    done = doelpoort("breakglass", "status", "--data", store, "--json")
    assert (done.code, done.json) == (0, {"waiting": 0, "overdue": []})
