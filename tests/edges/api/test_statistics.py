"""Statistieken over HTTP: trade names, no person, no number under ten, and a problem where refused."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.partners import Caller
from tests.edges.api.door import Door, opened


@pytest.fixture(name="door", scope="module")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate that has counted its nineteen people."""
    one = opened(tmp_path_factory.mktemp("statistics") / "data")
    job = Caller(one.partner("coa"), RoleId("poort"), ActorId("nightly-count"))
    asyncio.run(one.gateway.actions.counting(job))
    yield one
    one.gateway.close()


def ask(door: Door, tabel: str, *dimensies: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - what JSON takes
    """Ask for a table as the analyst."""
    body = {"tabel": tabel, "dimensies": list(dimensies)} | more
    return door.ask("POST", "/v1/statistieken/_bevragen", "analist", json=body)


def test_the_tables_are_listed_with_their_day(door: Door) -> None:
    """Each table says its dimensions, all their categories, and of which day it is."""
    listed = door.ask("GET", "/v1/statistieken", "analist").json()["tabellen"]
    assert {one["peildatum"] for one in listed} == {"2026-03-02"}
    (work,) = (one for one in listed if one["tabel"] == "werk-per-doelgroep")
    assert [one["dimensie"] for one in work["dimensies"]] == [
        "doelgroep", "leeftijdsband", "werkStatus",
    ]  # fmt: skip
    assert "nareiziger" in work["dimensies"][0]["categorieen"]


def test_a_table_names_its_categories_and_withholds(door: Door) -> None:
    """What is not named is summed over; nobody and a few both have no number; a receipt comes along."""
    answer = ask(door, "werk-per-doelgroep", "doelgroep")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    cells = {one["categorieen"].get("doelgroep"): one["aantal"] for one in body["cellen"]}
    assert (cells["nareiziger"], cells["statushouder"], cells[None]) == (19, None, 19)
    assert (body["tabel"], body["peildatum"]) == ("werk-per-doelgroep", "2026-03-02")
    assert (body["dimensies"], body["waar"], body["kengetallen"]) == (["doelgroep"], None, [])
    told = door.payload(body["ontvangstbewijs"]["index"])
    assert told["detail"]["table"] == "werk-per-doelgroep"
    assert body["nogTeVragen"] < 100


def test_a_share_that_is_steered_on_comes_with_its_table(door: Door) -> None:
    """Of the linked, who had the talk: none here is known to, so the share is withheld."""
    body = ask(door, "overdracht-per-regio", "doelgroep").json()
    assert body["kengetallen"] == [
        {"kengetal": "gevoerd / gekoppeld", "deel": None, "geheel": None, "procent": None}
    ]


def test_a_slice_is_about_one_category(door: Door) -> None:
    """`waar` names one category of another dimension; of too few people there is no slice."""
    where = {"dimensie": "doelgroep", "categorie": "nareiziger"}
    body = ask(door, "werk-per-doelgroep", "leeftijdsband", waar=where).json()
    assert body["waar"] == {"doelgroep": "nareiziger"}
    assert {"categorieen": {"leeftijdsband": "35-44"}, "aantal": 19} in body["cellen"]
    few = ask(door, "werk-per-doelgroep", "werkStatus", waar=where | {"categorie": "statushouder"})
    assert (few.status_code, few.json()["reden"]) == (403, "GROUP_TOO_SMALL")


@pytest.mark.parametrize(
    ("dimensies", "more", "veld"),
    [
        (["achternaam2"], {}, "dimensies"),
        (["doelgroep", "doelgroep"], {}, "dimensies"),
        (["arbeidsmarktregio"], {}, "dimensies"),
        (["doelgroep"], {"waar": {"dimensie": "werkStatus", "categorie": "dromend"}}, "waar"),
        ([], {}, "dimensies"),
        (["doelgroep"], {"peildatum": "2026-03-02"}, "body"),
    ],
)
def test_a_question_that_does_not_fit_is_named(
    door: Door, dimensies: list[str], more: dict[str, Any], veld: str
) -> None:
    """The problem names the member that is wrong, and never repeats what was sent."""
    answer = ask(door, "werk-per-doelgroep", *dimensies, **more)
    assert answer.status_code == 400
    assert [fault["veld"] for fault in answer.json()["fouten"]] == [veld]
    assert "dromend" not in answer.text


def test_a_name_is_no_dimension(door: Door) -> None:
    """Only the fields of the analyst's own rule are counted over."""
    answer = ask(door, "werk-per-doelgroep", "achternaam")
    assert (answer.status_code, answer.json()["reden"]) == (403, "FIELD_NOT_IN_PURPOSE")
