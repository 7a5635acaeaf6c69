"""The privacy officer's week in a real browser: is the log whole, who looked, what waits, and proof."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browser import NARROW, Desk, Served, desk

NOTE = "Nagegaan met de leidinggevende, alles verklaard."


@pytest.fixture(scope="module", name="worked")
def fixture_worked(chromium: Browser, served_gate: Served) -> None:
    """Let the klantmanager open her list and a dossier, and ask for someone she has no business with."""
    with desk(chromium, served_gate) as sanne:
        sanne.sign_in("Sanne Bakker")
        sanne.page.locator("tbody th a").first.click()
        expect(sanne.page).to_have_title("Dossier - Doelpoort")
        sanne.go("/overdrachten/00000000-0000-4000-8000-000000000007")


@pytest.fixture(name="willems")
def fixture_willems(chromium: Browser, served_gate: Served, worked: None) -> Iterator[Desk]:
    """Sit down as an officer of Harderwijk."""
    with desk(chromium, served_gate) as one:
        one.sign_in("Willem de Groot")
        yield one


def test_he_checks_the_log_and_follows_a_disclosure(willems: Desk) -> None:
    """He reads what was verified, finds who looked, reads why it was allowed, and takes the proof."""
    page = willems.page
    expect(page).to_have_title("Toezicht - Doelpoort")
    expect(page.get_by_role("heading", name="Nagerekend en in orde")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("ondertekend door")
    willems.picture("privacy-officer-toezicht")
    page.get_by_role("link", name="Logboek", exact=True).click()
    page.get_by_role("link", name="Tijdlijnen").click()
    page.get_by_role("button", name="demo-sanne-bakker").first.click()
    assert "sanne" not in page.url
    willems.picture("privacy-officer-logboek")
    row = page.locator("tbody tr", has_text="Verstrekking: toegestaan").first
    row.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_text("Opnieuw beslist: dezelfde uitkomst")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"\.yaml:\d+"))
    willems.picture("privacy-officer-logregel")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Haal het bewijs op").click()
    assert re.fullmatch(r"regel-\d+\.json", taken.value.suggested_filename)
    assert willems.complaints == []
    assert willems.served.broken_policies() == 0


def test_he_and_a_colleague_close_a_signal(
    chromium: Browser, willems: Desk, served_gate: Served
) -> None:
    """He proposes a verdict on someone who was asked for without a relation; she confirms it."""
    page = willems.page
    page.get_by_role("link", name="Beoordelen", exact=True).click()
    willems.picture("privacy-officer-signalen")
    page.get_by_role("link", name="Geen relatie").first.click()
    address = page.url.removeprefix(willems.served.address)
    _judge(willems)
    expect(page.get_by_text("Uw oordeel is vastgelegd")).to_be_visible()
    with desk(chromium, served_gate) as hanna:
        hanna.sign_in("Hanna Vos")
        hanna.go(address)
        _judge(hanna)
        expect(hanna.page.get_by_text("het signaal is gesloten")).to_be_visible()
        assert hanna.complaints == []
    willems.go(address)
    expect(page.get_by_text("Twee functionarissen sloten dit signaal")).to_be_visible()
    assert willems.complaints == []


def _judge(one: Desk) -> None:
    one.page.get_by_label("Verklaard").check()
    one.page.get_by_label("Toelichting").fill(NOTE)
    one.page.get_by_role("button", name="Leg het oordeel vast").click()


def test_he_answers_for_what_was_disclosed(willems: Desk) -> None:
    """Figures with their tables, the register, and the reach of a breach within a case."""
    page = willems.go("/verantwoording/cijfers")
    page.locator("figure summary").first.click()
    expect(page.locator("figure table").first).to_be_visible()
    willems.picture("privacy-officer-cijfers")
    page.get_by_role("link", name="Register van verwerkingsactiviteiten").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Register van verwerkingsactiviteiten"
    )
    willems.go("/onderzoek")
    page.get_by_label("Zaaknummer").fill("AVG33-2026-0042")
    page.get_by_role("button", name="Bepaal de omvang").click()
    expect(page.get_by_role("heading", name="De omvang")).to_be_visible()
    assert "AVG33" not in page.url
    willems.picture("privacy-officer-datalek")
    assert willems.complaints == []


def test_he_needs_no_mouse_and_little_room(
    chromium: Browser,
    served_gate: Served,
    worked: None,
) -> None:
    """At 320 pixels, with the keyboard alone, he goes from the queue to a signal."""
    with desk(chromium, served_gate, NARROW) as one:
        one.sign_in("Willem de Groot")
        page, focused = one.page, one.page.locator(":focus")
        for _ in range(40):
            page.keyboard.press("Tab")
            assert focused.evaluate("e => e.matches(':focus-visible')")
            if focused.evaluate(
                "e => e.getAttribute('href') === '/beoordelen' && !e.closest('header')"
            ):
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Signalen")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        one.picture("privacy-officer-telefoon")


def test_he_needs_no_scripts(chromium: Browser, served_gate: Served, worked: None) -> None:
    """With scripts switched off he searches and opens an entry."""
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    try:
        page = context.new_page()
        page.goto(served_gate.address + "/aanmelden")
        page.locator("li", has_text="Willem de Groot").get_by_role("button").click()
        page.goto(served_gate.address + "/logboek")
        page.get_by_text("Zoek gericht").click()
        page.get_by_label("Wat", exact=True).select_option("disclosure.intent")
        page.get_by_role("button", name="Zoek", exact=True).click()
        page.locator("tbody th a").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Logregel")
    finally:
        context.close()
