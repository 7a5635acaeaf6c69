"""Noodtoegang: a stranger's emergency opens an hour, two officers see it, and it must be reviewed."""

from typing import Any

import httpx
import pytest

from tests.journeys.poort import COA_OFFICER, UTRECHTER, MovableClock, Poort, Worker
from tests.journeys.residents import resident

SELAM = resident(1)
OWN_OFFICER = Worker("utrecht", "privacy_officer", "fg-utrecht")
OTHER_OFFICER = Worker("harderwijk", "privacy_officer", "fg-harderwijk")
WHY = "Bewoner staat onverwacht aan de balie en heeft een tolk nodig."
NOTE = "Nagegaan bij de balie: de bewoner stond er echt."


@pytest.fixture(name="reference")
def fixture_reference(poort: Poort) -> str:
    """Let COA deliver someone linked to Harderwijk; return how Utrecht would know her."""
    assert poort.lever([SELAM])["accepted"] == 1
    return poort.known_as(UTRECHTER, SELAM)


def broken(poort: Poort, **about: str) -> httpx.Response:
    """Let the klantmanager of Utrecht break the glass."""
    body = {"doel": "P02", "reden": WHY} | about
    return poort.ask(UTRECHTER, "POST", "/v1/noodtoegang", body)


def listed(poort: Poort, who: Worker) -> list[dict[str, Any]]:
    """Read an officer's list."""
    found: list[dict[str, Any]] = poort.ask(who, "GET", "/v1/noodtoegang").json()["noodtoegang"]
    return found


def test_from_emergency_to_review(poort: Poort, clock: MovableClock, reference: str) -> None:
    """Refused, then granted for an hour without numbers; both officers see it; one reviews it."""
    assert poort.vraag(UTRECHTER, reference, "P02").status_code == 404
    answer = broken(poort, vNummer=SELAM.v_nummer)
    assert answer.status_code == 201, answer.text
    glass = answer.json()["id"]
    opened = poort.vraag(UTRECHTER, reference, "P02").json()
    assert opened["velden"]["achternaam"] == SELAM.name
    assert not {"bsn", "vNummer"} & opened["velden"].keys()
    clock.pass_by(hours=1)
    assert poort.vraag(UTRECHTER, reference, "P02").status_code == 404
    for officer, seen in ((COA_OFFICER, [glass]), (OWN_OFFICER, [glass]), (OTHER_OFFICER, [])):
        assert [one["id"] for one in listed(poort, officer)] == seen
    verdict = {"oordeel": "justified", "toelichting": NOTE}
    path = f"/v1/noodtoegang/{glass}/_beoordelen"
    assert poort.ask(OTHER_OFFICER, "POST", path, verdict).status_code == 404
    assert poort.ask(OWN_OFFICER, "POST", path, verdict).json()["oordeel"] == "justified"
    assert poort.ask(COA_OFFICER, "POST", path, verdict).status_code == 400
    assert listed(poort, COA_OFFICER)[0]["oordeel"] == "justified"
    assert "_glass_broken_total" in poort.gateway.telemetry.exposition()


def test_a_disclosure_under_it_is_told_as_such(poort: Poort, reference: str) -> None:
    """The operator reads that no relation, but break-glass, carried it; it replays the same."""
    assert broken(poort, clientRef=reference).status_code == 201
    index = poort.vraag(UTRECHTER, reference, "P02").json()["ontvangstbewijs"]["index"]
    told = poort.command("explain", str(index), "--replay")
    assert "noodtoegang" in told
    assert "replay: same" in told


def test_officers_read_why_in_the_log(poort: Poort, reference: str) -> None:
    """The reason is not on the list but in the sealed log, for both organisations' officers."""
    assert broken(poort, clientRef=reference).status_code == 201
    for officer in (COA_OFFICER, OWN_OFFICER):
        assert WHY not in poort.ask(officer, "GET", "/v1/noodtoegang").text
        found = poort.ask(officer, "POST", "/v1/logboek/_zoek", {"soort": "breakglass"}).json()
        assert [line["bijzonderheden"]["why"] for line in found["regels"]] == [WHY]


def test_who_does_not_exist_is_as_unknown_as_ever(poort: Poort, reference: str) -> None:
    """A V-nummer that nobody has answers like a verstrekking about no one."""
    nobody = broken(poort, vNummer="0998999999")
    stranger = poort.vraag(UTRECHTER, reference, "P02")
    assert nobody.status_code == stranger.status_code == 404
    assert nobody.content == stranger.content
