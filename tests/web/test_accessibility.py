"""Every page, in both languages, in light and in dark: no fault that a machine can find (WCAG 2.2 AA)."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.web.browser import NARROW, WIDE, Desk, Served, desk

# Pages by what one does to come there, and who has them.
PAGES: Final = {
    "aanmelden": ("", "/aanmelden?reden=verlopen"),
    "rol": ("Robin Smit", "/rol"),
    "begin zonder schermen": ("Fatima van Dijk", "/"),
    "overdrachten": ("Sanne Bakker", "/overdrachten"),
    "niemand in de selectie": ("Sanne Bakker", "/overdrachten?toon=nieuw"),
    "dossier": ("Sanne Bakker", "DOSSIER"),
    "waarom": ("Sanne Bakker", "DOSSIER/waarom/religie"),
    "extra zekerheid": ("Sanne Bakker", "/aanmelden/extra"),
    "niet gevonden": ("Sanne Bakker", "/taal/xx"),
}
LOOKS: Final = [("nl-NL", "light"), ("nl-NL", "dark"), ("en-GB", "light"), ("en-GB", "dark")]
SMALL_TARGETS: Final = """
[...document.querySelectorAll('button, input:not([type=hidden]), select, summary')]
  .filter(e => e.getClientRects().length)
  .filter(e => Math.min(e.offsetHeight, e.offsetWidth) < 24)
  .map(e => e.outerHTML)
"""
RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
}


@pytest.fixture(scope="module", name="windows", params=LOOKS, ids="-".join)
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


def _open(windows: dict[str, Desk], page: str) -> Desk:
    who, path = PAGES[page]
    one = windows[who]
    if path.startswith("DOSSIER"):
        href = one.go("/overdrachten").locator("tbody th a").first.get_attribute("href")
        path = path.replace("DOSSIER", str(href))
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
