"""Rectificaties over HTTP: reported with a key, listed for COA, and closed with a verdict."""

import pytest

from tests.edges.api.door import SPARE, Door

ONE = SPARE + 3


def report(door: Door, key: str | None = None, **differs: object) -> dict[str, object]:
    """Report a field as the klantmanager."""
    body = {
        "clientRef": door.reference("gemeente_klantmanager", ONE),
        "doel": "P02",
        "veld": "roepnaam",
        "toelichting": "Zij heet Sara.",
    } | differs
    headers = {"Idempotency-Key": key} if key else {}
    answer = door.ask(
        "POST",
        "/v1/verstrekkingen/_klopt-niet",
        "gemeente_klantmanager",
        json=body,
        headers=headers,
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_request_is_reported_listed_and_refused(door: Door) -> None:
    """Each step with its receipt; the same key is the same request."""
    request = report(door, "k")
    assert report(door, "k")["id"] == request["id"]
    listed = door.listed("/v1/rectificaties", "rectificaties")
    (line,) = [one for one in listed if one["id"] == request["id"]]
    assert line == {
        "clientRef": door.reference("coa_casemanager", ONE),
        "id": request["id"],
        "veld": "roepnaam",
        "toelichting": "Zij heet Sara.",
        "gemeldDoor": door.partner("harderwijk").oin,
        "gemeldOp": "2026-03-02T12:00:00+00:00",
    }
    body = {"oordeel": "geweigerd", "toelichting": "In het paspoort staat Selam."}
    path = f"/v1/rectificaties/{request['id']}/_afhandelen"
    closed = door.ask("POST", path, json=body)
    assert (closed.status_code, closed.json()["status"]) == (200, "geweigerd")
    listed = door.listed("/v1/rectificaties", "rectificaties")
    assert request["id"] not in [one["id"] for one in listed]


def test_her_own_message_takes_a_key_too(door: Door) -> None:
    """Sent twice with one key it stands in the log once."""
    body = {"toelichting": "Mijn opleiding ontbreekt."}
    answers = [
        door.ask(
            "POST",
            "/v1/inzage/_klopt-niet",
            "betrokkene",
            json=body,
            headers={"Idempotency-Key": "her-1"},
        ).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"oordeel": "geweigerd"}, "toelichting"),
        ({"oordeel": "gecorrigeerd", "toelichting": "Klaar."}, "toelichting"),
        ({"oordeel": "gecorrigeerd"}, "oordeel"),
        ({"oordeel": "misschien"}, "oordeel"),
    ],
)
def test_a_wrong_verdict_names_its_field(door: Door, body: dict[str, str], field: str) -> None:
    """A refusal has a reason, and nothing is corrected that no delivery changed."""
    path = f"/v1/rectificaties/{report(door)['id']}/_afhandelen"
    answer = door.ask("POST", path, json=body)
    assert (answer.status_code, answer.json()["fouten"][0]["veld"]) == (400, field)
