"""From a request to a name, a file and a deletion: each step of a matcher, as the pages show it."""

import io
import re
from typing import Final
from zipfile import ZipFile

import httpx
import pytest

from tests.edges.api.door import AGENCY, EMPLOYER, FOUND, OWN, Door
from tests.web.test_candidates import GEVONDEN, PICKED, seek
from tests.web.visitor import HERE, NOOR, Visitor, signed_in, tree, words

FILES: Final = "//form[@action='/bestanden']//input[@name='persoon']/@value"
PERSON: Final = FOUND[4]


@pytest.fixture(name="noor")
def fixture_noor(door: Door) -> Visitor:
    """Sign in as the matcher of the agency."""
    return signed_in(door, NOOR)


@pytest.fixture(scope="module", name="named")
def fixture_named(door: Door) -> str:
    """Let someone agree to be introduced to the agency; return her profile's path."""
    assert door.consent(PERSON, "P05").status_code == 201
    return f"/profielen/{door.reference('uitzendbureau_matcher', PERSON)}"


def picks(visitor: Visitor, many: int) -> list[str]:
    """Search, and return the references of the first few."""
    seek(visitor)
    return [str(one) for one in tree(visitor.get(GEVONDEN)).xpath(PICKED)][:many]


def ask(visitor: Visitor, people: list[str], **values: str) -> httpx.Response:
    """Post the form of a request for some people."""
    sent: dict[str, str | list[str]] = {"csrf": visitor.token(), "kandidaat": people, **values}
    return visitor.post("/kandidaten/vraag", sent, Origin=HERE)


def test_a_group_is_asked_for_a_speed_date_and_each_answer_is_awaited(noor: Visitor) -> None:
    """Each person of the group is a request of her own, for the agency and for the employer."""
    people = picks(noor, 3)
    chosen = noor.post(
        "/kandidaten/keuze", {"csrf": noor.token(), "kandidaat": people}, Origin=HERE
    )
    assert "Voor 3 kandidaten" in words(chosen)
    sent = ask(noor, people, werkgever=EMPLOYER, functie="Kok", groep="speeddate maart")
    assert sent.headers["location"] == "/voorstellen?gevraagd=3&niet=0"
    page = noor.follow(sent)
    assert "3 voorstellen zijn gevraagd." in words(page)
    rows = tree(page).xpath("//tbody/tr[contains(., 'speeddate maart')]")
    assert [row.text_content().count("Wacht op antwoord") for row in rows] == [2, 2, 2]
    assert not [link for row in rows for link in row.xpath(".//a")]
    assert "Selam" not in page.text


def test_a_form_sent_twice_asks_nobody_twice(noor: Visitor) -> None:
    """Pressed twice, or again after going back, the list says so and holds one request."""
    people = picks(noor, 1)
    chosen = noor.post(
        "/kandidaten/keuze", {"csrf": noor.token(), "kandidaat": people}, Origin=HERE
    )
    (once,) = tree(chosen).xpath("//input[@name='eenmalig']/@value")
    for said in ("1 voorstel is gevraagd.", "Dit formulier was al verstuurd"):
        page = noor.follow(ask(noor, people, functie="Bakker van dienst", eenmalig=once))
        assert said in words(page)
        assert len(tree(page).xpath("//tbody/tr[contains(., 'Bakker van dienst')]")) == 1


