"""A casemanager at the Meedoenbalie: finds a resident, looks ahead, asks, and records what she says."""

import re
from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.edges.api.door import (
    AGENCY,
    EMPLOYER,
    OTHER,
    OWN,
    SPARE,
    Door,
    opened,
    unknown,
    v_nummer,
)
from tests.edges.api.door import HERE as SITE
from tests.web.visitor import CASEMANAGER, SANNE, Visitor, signed_in, tree, words

FINDABLE: Final = "P04.uitzendbureau"
NAMED: Final = f"P05.{AGENCY}"


@pytest.fixture(scope="module", name="door")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate for this desk alone: what residents choose here changes who is found."""
    one = opened(tmp_path_factory.mktemp("desk") / "data")
    yield one
    one.gateway.close()


@pytest.fixture(name="fatima")
def fixture_fatima(door: Door) -> Visitor:
    """Sign in as the casemanager."""
    return signed_in(door, CASEMANAGER)


def resident(door: Door, number: int = SPARE) -> str:
    """Return the address of a resident's page."""
    return f"/bewoners/{door.reference('coa_casemanager', number)}"


def say(visitor: Visitor, here: str, choice: str, said: str, **more: str) -> httpx.Response:
    """Record an answer as the form of the conversation would."""
    sent = {"taal": "ti", "antwoord": said, "teruggelezen": "1", **more}
    return visitor.submit(f"{here}/gesprek/{choice}/antwoord", **sent)


def state(visitor: Visitor, here: str, whom: str) -> str:
    """Read how the newest choice for a recipient stands."""
    rows = tree(visitor.get(here)).xpath(f"//tbody/tr[contains(., '{whom}')]")
    return " ".join(rows[0].xpath("td[1]")[0].text_content().split()) if rows else ""


def test_the_list_shows_the_residents_of_her_sites(fatima: Visitor, door: Door) -> None:
    """Each with a link that holds a reference and no number."""
    page = fatima.get("/bewoners")
    assert page.status_code == 200
    links = tree(page).xpath("//tbody//th/a/@href")
    assert resident(door, OWN) in links
    assert not any(v_nummer(OWN) in link for link in links)


def test_a_resident_is_found_by_her_number(fatima: Visitor, door: Door) -> None:
    """The number is posted, and the address that follows holds COA's reference."""
    sent = fatima.submit("/bewoners/zoek", v_nummer=v_nummer(OWN))
    assert sent.headers["location"] == resident(door, OWN)
    assert fatima.follow(sent).status_code == 200


def test_nobody_and_someone_elsewhere_look_the_same(fatima: Visitor, door: Door) -> None:
    """Each has an address that stays the same, and a page that says that nothing is there."""
    numbers = ("9876543210", "9876543211")
    places = [fatima.submit("/bewoners/zoek", v_nummer=one).headers["location"] for one in numbers]
    again = fatima.submit("/bewoners/zoek", v_nummer=numbers[0]).headers["location"]
    assert places[0] == again != places[1]
    assert {fatima.get(one).status_code for one in places} == {404}


def test_a_number_that_is_none_is_not_repeated(fatima: Visitor) -> None:
    """The page says what a V-nummer looks like, and not what was typed."""
    sent = fatima.submit("/bewoners/zoek", v_nummer="Selam")
    assert sent.status_code == 400
    assert "tien cijfers" in words(sent)
    assert "Selam" not in sent.text


def test_the_text_stands_in_her_language_beside_the_dutch(fatima: Visitor, door: Door) -> None:
    """With its direction, and with who read it: here, nobody who speaks it."""
    page = fatima.get(f"{resident(door)}/gesprek/{FINDABLE}?taal=ar")
    parts = tree(page).xpath("//p[@lang='ar'][@dir='rtl']")
    assert len(parts) == len(tree(page).xpath("//p[@lang='nl'][@dir='ltr']")) == 10
    assert "geen moedertaalspreker heeft haar nagelezen" in words(page)


