"""The decision point keeps AuthZEN 1.0: the certification scenario, the interop decisions, our own rules."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from gateway.api.authzen import BASE, DISCOVERY
from tests.edges.api.certification import CHECKS, JSON_TYPE
from tests.edges.api.door import NOON, OTHER, OWN, Door, opened, unknown

TESTS: Final = Path(__file__).parents[2]
SETS: Final = TESTS / "standards" / "authzen"
INTEROP: Final[dict[str, Any]] = json.loads(
    (TESTS / "vectors" / "policy" / "authzen_interop.json").read_text("utf-8")
)
P02: Final = "P02_warme_overdracht_brede_intake"
KLANTMANAGER: Final = "gemeente_klantmanager"


@pytest.fixture(name="point", scope="module")
def fixture_point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate that answers for the published sets beside its own rules."""
    door = opened(tmp_path_factory.mktemp("point") / "data", access_sets=SETS)
    yield door
    door.gateway.close()


def ask(point: Door, path: str, body: object, role: str | None = KLANTMANAGER) -> httpx.Response:
    """Post a question."""
    return point.ask("POST", f"{BASE}/{path}", role, json=body)


def client(point: Door, number: int, *velden: str, role: str = KLANTMANAGER) -> dict[str, Any]:
    """Ask whether a role may have fields of a person for P02."""
    properties = {"properties": {"velden": list(velden)}} if velden else {}
    resource = {"type": "client", "id": point.reference(KLANTMANAGER, number)} | properties
    return {"subject": {"type": "rol", "id": role}, "action": {"name": "P02"}, "resource": resource}


def veld(name: str, role: str = KLANTMANAGER, doel: str = "P02") -> dict[str, Any]:
    """Ask whether a role may ever have a field for a purpose."""
    return {
        "subject": {"type": "rol", "id": role},
        "action": {"name": doel},
        "resource": {"type": "veld", "id": name},
    }


# --- the certification scenario ----------------------------------------------------------------


def test_the_scenario_has_all_its_checks() -> None:
    """All 52 numbered checks of evaluation, evaluations and search are there."""
    told = {check.number for check in CHECKS}
    sizes = {"2.2": 9, "2.3": 2, "2.4": 6, "2.5": 2, "3.2": 7, "3.3": 4, "3.4": 3}
    sizes |= {"4.2": 4, "4.3": 3, "4.4": 3, "4.5": 4, "4.6": 2, "4.7": 2}
    numbered = {f"{part}.{n}" for part, size in sizes.items() for n in range(1, size + 1)}
    assert told == numbered | {"2.6"}
    assert len(told) == 52


@pytest.mark.parametrize("number", dict.fromkeys(check.number for check in CHECKS))
def test_a_check_of_the_certification_scenario_passes(point: Door, number: str) -> None:
    """Status, shape, headers and, where the scenario fixes them, the decisions."""
    for check in (check for check in CHECKS if check.number == number):
        content = check.body if isinstance(check.body, bytes) else json.dumps(check.body).encode()
        answer = point.ask(
            "POST", f"{BASE}/{check.path}", KLANTMANAGER, content=content, headers=check.headers
        )
        assert answer.status_code == check.status, answer.text
        kind = "application/json" if check.status == 200 else "application/problem+json"
        assert answer.headers["Content-Type"] == kind
        assert check.expects(answer), answer.text


def test_the_decision_point_can_be_discovered(point: Door) -> None:
    """Its address and its five endpoints, over HTTPS and without a token."""
    told = point.ask("GET", DISCOVERY, None)
    assert (told.status_code, told.headers["Content-Type"]) == (200, "application/json")
    found = told.json()
    assert found.pop("policy_decision_point") == "https://doelpoort.example"
    assert found.pop("access_evaluation_endpoint").endswith("/access/v1/evaluation")
    assert len(found) == 4
    assert all(one.startswith("https://doelpoort.example/access/v1/") for one in found.values())


# --- the interop decisions ---------------------------------------------------------------------


@pytest.mark.parametrize("part", ["todo", "api_gateway"])
def test_every_interop_decision_comes_out_as_published(point: Door, part: str) -> None:
    """Forty to-do questions and twenty-five of a gateway, one by one."""
    cases = INTEROP[part]["evaluation"]
    bodies = [case["request"] for case in cases]
    halves = [bodies[start : start + 50] for start in range(0, len(bodies), 50)]
    told = [
        one["decision"]
        for half in halves
        for one in ask(point, "evaluations", {"evaluations": half}).json()["evaluations"]
    ]
    assert told == [case["expected"] for case in cases]
    assert ask(point, "evaluation", bodies[0]).json() == {"decision": cases[0]["expected"]}
    assert len(told) == {"todo": 40, "api_gateway": 25}[part]


def test_every_interop_batch_comes_out_as_published(point: Door) -> None:
    """Three batches, with the same subject and action for all."""
    for case in INTEROP["todo"]["evaluations"]:
        answer = ask(point, "evaluations", case["request"])
        assert answer.json() == {"evaluations": case["expected"]}


