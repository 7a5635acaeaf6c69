"""Intrekking: who received her data is told when the ground falls away, and chased until it is gone."""

import json
from typing import Any

import httpx

from tests.journeys.poort import (
    AGENCY_OIN,
    KLANTMANAGER,
    MATCHER,
    UTRECHTER,
    MovableClock,
    Poort,
    Worker,
)
from tests.journeys.residents import UTRECHT, resident

SELAM = resident(1)


def meldingen(poort: Poort, who: Worker) -> list[dict[str, Any]]:
    """Read the open notices of a worker's organisation."""
    answer = poort.ask(who, "GET", "/v1/meldingen")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["meldingen"]
    return found


def bevestig(poort: Poort, who: Worker, melding: str) -> httpx.Response:
    """Confirm that what a notice is about was deleted."""
    return poort.ask(who, "POST", f"/v1/meldingen/{melding}/_bevestigen")


def status(poort: Poort) -> dict[str, Any]:
    """Ask the operator's overview."""
    found: dict[str, Any] = json.loads(poort.command("notices", "status", "--json"))
    return found


def test_a_withdrawal_is_chased_until_the_agency_confirms(
    poort: Poort, clock: MovableClock
) -> None:
    """Withdrawn, told, overdue, reminded, confirmed: the agency's own reference is all that shows."""
    poort.lever([SELAM])
    given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
    reference = poort.known_as(MATCHER, SELAM)
    assert poort.vraag(MATCHER, reference, "P05").status_code == 200
    clock.pass_by(hours=1)
    poort.trek_in(given)
    assert poort.vraag(MATCHER, reference, "P05").json()["reden"] == "CONSENT_WITHDRAWN"
    (melding,) = meldingen(poort, MATCHER)
    assert (melding["soort"], melding["clientRef"]) == ("toestemmingIngetrokken", reference)
    assert melding["toestemming"] == given["id"]
    assert meldingen(poort, KLANTMANAGER) == []
    assert bevestig(poort, KLANTMANAGER, melding["id"]).status_code == 404
    confirmed = bevestig(poort, MATCHER, melding["id"])
    assert (
        bevestig(poort, MATCHER, melding["id"]).json()["bevestigdOp"]
        == (confirmed.json()["bevestigdOp"])
    )
    assert meldingen(poort, MATCHER) == []


def test_the_operator_sees_and_chases_what_is_overdue(poort: Poort, clock: MovableClock) -> None:
    """Long ago told and never confirmed: overdue in the overview, and each reminder is on record."""
    clock.pass_by(days=-365)
    poort.lever([SELAM], "2025-11-01")
    given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
    clock.pass_by(hours=1)
    poort.trek_in(given)
    assert status(poort) == {"uitzendbureau": {"open": 1, "overdue": 1}}
    reminded = json.loads(poort.command("notices", "remind", "--json"))
    assert reminded == {"uitzendbureau": 1}
    (melding,) = meldingen(poort, MATCHER)
    assert bevestig(poort, MATCHER, melding["id"]).status_code == 200
    assert status(poort) == {}
    assert json.loads(poort.command("notices", "remind", "--json")) == {}


def test_a_relink_tells_the_old_town(poort: Poort, clock: MovableClock) -> None:
    """When Utrecht follows Harderwijk, Harderwijk is told under its own reference and Utrecht is not."""
    poort.lever([SELAM])
    reference = poort.known_as(KLANTMANAGER, SELAM)
    clock.pass_by(days=1)
    poort.koppel(SELAM, "omgekoppeld", UTRECHT)
    (melding,) = meldingen(poort, KLANTMANAGER)
    assert (melding["soort"], melding["clientRef"]) == ("koppelingBeeindigd", reference)
    assert melding["doel"] is None
    assert meldingen(poort, UTRECHTER) == []


def test_the_daily_round_ends_what_ran_out(poort: Poort, clock: MovableClock) -> None:
    """A consent of a year ago is recorded as expired once, and its agency is told."""
    clock.pass_by(days=-365)
    poort.lever([SELAM], "2025-11-01")
    poort.toestemming(SELAM, "P05", AGENCY_OIN)
    first, second = (json.loads(poort.command("consent", "sweep", "--json")) for _ in range(2))
    assert (first, second) == ({"expired": 1, "expiring": []}, {"expired": 0, "expiring": []})
    clock.pass_by(days=365)
    assert [one["soort"] for one in meldingen(poort, MATCHER)] == ["toestemmingVerlopen"]
