"""The matcher's week in a real browser: search, ask, wait, meet by name, take along, delete."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import NARROW, Desk, Served, desk

NOOR: Final = "Noor Jansen"


@pytest.fixture(name="noors")
def fixture_noors(chromium: Browser, served_gate: Served) -> Iterator[Desk]:
    """Sit down as the matcher of the agency."""
    with desk(chromium, served_gate) as one:
        one.sign_in(NOOR)
        yield one


@dataclass(frozen=True, slots=True)
class Casemanager:
    """Answers for residents at the gate's own interface, as COA's system does."""

    served: Served

    def agree(self) -> str:
        """Record that whoever the agency asked for last agrees; return the consent's id."""
        client = self._ask("GET", "/v1/voorstellen")["voorstellen"][0]["clientRef"]
        wish = {
            "clientRef": client,
            "doel": "P05",
            "ontvanger": self.served.partner("uitzendbureau").oin,
            "taal": "tir",
            "tekstVersie": "1",
            "tolk": True,
        }
        return str(self._ask("POST", "/v1/toestemmingen", wish)["id"])

    def withdraw(self, consent: str) -> None:
        """Record that she takes it back."""
        self._ask("POST", f"/v1/toestemmingen/{consent}/_intrekken")

    def _ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - what JSON holds
        answer = self.served.ask(("coa", "coa_casemanager"), method, path, body)
        assert answer.is_success, answer.text
        return answer.json()


def test_she_works_from_a_search_to_a_name_and_back_to_nothing(noors: Desk) -> None:
    """She searches, asks two for a speed date, meets one by name, takes the profile along, and deletes."""
    page = noors.page
    expect(page).to_have_title("Kandidaten - Doelpoort")
    expect(page.get_by_role("main")).to_contain_text("keer zoeken")
    noors.picture("matcher-kandidaten")
    page.get_by_label("Nederlands spreken").select_option(label="minstens A2")
    page.get_by_role("button", name="Zoek kandidaten").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Ongeveer \d+0|5 kand"))
    expect(page).to_have_url(re.compile("/kandidaten/gevonden$"))
    noors.picture("matcher-gevonden")
    for number in (0, 1):
        page.locator("input[name=kandidaat]").nth(number).check()
    page.get_by_role("button", name="Vraag om een voorstel").click()
    page.get_by_label("Functie").fill("Magazijnmedewerker")
    page.get_by_label("Groep of speeddate").fill("Speeddate Meedoenbalie")
    noors.picture("matcher-vraag")
    page.get_by_role("button", name="Verstuur de vraag").click()
    expect(page.get_by_role("status")).to_contain_text("2 voorstellen zijn gevraagd.")
    expect(page.locator("tbody tr", has_text="Speeddate Meedoenbalie")).to_have_count(2)
    given = Casemanager(noors.served).agree()
    page.reload()
    noors.picture("matcher-voorstellen")
    page.get_by_role("link", name="Bekijk profiel").first.click()
    expect(page).to_have_title("Profiel - Doelpoort")
    name, reference = page.get_by_role("heading", level=1).inner_text(), page.url.rpartition("/")[2]
    noors.picture("matcher-profiel")
    page.get_by_role("button", name="Maak bestand").click()
    expect(page.get_by_role("heading", name="Klaar om op te halen")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Haal het bestand op").click()
    assert download.value.suggested_filename == "profielen.zip"
    Casemanager(noors.served).withdraw(given)
    page.get_by_role("link", name="Verwijder en bevestig").click()
    task = page.locator("tbody tr", has_text=reference)
    expect(task).to_contain_text("Toestemming ingetrokken")
    assert name not in page.content()
    noors.picture("matcher-verwijderen")
    task.get_by_role("button", name="Dit is gedaan").click()
    expect(page.get_by_role("status")).to_contain_text("in het logboek")
    expect(page.locator("tbody tr", has_text=reference)).to_have_count(0)
    assert noors.complaints == []
    assert noors.served.broken_policies() == 0


def test_she_reads_that_a_group_is_too_small(noors: Desk) -> None:
    """A search that fits few shows nobody; back at the form it stands as it was, to be widened."""
    page = noors.page
    page.get_by_label("Engels").select_option(label="minstens C2")
    page.get_by_label("Nederlands spreken").select_option(label="minstens B2")
    page.get_by_role("button", name="Zoek kandidaten").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("De groep is te klein")
    expect(page.locator("table")).to_have_count(0)
    noors.picture("matcher-te-klein")
    page.get_by_role("main").get_by_role("link", name="Pas de filters aan").first.click()
    expect(page.get_by_label("Engels")).to_have_value("C2")
    assert "C2" not in page.url
    assert noors.complaints == []


def test_she_needs_no_mouse(noors: Desk) -> None:
    """With the keyboard alone she searches, chooses someone and comes to the request."""
    page = noors.page
    page.get_by_role("button", name="Zoek kandidaten").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ongeveer")
    _tab_to(page, "input[name=kandidaat]")
    page.keyboard.press("Space")
    _tab_to(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Voor 1 kandidaat")).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("e => e.matches(':focus-visible')")
        if focused.evaluate("(e, s) => e.matches(s)", selector):
            return
    raise AssertionError(f"no way to {selector}")


def test_she_needs_no_scripts(chromium: Browser, served_gate: Served) -> None:
    """With scripts switched off she searches, asks, and takes a profile along."""
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    try:
        page = context.new_page()
        page.goto(served_gate.address + "/aanmelden")
        page.locator("li", has_text=NOOR).get_by_role("button").click()
        page.get_by_role("button", name="Zoek kandidaten").click()
        page.locator("input[name=kandidaat]").first.check()
        page.get_by_role("button", name="Vraag om een voorstel").click()
        page.get_by_role("button", name="Verstuur de vraag").click()
        expect(page.get_by_role("status")).to_contain_text("1 voorstel is gevraagd.")
        page.goto(served_gate.address + "/profielen")
        page.locator("input[name=persoon]").first.check()
        page.get_by_role("button", name="Maak bestand").click()
        expect(page.get_by_role("main")).to_contain_text("Logregel")
    finally:
        context.close()


def test_she_searches_at_a_counter_with_a_phone(chromium: Browser, served_gate: Served) -> None:
    """At 320 pixels each candidate is a card, and nothing falls off the page."""
    with desk(chromium, served_gate, NARROW) as one:
        one.sign_in(NOOR)
        one.page.get_by_role("button", name="Zoek kandidaten").click()
        one.picture("matcher-telefoon")
        expect(one.page.locator("tbody td").first).to_have_css("display", "grid")
        assert one.page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
