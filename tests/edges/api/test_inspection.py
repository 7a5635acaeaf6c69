"""Inzage over HTTP: the shape of the answer, and what a request for rectification may hold."""

import json

import pytest

from tests.edges.api.door import OWN, Door


def test_inzage_has_the_agreed_shape(door: Door) -> None:
    """Her fields, consents and recipients, the completeness, and the receipt of this look."""
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
    answer = door.ask("GET", "/v1/inzage", "betrokkene")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    body = answer.json()
    assert list(body) == [
        "velden",
        "ontbreekt",
        "geweigerd",
        "verplichtingen",
        "ontvangstbewijs",
        "toestemmingen",
        "ontvangers",
        "volledigheid",
    ]
    assert body["velden"]["achternaam"] == "Voorbeeld1"
    assert body["geweigerd"] == []
    assert len(body["toestemmingen"]) == len(body["velden"]["toestemmingId"]) >= 3
    last, herself = body["ontvangers"][-2:]
    assert list(last) == [
        "organisatie",
        "doel",
        "velden",
        "op",
        "uitkomst",
        "reden",
        "soort",
        "index",
    ]
    assert (last["organisatie"], last["velden"]) == ("Gemeente Harderwijk", ["roepnaam"])
    assert herself["index"] == body["ontvangstbewijs"]["index"]
    complete = body["volledigheid"]
    counts = [line["teller"] for line in complete["regels"]]
    assert complete["sluitend"] is True
    assert counts == [*range(1, complete["aantal"] + 1)]
    assert {one["index"] for one in body["ontvangers"]} <= {
        line["index"] for line in complete["regels"]
    }


def test_no_worker_is_named(door: Door) -> None:
    """She sees organisations; who worked there stays with them."""
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
    answer = door.ask("GET", "/v1/inzage", "betrokkene")
    for worker in ("gemeente_klantmanager-1", "coa_casemanager-1"):
        assert worker not in answer.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"toelichting": "x" * 501}, "toelichting"),
        ({"toelichting": " "}, "toelichting"),
        ({"veld": "geboortedatum"}, "toelichting"),
        ({"toelichting": "Nee.", "veld": "schoenmaat"}, "veld"),
        ({"toelichting": "\ud800"}, "toelichting"),
    ],
)
def test_a_request_that_does_not_fit_is_named_and_not_repeated(
    door: Door, body: dict[str, object], field: str
) -> None:
    """A 400 names the member; nothing is recorded of it."""
    before = door.gateway.audit.head().size
    answer = door.ask(
        "POST",
        "/v1/inzage/_klopt-niet",
        "betrokkene",
        content=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.json()["fouten"][0]["veld"] == field
    assert "schoenmaat" not in answer.text
    assert door.gateway.audit.head().size == before


def test_a_request_is_answered_with_its_place_in_the_log(door: Door) -> None:
    """202 with the index of the entry, and the receipt that proves it."""
    body = {"toelichting": "Mijn opleiding ontbreekt."}
    answer = door.ask("POST", "/v1/inzage/_klopt-niet", "betrokkene", json=body)
    assert answer.status_code == 202
    assert list(answer.json()) == ["index", "ontvangstbewijs"]
    assert answer.json()["index"] == answer.json()["ontvangstbewijs"]["index"]
    about = door.ask("GET", "/v1/inzage", "betrokkene").json()["volledigheid"]["regels"]
    assert (answer.json()["index"], "rectification") in [(n["index"], n["soort"]) for n in about]