@pytest.mark.parametrize(
    ("semantic", "told"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_a_batch_stops_where_it_was_told_to(point: Door, semantic: str, told: list[bool]) -> None:
    """All, up to the first denial, or up to the first permit."""
    batch = {
        "evaluations": [veld("achternaam"), veld("religie"), veld("roepnaam")],
        "options": {"evaluations_semantic": semantic},
    }
    answer = ask(point, "evaluations", batch).json()["evaluations"]
    assert [one["decision"] for one in answer] == told


# --- our own rules -----------------------------------------------------------------------------


def test_the_matrix_answers_of_nobody(point: Door) -> None:
    """Role, purpose and field, in either spelling; unknown names are a no."""
    for name in ("achternaam", "nt2_niveau_spreken", "nt2NiveauSpreken"):
        assert ask(point, "evaluation", veld(name)).json() == {"decision": True}
    no = [
        veld("religie"),
        veld("bijnaam"),
        veld("achternaam", doel="P99"),
        veld("achternaam", role="werkgever"),
        veld("opvanglocatie_gemeente_code"),
    ]
    for one in no:
        assert ask(point, "evaluation", one).json() == {"decision": False}


def test_the_matrix_can_be_searched_three_ways(point: Door) -> None:
    """Which roles, which fields, and for which purposes."""
    question = veld("bsn")
    roles = ask(point, "search/subject", question | {"subject": {"type": "rol"}}).json()["results"]
    assert {"type": "rol", "id": KLANTMANAGER} in roles
    assert {"type": "rol", "id": "werkgever"} not in roles
    fields = ask(point, "search/resource", question | {"resource": {"type": "veld"}}).json()[
        "results"
    ]
    assert {"type": "veld", "id": "nt2NiveauSpreken"} in fields
    purposes = ask(point, "search/action", question).json()["results"]
    assert {"name": P02} in purposes
    assert len(purposes) < 12


def test_a_client_is_decided_as_a_disclosure_would(point: Door) -> None:
    """All the fields she asks, or no; with what would be granted."""
    yes = ask(point, "evaluation", client(point, OWN, "achternaam", "nt2NiveauSpreken")).json()
    assert yes == {"decision": True, "context": {"velden": ["achternaam", "nt2NiveauSpreken"]}}
    part = ask(point, "evaluation", client(point, OWN, "achternaam", "religie")).json()
    assert part == {"decision": False, "context": {"velden": ["achternaam"]}}
    assert ask(point, "evaluation", client(point, OWN)).json()["decision"] is True


def test_whom_she_may_not_know_gets_the_answer_of_nobody(point: Door) -> None:
    """Someone else's client, an invented reference, no reference, a field that is none: the same bytes."""
    stranger = client(point, OTHER)
    invented = stranger | {"resource": {"type": "client", "id": unknown()}}
    odd = stranger | {"resource": {"type": "client", "id": "niemand"}}
    strange = client(point, OWN, "bijnaam")
    unlisted = stranger | {
        "resource": stranger["resource"] | {"properties": {"velden": "achternaam"}}
    }
    answers = {
        ask(point, "evaluation", one).content
        for one in (stranger, invented, odd, strange, unlisted)
    }
    assert answers == {b'{"decision":false}'}


def test_nobody_asks_for_another_role(point: Door) -> None:
    """About a client the asker has her own role only."""
    other = client(point, OWN, role="gemeente_huisvesting")
    assert ask(point, "evaluation", other).json() == {"decision": False}


def test_clients_are_not_searched(point: Door) -> None:
    """Whom someone may know is no answer of the decision point."""
    question = client(point, OWN) | {"resource": {"type": "client"}}
    assert ask(point, "search/resource", question).json() == {"results": []}


# --- who asks, and what is kept ----------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["evaluation", "evaluations", "search/subject", "search/resource", "search/action"]
)
def test_who_has_not_signed_in_gets_no_answer(point: Door, path: str) -> None:
    """Without a token every endpoint is 401, and says how to sign in."""
    answer = ask(point, path, veld("achternaam"), role=None)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_each_call_is_one_entry_that_names_nothing_asked(point: Door) -> None:
    """How many were asked and granted, by which call and whom; a client's decision has its own entry."""
    before = point.gateway.audit.head().size
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    batch = {"evaluations": [veld("achternaam"), veld("religie"), {"subject": 1}]}
    asked = point.ask(
        "POST", f"{BASE}/evaluations", KLANTMANAGER, json=batch, headers={"traceparent": trace}
    )
    assert asked.status_code == 200
    assert point.gateway.audit.head().size == before + 1
    told = point.payload(before)
    assert told["detail"] == {"call": "adl.access_evaluations", "asked": 3, "granted": 1}
    assert told["trace"].startswith("0af7651916cd43dd8448eb211c80319c")
    ask(point, "evaluation", client(point, OWN, "achternaam"))
    assert point.gateway.audit.head().size == before + 3
    assert point.payload(before + 1)["fields"] == ["achternaam"]


def test_too_many_questions_at_once_are_refused(point: Door) -> None:
    """A batch holds at most fifty."""
    answer = ask(point, "evaluations", {"evaluations": [veld("achternaam")] * 51})
    assert answer.status_code == 400
    assert answer.json()["fouten"] == [{"veld": "evaluations", "reden": "too long"}]


def test_an_empty_batch_needs_a_whole_question(point: Door) -> None:
    """Without evaluations and without a question on top there is nothing to answer."""
    answer = ask(point, "evaluations", {"subject": {"type": "rol", "id": KLANTMANAGER}})
    assert (answer.status_code, answer.json()["reden"]) == (400, "INVALID_REQUEST")


def test_it_has_its_own_document(point: Door) -> None:
    """Its OpenAPI document tells its five routes; the gate's own tells none of them."""
    own = point.ask("GET", f"{BASE}/openapi.json", None).json()
    assert len(own["paths"]) == 5
    whole = point.ask("GET", "/v1/openapi.json", None).json()
    assert not [path for path in whole["paths"] if "evaluation" in path]


def test_the_day_of_a_purpose_counts(point: Door) -> None:
    """A purpose that is not in force opens nothing, whatever its rules say."""
    point.clock.moment = NOON.replace(year=2021)
    try:
        answer = ask(point, "evaluation", veld("achternaam"))
    finally:
        point.clock.moment = NOON
    assert answer.json() == {"decision": False}
    assert answer.headers["Content-Type"] == JSON_TYPE["Content-Type"]
