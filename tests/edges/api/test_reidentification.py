"""Heridentificaties over HTTP: asked by one officer, approved by another, used to look someone up."""

from typing import Any

import httpx
import pytest

from gateway.domain.callers import Persona
from gateway.domain.identifiers import ActorId, RoleId
from tests.edges.api.door import OWN, Door, unknown, v_nummer

WHY = "Zij vraagt wie haar gegevens zag."


def officer(door: Door, actor: str, partner: str = "coa") -> dict[str, str]:
    """Return the headers of a privacy officer."""
    persona = Persona(
        door.partner(partner), RoleId("privacy_officer"), ActorId(actor), frozenset(), None
    )
    assert door.gateway.actions.tokens is not None
    token = door.gateway.actions.tokens.issue(persona, door.clock.now())
    return {"Authorization": f"Bearer {token}"}


def ask(door: Door, **body: object) -> httpx.Response:
    """Ask as the first officer of COA."""
    whole = {"vNummer": v_nummer(OWN), "reden": WHY} | body
    return door.ask("POST", "/v1/heridentificaties", json=whole, headers=officer(door, "fg-1"))


def test_a_request_becomes_a_look_up(door: Door) -> None:
    """From asking to the entries of one person, each step with its receipt."""
    asked = ask(door)
    assert asked.status_code == 201
    body: dict[str, Any] = asked.json()
    assert body.pop("ontvangstbewijs")["index"] >= 0
    request = body.pop("id")
    assert body == {
        "status": "gevraagd",
        "clientRef": door.reference("coa_casemanager", OWN),
        "reden": WHY,
        "gevraagdDoor": "fg-1",
        "gevraagdOp": "2026-03-02T12:00:00+00:00",
        "goedgekeurdDoor": None,
        "goedgekeurdOp": None,
        "geldigTot": "2026-03-09T12:00:00+00:00",
    }
    path = f"/v1/heridentificaties/{request}/_goedkeuren"
    own = door.ask("POST", path, headers=officer(door, "fg-1"))
    assert (own.status_code, own.json()["reden"]) == (403, "SECOND_PERSON_NEEDED")
    approved = door.ask("POST", path, headers=officer(door, "fg-2")).json()
    assert (approved["status"], approved["goedgekeurdDoor"]) == ("goedgekeurd", "fg-2")
    assert approved["geldigTot"] == "2026-03-02T20:00:00+00:00"
    question = {"vNummer": v_nummer(OWN), "heridentificatie": request}
    seen = door.ask("POST", "/v1/logboek/_zoek", json=question, headers=officer(door, "fg-1"))
    assert seen.status_code == 200
    assert seen.json()["regels"]
    listed = door.ask("GET", "/v1/heridentificaties", headers=officer(door, "fg-3")).json()
    assert request in {one["id"] for one in listed["heridentificaties"]}
    assert v_nummer(OWN) not in asked.text + str(listed)


def test_someone_unknown_gets_the_same_answer(door: Door) -> None:
    """Whether the gate knows a person is not told by asking."""
    known, invented = ask(door).json(), ask(door, vNummer=None, clientRef=unknown()).json()
    assert known.keys() == invented.keys()
    assert known["status"] == invented["status"] == "gevraagd"


def test_another_organisation_finds_no_request(door: Door) -> None:
    """404, as for an invented one."""
    request = ask(door).json()["id"]
    for path in (request, unknown()):
        answer = door.ask(
            "POST",
            f"/v1/heridentificaties/{path}/_goedkeuren",
            headers=officer(door, "fg-9", "utrecht"),
        )
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("differs", "field"),
    [({"vNummer": None}, "clientRef"), ({"reden": "kort"}, "reden"), ({"vNummer": "1"}, "vNummer")],
)
def test_a_wrong_request_names_its_field(
    door: Door, differs: dict[str, object], field: str
) -> None:
    """A person and a reason of some words are needed."""
    answer = ask(door, **differs)
    assert (answer.status_code, answer.json()["fouten"][0]["veld"]) == (400, field)
