"""A resident's own pages in a real browser: axe, small screens, keys, no script, nothing left behind."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from gateway.web.own_words import LANGUAGES, own_words
from tests.edges.api.door import AGENCY, EMPLOYER, row
from tests.suites import DEEP
from tests.web.browser import NARROW, Desk, Served, desk
from tests.web.markup import faults
from tests.web.test_accessibility import CUT_OFF, RULES, SMALL_TARGETS

DOOR: Final = "/mijn-gegevens"
PAGES: Final = (
    "taal",
    "overzicht",
    "wie-keek",
    "alles",
    "meenemen",
    "klopt-niet",
    "nergens",
)
LOOKS: Final = (
    [(page, language) for language in LANGUAGES for page in PAGES]
    if DEEP
    else [*zip(PAGES, ("nl", "ar", "ti", "ps", "uk", "ku", "fa"), strict=True)]
)
"""Each page in one language, every script and both directions; the deep run crosses them."""
NUMBER: Final = 78
SECOND: Final = 87
COA: Final = ("coa", "coa_casemanager")
KLANTMANAGER: Final = ("harderwijk", "gemeente_klantmanager")


@pytest.fixture(scope="module", name="code")
def fixture_code(chromium: Browser, served_gate: Served) -> str:
    """Let someone come to stay who said yes to one and no to another, and get a code."""
    _come_to_stay(served_gate)
    with _code_form(chromium, served_gate, NUMBER) as fatima:
        page = fatima.page
        fatima.picture("code-formulier")
        assert Axe().run(page, options=RULES).violations_count == 0
        page.locator("select[name=taal]").select_option("ar")
        page.get_by_role("button", name="Maak een code").click()
        fatima.picture("code-papier")
        (shown,) = re.findall(r"\d{3}(?: \d{3}){3}", page.inner_text("main"))
    return str(shown)


@contextmanager
def _code_form(chromium: Browser, gate: Served, number: int) -> Iterator[Desk]:
    """Find a resident at Fatima's desk, and open the form that gives her a code."""
    with desk(chromium, gate) as fatima:
        fatima.sign_in("Fatima van Dijk")
        page = fatima.go("/bewoners")
        page.locator("input[name=v_nummer]").fill(str(row(number)["v_nummer"]))
        page.locator("input[name=v_nummer]").press("Enter")
        page.get_by_role("link", name="Code voor Mijn gegevens").click()
        yield fatima


def _come_to_stay(gate: Served) -> None:
    """Deliver her, record her choices, and let her municipality look."""
    people = {"klantprofielen": [gate.linked(NUMBER)]}
    sent = [gate.ask(COA, "POST", "/v1/leveringen", people)]
    choice = {"vNummer": row(NUMBER)["v_nummer"], "doel": "P05", "taal": "tir", "tekstVersie": "1"}
    for whom, said in ((EMPLOYER, True), (AGENCY, False)):
        wish = {**choice, "ontvanger": whom, "gegeven": said}
        sent.append(gate.ask(COA, "POST", "/v1/toestemmingen", wish))
    assert {one.status_code for one in sent} == {201}, [one.text for one in sent]
    listed = gate.ask(KLANTMANAGER, "GET", "/v1/clienten?doel=P02")
    assert listed.status_code == 200


@pytest.fixture(scope="module", name="phone")
def fixture_phone(chromium: Browser, served_gate: Served, code: str) -> Iterator[Desk]:
    """Open a phone's window, come in by the code's own address and with keys alone."""
    with desk(chromium, served_gate, NARROW) as one:
        one.go(f"{DOOR}/code/{code.replace(' ', '')}")
        _press_to(one.page, "Nederlands")
        _press_to(one.page, "", "dag")
        for part in ("1", "5", "1990"):
            one.page.keyboard.type(part)
            one.page.keyboard.press("Tab")
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/overzicht")
        yield one


