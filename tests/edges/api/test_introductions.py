"""Voorstellen over HTTP: what is asked, what is answered to whom, and what stays hidden."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.edges.api.door import AGENCY, EMPLOYER, FOUND, OWN, Door, opened, unknown

PATH = "/v1/voorstellen"
MATCHER = "uitzendbureau_matcher"
CASEMANAGER = "coa_casemanager"


@pytest.fixture(name="door", scope="module")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate of its own: introductions change what an agency sees."""
    one = opened(tmp_path_factory.mktemp("gate") / "data")
    yield one
    one.gateway.close()


@pytest.fixture(name="found")
def fixture_found(door: Door) -> dict[str, Any]:
    """Search as the matcher."""
    found: dict[str, Any] = door.ask("POST", "/v1/kandidaten/_zoek", MATCHER, json={}).json()
    assert len(found["kandidaten"]) >= 10
    return found


def ask(door: Door, found: dict[str, Any], place: int = 0, **more: object) -> httpx.Response:
    """Ask for the candidate at a place of a search."""
    reference = found["kandidaten"][place]["kandidaatRef"]
    body = {"kandidaatRef": reference, "sessie": found["sessie"]} | more
    return door.ask("POST", PATH, MATCHER, json=body)


def listed(door: Door, role: str) -> dict[str, dict[str, Any]]:
    """List voorstellen by id."""
    answer = door.ask("GET", PATH, role)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["voorstellen", "ontvangstbewijs", "volgende"]
    return {one["id"]: one for one in door.listed(PATH, "voorstellen", role)}


def test_a_request_is_answered_with_its_state_only(door: Door, found: dict[str, Any]) -> None:
    """Id, state and receipt come back; nothing else, and nothing about the person."""
    answer = ask(door, found, werkgever=EMPLOYER, functie="5120")
    assert answer.status_code == 201
    assert list(answer.json()) == ["id", "status", "ontvangstbewijs"]
    assert answer.json()["status"] == "gevraagd"


def test_a_group_is_answered_one_by_one(door: Door, found: dict[str, Any]) -> None:
    """Each candidate of a batch stands with a request of its own; who is unknown is listed apart."""
    first, second = (found["kandidaten"][place]["kandidaatRef"] for place in (1, 2))
    body = {
        "kandidaten": [{"kandidaatRef": one} for one in (first, unknown(), second)],
        "sessie": found["sessie"],
        "werkgever": EMPLOYER,
        "groep": "speeddate",
    }
    answer = door.ask("POST", PATH, MATCHER, json=body)
    assert answer.status_code == 201
    asked = answer.json()["voorstellen"]
    assert [(one["kandidaatRef"], one["status"]) for one in asked] == [
        (first, "gevraagd"),
        (second, "gevraagd"),
    ]
    assert answer.json()["geweigerd"] == [{"kandidaatRef": unknown(), "reden": "SUBJECT_UNKNOWN"}]
    rows = listed(door, MATCHER)
    assert {rows[one["id"]]["groep"] for one in asked} == {"speeddate"}


def test_consent_names_her_to_who_asked(door: Door, found: dict[str, Any]) -> None:
    """Her casemanager finds the request, records her choices, and only then the matcher has a name."""
    asked = ask(door, found, 3, werkgever=EMPLOYER, functie="kok").json()["id"]
    assert listed(door, MATCHER)[asked]["clientRef"] is None
    row = listed(door, CASEMANAGER)[asked]
    assert row["aanvrager"]["naam"] == "Uitzendbureau Voorbeeld B.V."
    assert row["functie"] == "kok"
    number = next(n for n in (OWN, *FOUND) if door.reference(CASEMANAGER, n) == row["clientRef"])
    for recipient, given in ((AGENCY, True), (EMPLOYER, False)):
        assert door.consent(number, "P05", recipient, gegeven=given).status_code == 201
    after = listed(door, MATCHER)[asked]
    assert after["clientRef"] == door.reference(MATCHER, number)
    assert (after["aanvrager"]["status"], after["werkgever"]["status"]) == ("akkoord", "geweigerd")
    assert after["aanvrager"]["geslotenOp"] == "2026-03-02"
    assert asked not in listed(door, CASEMANAGER)


def test_a_request_is_taken_back_once(door: Door, found: dict[str, Any]) -> None:
    """Taking back answers with the state; a second time there is nothing to take back."""
    asked = ask(door, found, 4).json()["id"]
    path = f"{PATH}/{asked}/_intrekken"
    assert door.ask("POST", path, MATCHER).json()["status"] == "ingetrokken"
    again = door.ask("POST", path, MATCHER)
    assert (again.status_code, again.json()["fouten"][0]["veld"]) == (400, "voorstel")


def test_nobody_is_found_who_is_not_there(door: Door, found: dict[str, Any]) -> None:
    """Someone unknown, a stale session and another's request are answered in the same bytes."""
    unknown_one = {"kandidaatRef": unknown(), "sessie": found["sessie"]}
    stale = {"kandidaatRef": found["kandidaten"][5]["kandidaatRef"], "sessie": "0" * 32}
    answers = [door.ask("POST", PATH, MATCHER, json=body) for body in (unknown_one, stale)]
    answers.append(door.ask("POST", f"{PATH}/{unknown()}/_intrekken", MATCHER))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kandidaatRef": None}, "kandidaatRef"),
        ({"kandidaten": [{"kandidaatRef": unknown()}]}, "kandidaatRef"),
        ({"werkgever": AGENCY}, "werkgever"),
        ({"functie": "bel 0612345678"}, "functie"),
        ({"sessie": "s1"}, "sessie"),
    ],
)
def test_a_request_outside_its_form_names_the_member(
    door: Door, found: dict[str, Any], more: dict[str, object], field: str
) -> None:
    """No candidate, both forms, no employer, a number in a text, no session: the member is named."""
    answer = ask(door, found, 6, **more)
    assert (answer.status_code, answer.json()["fouten"][0]["veld"]) == (400, field)
    assert "0612345678" not in answer.text
