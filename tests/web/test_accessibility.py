"""Every page, in both languages, in light and in dark: no fault that a machine can find (WCAG 2.2 AA)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Final
from urllib.parse import parse_qsl

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.suites import DEEP
from tests.web.browser import NARROW, WIDE, Desk, Served, desk

# Pages by what one does to come there, and who has them.
PAGES: Final = {
    "aanmelden": ("", "/aanmelden?reden=verlopen"),
    "rol": ("Robin Smit", "/rol"),
    "bewoners": ("Fatima van Dijk", "/bewoners"),
    "bewoner": ("Fatima van Dijk", "BEWONER?gedaan=nee"),
    "gesprek": ("Fatima van Dijk", "BEWONER/gesprek/P04.uitzendbureau?taal=ar"),
    "gesprek onvolledig": ("Fatima van Dijk", "GESPREK"),
    "bewijs": ("Fatima van Dijk", "BEWIJS"),
    "open verzoeken": ("Fatima van Dijk", "/verzoeken"),
    "voorbeeld": ("Fatima van Dijk", "BEWONER/voorbeeld/P04.uitzendbureau"),
    "overdrachten": ("Sanne Bakker", "/overdrachten"),
    "niemand in de selectie": ("Sanne Bakker", "/overdrachten?toon=nieuw"),
    "dossier": ("Sanne Bakker", "DOSSIER"),
    "waarom": ("Sanne Bakker", "DOSSIER/waarom/religie"),
    "kandidaten": ("Noor Jansen", "/kandidaten"),
    "gevonden": ("Noor Jansen", "ZOEK"),
    "groep te klein": ("Noor Jansen", "ZOEK engels_niveau=C2&nt2_niveau_spreken=B2"),
    "voorstel vragen": ("Noor Jansen", "KIES"),
    "voorstellen": ("Noor Jansen", "/voorstellen?gevraagd=2&niet=1&ingetrokken=1"),
    "profielen": ("Noor Jansen", "/profielen"),
    "profiel": ("Noor Jansen", "PROFIEL"),
    "bestand": ("Noor Jansen", "BESTAND"),
    "plaatsingen": ("Noor Jansen", "/plaatsingen"),
    "nazorg": ("Noor Jansen", "/nazorg"),
    "verwijderen": ("Noor Jansen", "/verwijderen?bevestigd=1"),
    "extra zekerheid": ("Sanne Bakker", "/aanmelden/extra"),
    "toezicht": ("Willem de Groot", "/toezicht"),
    "logboek": ("Willem de Groot", "/logboek"),
    "logregel": ("Willem de Groot", "LOGREGEL"),
    "tijdlijnen": ("Willem de Groot", "/logboek/tijdlijnen"),
    "signalen": ("Willem de Groot", "/beoordelen"),
    "noodtoegang": ("Willem de Groot", "/beoordelen/noodtoegang"),
    "heridentificatie": ("Willem de Groot", "/beoordelen/heridentificatie"),
    "datalek": ("Willem de Groot", "/onderzoek"),
    "steekproef": ("Willem de Groot", "/onderzoek/steekproef"),
    "bewijsbundel": ("Willem de Groot", "/onderzoek/bewijsbundel"),
    "register": ("Willem de Groot", "/verantwoording"),
    "toestemmingen": ("Anouk Meijer", "/verantwoording/toestemmingen"),
    "cijfers": ("Willem de Groot", "/verantwoording/cijfers"),
    "niet gevonden": ("Sanne Bakker", "/taal/xx"),
}
LOOKS: Final = [("nl-NL", "light"), ("en-GB", "dark")]
CROSSED: Final = [("nl-NL", "dark"), ("en-GB", "light")]
"""Each page is seen in both languages and both lights; the deep run crosses them."""
SMALL_TARGETS: Final = """
[...document.querySelectorAll('button, input:not([type=hidden]), select, summary')]
  .filter(e => e.getClientRects().length)
  .filter(e => Math.min(e.offsetHeight, e.offsetWidth) < 24)
  .map(e => e.outerHTML)
