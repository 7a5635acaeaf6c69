"""Overdracht: each form does what it says once, tells what is wrong, and keeps what was typed."""

from datetime import timedelta
from typing import Final

import pytest

from tests.edges.api.door import Door, row
from tests.web.visitor import SANNE, Visitor, signed_in, tree, words

PERSON: Final = 61
TALK: Final = {
    "scenario": "gecombineerd",
    "vorm": "online",
    "dag": "2026-06-01",
    "tijd": "10:30",
    "instemming": "1",
}


def work(door: Door, number: int) -> str:
    """Deliver someone linked to Harderwijk; return the path of her handover."""
    assert door.deliver(row(number)).is_success
    return f"/overdrachten/{door.reference('gemeente_klantmanager', number)}/overdracht"


def done(visitor: Visitor, path: str, **data: str) -> str:
    """Post a form, follow where it sends, and read what the page says."""
    answer = visitor.submit(path, **data)
    assert answer.status_code == 303, words(answer)
    return words(visitor.follow(answer))


def test_receipt_is_confirmed_from_the_page(door: Door, sanne: Visitor) -> None:
    """The button gives way to the day; the dossier and the list say so too."""
    path = work(door, PERSON)
    assert "Bevestig de ontvangst" in words(sanne.get(path))
    said = done(sanne, f"{path}/ontvangst")
    assert "De ontvangst is bevestigd" in said
    assert "Bevestig de ontvangst" not in said
    assert "Ontvangst bevestigd op" in words(sanne.get(path.removesuffix("/overdracht")))
    again = sanne.submit(f"{path}/ontvangst")
    assert (again.status_code, "is al bevestigd" in words(again)) == (400, True)


def test_a_talk_is_planned_cancelled_and_held(door: Door, sanne: Visitor) -> None:
    """Planned in Dutch time; the forms change with how it stands."""
    path = work(door, PERSON + 1)
    said = done(sanne, f"{path}/driegesprek", **TALK)
    assert "1 jun 2026 10:30" in said
    assert "Plan het driegesprek" not in said
    first = _talk(sanne, path)
    assert "Geen tolk beschikbaar" in done(
        sanne, first, status="geannuleerd", reden="tolk_ontbreekt"
    )
    door.clock.wait(timedelta(minutes=1))
    done(sanne, f"{path}/driegesprek", **TALK)
    second = _talk(sanne, path)
    assert first != second
    said = done(sanne, second, status="gevoerd", uitkomsten="afspraak_taal")
    assert "Gevoerd" in said
    assert "Afspraak over taal" in said


def _talk(visitor: Visitor, path: str) -> str:
    """Return where the open talk is closed."""
    (action,) = set(tree(visitor.get(path)).xpath("//form[input[@name='status']]/@action"))
    return str(action)


@pytest.mark.parametrize(
    ("end", "data", "why"),
    [
        ("/driegesprek", TALK | {"dag": "2020-01-01"}, "in het komende jaar"),
        ("/driegesprek", TALK | {"tijd": "half elf"}, "in het komende jaar"),
        ("/driegesprek", TALK | {"instemming": "0"}, "alleen bij als de bewoner"),
        ("/driegesprek", TALK | {"scenario": ""}, "Kies een scenario"),
        ("/driegesprek", TALK | {"vorm": "wandelen"}, "hoe u het gesprek voert"),
        ("/vraag", {"onderwerp": "taal", "tekst": ""}, "hoogstens 500 tekens"),
        ("/vraag", {"onderwerp": "taal", "tekst": "Is zij zwanger?"}, "hoogstens 500 tekens"),
        ("/vraag", {"onderwerp": "weer", "tekst": "Regent het?"}, "Kies een onderwerp"),
        ("/doorgeven", {"gemeente": "0344"}, "vink aan dat het zo is"),
        ("/doorgeven", {"gemeente": "0344", "zeker": "1"}, "vink aan dat het zo is"),
    ],
)
def test_what_is_wrong_is_said_on_the_page(
    door: Door, sanne: Visitor, end: str, data: dict[str, str], why: str
) -> None:
    """The page comes back with 400, the reason, and what was typed."""
    answer = sanne.submit(work(door, PERSON + 2) + end, **data)
    assert (answer.status_code, why in words(answer)) == (400, True), words(answer)
    typed = tree(answer).xpath("//textarea")[0].text or ""
    assert typed.strip() == data.get("tekst", "")