def test_a_request_can_be_taken_back(noor: Visitor) -> None:
    """As long as there is no answer; after that there is nothing to take back."""
    noor.follow(ask(noor, picks(noor, 1), functie="Magazijn"))
    (path, *_) = tree(noor.get("/voorstellen")).xpath(
        "//form[contains(@action, 'intrekken')]/@action"
    )
    sent = noor.submit(path)
    assert "Het voorstel is ingetrokken." in words(noor.follow(sent))
    assert noor.submit(path).status_code == 400


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"functie": "bel 0612345678"}, "geen gegevens van personen"),
        ({"groep": "<b>x</b>"}, "geen gegevens van personen"),
        ({"werkgever": AGENCY}, "Kies een werkgever uit de lijst"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(
    noor: Visitor, values: dict[str, str], said: str
) -> None:
    """The form comes back with the people still chosen, and nothing was asked."""
    answer = ask(noor, picks(noor, 2), **values)
    assert answer.status_code == 400
    assert said in words(answer)
    assert len(tree(answer).xpath("//input[@name='kandidaat']")) == 2


@pytest.mark.parametrize("many", [0, 11])
def test_one_to_ten_people_are_asked_at_once(noor: Visitor, many: int) -> None:
    """Nobody, or more than a speed date holds, is refused with the way back."""
    sent = {"csrf": noor.token(), "kandidaat": picks(noor, many)}
    answer = noor.post("/kandidaten/keuze", sent, Origin=HERE)
    assert answer.status_code == 400
    assert "Kies één tot tien kandidaten" in words(answer)
    assert tree(answer).xpath(f"//main//a[@href='{GEVONDEN}']")


def test_someone_of_another_search_cannot_be_asked(noor: Visitor) -> None:
    """References of an earlier search stand for nobody; the list says that she cannot be asked now."""
    people = picks(noor, 1)
    seek(noor)
    sent = ask(noor, people)
    assert sent.headers["location"] == "/voorstellen?gevraagd=0&niet=1"
    assert "1 kandidaat is nu niet te vragen." in words(noor.follow(sent))


def test_who_agreed_is_named_and_nobody_else(noor: Visitor, door: Door, named: str) -> None:
    """A profile opens by consent; without one the page is as unknown as an invented one."""
    page = noor.get(named)
    assert tree(page).findtext(".//h1/bdi") == f"Selam Voorbeeld{PERSON}"
    assert tree(page).findtext(".//title") == "Profiel - Doelpoort"
    assert named in tree(noor.get("/profielen")).xpath("//tbody//a/@href")
    other = noor.get(f"/profielen/{door.reference('uitzendbureau_matcher', FOUND[5])}")
    assert other.status_code in {403, 404}
    assert "Voorbeeld" not in " ".join(tree(other).xpath("//main//text()"))


def test_an_answer_opens_the_profile_of_that_very_request(noor: Visitor, door: Door) -> None:
    """Asked, then agreed: the request says so and leads to the name."""
    people = picks(noor, 13)
    for part in (people[:10], people[10:]):
        ask(noor, part, functie="Tuinbouw")
    assert door.consent(FOUND[7], "P05").status_code == 201
    path = f"/profielen/{door.reference('uitzendbureau_matcher', FOUND[7])}"
    rows = tree(noor.get("/voorstellen")).xpath(f"//tbody/tr[.//a[@href='{path}']]")
    told = [" ".join(row.text_content().split()) for row in rows]
    assert any("Tuinbouw" in one and "Akkoord" in one for one in told)


def test_a_profile_is_taken_along_once(noor: Visitor, named: str) -> None:
    """A file in the agency's format holds her; it is handed over once and then gone."""
    (person,) = tree(noor.get(named)).xpath(FILES)
    sent = noor.submit("/bestanden", persoon=person, formaat="setu-json")
    path = sent.headers["location"]
    assert re.fullmatch(r"/bestanden/[0-9a-f-]{36}", path)
    assert "Klaar om op te halen" in words(noor.get(path))
    handed = noor.submit(path + "/ophalen")
    assert handed.headers["content-type"] == "application/zip"
    names = ZipFile(io.BytesIO(handed.content)).namelist()
    assert any(name.endswith(".json") for name in names)
    assert noor.submit(path + "/ophalen").status_code == 410
    assert "Opgehaald" in words(noor.get(path))


def test_a_file_is_its_makers_and_of_someone(noor: Visitor, door: Door, named: str) -> None:
    """Without a tick there is no file; a government's format and another's file are refused."""
    nobody = noor.submit("/bestanden", formaat="setu-json")
    assert "Kies ten minste één persoon" in words(nobody)
    (person,) = tree(noor.get(named)).xpath(FILES)
    assert noor.submit("/bestanden", persoon=person, formaat="ggm").status_code == 400
    assert noor.submit("/bestanden", persoon="x", formaat="setu-json").status_code == 400
    assert noor.get(f"/bestanden/{door.reference('gemeente_klantmanager', OWN)}").status_code == 404


def test_a_withdrawal_closes_the_profile_and_becomes_a_task(door: Door, noor: Visitor) -> None:
    """What was open is closed at once; the task names nobody and goes away when confirmed."""
    number = FOUND[9]
    given = door.consent(number, "P05").json()
    reference = door.reference("uitzendbureau_matcher", number)
    assert noor.get(f"/profielen/{reference}").status_code == 200
    withdrawn = door.ask("POST", f"/v1/toestemmingen/{given['id']}/_intrekken")
    assert withdrawn.status_code == 200, withdrawn.text
    assert noor.get(f"/profielen/{reference}").status_code in {403, 404}
    page = noor.get("/verwijderen")
    (row,) = tree(page).xpath(f"//tbody/tr[.//code='{reference}']")
    assert "Toestemming ingetrokken" in row.text_content()
    assert f"Voorbeeld{number}" not in page.text
    (path,) = row.xpath(".//form/@action")
    done = noor.follow(noor.submit(path))
    assert "Uw bevestiging staat in het logboek." in words(done)
    assert reference not in done.text


def test_an_offer_shows_what_is_to_be_arranged(door: Door, noor: Visitor) -> None:
    """Permit and number of who has an offer and agreed stand on the list, with how they stand."""
    reference = door.reference("uitzendbureau_matcher", OWN)
    hers = f"//tbody/tr[.//a[contains(@href, '{reference}')]]"
    assert not tree(noor.get("/plaatsingen")).xpath(hers)
    assert door.consent(OWN, "P06").status_code == 201
    (row,) = tree(noor.get("/plaatsingen")).xpath(hers)
    told = " ".join(row.text_content().split())
    assert f"Voorbeeld{OWN}" in told
    assert "Toegekend" in told
    assert "999" not in told
