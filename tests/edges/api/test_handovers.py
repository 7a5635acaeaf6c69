"""Overdrachten over HTTP: confirmed, talked about, asked about and handed on, read by both sides."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import httpx
import pytest

from tests.edges.api.door import NOON, SPARE, Door, row

ONE, MOVING = SPARE + 4, 71
TALK: Mapping[str, object] = {
    "scenario": "gecombineerd",
    "vorm": "coa_locatie",
    "gepland": "2026-03-09T10:00:00+01:00",
    "instemming": True,
}
QUESTION: Mapping[str, object] = {
    "onderwerp": "opleiding",
    "veld": "opleidingen",
    "tekst": "Is het diploma gezien?",
}


@pytest.fixture(autouse=True)
def time_stands(door: Door) -> Iterator[None]:
    """Put the clock back after each test: the gate is everyone's."""
    before = door.clock.moment
    yield
    door.clock.moment = before


def write(
    door: Door, path: str, body: Mapping[str, object], key: str | None = None, number: int = ONE
) -> httpx.Response:
    """Post about a person as her klantmanager."""
    whole = {"clientRef": door.reference("gemeente_klantmanager", number), **body}
    headers = {"Idempotency-Key": key} if key else {}
    return door.ask(
        "POST", f"/v1/overdrachten{path}", "gemeente_klantmanager", json=whole, headers=headers
    )


def one(door: Door, role: str, number: int = ONE) -> httpx.Response:
    """Read one handover in a role."""
    return door.ask("GET", f"/v1/overdrachten/{door.reference(role, number)}", role)


def test_both_sides_read_how_a_handover_goes(door: Door) -> None:
    """Receipt, talk, question and answer, each with its own reference and receipt."""
    assert write(door, "/_bevestigen", {}, "c").status_code == 201
    planned = write(door, "/driegesprekken", TALK, "p").json()["id"]
    asked = write(door, "/vragen", QUESTION, "q").json()["id"]
    listed = door.listed("/v1/overdrachten/vragen", "vragen")
    assert [line["tekst"] for line in listed if line["id"] == asked] == [QUESTION["tekst"]]
    path = f"/v1/overdrachten/vragen/{asked}/_beantwoorden"
    assert door.ask("POST", path, json={"antwoord": "Ja, op 3 maart."}).status_code == 200
    path = f"/v1/overdrachten/driegesprekken/{planned}/_afronden"
    held = {"status": "gevoerd", "uitkomsten": ["afspraak_taal"]}
    assert door.ask("POST", path, "gemeente_klantmanager", json=held).status_code == 200
    for role in ("gemeente_klantmanager", "coa_casemanager"):
        found = one(door, role).json()
        assert found["clientRef"] == door.reference(role, ONE)
        assert found["ontvangstBevestigdOp"] == NOON.isoformat()
        assert found["driegesprek"] == {
            "id": planned,
            "scenario": "gecombineerd",
            "vorm": "coa_locatie",
            "gepland": "2026-03-09T09:00:00+00:00",
            "status": "gevoerd",
            "afgerondOp": NOON.isoformat(),
            "reden": None,
            "uitkomsten": ["afspraak_taal"],
        }
        (line,) = found["vragen"]
        assert (line["veld"], line["antwoord"]) == ("opleidingen", "Ja, op 3 maart.")
        assert found["ontvangstbewijs"]["leafHash"]
        rows = door.listed("/v1/overdrachten", "overdrachten", role)
        (row,) = [row for row in rows if row["clientRef"] == found["clientRef"]]
        assert (row["openVragen"], row["gemeente"]) == (0, "0243")


@pytest.mark.parametrize(
    ("path", "body"),
    [("/_bevestigen", {}), ("/driegesprekken", TALK), ("/vragen", QUESTION)],
)
def test_a_key_makes_it_one_deed(door: Door, path: str, body: Mapping[str, object]) -> None:
    """Sent again later with the same key, it answers with the first entry."""
    first = write(door, path, body, "same", SPARE).json()
    door.clock.wait(timedelta(seconds=5))
    again = write(door, path, body, "same", SPARE)
    assert (again.status_code, again.json()) == (201, first)


