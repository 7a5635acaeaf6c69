"""Werkverdeling: people on the list are taken and given, lists are kept, and the team is counted."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.edges.api.door import Door, row, unknown
from tests.web.visitor import JORIS, ROBIN, SANNE, Visitor, signed_in, tree, turned, words

PERSON: Final = 71


@pytest.fixture(name="linked", scope="module")
def fixture_linked(door: Door) -> str:
    """Deliver someone linked to Harderwijk."""
    assert door.deliver(row(PERSON)).is_success
    return door.reference("gemeente_klantmanager", PERSON)


@pytest.fixture(name="person")
def fixture_person(sanne: Visitor, linked: str) -> Iterator[str]:
    """Hand over someone whom nobody handles, and lay her down after."""
    yield linked
    sanne.submit("/overdrachten/toewijzen", persoon=linked, behandelaar="niemand")


def assign(visitor: Visitor, person: str, to: str, back: str = "/overdrachten?van=mij") -> str:
    """Post the form of the list, follow it, and read the page."""
    sent = visitor.submit("/overdrachten/toewijzen", persoon=person, behandelaar=to, terug=back)
    assert sent.status_code == 303
    return words(visitor.follow(sent))


def test_who_is_taken_stands_on_ones_own_list(door: Door, sanne: Visitor, person: str) -> None:
    """She is under mine and under nobody's no more; the page of her handover names who has her."""
    assert stands(sanne, person, "niemand")
    assert "1 overdracht toegewezen" in assign(sanne, person, "mij")
    assert stands(sanne, person, "mij")
    assert not stands(sanne, person, "niemand")
    page = sanne.get(f"/overdrachten/{person}/overdracht")
    assert "Behandelaar Sanne Bakker" in words(page)
    robin = _as_klantmanager(door)
    said = assign(robin, person, "mij")
    assert "0 overdrachten toegewezen. 1 niet: een collega behandelt die al" in said
    assert "1 overdracht toegewezen" in assign(robin, person, ROBIN)
    assert not stands(sanne, person, "mij")


def stands(visitor: Visitor, person: str, whose: str) -> bool:
    """Tell whether a person stands on the list of some hands."""
    return any(person in page.text for page in turned(visitor, f"/overdrachten?van={whose}"))


def _as_klantmanager(door: Door) -> Visitor:
    robin = signed_in(door, ROBIN)
    assert robin.submit("/rol/kies", rol="gemeente_klantmanager").status_code == 303
    return robin


def test_a_colleague_of_another_town_is_not_offered_and_changes_nothing(
    door: Door, sanne: Visitor, person: str
) -> None:
    """Only who signed in here can be chosen; another town's worker does not find her."""
    joris = signed_in(door, JORIS)
    offered = tree(sanne.get("/overdrachten")).xpath("//select[@name='behandelaar']/option/@value")
    assert JORIS not in offered
    assert {"mij", "niemand"} <= set(offered)
    assert "0 overdrachten toegewezen. 1 niet" in assign(sanne, person, JORIS)
    for reference in (person, unknown()):
        assert "0 overdrachten toegewezen. 1 niet" in assign(joris, reference, "mij")


def test_a_list_is_kept_under_the_words_of_its_codes(sanne: Visitor) -> None:
    """Kept once, shown on every list, gone when dropped; its address holds codes only."""
    chosen = {"toon": "te-laat", "van": "mij"}
    kept = sanne.submit("/overdrachten/weergaven", **chosen)
    assert kept.headers["location"] == "/overdrachten?toon=te-laat&van=mij"
    page = sanne.follow(kept)
    assert "Bewaar de lijst Te laat" not in words(page)
    links = tree(sanne.get("/overdrachten")).xpath("//form[contains(@action, 'weg')]/a")
    assert [(one.get("href"), one.text) for one in links] == [
        ("/overdrachten?toon=te-laat&van=mij", "Te laat · van mij")
    ]
    sanne.submit("/overdrachten/weergaven/weg", **chosen)
    assert not tree(sanne.get("/overdrachten")).xpath("//form[contains(@action, 'weg')]")


def test_the_team_is_counted_by_name_and_names_no_resident(sanne: Visitor, person: str) -> None:
    """Oneself, colleagues and nobody, each with numbers; no resident's name or reference."""
    assign(sanne, person, "mij")
    page = sanne.get("/werkverdeling")
    rows = tree(page).xpath("//tbody/tr")
    assert [one.xpath("string(th)").split()[0] for one in rows][-1] == "Niemand"
    (own,) = [one for one in rows if "(u)" in one.text_content()]
    assert own.xpath("string(th)").startswith("Sanne Bakker")
    assert int(own.xpath("td")[0].text) >= 1
    assert person not in page.text
    assert f"Voorbeeld{PERSON}" not in page.text


@pytest.mark.parametrize("back", ["//elders.example", "https://elders.example/", ""])
def test_dividing_leads_back_to_this_gate_only(sanne: Visitor, person: str, back: str) -> None:
    """Whatever stands in the form, one goes on here."""
    sent = sanne.submit("/overdrachten/toewijzen", persoon=person, behandelaar="mij", terug=back)
    assert sent.headers["location"] == "/overdrachten?verdeeld=1&niet=0"


def test_what_is_no_number_in_an_address_says_nothing(sanne: Visitor) -> None:
    """An invented address tells of no handover that was given."""
    for query in ("verdeeld=veel&niet=0", "verdeeld=1", "verdeeld=-1&niet=0"):
        assert "toegewezen" not in words(sanne.get(f"/overdrachten?{query}"))
    assert SANNE not in sanne.get("/overdrachten?verdeeld=1&niet=0").text
