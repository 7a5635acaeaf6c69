"""The klantmanager's day in a real browser: who is due, what do I know, what is missing, and why."""

import re
from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from playwright.sync_api import Browser, expect

from gateway.domain.callers import Persona
from gateway.domain.identifiers import ActorId, RoleId
from tests.web.browser import NARROW, Desk, Served, desk


@pytest.fixture(name="sannes")
def fixture_sannes(chromium: Browser, served_gate: Served) -> Iterator[Desk]:
    """Sit down as the klantmanager of Harderwijk."""
    with desk(chromium, served_gate) as one:
        one.sign_in("Sanne Bakker")
        yield one


def test_she_works_from_the_list_to_the_dossier(sannes: Desk) -> None:
    """She opens her list, takes who is late, reads the dossier, sees what is missing, and signs off."""
    page = sannes.page
    expect(page).to_have_title("Mijn overdrachten - Doelpoort")
    expect(page.get_by_role("banner")).to_contain_text("Gemeente Harderwijk")
    sannes.picture("klantmanager-overdrachten")
    everyone = page.locator("tbody tr").count()
    assert everyone > 5
    page.get_by_role("link", name=re.compile("^Te laat")).click()
    late = page.locator("tbody tr")
    expect(late.first).to_contain_text("te laat")
    assert 0 < late.count() <= everyone
    name = page.locator("tbody th a").first.inner_text()
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page).to_have_title("Dossier - Doelpoort")
    sannes.picture("klantmanager-dossier")
    for part in ("Persoon en contact", "Opleiding en werk in het buitenland", "Taal"):
        expect(page.get_by_role("heading", name=part, exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Wat nog ontbreekt")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("toon=te-laat$"))
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("U bent afgemeld")
    page.go_back()
    assert name not in page.content()
    assert sannes.complaints == []
    assert sannes.served.broken_policies() == 0


def test_she_sees_a_bsn_after_more_proof_and_why_she_may(sannes: Desk) -> None:
    """The number comes after a second factor; the steps of the decision are told in plain words."""
    page = sannes.page
    page.locator("tbody th a").first.click()
    dossier = page.url
    number = page.locator("dd bdi", has_text=re.compile(r"^999\d{6}$"))
    expect(number).to_have_count(0)
    page.get_by_role("link", name="Tonen na extra zekerheid").click()
    page.get_by_role("button", name="Bevestig met tweede middel").click()
    expect(page).to_have_url(dossier)
    expect(number).to_have_count(1)
    page.goto(f"{dossier}/waarom/religie")
    expect(page.get_by_text("Niet toegestaan", exact=True)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("bijzonder persoonsgegeven")
    page.goto(f"{dossier}/waarom/achternaam")
    expect(page.get_by_text("Toegestaan", exact=True)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Wet inburgering 2021")
    expect(page.get_by_role("main")).to_contain_text("Bewaren: kopie bij de poort 30 dagen")
    sannes.picture("klantmanager-waarom")
    assert sannes.complaints == []


def test_she_takes_a_handover_in_hand(sannes: Desk) -> None:
    """She confirms receipt, plans the talk, asks COA, and reads the answer; then the talk is held."""
    page = sannes.page
    page.get_by_role("link", name=re.compile("^Geen driegesprek")).click()
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Bevestig, plan of vraag").click()
    page.get_by_role("button", name="Bevestig de ontvangst").click()
    expect(page.get_by_role("status")).to_have_text("De ontvangst is bevestigd; het COA ziet dat.")
    page.get_by_label("Scenario").select_option(label="Gecombineerde aanpak")
    page.get_by_label("Hoe").select_option(label="Op de COA-locatie")
    page.get_by_label("Dag").fill(f"{sannes.served.day(7)}")
    page.get_by_label("Tijd").fill("10:30")
    page.get_by_role("button", name="Plan het driegesprek").click()
    expect(page.get_by_role("alert")).to_contain_text("als de bewoner daarmee instemt")
    (refused,) = sannes.complaints
    assert "400" in refused
    sannes.complaints.clear()
    page.get_by_label("De bewoner stemt ermee in").check()
    page.get_by_role("button", name="Plan het driegesprek").click()
    expect(page.get_by_role("status")).to_contain_text("Het driegesprek is gepland")
    page.get_by_label("Onderwerp").select_option(label="Opleiding")
    page.get_by_label("Uw vraag").fill("Is het diploma al gezien?")
    page.get_by_role("button", name="Stel de vraag").click()
    asked = page.locator("li", has_text="Is het diploma al gezien?")
    expect(asked).to_contain_text("Wacht op antwoord")
    sannes.picture("klantmanager-overdracht")
    _answer(sannes, "Ja, vorige week.")
    page.reload()
    expect(asked).to_contain_text("Ja, vorige week.")
    page.get_by_label("Afspraak over taal").check()
    page.get_by_role("button", name="Het gesprek is gevoerd").click()
    expect(page.get_by_role("main")).to_contain_text("Afspraak over taal")
    assert sannes.complaints == []
    assert sannes.served.broken_policies() == 0


def _answer(one: Desk, words: str) -> None:
    """Answer the one open question as COA's casemanager would, at the interface."""
    gateway = one.served.gateway
    partner = next(p for p in gateway.catalogue.partners.values() if p.slug == "coa")
    sites = frozenset(gateway.catalogue.codes.opvanglocaties)
    persona = Persona(partner, RoleId("coa_casemanager"), ActorId("fatima"), sites)
    headers = {"Authorization": f"Bearer {gateway.token(persona)}"}
    with httpx.Client(base_url=f"{one.served.address}/v1/overdrachten", headers=headers) as coa:
        listed = coa.get("/vragen").json()["vragen"]
        (waiting,) = [one for one in listed if one["tekst"] == "Is het diploma al gezien?"]
        path = f"/vragen/{waiting['id']}/_beantwoorden"
        assert coa.post(path, json={"antwoord": words}).status_code == 200


def test_she_asks_coa_and_plans_a_talk_without_a_mouse(
    chromium: Browser, served_gate: Served
) -> None:
    """With the keyboard alone she confirms a receipt, asks a question, plans the talk and cancels it."""
    with desk(chromium, served_gate) as one:
        one.sign_in("Sanne Bakker")
        page = one.go("/overdrachten?toon=zonder-gesprek")
        path = page.locator("tbody th a").nth(1).get_attribute("href")
        one.go(f"{path}/overdracht")
        page.get_by_role("button", name="Bevestig de ontvangst").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("De ontvangst is bevestigd")
        page.locator("#onderwerp").focus()
        page.keyboard.type("Opleiding")
        page.keyboard.press("Tab")
        page.keyboard.type("Welk niveau haalde zij?")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("De vraag is gesteld")
        expect(page.get_by_role("main")).to_contain_text("Welk niveau haalde zij?")
        page.locator("#scenario").focus()
        page.keyboard.type("Snelle")
        page.locator("#vorm").focus()
        page.keyboard.type("Online")
        page.locator("#dag").focus()
        page.keyboard.type(_same_both_ways(served_gate.day(2)))
        page.locator("#tijd").focus()
        page.keyboard.type("1030am")
        page.locator("input[name=instemming]").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Het driegesprek is gepland")
        expect(page.get_by_role("main")).to_contain_text("Snelle start · Online")
        page.locator("#reden").focus()
        page.keyboard.type("Geen tolk")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_contain_text("Geen tolk beschikbaar")
        assert one.complaints == []


def _same_both_ways(first: date) -> str:
    """Write the first day from then of which day and month are one number, as one types it."""
    days = [date(year, n, n) for year in (first.year, first.year + 1) for n in range(1, 13)]
    return next(f"{day:%d%m%Y}" for day in days if day >= first)


def test_she_divides_the_work_without_a_mouse(chromium: Browser, served_gate: Served) -> None:
    """With the keyboard alone she takes someone, reads the team's numbers, and lays her down again."""
    with desk(chromium, served_gate) as one:
        one.sign_in("Sanne Bakker")
        one.go("/werkverdeling")
        before = _in_hand(one)
        one.go("/overdrachten?van=niemand")
        assert _given(one, "Ik") == before + 1
        one.picture("klantmanager-werkverdeling")
        one.go("/overdrachten?van=mij")
        assert _given(one, "Niemand") == before
        assert one.complaints == []


def _given(one: Desk, to: str) -> int:
    """Give the first on the list to someone, and read how many she herself has in hand now."""
    page = one.page
    page.locator("tbody input").first.focus()
    page.keyboard.press("Space")
    page.locator("#behandelaar").focus()
    page.keyboard.type(to)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 overdracht toegewezen")
    page.get_by_role("link", name="Werkverdeling").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Werkverdeling")
    return _in_hand(one)


def _in_hand(one: Desk) -> int:
    """Read how many she has in hand, none where she is not on the list."""
    row = one.page.locator("tbody tr", has_text="Sanne Bakker")
    return int(row.locator("td").first.inner_text()) if row.count() else 0


def test_she_hands_on_and_takes_back_without_a_mouse(
    chromium: Browser, served_gate: Served
) -> None:
    """Who moved is handed on with the keyboard; by mistake, so that she takes her back and reads who did."""
    with desk(chromium, served_gate) as one:
        one.sign_in("Sanne Bakker")
        page = one.go("/overdrachten")
        row = page.locator("tbody tr").last
        number = re.findall(r"\d{10}", row.inner_text())[0]
        path = row.locator("th a").get_attribute("href")
        _house(one, number)
        page = one.go(f"{path}/overdracht")
        name = page.get_by_role("heading", level=1).inner_text()
        page.locator("#gemeente").focus()
        page.keyboard.type("Utrecht")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Doorgegeven")
        assert name not in page.content()
        one.picture("klantmanager-doorgegeven")
        page.get_by_role("button", name="Haal terug").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        said = page.get_by_role("main")
        expect(said).to_contain_text("teruggehaald van Utrecht op")
        expect(said).to_contain_text("door Sanne Bakker")
        assert one.complaints == []
        assert one.served.broken_policies() == 0


def _house(one: Desk, number: str) -> None:
    """Let COA record that someone has a home in Harderwijk."""
    body = {"vNummer": number, "soort": "gehuisvest", "partij": "0243"}
    housed = one.served.ask(("coa", "coa_casemanager"), "POST", "/v1/koppelingen", body)
    assert housed.status_code == 201, housed.text


def test_she_needs_no_mouse(chromium: Browser, served_gate: Served) -> None:
    """With the keyboard alone she signs in, skips to the list, opens a dossier and goes back."""
    with desk(chromium, served_gate) as one:
        page = one.go("/aanmelden")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Naar de inhoud")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Mijn overdrachten")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        focused = page.locator(":focus")
        for _ in range(40):
            page.keyboard.press("Tab")
            assert focused.evaluate("e => e.matches(':focus-visible')")
            if focused.evaluate("e => e.matches('tbody th a')"):
                break
        page.keyboard.press("Enter")
        expect(page).to_have_title("Dossier - Doelpoort")
        assert one.complaints == []


def test_she_needs_no_scripts(chromium: Browser, served_gate: Served) -> None:
    """With scripts switched off every step still works."""
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    try:
        page = context.new_page()
        page.goto(served_gate.address + "/aanmelden")
        page.locator("li", has_text="Sanne Bakker").get_by_role("button").click()
        page.get_by_role("link", name=re.compile("^Te laat")).click()
        page.locator("tbody th a").first.click()
        expect(page).to_have_title("Dossier - Doelpoort")
    finally:
        context.close()


def test_she_works_at_a_counter_with_a_phone(chromium: Browser, served_gate: Served) -> None:
    """At 320 pixels nothing falls off the page, and each cell says what it is."""
    with desk(chromium, served_gate, NARROW) as one:
        one.sign_in("Sanne Bakker")
        one.picture("klantmanager-telefoon")
        expect(one.page.locator("tbody td").first).to_have_css("display", "grid")
        one.page.locator("tbody th a").first.click()
        expect(one.page).to_have_title("Dossier - Doelpoort")
        assert one.page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


def test_a_list_prints_its_people(sannes: Desk) -> None:
    """On paper the list is there, without boxes to tick and buttons to press."""
    page = sannes.page
    page.emulate_media(media="print")
    expect(page.locator("tbody th a").first).to_be_visible()
    expect(page.locator("tbody input").first).to_be_hidden()
    expect(page.get_by_role("heading", name="Neem gekozen dossiers mee")).to_be_hidden()


def test_a_dossier_prints_without_what_is_not_paper(sannes: Desk) -> None:
    """On paper there are no menus, buttons or coloured bars; the facts stay."""
    page = sannes.page
    page.locator("tbody th a").first.click()
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Hoofdmenu")).to_be_hidden()
    expect(page.get_by_role("button", name="Afmelden")).to_be_hidden()
    expect(page.locator("dl.dp-facts").first).to_be_visible()
