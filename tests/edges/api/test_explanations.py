"""POST /v1/verstrekkingen/_uitleg: why, in Dutch or English, and never a value."""

import httpx
import pytest

from tests.edges.api.door import OTHER, OWN, Door, unknown

PATH = "/v1/verstrekkingen/_uitleg"


def why(door: Door, role: str, doel: str, client_ref: str, **more: object) -> httpx.Response:
    """Ask why."""
    headers = more.pop("headers", {})
    body = {"clientRef": client_ref, "doel": doel} | more
    return door.ask("POST", PATH, role, json=body, headers=headers)


def test_steps_and_fields_are_told_without_a_value(door: Door) -> None:
    """What is allowed names its rule, what is not its reason and what helps; no value comes."""
    role = "gemeente_klantmanager"
    answer = why(door, role, "P02", door.reference(role, OWN), velden=["achternaam", "religie"])
    assert answer.status_code == 200, answer.text
    allowed, refused = answer.json()["velden"]
    assert allowed == {
        "veld": "achternaam",
        "toegestaan": True,
        "regel": "P02-gemeente_klantmanager",
    }
    assert (refused["veld"], refused["toegestaan"]) == ("religie", False)
    assert refused["reden"] == "SPECIAL_CATEGORY"
    assert any("P02-gemeente_klantmanager" in step for step in answer.json()["stappen"])
    assert "Voorbeeld" not in answer.text


def test_a_reason_that_can_change_says_how(door: Door) -> None:
    """A field outside the purpose comes with what to do about it."""
    role = "gemeente_klantmanager"
    answer = why(door, role, "P03", door.reference(role, OWN), velden=["achternaam"])
    (field,) = answer.json()["velden"]
    assert field["reden"] == "FIELD_NOT_IN_PURPOSE"
    assert field["watKunIkDoen"] == "Kies een doel waar dit wel bij hoort."


@pytest.mark.parametrize(
    ("headers", "more", "word"),
    [
        ({}, {}, "Toegestaan"),
        ({"Accept-Language": "en-GB"}, {}, "Allowed"),
        ({"Accept-Language": "en"}, {"taal": "nl"}, "Toegestaan"),
        ({}, {"taal": "en"}, "Allowed"),
    ],
)
def test_it_is_told_in_dutch_or_english(
    door: Door, headers: dict[str, str], more: dict[str, object], word: str
) -> None:
    """Accept-Language chooses, and ``taal`` goes before it."""
    role = "gemeente_klantmanager"
    answer = why(door, role, "P02", door.reference(role, OWN), headers=headers, **more)
    assert word in answer.json()["stappen"][-1]


def test_who_is_hidden_answers_like_nobody(door: Door) -> None:
    """Someone else's client, and no one, give the same bytes as a verstrekking about no one."""
    role = "gemeente_klantmanager"
    hidden = why(door, role, "P02", door.reference(role, OTHER))
    nobody = why(door, role, "P02", unknown())
    body = {"clientRef": unknown(), "doel": "P02"}
    asked = door.ask("POST", "/v1/verstrekkingen", role, json=body)
    assert hidden.status_code == nobody.status_code == asked.status_code == 404
    assert hidden.content == nobody.content == asked.content


def test_an_explanation_is_logged_with_what_it_rests_on(door: Door) -> None:
    """The log names who asked why about whom, and the decision can be taken again."""
    role = "gemeente_klantmanager"
    receipt = why(door, role, "P02", door.reference(role, OWN)).json()["ontvangstbewijs"]
    payload = door.payload(receipt["index"])
    assert payload["subject"] == str(door.subject(OWN))
    assert payload["rests_on"]["of"]["id"] == str(door.subject(OWN))


def test_a_field_that_does_not_exist_is_named_by_its_place_only(door: Door) -> None:
    """A made-up field is refused without being repeated."""
    answer = why(door, "gemeente_klantmanager", "P02", unknown(), velden=["Geheim-0999"])
    assert answer.status_code == 400
    assert "Geheim" not in answer.text