def _press_to(page: Page, name: str, field: str = "") -> None:
    """Go on with the tabulator until a link of that name, or a field, has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        here = page.evaluate("[document.activeElement.innerText, document.activeElement.name]")
        assert page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
            " || document.activeElement.id === 'inhoud'"
        )
        if field and here[1] == field:
            return
        if name and here[0] == name:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError("keys alone do not lead there")


@pytest.mark.parametrize(("page", "language"), LOOKS)
def test_a_page_is_readable_in_her_language(phone: Desk, page: str, language: str) -> None:
    """axe-core finds nothing, nothing scrolls sideways at 320 pixels, and targets are large enough."""
    phone.go(f"{DOOR}/taal/{language}")
    shown = phone.go(f"{DOOR}/{page}")
    words = own_words(language)
    assert shown.locator("html").get_attribute("lang") == language
    assert shown.locator("html").get_attribute("dir") == words.direction
    phone.picture(f"mijn-{page}-{language}")
    found = Axe().run(shown, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert shown.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    assert shown.evaluate(SMALL_TARGETS) == []
    assert shown.evaluate(CUT_OFF) == []
    assert faults(phone) == []


def test_the_door_is_readable_and_works_without_script(
    chromium: Browser, served_gate: Served
) -> None:
    """In a browser that runs no script: a language, a wrong code, and the same page that says so."""
    context = chromium.new_context(
        viewport={"width": NARROW[0], "height": NARROW[1]}, java_script_enabled=False
    )
    try:
        page = context.new_page()
        page.goto(served_gate.address + DOOR)
        page.get_by_role("link", name=own_words("ps").name).click()
        page.locator("input[name=code]").fill("000000000000")
        page.locator("button[type=submit]").click()
        assert own_words("ps").texts["refused"] in page.inner_text("main")
        assert page.url == f"{served_gate.address}{DOOR}/openen"
    finally:
        context.close()


def test_the_door_has_no_fault(chromium: Browser, served_gate: Served) -> None:
    """axe-core finds nothing at the door either, before and after a code that opens nothing."""
    with desk(chromium, served_gate, NARROW, scheme="dark") as one:
        one.go(f"{DOOR}/taal/fa")
        one.picture("mijn-deur-fa")
        assert Axe().run(one.page, options=RULES).violations_count == 0
        one.page.locator("input[name=code]").fill("1")
        one.page.locator("button[type=submit]").click()
        one.picture("mijn-deur-fa-geweigerd")
        assert Axe().run(one.page, options=RULES).violations_count == 0
        assert one.page.evaluate(SMALL_TARGETS) == []


def test_leaving_leaves_the_browser_empty(chromium: Browser, served_gate: Served) -> None:
    """No cookie and nothing in any store of the browser; the way back shows no page of hers."""
    code = _another_code(chromium, served_gate)
    with desk(chromium, served_gate, NARROW) as one:
        one.go(f"{DOOR}/taal/en")
        for name, value in {"code": code, "dag": "1", "maand": "5", "jaar": "1990"}.items():
            one.page.locator(f"input[name={name}]").fill(value)
        one.page.get_by_role("button", name="Open").click()
        one.page.wait_for_url("**/overzicht")
        assert "code" not in one.page.url
        one.go(f"{DOOR}/alles")
        assert "Selam" in one.page.inner_text("main")
        kept = "[localStorage.length, sessionStorage.length, document.cookie]"
        assert one.page.evaluate(kept) == [0, 0, ""]
        one.page.get_by_role("button", name="Close").click()
        assert "leaves nothing" in one.page.inner_text("main")
        assert one.page.context.cookies() == []
        one.page.go_back()
        assert "Selam" not in one.page.inner_text("body")
        assert one.complaints == []


def _another_code(chromium: Browser, served_gate: Served) -> str:
    """Give a code to someone else: a new one for the same resident would end her session."""
    came = served_gate.ask(
        COA, "POST", "/v1/leveringen", {"klantprofielen": [served_gate.linked(SECOND)]}
    )
    assert came.status_code == 201, came.text
    with _code_form(chromium, served_gate, SECOND) as fatima:
        fatima.page.get_by_role("button", name="Maak een code").click()
        return fatima.page.locator("aside strong").inner_text()
