"""Verstrekkingen per batch over HTTP: the shape, and that who is hidden stays so."""

from collections.abc import Iterator

import httpx
import pytest

from tests.edges.api.door import EMPLOYER, FOUND, OTHER, OWN, SPARE, Door, opened, unknown

PATH = "/v1/verstrekkingen/_batch"


@pytest.fixture(name="door", scope="module")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate of its own: a stage of mediation changes what an employer is told."""
    one = opened(tmp_path_factory.mktemp("gate") / "data")
    yield one
    one.gateway.close()


def batch(door: Door, role: str, doel: str, *references: str, **more: object) -> httpx.Response:
    """Ask for a batch in a role."""
    body = {"clientRefs": list(references), "doel": doel} | more
    return door.ask("POST", PATH, role, json=body)


def test_a_batch_has_the_agreed_shape(door: Door) -> None:
    """Each person stands with fields, duties and receipt of her own, before the parent's receipt."""
    role, doel = "gemeente_klantmanager", "P02"
    own = [door.reference(role, number) for number in (OWN, SPARE)]
    answer = batch(door, role, doel, *own, velden=["achternaam", "religie"])
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["verstrekkingen", "ontvangstbewijs", "geweigerd"]
    assert body["geweigerd"] == []
    first, second = body["verstrekkingen"]
    assert list(first) == [
        "clientRef",
        "velden",
        "ontbreekt",
        "geweigerd",
        "verplichtingen",
        "ontvangstbewijs",
    ]
    assert [first["clientRef"], second["clientRef"]] == own
    assert first["velden"] == {"achternaam": "Voorbeeld1"}
    assert second["geweigerd"] == [{"veld": "religie", "reden": "SPECIAL_CATEGORY"}]
    indexes = [one["ontvangstbewijs"]["index"] for one in (body, first, second)]
    assert indexes == sorted(set(indexes))
    parents = {door.payload(index)["parent"] for index in indexes[1:]}
    assert parents == {body["ontvangstbewijs"]["id"]}


def test_who_is_hidden_and_who_does_not_exist_look_alike(door: Door) -> None:
    """A person of another town and an invented reference are refused in the same form."""
    role = "gemeente_klantmanager"
    asked = [door.reference(role, OTHER), unknown()]
    body = batch(door, role, "P02", *asked).json()
    assert body["verstrekkingen"] == []
    assert body["geweigerd"] == [{"clientRef": one, "reden": "SUBJECT_UNKNOWN"} for one in asked]


def test_each_refusal_has_its_own_reason(door: Door) -> None:
    """Of a group one is granted, one waits for her consent, and one is unknown."""
    late = FOUND[-1]
    assert door.consent(OWN, "P06", EMPLOYER).status_code == 201
    assert door.consent(late, "P05", EMPLOYER).status_code == 201
    references = [door.reference("werkgever", number) for number in (OWN, late, SPARE)]
    body = batch(door, "werkgever", "P06", *references).json()
    assert [one["clientRef"] for one in body["verstrekkingen"]] == references[:1]
    assert [one["reden"] for one in body["geweigerd"]] == ["STAGE_NOT_REACHED", "SUBJECT_UNKNOWN"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"clientRefs": [], "doel": "P02"}, "clientRefs"),
        ({"clientRefs": [unknown()] * 2, "doel": "P02"}, "clientRefs"),
        (
            {"clientRefs": [f"00000000-0000-4000-8000-{n:012d}" for n in range(51)], "doel": "P02"},
            "clientRefs",
        ),
        ({"clientRefs": [unknown()], "doel": "P02", "velden": ["leeftijd"]}, "velden.0"),
    ],
    ids=["nobody", "twice", "too many", "no field"],
)
def test_a_batch_outside_its_form_is_refused(door: Door, body: object, field: str) -> None:
    """Nobody, someone twice, over fifty people, or a field that is none: the member is named."""
    answer = door.ask("POST", PATH, "gemeente_klantmanager", json=body)
    assert answer.status_code == 400
    assert answer.json()["fouten"][0]["veld"] == field


def test_who_has_not_the_purpose_gets_no_batch(door: Door) -> None:
    """A purpose outside the agreement refuses the whole request."""
    answer = batch(door, "werkgever", "P02", door.reference("werkgever", OWN))
    assert (answer.status_code, answer.json()["reden"]) == (403, "PURPOSE_NOT_IN_AGREEMENT")
