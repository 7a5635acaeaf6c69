"""The dossier: what is new since she last saw it, and on whose word each thing stands."""

from datetime import timedelta
from typing import Final

import pytest
from lxml import html

from tests.edges.api.door import Door, row
from tests.web.visitor import Visitor, signed_in, tree, words

PERSON: Final = 41
STUDY: Final = {"naam": "Lerarenopleiding", "land": "SY", "van": "2000", "tot": "2004"}


@pytest.fixture(scope="module", name="path")
def fixture_path(door: Door) -> str:
    """Deliver someone whose diploma was valued; return the path of her dossier."""
    delivered = door.deliver(row(PERSON, moedertaal="tir", werkambitie="bakker", **lasting()))
    assert delivered.status_code == 201
    return f"/overdrachten/{door.reference('gemeente_klantmanager', PERSON)}"


@pytest.fixture(scope="module", name="again")
def fixture_again(door: Door, path: str) -> html.HtmlElement:
    """See her dossier, come back after something changed, and read the page."""
    before = signed_in(door)
    assert not tree(before.get(path)).xpath("//*[@id='veranderd']")
    door.clock.wait(timedelta(minutes=2))
    assert door.deliver(row(PERSON, moedertaal="amh", **lasting())).status_code == 201
    door.clock.wait(timedelta(minutes=2))
    back = signed_in(door)
    back.get(path)
    return tree(back.get(path))


def lasting() -> dict[str, object]:
    """Return what stays: a diploma that was valued, a wish, and what a term is computed from."""
    return {
        "opleidingen": [STUDY],
        "diplomawaardering_status": "ontvangen",
        "beroepen_gewenst": ["8332"],
        "inburgeringsplicht_kennisgeving": "2026-02-10",
    }


def told(page: html.HtmlElement, name: str) -> str:
    """Return the line under a field: where it comes from, since when, on whose word."""
    (line,) = page.xpath(f"//*[@id='v-{name}']/dd[@class='dp-source']")
    return " ".join(line.text_content().split())


def test_what_changed_is_marked_and_listed(again: html.HtmlElement) -> None:
    """A field that was stored anew carries a mark, on every load in the session; another does not."""
    marked = again.xpath("//dl//div[dd/span[contains(@class, 'utrecht-data-badge')]]/@id")
    assert marked == ["v-moedertaal"]
    listed = [
        " ".join(one.text_content().split()) for one in again.xpath("//*[@id='veranderd']//li")
    ]
    assert [one.rpartition(" (")[0] for one in listed] == [
        "Moedertaal: gewijzigd",
        "Werkambitie (korte tekst): niet meer ingevuld",
    ]


def test_the_rest_can_be_put_away(again: html.HtmlElement) -> None:
    """What did not change is named for the switch that hides it: fields, and whole parts."""
    assert again.xpath("//input[@id='alleen-veranderd']")
    same = set(again.xpath("//*[contains(@class, 'dp-same')]/@id"))
    assert {"v-achternaam", "persoon"} <= same
    assert not {"v-moedertaal", "taal"} & same


def test_the_first_time_nothing_is_new(door: Door, path: str, again: html.HtmlElement) -> None:
    """Who never saw her before is not told of changes."""
    assert again.xpath("//*[@id='veranderd']")
    robin = Visitor(door)
    robin.sign_in("demo-robin-smit")
    robin.submit("/rol/kies", rol="gemeente_klantmanager")
    page = robin.get(path)
    assert page.status_code == 200
    assert "Veranderd" not in words(page)


def test_a_value_is_no_surer_than_its_delivery(again: html.HtmlElement) -> None:
    """A valued diploma was seen, a wish was stated, a term was computed; the rest is not known."""
    assert told(again, "opleidingen").startswith("document gezien · COA · ")
    assert told(again, "beroepen_gewenst").startswith("verklaard door bewoner · COA")
    assert told(again, "pip_deadline").startswith("berekend · ")
    assert told(again, "moedertaal").startswith("niet gemeld · COA · ")


def test_a_dossier_that_does_not_open_is_no_blank(door: Door, path: str) -> None:
    """Sealed bytes that were changed: a page that says so, and a list that shows the others too."""
    sanne = signed_in(door)
    with door.spoilt(PERSON):
        answer, listed = sanne.get(path), sanne.get("/overdrachten")
    assert listed.status_code == 200
    assert "Gegevens niet leesbaar (UNREADABLE_VALUE)" in words(listed)
    assert answer.status_code == 500
    assert "De fout ligt bij ons en is gemeld" in words(answer)
    counts = door.ask("GET", "/metrics", None).text
    assert 'doelpoort_request_failed_total{error="UnreadableValueError"' in counts
    assert sanne.get(path).status_code == 200
