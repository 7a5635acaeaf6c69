"""COA behind the counter: deliveries and their quarantine, questions, rectifications, emergencies."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.sessions import Identity
from tests.edges.api.door import HERE as SITE
from tests.edges.api.door import OTHER, OWN, SPARE, Door, document, opened, row, unknown, v_nummer
from tests.web.visitor import CASEMANAGER, Visitor, signed_in, tree, words

BAD_BSN: Final = "123456789"
WHY: Final = "De bewoner staat aan de balie en heeft nu hulp nodig."


@pytest.fixture(scope="module", name="door")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate for these desks alone: what is delivered here changes who is known."""
    one = opened(tmp_path_factory.mktemp("backoffice") / "data")
    yield one
    one.gateway.close()


@pytest.fixture(name="fatima")
def fixture_fatima(door: Door) -> Visitor:
    """Sign in as the casemanager of every site."""
    return signed_in(door, CASEMANAGER)


@pytest.fixture(name="rita")
def fixture_rita(door: Door) -> Visitor:
    """Sign in as a casemanager of the site of Harderwijk alone."""
    coa, role = door.partner("coa").oin, RoleId("coa_casemanager")
    identity = Identity(ActorId("test-rita"), "Rita", coa, (role,), frozenset({SITE}))
    desk = door.gateway.web.rooms.desks.sessions
    session = asyncio.run(desk.open(identity, None, "test"))
    return Visitor(door, {door.gateway.web.rooms.cookie: session.id})


def upload(visitor: Visitor, content: bytes, name: str = "levering.json") -> httpx.Response:
    """Post a file as the form of the desk would."""
    return visitor.upload("/leveringen/nieuw", [("bestand", (name, content))])


def quarantined(visitor: Visitor, number: int, **values: object) -> str:
    """Deliver one row that cannot be accepted; return the address of its page."""
    sent = upload(visitor, document(row(number, bsn=BAD_BSN, **values)))
    (path,) = tree(visitor.follow(sent)).xpath("//tbody//th/a/@href")
    return str(path)


def typed(page: httpx.Response) -> dict[str, str]:
    """Read what a row's form would send as it stands."""
    boxes = tree(page).xpath("//form[contains(@action, '/corrigeren')]")[0]
    return {name: value or "" for name, value in boxes.fields.items()}


def test_a_file_comes_in_by_the_desk_and_shows_its_counts(fatima: Visitor) -> None:
    """The same file again changes nothing and says so; the list counts what it came to."""
    content = document(row(30), row(31, bsn=BAD_BSN))
    sent = upload(fatima, content)
    page = fatima.follow(sent)
    assert "De levering is verwerkt." in words(page)
    assert "2 rijen gelezen" in words(page)
    assert "eerder binnen" in words(fatima.follow(upload(fatima, content)))
    path = sent.headers["location"].partition("?")[0]
    cells = tree(fatima.get("/leveringen")).xpath(f"//tr[.//a[@href='{path}']]/td")
    said = [" ".join(cell.text_content().split()) for cell in cells]
    assert said == ["1", "0", "0", "1", "1 rij wacht"]


@pytest.mark.parametrize(
    ("name", "content"), [("levering.json", b"{"), ("levering.exe", b"MZ"), ("levering.json", b"")]
)
def test_what_is_no_delivery_is_refused_in_words(
    fatima: Visitor, name: str, content: bytes
) -> None:
    """The list comes back with what is wrong; nothing of the file is repeated."""
    page = upload(fatima, content, name)
    assert page.status_code == 400
    assert "Dit bestand is niet verwerkt" in words(page)


def test_a_delivery_names_nobody_but_in_its_report(fatima: Visitor, door: Door) -> None:
    """Page and acknowledgement hold counts and places; the report has V-nummers and is on record."""
    path = upload(fatima, document(row(32, bsn=BAD_BSN))).headers["location"].partition("?")[0]
    for address in (path, path + "/ontvangstbevestiging"):
        assert v_nummer(32) not in fatima.get(address).text
    report = fatima.get(path + "/verslag")
    assert report.headers["content-disposition"] == 'attachment; filename="verslag.json"'
    assert report.json()["rows"][0]["vNummer"] == v_nummer(32)
    last = door.gateway.audit.head().size - 1
    assert door.payload(last)["detail"] == {"in": path.rpartition("/")[2]}
    for end in ("", "/verslag", "/ontvangstbevestiging"):
        assert fatima.get(f"/leveringen/{unknown()}{end}").status_code == 404


def test_a_row_is_corrected_where_it_is_wrong(fatima: Visitor) -> None:
    """What came stands in the form; what is still wrong is said beside it; then it comes in."""
    path = quarantined(fatima, 33)
    page = fatima.get(path)
    form = typed(page)
    assert form["veld.bsn"] == BAD_BSN
    assert form["json.beschikbaar_uren"] == "32"
    sent = form | {"veld.bsn": "111111111"}
    again = fatima.submit(f"{path}/corrigeren", **sent)
    assert again.status_code == 400
    assert typed(again)["veld.bsn"] == "111111111"
    assert "Dit klopt nog niet" in words(again)
    done = fatima.submit(f"{path}/corrigeren", **(form | {"veld.bsn": ""}))
    assert "De gecorrigeerde rij is binnen" in words(fatima.follow(done))
    assert fatima.submit("/bewoners/zoek", v_nummer=v_nummer(33)).status_code == 303
    assert fatima.get(path).status_code == 400