def test_a_question_is_answered_by_coa_and_read_here(door: Door, sanne: Visitor) -> None:
    """A form that was sent twice is one question; markup in an answer stays text."""
    path = work(door, PERSON + 3)
    (mark,) = tree(sanne.get(path)).xpath("//form[contains(@action, 'vraag')]/input[2]/@value")
    data = {"onderwerp": "opleiding", "tekst": "Is het diploma gezien?", "eenmalig": mark}
    for _ in range(2):
        assert "Is het diploma gezien?" in done(sanne, f"{path}/vraag", **data)
    assert "1 vraag wacht op antwoord" in words(sanne.get("/overdrachten?toon=open-vragen"))
    reference = door.reference("coa_casemanager", PERSON + 3)
    waiting = door.ask("GET", "/v1/overdrachten/vragen").json()["vragen"]
    (one,) = [line for line in waiting if line["clientRef"] == reference]
    answered = f"/v1/overdrachten/vragen/{one['id']}/_beantwoorden"
    assert door.ask("POST", answered, json={"antwoord": "<b>Ja</b>"}).status_code == 200
    page = sanne.get(path)
    assert "<b>Ja</b>" in words(page)
    assert "<b>Ja" not in page.text


def test_who_moved_is_handed_on_and_gone_from_the_list(door: Door, sanne: Visitor) -> None:
    """The form is there once she has a home; after it her page is unknown here."""
    path = work(door, PERSON + 4)
    assert "Geef door" not in words(sanne.get(path))
    door.clock.wait(timedelta(minutes=1))
    assert door.relate(PERSON + 4, "gehuisvest", "0243").status_code == 201
    door.clock.wait(timedelta(minutes=1))
    page = words(sanne.get(path))
    assert "Geef door" in page
    assert "daar is niemand om te vragen" in page
    door.clock.wait(timedelta(minutes=1))
    assert sanne.get(f"{path}/doorgegeven").status_code == 404
    said = done(sanne, f"{path}/doorgeven", gemeente="0344", zeker="1")
    assert "De volgende gemeente heeft de overdracht" in said
    assert f"Voorbeeld{PERSON + 4}" not in said
    assert sanne.get(path).status_code == 404
    assert "Door Sanne Bakker" in said
    assert "Utrecht" not in said
    door.clock.wait(timedelta(minutes=1))
    shown = sanne.get("/overdrachten/doorgegeven")
    (form,) = tree(shown).xpath("//form[contains(@action, 'terughalen')]/@action")
    assert form == f"{path}/terughalen"
    assert f"Voorbeeld{PERSON + 4}" not in shown.text
    listed = door.ask("GET", "/v1/overdrachten/doorgegeven", "gemeente_klantmanager").json()
    (left,) = listed["doorgegeven"]
    assert f"/overdrachten/{left['clientRef']}/overdracht" == path
    assert (left["gemeente"], listed["meer"]) == ("0243", False)
    back = done(sanne, str(form))
    assert "teruggehaald van Utrecht op" in back
    assert "door Sanne Bakker" in back
    assert sanne.get(f"{path}/doorgegeven").status_code == 404
    assert "Er is niets terug te halen" in words(sanne.get("/overdrachten/doorgegeven"))


def test_who_was_received_elsewhere_stays_there(door: Door, sanne: Visitor) -> None:
    """Once the next municipality has her, the page says so, and the form that was open is refused."""
    path = work(door, PERSON + 7)
    door.clock.wait(timedelta(minutes=1))
    assert door.relate(PERSON + 7, "gehuisvest", "0243").status_code == 201
    door.clock.wait(timedelta(minutes=1))
    done(sanne, f"{path}/doorgeven", gemeente="0344", zeker="1")
    utrecht = {"Authorization": f"Bearer {door.token('gemeente_klantmanager', 'utrecht')}"}
    hers = {"clientRef": door.reference("gemeente_klantmanager", PERSON + 7, "utrecht")}
    confirm = "/v1/overdrachten/_bevestigen"
    assert door.ask("POST", confirm, json=hers, headers=utrecht).status_code == 201
    answer = sanne.submit(f"{path}/terughalen")
    assert (answer.status_code, "Terughalen kan niet meer" in words(answer)) == (400, True)
    assert "Haal terug" not in words(sanne.get(f"{path}/doorgegeven"))


def test_the_list_holds_who_is_to_be_confirmed(door: Door) -> None:
    """The views of receipt and talk count, and each holds whom it names."""
    work(door, PERSON + 5)
    sanne = signed_in(door, SANNE)
    for view, said in (
        ("te-bevestigen", "Te bevestigen"),
        ("zonder-gesprek", "Gesprek"),
    ):
        rows = tree(sanne.get(f"/overdrachten?toon={view}")).xpath("//tbody/tr")
        assert rows
        assert all(said in one.text_content() for one in rows)


def test_no_words_stand_in_an_address_or_a_title(door: Door, sanne: Visitor) -> None:
    """Where a form sends to names the reference and a code, and the title names nobody."""
    path = work(door, PERSON + 6)
    answer = sanne.submit(f"{path}/vraag", onderwerp="taal", tekst="Welk niveau haalde zij?")
    assert answer.headers["location"] == f"{path}?gedaan=vraag"
    title = tree(sanne.get(path)).findtext(".//title")
    assert title == "Overdracht - Doelpoort"
