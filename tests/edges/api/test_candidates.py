"""Kandidaten over HTTP: filters, pages, sessions, and a group that is too small."""

import pytest

from tests.edges.api.door import OWN, Door

MATCHER = "uitzendbureau_matcher"


def find(door: Door, **question: object) -> dict[str, object]:
    """Search as a matcher of her own, with her own budget."""
    answer = door.ask("POST", "/v1/kandidaten/_zoek", MATCHER, json=question)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_search_has_the_agreed_shape(door: Door) -> None:
    """Candidates without names, a rounded count, the session to go on with, and a receipt."""
    body = find(door)
    assert list(body) == [
        "kandidaten",
        "ontvangstbewijs",
        "teKlein",
        "aantal",
        "meerDan",
        "volgorde",
        "sessie",
        "vanaf",
    ]
    assert (body["teKlein"], body["aantal"], body["meerDan"], body["vanaf"]) == (
        False,
        15,
        False,
        None,
    )
    assert isinstance(body["kandidaten"], list)
    assert len(body["kandidaten"]) == 13
    for one in body["kandidaten"]:
        assert list(one) == ["kandidaatRef", "velden"]
        assert one["velden"]["clientRef"] == one["kandidaatRef"]
        assert one["velden"]["bemiddelingspostcode4"] == "38xx"
        assert not {"achternaam", "roepnaam", "vNummer", "geboortedatum"} & set(one["velden"])


def test_a_group_that_is_too_small_is_no_error(door: Door) -> None:
    """Too few is answered with 200, no count and no one."""
    assert find(door, filters={"engelsNiveau": "C2"}) == {
        "teKlein": True,
        "aantal": None,
        "meerDan": False,
        "kandidaten": [],
    }


@pytest.mark.parametrize(
    "filters",
    [
        {"engelsNiveau": "B1"},
        {"engels_niveau": ["C2", "A2"]},
        {"beschikbaarUren": 24, "nt2NiveauSpreken": "A1"},
        {"beschikbaarUren": "32"},
        {"bemiddelingspostcode4": "3899"},
        {},
    ],
)
def test_filters_go_by_field_in_either_spelling(door: Door, filters: dict[str, object]) -> None:
    """A value, a number or a list of values; at least a level, at least so many hours."""
    assert find(door, filters=filters)["aantal"] == 15


@pytest.mark.parametrize(("postcode", "km", "small"), [("8011", 50, False), ("9711", 50, True)])
def test_a_distance_goes_from_area_to_area(
    door: Door, postcode: str, km: int, *, small: bool
) -> None:
    """Whoever lives around Harderwijk is found from Zwolle, and not from Groningen."""
    asked = {"bemiddelingspostcode4": postcode}
    assert find(door, filters=asked)["teKlein"] is True
    assert find(door, filters=asked, afstandKm=km)["teKlein"] is small


def test_a_session_keeps_its_references_and_order(door: Door) -> None:
    """Going on with the same session names the same people alike; a new one names them anew."""
    first = find(door)
    again = find(door, sessie=first["sessie"])
    other = find(door)
    assert again["kandidaten"] == first["kandidaten"]
    assert other["sessie"] != first["sessie"]
    references = [
        {one["kandidaatRef"] for one in body["kandidaten"]}  # type: ignore[attr-defined]  # a list
        for body in (first, other)
    ]
    assert references[0] & references[1] == set()


def test_a_candidate_cannot_be_asked_about_by_her_passing_name(door: Door) -> None:
    """The reference of a search is unknown to the disclosure."""
    one = find(door)["kandidaten"][0]  # type: ignore[index]  # a list
    body = {"clientRef": one["kandidaatRef"], "doel": "P05"}
    assert door.ask("POST", "/v1/verstrekkingen", MATCHER, json=body).status_code == 404


def test_a_second_page_of_a_short_list_is_empty(door: Door) -> None:
    """Past the last candidate there is nobody."""
    body = find(door, vanaf=50)
    assert (body["kandidaten"], body["aantal"]) == ([], 15)


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"filters": {"achternaam": "x"}}, "filters"),
        ({"filters": {"engelsNiveau": []}}, "filters.engelsNiveau"),
        ({"filters": {"beschikbaarUren": "veel"}}, "filters.beschikbaarUren"),
        ({"filters": {"beschikbaarUren": "²"}}, "filters.beschikbaarUren"),
        ({"filters": {"beschikbaarUren": "-8"}}, "filters.beschikbaarUren"),
        ({"filters": {"beschikbaarUren": -8}}, "filters"),
        ({"filters": {"reisafstandMaxKm": "ver"}}, "filters.reisafstandMaxKm"),
        ({"filters": {"beschikbaarVanaf": "morgen"}}, "filters.beschikbaarVanaf"),
        ({"filters": {"beschikbaarUren": "9" * 5_000}}, "filters"),
        ({"filters": {"engelsNiveau": ["B1"] * 51}}, "filters"),
        ({"filters": {str(n): "x" for n in range(13)}}, "filters"),
        ({"sessie": "x"}, "sessie"),
        ({"vanaf": 25}, "vanaf"),
        ({"afstandKm": 0}, "afstandKm"),
        ({"afstandKm": 20}, "afstandKm"),
        (
            {"afstandKm": 20, "filters": {"bemiddelingspostcode4": "0"}},
            "bemiddelingspostcode4",
        ),
        ({"vanaf": 100}, "vanaf"),
        ({"doel": "P" * 61}, "doel"),
        ({"onbekend": 1}, "body"),
    ],
)
def test_a_wrong_question_names_its_field(
    door: Door, question: dict[str, object], field: str
) -> None:
    """Each is a 400 that names the field and why."""
    answer = door.ask("POST", "/v1/kandidaten/_zoek", MATCHER, json=question)
    assert answer.status_code == 400
    assert field in {fault["veld"] for fault in answer.json()["fouten"]}


def test_a_surrogate_half_is_no_text(door: Door) -> None:
    """Text that no encoding holds is refused, not a fault of ours."""
    answer = door.ask(
        "POST",
        "/v1/kandidaten/_zoek",
        MATCHER,
        content=b'{"filters":{"engelsNiveau":"\\ud800"}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400


def test_the_budget_ends_in_too_many_requests(door: Door) -> None:
    """After the day's searches the answer is 429 with its reason."""
    actor = "zoeker-zonder-maat"
    persona = door.persona(MATCHER, actor=actor)
    assert door.gateway.actions.tokens is not None
    token = door.gateway.actions.tokens.issue(persona, door.clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    budget = door.gateway.settings.search_budget
    statuses = [
        door.ask(
            "POST",
            "/v1/kandidaten/_zoek",
            json={"filters": {"engelsNiveau": "C2"}},
            headers=headers,
        ).status_code
        for _ in range(budget)
    ]
    assert set(statuses) == {200}
    last = door.ask("POST", "/v1/kandidaten/_zoek", json={}, headers=headers)
    assert (last.status_code, last.json()["reden"]) == (429, "QUERY_BUDGET_SPENT")


def test_a_matcher_cannot_disclose_alone_whom_she_may_find(door: Door) -> None:
    """Asking for one person at the search stage is a group of one."""
    answer = door.disclose(MATCHER, "P04", OWN)
    assert (answer.status_code, answer.json()["reden"]) == (403, "GROUP_TOO_SMALL")