def test_a_field_that_lacks_is_added(fatima: Visitor) -> None:
    """A row without a number gets a box for it; a value that is no JSON where it must be is refused."""
    whole = {name: value for name, value in row(34).items() if name != "v_nummer"}
    sent = upload(fatima, document(whole))
    (path,) = tree(fatima.follow(sent)).xpath("//tbody//th/a/@href")
    form = typed(fatima.get(path))
    assert form["veld.v_nummer"] == ""
    broken = fatima.submit(f"{path}/corrigeren", **(form | {"json.beschikbaar_uren": "{"}))
    assert "is not JSON" in words(broken)
    more = {"veld.v_nummer": v_nummer(34), "extra_veld": "werkambitie", "extra_waarde": "lasser"}
    done = fatima.submit(f"{path}/corrigeren", **(form | more))
    assert "De gecorrigeerde rij is binnen" in words(fatima.follow(done))


def test_a_row_is_discarded_once_it_is_ticked(fatima: Visitor) -> None:
    """Without the tick nothing happens; after it the row has no page any more."""
    path = quarantined(fatima, 35)
    assert "Vink aan" in words(fatima.submit(f"{path}/verwerpen"))
    done = fatima.follow(fatima.submit(f"{path}/verwerpen", zeker="1"))
    assert "Verworpen" in words(done)
    assert tree(done).xpath("//tbody//th/a") == []


def test_a_row_that_only_another_spoke_against_is_released(fatima: Visitor) -> None:
    """With a reason it comes in as it came; one that is wrong itself stays, and says why."""
    twins = document(row(37, werkambitie="lasser"), row(37, werkambitie="kok"))
    page = fatima.follow(upload(fatima, twins))
    path = str(tree(page).xpath("//tbody//th/a/@href")[0])
    short = fatima.submit(f"{path}/vrijgeven", reden="goed")
    assert "Schrijf 20 tot 500 tekens" in words(short)
    done = fatima.submit(f"{path}/vrijgeven", reden="Nagevraagd bij de afzender: deze is juist.")
    assert "opgenomen zoals zij kwam" in words(fatima.follow(done))
    wrong = quarantined(fatima, 38)
    again = fatima.submit(f"{wrong}/vrijgeven", reden="Nagevraagd bij de afzender: juist.")
    assert again.status_code == 400
    assert "11-proef" in words(again)


def test_a_held_text_is_read_and_decided_on(fatima: Visitor) -> None:
    """Shown on its page only; kept back with a reason it waits still, released no more."""
    text = "Ik was <b>ziek</b> en wil in de zorg werken."
    sent = upload(fatima, document(row(39, werkambitie=text)))
    page = fatima.follow(sent)
    (path,) = tree(page).xpath("//tbody//th/a/@href")
    assert "ziek" not in page.text
    shown = fatima.get(str(path))
    assert text in words(shown)
    assert "<b>ziek" not in shown.text
    version = str(tree(shown).xpath("//input[@name='versie']/@value")[0])
    short = fatima.submit(f"{path}/vrijgeven", versie=version, reden="goed")
    assert (short.status_code, "Schrijf 20 tot 500 tekens" in words(short)) == (400, True)
    assert tree(short).xpath("//textarea[@name='reden']")[0].text == "goed"
    other = fatima.submit(f"{path}/vrijgeven", versie="9", reden=WHY)
    assert (other.status_code, "een andere tekst" in words(other)) == (400, True)
    kept = fatima.follow(fatima.submit(f"{path}/achterhouden", versie=version, reden=WHY))
    assert "blijft achtergehouden" in words(kept)
    assert tree(kept).xpath("//tbody//th/a/@href") == [path]
    done = fatima.follow(fatima.submit(f"{path}/vrijgeven", versie=version, reden=WHY))
    assert "De tekst is vrijgegeven" in words(done)
    assert tree(done).xpath("//tbody//th/a/@href") == []
    assert fatima.get(str(path)).status_code == 400


def test_a_file_too_large_is_refused_before_it_is_whole(door: Door, fatima: Visitor) -> None:
    """The limit is that of every delivery; what came so far is let go."""
    rooms = door.gateway.web.rooms
    most = rooms.desks.backoffice.most
    object.__setattr__(rooms.desks.backoffice, "most", 10)
    try:
        page = upload(fatima, b"x" * 20_000)
    finally:
        object.__setattr__(rooms.desks.backoffice, "most", most)
    assert page.status_code == 413
    assert "Dit is te groot" in words(page)


def ask_coa(door: Door, number: int, words_: str) -> str:
    """Ask COA something about someone, as her municipality."""
    body = {
        "clientRef": door.reference("gemeente_klantmanager", number),
        "onderwerp": "opleiding",
        "veld": "opleidingen",
        "tekst": words_,
    }
    asked = door.ask("POST", "/v1/overdrachten/vragen", "gemeente_klantmanager", json=body)
    assert asked.status_code == 201, asked.text
    return str(asked.json()["id"])