def test_a_language_without_a_text_is_spoken_in_dutch(fatima: Visitor, door: Door) -> None:
    """The conversation goes on in the words that an interpreter reads aloud."""
    page = fatima.get(f"{resident(door)}/gesprek/{FINDABLE}?taal=urd")
    assert tree(page).xpath("//p[@lang='nl'][@dir='ltr']")
    assert not tree(page).xpath("//p[@lang='urd']")


def test_no_is_as_easy_as_yes_and_both_are_kept(fatima: Visitor, door: Door) -> None:
    """She says no, thinks again and says yes, and takes it back: each is one press."""
    here, whom = resident(door), "alle uitzendbureaus"
    assert say(fatima, here, FINDABLE, "nee").headers["location"] == f"{here}?gedaan=nee"
    assert state(fatima, here, whom) == "Nee gezegd"
    page = fatima.follow(say(fatima, here, FINDABLE, "ja", tolk="1"))
    assert "De toestemming is vastgelegd en geldt vanaf nu." in words(page)
    assert state(fatima, here, whom) == "Ja gezegd"
    (path,) = tree(page).xpath("//form[contains(@action, '/intrekken')]/@action")
    assert "moeten verwijderen" in words(fatima.follow(fatima.submit(path)))
    assert state(fatima, here, whom) == "Ingetrokken"


def test_a_question_waits_for_its_answer(fatima: Visitor, door: Door) -> None:
    """Who thinks it over is asked; her answer closes the request."""
    here, whom = resident(door), "Werkgever Voorbeeld"
    choice = f"P05.{EMPLOYER}"
    say(fatima, here, choice, "gevraagd")
    assert state(fatima, here, whom) == "Gevraagd"
    again = say(fatima, here, choice, "gevraagd")
    assert "Dit is al gevraagd." in words(again)
    say(fatima, here, choice, "nee")
    assert state(fatima, here, whom) == "Nee gezegd"


def test_a_form_sent_twice_is_recorded_once(fatima: Visitor, door: Door) -> None:
    """The form's own number names the choice."""
    here = resident(door)
    page = fatima.get(f"{here}/gesprek/{NAMED}?taal=ti")
    (once,) = tree(page).xpath("//input[@name='eenmalig']/@value")
    for _ in range(2):
        assert say(fatima, here, NAMED, "nee", eenmalig=str(once)).status_code == 303
    rows = tree(fatima.get(here)).xpath("//tbody/tr[contains(., 'Uitzendbureau Voorbeeld')]")
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ({"antwoord": ""}, "Kies wat de bewoner zei."),
        ({"antwoord": "misschien"}, "Kies wat de bewoner zei."),
        ({"teruggelezen": ""}, "Lees de keuze terug"),
    ],
    ids=["no-answer", "strange", "not-read-back"],
)
def test_what_is_left_out_is_asked_for(
    fatima: Visitor, door: Door, left_out: dict[str, str], said: str
) -> None:
    """Nothing is recorded, what was filled in stays, and the page says what is missing."""
    here = resident(door, OTHER)
    sent = {"taal": "ti", "antwoord": "ja", "teruggelezen": "1", "tolk_naam": "Abel", **left_out}
    answer = fatima.submit(f"{here}/gesprek/{NAMED}/antwoord", **sent)
    assert (answer.status_code, said in words(answer)) == (400, True)
    assert tree(answer).xpath("//input[@name='tolk_naam']/@value") == ["Abel"]
    assert state(fatima, here, "Uitzendbureau Voorbeeld") == ""


def test_what_nobody_is_asked_is_not_there(fatima: Visitor, door: Door) -> None:
    """A legal task, an unknown recipient and an unknown purpose have no conversation."""
    for choice in ("P02.gemeente", "P05.00000099999999999999", "P99.coa", "x"):
        assert fatima.get(f"{resident(door)}/gesprek/{choice}").status_code == 404
        assert fatima.get(f"{resident(door)}/voorbeeld/{choice}").status_code == 404


