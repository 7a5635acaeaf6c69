"""Texts, renewals, lists and receipts of consents over HTTP."""

from typing import Any

import httpx
import pytest

from tests.edges.api.door import EMPLOYER, SPARE, Door

ONE = SPARE
TEXTS = "/v1/toestemmingsteksten"


def text(door: Door, **query: str) -> httpx.Response:
    """Ask for a text."""
    whole = {"doel": "P05", "soort": "werkgever", "taal": "tir"} | query
    return door.ask("GET", TEXTS, "werkgever", params=whole)


def receipt(door: Door, toestemming: str, formaat: str = "", **headers: str) -> httpx.Response:
    """Ask for a receipt."""
    query = {"formaat": formaat} if formaat else {}
    path = f"/v1/toestemmingen/{toestemming}/bewijs"
    return door.ask("GET", path, params=query, headers=headers)


def given(door: Door, **wish: object) -> str:
    """Let her agree; return the consent's id."""
    return str(door.consent(ONE, "P05", EMPLOYER, **wish).json()["id"])


def test_a_text_is_shown_as_it_is_read_aloud(door: Door) -> None:
    """Sections in order, which way to write, the version and digest, and that nobody reviewed it."""
    body = text(door).json()
    names = [part["naam"] for part in body.pop("delen")]
    assert (names[0], names[-1], len(names)) == ("title", "do_it_yourself", 10)
    assert body == {
        "sleutel": "P05-werkgever",
        "versie": "1",
        "taal": "ti",
        "richting": "ltr",
        "sha256": door.gateway.actions.wording.texts.get("P05", "werkgever", "ti", "1").sha256,
        "nagelezen": False,
        "opmerking": "Machinaal vertaald; geen moedertaalspreker heeft deze tekst nagelezen.",
    }
    assert text(door, taal="ara").json()["richting"] == "rtl"
    assert (
        text(door, doel="P05_arbeidsbemiddeling_voorstellen").json()["sleutel"] == "P05-werkgever"
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"doel": "P77"}, "doel"),
        ({"doel": "P02"}, "doel"),
        ({"soort": "gemeente"}, "doel"),
        ({"taal": "zz"}, "taal"),
        ({"taal": "Nederlands"}, "taal"),
        ({"versie": "9"}, "tekstVersie"),
    ],
)
def test_a_text_that_does_not_exist(door: Door, query: dict[str, str], field: str) -> None:
    """It is a wrong question that names its field."""
    answer = text(door, **query)
    assert answer.status_code == 400
    assert field in answer.json()["fouten"][0]["veld"]


def test_a_receipt_comes_in_two_formats(door: Door) -> None:
    """JSON-LD unless Kantara's is asked for, by query or by Accept; each time on record."""
    consent = given(door)
    before = door.gateway.audit.head().size
    iso = receipt(door, consent)
    assert iso.headers["content-type"] == "application/ld+json"
    assert iso.json()["@type"] == "dpv:ConsentReceipt"
    accepted = receipt(door, consent, Accept='application/json; profile="kantara"')
    for answer in (receipt(door, consent, "kantara"), accepted):
        assert answer.headers["content-type"] == "application/json; profile=kantara"
        assert answer.json()["version"] == "KI-CR-v1.1.0"
    assert door.gateway.audit.head().size == before + 3
    assert receipt(door, consent, "pdf").json()["fouten"][0]["veld"] == "formaat"


def test_a_receipt_names_her_as_the_recipient_knows_her(door: Door) -> None:
    """The pseudonym is the recipient's own reference, and no name stands in it."""
    answer = receipt(door, given(door), "kantara")
    assert answer.json()["piiPrincipalId"] == door.reference("werkgever", ONE)
    assert "Voorbeeld15" not in answer.text


def test_a_renewal_answers_with_the_new_term(door: Door) -> None:
    """A chosen term becomes the consent's; one on no words of today is refused elsewhere."""
    path = f"/v1/toestemmingen/{given(door)}/_verlengen"
    body = {"vervaldatum": "2026-05-01T00:00:00Z", "tolkNaam": "Tolk", "teruggelezen": True}
    answer = door.ask("POST", path, json=body)
    assert (answer.status_code, answer.json()["status"]) == (200, "renewed")
    assert answer.json()["vervaltOp"] == "2026-05-01T00:00:00+00:00"
    entry = door.payload(answer.json()["ontvangstbewijs"]["index"])
    assert entry["detail"]["interpreter"] == "Tolk"
    bad = door.ask("POST", path, json={"vervaldatum": "2027-05-01T00:00:00Z"})
    assert bad.json()["fouten"][0]["veld"] == "vervaldatum"


def test_the_list_shows_the_consents_of_ones_own_people(door: Door) -> None:
    """Each is a disclosure of the fields toestemming_*, and of no other."""
    consent = given(door)
    rows: list[dict[str, Any]] = []
    path: str | None = "/v1/toestemmingen"
    while path is not None:
        listed = door.ask("GET", path)
        assert listed.status_code == 200
        rows += listed.json()["clienten"]
        onward = listed.json()["volgende"]
        path = f"/v1/toestemmingen?na={onward}" if onward else None
    her = door.reference("coa_casemanager", ONE)
    (row,) = (row for row in rows if row["clientRef"] == her)
    assert consent in row["velden"]["toestemmingId"]
    others = {name for row in rows for name in row["velden"] if not name.startswith("toestemming")}
    assert others <= {"clientRef"}