def test_a_question_is_answered_on_the_list(fatima: Visitor, door: Door) -> None:
    """Words that may not be taken stand there again; a good answer reaches the municipality."""
    question = ask_coa(door, OWN, "Welk diploma bracht de bewoner mee?")
    listed = fatima.get("/vragen")
    assert "Welk diploma" in words(listed)
    assert "Harderwijk" in words(listed)
    path = f"/vragen/{question}/antwoord"
    ill = fatima.submit(path, antwoord="Zij heeft kanker.")
    assert ill.status_code == 400
    (box,) = tree(ill).xpath("//textarea[@aria-invalid='true']")
    assert box.text == "Zij heeft kanker."
    done = fatima.follow(fatima.submit(path, antwoord="Een diploma lassen."))
    assert "Het antwoord is vastgelegd" in words(done)
    reference = door.reference("gemeente_klantmanager", OWN)
    seen = door.ask("GET", f"/v1/overdrachten/{reference}", "gemeente_klantmanager").json()
    assert seen["vragen"][-1]["antwoord"] == "Een diploma lassen."
    assert "wacht niet meer" in words(fatima.submit(path, antwoord="Nog eens."))


def complain(door: Door, number: int, veld: str) -> str:
    """Say as her municipality that a field is wrong."""
    body: dict[str, Any] = {
        "clientRef": door.reference("gemeente_klantmanager", number),
        "doel": "P02",
        "veld": veld,
        "toelichting": "De bewoner zegt iets anders.",
    }
    sent = door.ask("POST", "/v1/verstrekkingen/_klopt-niet", "gemeente_klantmanager", json=body)
    assert sent.status_code == 202, sent.text
    return str(sent.json()["id"])


def test_a_rectification_is_closed_by_a_delivery_or_refused(fatima: Visitor, door: Door) -> None:
    """Without a delivery it cannot be corrected; a refusal has its reason; after, nothing waits."""
    request = complain(door, SPARE, "engelsNiveau")
    assert "De bewoner zegt iets anders." in words(fatima.get("/rectificaties"))
    path = f"/rectificaties/{request}/afhandelen"
    assert "Geen levering veranderde" in words(fatima.submit(path, oordeel="gecorrigeerd"))
    assert "waarom u weigert" in words(fatima.submit(path, oordeel="geweigerd")).casefold()
    refused = fatima.submit(path, oordeel="geweigerd", toelichting="Het diploma zegt B1.")
    assert "Het verzoek is geweigerd" in words(fatima.follow(refused))
    other = complain(door, SPARE, "engelsNiveau")
    door.clock.wait(timedelta(minutes=1))
    door.deliver(row(SPARE, engels_niveau="C1", profiel_peildatum="2026-03-02"))
    path = f"/rectificaties/{other}/afhandelen"
    done = fatima.submit(path, oordeel="gecorrigeerd")
    assert "Het verzoek is gesloten" in words(fatima.follow(done))
    assert "al afgehandeld" in words(fatima.submit(path, oordeel="gecorrigeerd"))


def test_the_glass_opens_a_resident_of_another_site_for_an_hour(rita: Visitor, door: Door) -> None:
    """Before it she is not there; after it her page is; the V-nummer stands in no address."""
    there = f"/bewoners/{door.reference('coa_casemanager', OTHER)}"
    assert rita.get(there).status_code == 404
    sent = rita.submit("/noodtoegang/open", v_nummer=v_nummer(OTHER), reden=WHY)
    assert sent.headers["location"] == f"{there}?gedaan=nood"
    page = rita.follow(sent)
    assert page.status_code == 200
    assert "U hebt een uur toegang." in words(page)


@pytest.mark.parametrize(
    ("number", "reason", "said"),
    [
        ("12", WHY, "tien cijfers"),
        (v_nummer(OTHER), "nu", "Schrijf 20 tot 500 tekens"),
        (v_nummer(OTHER), f"{WHY} Bel {v_nummer(OTHER)}.", "zonder nummers van personen"),
    ],
)
def test_the_glass_asks_for_a_number_and_a_reason(
    rita: Visitor, number: str, reason: str, said: str
) -> None:
    """What is wrong is said beside the form, and what was typed stands there again."""
    page = rita.submit("/noodtoegang/open", v_nummer=number, reden=reason)
    assert page.status_code == 400
    assert said in words(page)
    assert tree(page).xpath("//textarea")[0].text == reason


def test_nobody_is_nobody_behind_the_glass_too(rita: Visitor) -> None:
    """A number that no one has looks like someone who may not be seen."""
    sent = rita.submit("/noodtoegang/open", v_nummer="9876543210", reden=WHY)
    assert sent.status_code == 404


def test_structures_come_back_as_they_were(fatima: Visitor) -> None:
    """A list in a row is typed as JSON and stays a list."""
    spoken = [{"taal": "tir", "spreken": "C2"}]
    path = quarantined(fatima, 36, talen=spoken)
    assert json.loads(typed(fatima.get(path))["json.talen"]) == spoken
