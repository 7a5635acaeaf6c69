"""COA's desks in a real browser: residents and a conversation, then a delivery by the keyboard alone."""

from collections.abc import Iterator

import orjson
import pytest
from playwright.sync_api import Browser, expect

from tests.edges.api.door import row
from tests.web.browser import NARROW, WIDE, Desk, Served, desk

BAD_BSN = "123456789"


@pytest.fixture(name="fatimas")
def fixture_fatimas(chromium: Browser, served_gate: Served) -> Iterator[Desk]:
    """Sit down as the casemanager of COA."""
    with desk(chromium, served_gate) as one:
        one.sign_in("Fatima van Dijk")
        yield one


def _press(one: Desk, name: str) -> None:
    """Go to a button by its name, and press it as a keyboard does."""
    one.page.get_by_role("button", name=name).focus()
    one.page.keyboard.press("Enter")


def test_she_goes_from_her_residents_to_a_conversation(fatimas: Desk) -> None:
    """The list, one resident, and the words in her language beside the Dutch."""
    page = fatimas.page
    expect(page).to_have_title("Bewoners - Doelpoort")
    fatimas.picture("casemanager-bewoners")
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Bespreek een keuze")).to_be_visible()
    fatimas.picture("casemanager-bewoner")
    page.goto(f"{page.url}/gesprek/P04.uitzendbureau?taal=ar")
    expect(page.locator("p[dir=rtl]").first).to_be_visible()
    fatimas.picture("casemanager-gesprek")
    assert fatimas.complaints == []


def test_a_delivery_is_settled_by_the_keyboard_alone(fatimas: Desk) -> None:
    """She delivers, opens the row that waits, tries a wrong number, and discards it."""
    page = fatimas.go("/leveringen")
    whole = orjson.dumps({"klantprofielen": [row(81, bsn=BAD_BSN)]})
    file = {"name": "levering.json", "mimeType": "application/json", "buffer": whole}
    page.get_by_label("Nieuwe levering").set_input_files(file)  # type: ignore[arg-type]  # as it is documented
    _press(fatimas, "Lever in")
    expect(page.get_by_role("status")).to_have_text("De levering is verwerkt.")
    fatimas.picture("casemanager-levering")
    page.locator("tbody th a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("in quarantaine")
    fatimas.picture("casemanager-quarantaine")
    number = page.get_by_label("Burgerservicenummer")
    number.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("111111111")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Dit klopt nog niet")
    expect(page.get_by_label("Burgerservicenummer")).to_have_value("111111111")
    assert "111111111" not in page.url
    page.get_by_label("De waarden mogen weg").focus()
    page.keyboard.press("Space")
    _press(fatimas, "Verwerp de rij")
    expect(page.get_by_role("status")).to_contain_text("verworpen")


def test_the_operator_sees_how_the_gate_stands(chromium: Browser, served_gate: Served) -> None:
    """The first thing she reads is whether the log is whole; on a phone too."""
    for size, name in ((WIDE, "beheerder-stand"), (NARROW, "beheerder-telefoon")):
        with desk(chromium, served_gate, size) as one:
            one.sign_in("Bram Peters")
            expect(one.page.get_by_role("main")).to_contain_text("Het logboek is heel en tekent")
            one.picture(name)
            assert one.complaints == []