"""
RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
}


@pytest.fixture(
    scope="module", name="windows", params=LOOKS + (CROSSED if DEEP else []), ids="-".join
)
def fixture_windows(
    request: pytest.FixtureRequest, chromium: Browser, served_gate: Served
) -> Iterator[dict[str, Desk]]:
    """Open a window for each worker, in one language and one light."""
    locale, scheme = request.param
    with ExitStack() as stack:
        yield _sat_down(stack, chromium, served_gate, WIDE, locale, scheme)


def _sat_down(
    stack: ExitStack,
    chromium: Browser,
    gate: Served,
    size: tuple[int, int],
    *look: Any,  # noqa: ANN401 - a language and a light, as the window takes them
) -> dict[str, Desk]:
    windows = {}
    for name in sorted({who for who, _ in PAGES.values()}):
        windows[name] = stack.enter_context(desk(chromium, gate, size, *look))
        if name:
            windows[name].sign_in(name)
    return windows


def _seek(one: Desk, filters: str = "") -> None:
    one.go("/kandidaten").locator("main button[name=wis]").click()
    page = one.go("/kandidaten")
    for name, value in parse_qsl(filters):
        page.locator(f"select[name={name}]").select_option(value)
    page.locator("main form button").first.click()


def _pick(one: Desk, _: str) -> None:
    _seek(one)
    one.page.locator("input[name=kandidaat]").first.check()
    one.page.locator("main form button").click()


def _profile(one: Desk, _: str) -> None:
    one.go("/profielen").locator("tbody th a").first.click()


def _file(one: Desk, _: str) -> None:
    _profile(one, "")
    one.page.locator("form[action='/bestanden'] button").click()


def _unanswered(one: Desk, _: str) -> None:
    one.go(f"{_first(one, '/bewoners')}/gesprek/P04.uitzendbureau?taal=ti")
    one.page.locator("main form button").click()


def _proof(one: Desk, _: str) -> None:
    page = one.go(f"{_first(one, '/bewoners')}/gesprek/P04.uitzendbureau?taal=ar")
    page.locator("input[value=nee]").check()
    page.locator("input[name=teruggelezen]").check()
    page.locator("main form button").click()
    page.locator("tbody a[href$='/bewijs']").first.click()


def _first(one: Desk, path: str) -> str:
    return str(one.go(path).locator("tbody th a").first.get_attribute("href"))


WAYS: Final[Mapping[str, Callable[[Desk, str], None]]] = {
    "ZOEK": _seek,
    "KIES": _pick,
    "PROFIEL": _profile,
    "BESTAND": _file,
    "GESPREK": _unanswered,
    "BEWIJS": _proof,
}
LISTS: Final = {"DOSSIER": "/overdrachten", "LOGREGEL": "/logboek", "BEWONER": "/bewoners"}


def _open(windows: dict[str, Desk], page: str) -> Desk:
    who, path = PAGES[page]
    one = windows[who]
    if path.partition(" ")[0] in WAYS:
        way, _, filters = path.partition(" ")
        WAYS[way](one, filters)
        return one
    for name, listed in LISTS.items():
        if path.startswith(name):
            path = path.replace(name, _first(one, listed))
    one.go(path)
    return one


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_fault_that_a_machine_finds(windows: dict[str, Desk], page: str) -> None:
    """axe-core finds nothing against WCAG 2.2 A and AA, nor against its best practices."""
    found = Axe().run(_open(windows, page).page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture(scope="module", name="phones")
def fixture_phones(chromium: Browser, served_gate: Served) -> Iterator[dict[str, Desk]]:
    """Open a small window for each worker."""
    with ExitStack() as stack:
        yield _sat_down(stack, chromium, served_gate, NARROW)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_a_small_screen_and_large_letters(phones: dict[str, Desk], page: str) -> None:
    """At 320 pixels, which is 1280 at 400 %, nothing needs a sideways scroll; targets are large enough."""
    shown = _open(phones, page).page
    assert shown.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    ids = shown.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert shown.evaluate(SMALL_TARGETS) == []