def test_who_moves_is_the_next_towns(door: Door) -> None:
    """Housed and handed on: her own town finds nobody any more, and the next one reads from whom."""
    assert door.deliver(row(MOVING)).status_code == 201
    refused = write(door, "/_doorgeven", {"gemeente": "0344"}, number=MOVING)
    assert (refused.status_code, refused.json()["fouten"][0]["veld"]) == (400, "gemeente")
    assert door.relate(MOVING, "gehuisvest", "0243").status_code == 201
    door.clock.wait(timedelta(seconds=5))
    moved = write(door, "/_doorgeven", {"gemeente": "0344"}, number=MOVING)
    assert (moved.status_code, moved.json()["gemeente"]) == (200, "0344")
    assert one(door, "gemeente_klantmanager", MOVING).status_code == 404
    headers = {"Authorization": f"Bearer {door.token('gemeente_klantmanager', 'utrecht')}"}
    reference = door.reference("gemeente_klantmanager", MOVING, "utrecht")
    found = door.ask("GET", f"/v1/overdrachten/{reference}", headers=headers)
    assert (found.json()["doorgegevenDoor"], found.json()["gehuisvest"]) == ("0243", True)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/driegesprekken", {**TALK, "gepland": "2026-03-01T10:00:00Z"}, "gepland"),
        ("/driegesprekken", {**TALK, "gepland": "2026-03-09T10:00:00"}, "gepland"),
        ("/driegesprekken", {**TALK, "gepland": "0001-01-01T00:00:00+14:00"}, "gepland"),
        ("/driegesprekken", {**TALK, "instemming": False}, "instemming"),
        ("/driegesprekken", {**TALK, "vorm": "wandelen"}, "vorm"),
        ("/vragen", {**QUESTION, "tekst": "Is zij zwanger?"}, "tekst"),
        ("/vragen", {**QUESTION, "tekst": "  "}, "tekst"),
        ("/vragen", {**QUESTION, "veld": "ditBestaatNiet"}, "veld"),
        ("/_doorgeven", {"gemeente": "9999"}, "gemeente"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(
    door: Door, path: str, body: Mapping[str, object], field: str
) -> None:
    """The problem names the member; what was sent does not come back."""
    answer = write(door, path, body, number=SPARE + 1)
    assert answer.status_code == 400
    assert field in answer.text
    assert "zwanger" not in answer.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "gepland"}, "status"),
        ({"status": "geannuleerd"}, "reden"),
        ({"status": "gevoerd", "reden": "verhuisd"}, "reden"),
        (
            {"status": "geannuleerd", "reden": "verhuisd", "uitkomsten": ["afspraak_taal"]},
            "uitkomsten",
        ),
    ],
)
def test_a_talk_ends_in_one_way(door: Door, body: Mapping[str, object], field: str) -> None:
    """Held without a reason, or cancelled with one and without results."""
    path = "/v1/overdrachten/driegesprekken/00000000-0000-0000-0000-000000000007/_afronden"
    answer = door.ask("POST", path, "gemeente_klantmanager", json=body)
    assert (answer.status_code, answer.json()["fouten"][0]["veld"]) == (400, field)


def test_the_words_of_a_question_stand_in_the_log_and_not_in_the_leaf(door: Door) -> None:
    """The sealed payload holds them, for whoever has the key; leaf and store do not."""
    words = "Heeft zij het CV al bijgewerkt?"
    made = write(door, "/vragen", {**QUESTION, "tekst": words}, number=SPARE + 1).json()
    index = made["ontvangstbewijs"]["index"]
    assert door.payload(index)["detail"]["words"] == words
    (stored,) = door.gateway.audit.storage.rows(index, index + 1)
    assert words.encode() not in stored.leaf
