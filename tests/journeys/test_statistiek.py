"""Statistiek: an analyst steers on counts, and can get at nobody, however she asks."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from gateway.domain.parameters import Parameters
from policies.parameters import load_parameters
from tests.journeys.poort import COA_OFFICER, MovableClock, Poort, Worker
from tests.journeys.residents import resident

ANALYST = Worker("coa", "analist", "analist-1")
COLLEAGUE = Worker("coa", "analist", "analist-2")
WORKING, SEARCHING = {"werk_status": "werkend"}, {"werk_status": "zoekend"}
FLEVOLAND, FOODVALLEY = {"arbeidsmarktregio": "Flevoland"}, {"arbeidsmarktregio": "FoodValley"}
WHERE = {"dimensie": "arbeidsmarktregio", "categorie": "FoodValley"}


@pytest.fixture(autouse=True)
def fixture_people(poort: Poort) -> None:
    """Fifty-five residents: in the FoodValley thirteen search, and five work, who followed family."""
    groups = [
        (25, WORKING | FLEVOLAND),
        (12, SEARCHING | FLEVOLAND | {"doelgroep": "gezinsmigrant"}),
        (5, WORKING | FOODVALLEY | {"doelgroep": "nareiziger"}),
        (13, SEARCHING | FOODVALLEY),
    ]
    given = [values for number, values in groups for _ in range(number)]
    people = [resident(number, **values) for number, values in enumerate(given, 1)]
    assert poort.lever(people)["accepted"] == 55
    assert '"counted": 55' in poort.command("statistics", "refresh", "--json")


def vraag(
    poort: Poort, tabel: str, *dimensies: str, waar: object = None, who: Worker = ANALYST
) -> httpx.Response:
    """Let an analyst ask for a table."""
    body: dict[str, Any] = {"tabel": tabel, "dimensies": list(dimensies)}
    if waar:
        body["waar"] = waar
    return poort.ask(who, "POST", "/v1/statistieken/_bevragen", body)


def numbers(answer: httpx.Response) -> dict[tuple[str, ...], int | None]:
    """Read a table: the categories of each cell, and its number."""
    assert answer.status_code == 200, answer.text
    return {tuple(one["categorieen"].values()): one["aantal"] for one in answer.json()["cellen"]}


def test_an_analyst_gets_counts_and_no_small_ones(poort: Poort) -> None:
    """The five who work in the FoodValley are withheld, and so is enough beside them to hide their number."""
    found = numbers(vraag(poort, "werk-per-regio", "arbeidsmarktregio", "werkStatus"))
    assert found[("FoodValley", "werkend")] is None
    assert found[()] == 55
    assert found[("FoodValley",)] is None or found[("FoodValley", "zoekend")] is None
    assert found[("werkend",)] is None or found[("Flevoland", "werkend")] is None
    assert all(number is None or number >= 10 for number in found.values())


def test_what_differs_by_a_few_is_not_told(poort: Poort) -> None:
    """Two tables that share the five who followed family: she gets one, her colleague the other."""
    assert vraag(poort, "overdracht-per-regio", "doelgroep").status_code == 200
    second = vraag(poort, "werk-per-doelgroep", "werkStatus")
    assert (second.status_code, second.json()["reden"]) == (403, "WOULD_REVEAL")
    assert vraag(poort, "overdracht-per-regio", "arbeidsmarktregio").status_code == 200
    permit = {"dimensie": "doelgroep", "categorie": "statushouder"}
    hers = numbers(vraag(poort, "werk-per-doelgroep", "werkStatus", waar=permit, who=COLLEAGUE))
    assert (hers[("werkend",)], hers[()]) == (25, 38)


def test_the_day_has_a_budget_and_the_next_one_too(poort: Poort, clock: MovableClock) -> None:
    """Where three tables a day are allowed, the fourth is refused, and tomorrow goes on."""
    desk = poort.gateway.actions.statistics
    desk._parameters = Parameters(
        replace(one, value=3) if one.name == "statistics_budget" else one
        for one in load_parameters()
    )
    asked = [vraag(poort, "werk-per-regio", "werkStatus").json() for _ in range(3)]
    assert [one["nogTeVragen"] for one in asked] == [2, 1, 0]
    spent = vraag(poort, "werk-per-regio", "werkStatus")
    assert (spent.status_code, spent.json()["reden"]) == (429, "QUERY_BUDGET_SPENT")
    clock.pass_by(days=1)
    assert vraag(poort, "werk-per-regio", "werkStatus").status_code == 200


def test_who_is_restricted_is_not_in_the_next_count(poort: Poort) -> None:
    """A resident restricts her work status for statistics: the next night counts one fewer."""
    wens = {
        "vNummer": resident(1).v_nummer,
        "soort": "beperking",
        "velden": ["werkStatus"],
        "doelen": ["P09"],
    }
    casemanager = Worker("coa", "coa_casemanager", "casemanager-1", frozenset({"AZC-HDW-01"}))
    assert poort.ask(casemanager, "POST", "/v1/beperkingen", wens).status_code == 201
    assert numbers(vraag(poort, "werk-per-regio", "werkStatus"))[()] == 55
    counted = poort.command("statistics", "refresh", "--json")
    assert '"counted": 54' in counted
    assert '"left out": 1' in counted
    assert numbers(vraag(poort, "werk-per-regio", "werkStatus"))[()] == 54


def test_the_officer_sees_each_table_and_each_refusal(poort: Poort) -> None:
    """One line for the night's count, one for each answer and each no; the analyst opened nobody."""
    vraag(poort, "overdracht-per-regio", "doelgroep")
    vraag(poort, "werk-per-doelgroep", "werkStatus")
    found = poort.ask(COA_OFFICER, "POST", "/v1/logboek/_zoek", {"doel": "P09"}).json()["regels"]
    said = [(one["soort"], one["uitkomst"], one["actor"], one["reden"]) for one in found]
    assert said == [
        ("disclosure.denied", "refused", "analist-1", "WOULD_REVEAL"),
        ("statistics", "told", "analist-1", None),
        ("statistics", "counted", "nightly-count", None),
    ]
    assert found[0]["bijzonderheden"]["table"] == "werk-per-doelgroep"