def test_she_looks_ahead_without_anything_being_shared(fatima: Visitor, door: Door) -> None:
    """The preview shows buckets as a searcher would see them, and leaves no consent behind."""
    here = resident(door, OTHER)
    page = fatima.get(f"{here}/voorbeeld/{FINDABLE}")
    assert "Er is niets gedeeld." in words(page)
    seen = tree(page).xpath("//dl[contains(@class, 'dp-facts')]//dt/text()")
    assert seen
    assert not {"V-nummer", "Achternaam", "Burgerservicenummer"} & set(seen)
    assert state(fatima, here, "alle uitzendbureaus") == ""


def test_the_preview_is_in_the_log_as_a_preview(fatima: Visitor, door: Door) -> None:
    """Its entry names the purpose and the recipient that were looked at."""
    page = fatima.get(f"{resident(door, OTHER)}/voorbeeld/{NAMED}")
    (index,) = re.findall(r"logregel (\d+)", words(page))
    assert door.payload(int(index))["detail"] == {"preview": f"P05 {AGENCY}"}


def test_a_job_that_nobody_offered_opens_nothing(fatima: Visitor, door: Door) -> None:
    """The preview says why the recipient would see nothing, even after a yes."""
    page = fatima.get(f"{resident(door, OTHER)}/voorbeeld/P06.{EMPLOYER}")
    assert "Ook na een ja ziet de ontvanger nu niets" in words(page)


def test_a_klantmanager_has_no_seat_here(door: Door) -> None:
    """Residents are asked by who guides them, not by their municipality."""
    sanne = signed_in(door, SANNE)
    assert sanne.get(resident(door, OWN)).status_code == 403


def test_she_works_for_her_own_sites(door: Door) -> None:
    """Everyone on the list stays at a site that is hers."""
    assert SITE in words(signed_in(door, CASEMANAGER).get("/bewoners"))


def test_a_question_waits_on_the_list_until_it_is_answered(fatima: Visitor, door: Door) -> None:
    """Her name, for what and whom, and a way back to the conversation in her language."""
    here, choice = resident(door, SPARE + 1), f"P05.{EMPLOYER}"
    say(fatima, here, choice, "gevraagd")
    address = f"{here}/gesprek/{choice}?taal=ti"
    assert address in tree(fatima.get("/verzoeken")).xpath("//tbody//a/@href")
    say(fatima, here, choice, "ja")
    assert address not in tree(fatima.get("/verzoeken")).xpath("//tbody//a/@href")


def test_she_takes_a_receipt_along(fatima: Visitor, door: Door) -> None:
    """On paper: how to stop, in her language, the digest of the words, and a code without data."""
    here = resident(door, SPARE + 2)
    say(fatima, here, FINDABLE, "ja")
    (path,) = tree(fatima.get(here)).xpath("//tbody//a[contains(@href, '/bewijs')]/@href")
    page = fatima.get(path)
    shown = tree(page)
    assert len(shown.xpath("//p[@lang='ti']")) == 4
    assert shown.xpath("//code[string-length(text()) = 64]")
    assert shown.xpath("//*[local-name()='svg']//*[local-name()='path']")
    assert "Selam" not in page.text


def test_the_code_on_a_receipt_leads_to_her(fatima: Visitor, door: Door) -> None:
    """To who guides her; to anyone else, and for a code that nobody was given, nothing is there."""
    here = resident(door, SPARE + 3)
    say(fatima, here, FINDABLE, "nee")
    (path,) = tree(fatima.get(here)).xpath("//tbody//a[contains(@href, '/bewijs')]/@href")
    consent = path.split("/")[-2]
    assert fatima.get(f"/bewoners/bewijs/{consent}").headers["location"] == here
    assert fatima.get(f"/bewoners/bewijs/{unknown()}").status_code == 404
