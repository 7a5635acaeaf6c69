"""Every page, in both languages, in light and in dark: no fault that a machine can find (WCAG 2.2 AA)."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qsl

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload

from tests.edges.api.door import row, unknown
from tests.edges.api.steward import narrower
from tests.suites import DEEP
from tests.web.browser import NARROW, WIDE, Desk, Served, desk
from tests.web.markup import faults

# Pages by what one does to come there, and who has them.
PAGES: Final = {
    "aanmelden": ("", "/aanmelden?reden=verlopen"),
    "openbaar": ("", "/openbaar/doelen"),
    "rol": ("Robin Smit", "/rol"),
    "begin zonder schermen": ("Mila Kok", "/"),
    "bewoners": ("Fatima van Dijk", "/bewoners"),
    "bewoner": ("Fatima van Dijk", "BEWONER?gedaan=nee"),
    "code voor een bewoner": ("Fatima van Dijk", "CODE"),
    "gesprek": ("Fatima van Dijk", "BEWONER/gesprek/P04.uitzendbureau?taal=ar"),
    "gesprek onvolledig": ("Fatima van Dijk", "GESPREK"),
    "bewijs": ("Fatima van Dijk", "BEWIJS"),
    "open verzoeken": ("Fatima van Dijk", "/verzoeken"),
    "open voorstellen": ("Fatima van Dijk", "/verzoeken/voorstellen"),
    "vraag met een fout": ("Fatima van Dijk", "ANTWOORD"),
    "rectificaties": ("Fatima van Dijk", "ONJUIST"),
    "leveringen": ("Fatima van Dijk", "/leveringen"),
    "levering": ("Fatima van Dijk", "LEVERING"),
    "rij in quarantaine": ("Fatima van Dijk", "RIJ"),
    "achtergehouden tekst": ("Fatima van Dijk", "TEKST"),
    "noodtoegang vragen": ("Fatima van Dijk", "/noodtoegang"),
    "voorbeeld": ("Fatima van Dijk", "BEWONER/voorbeeld/P04.uitzendbureau"),
    "overdrachten": ("Sanne Bakker", "/overdrachten"),
    "niemand in de selectie": ("Sanne Bakker", "/overdrachten?toon=nieuw"),
    "verdeeld en bewaard": ("Sanne Bakker", "VERDEELD"),
    "werkverdeling": ("Sanne Bakker", "/werkverdeling"),
    "dossier": ("Sanne Bakker", "DOSSIER"),
    "dossier dat veranderde": ("Sanne Bakker", "VERANDERD"),
    "meldingen": ("Sanne Bakker", "/verwijderen"),
    "doorgegeven": ("Sanne Bakker", "DOOR"),
    "wie is doorgegeven": ("Sanne Bakker", "WEG"),
    "overdracht met een fout": ("Sanne Bakker", "VRAAG"),
    "waarom": ("Sanne Bakker", "DOSSIER/waarom/religie"),
    "kandidaten": ("Noor Jansen", "/kandidaten"),
    "gevonden": ("Noor Jansen", "ZOEK"),
    "groep te klein": ("Noor Jansen", "ZOEK engels_niveau=C2&nt2_niveau_spreken=B2"),
    "voorstel vragen": ("Noor Jansen", "KIES"),
    "voorstellen": ("Noor Jansen", "/voorstellen?gevraagd=2&niet=1&ingetrokken=1"),
    "profielen": ("Noor Jansen", "/profielen"),
    "profiel": ("Noor Jansen", "PROFIEL"),
    "bestand": ("Noor Jansen", "BESTAND"),
    "werk": ("Noor Jansen", "WERK"),
    "plaatsingen": ("Noor Jansen", "/plaatsingen"),
    "stappen naar werk": ("Ilse Brouwer", "STAPPEN"),
    "nazorg": ("Noor Jansen", "/nazorg"),
    "verwijderen": ("Noor Jansen", "/verwijderen?bevestigd=1"),
    "extra zekerheid": ("Sanne Bakker", "/aanmelden/extra"),
    "toezicht": ("Willem de Groot", "/toezicht"),
    "logboek dat niet klopt": ("Willem de Groot", "KAPOT"),
    "logboek": ("Willem de Groot", "/logboek"),
    "logregel": ("Willem de Groot", "LOGREGEL"),
    "tijdlijnen": ("Willem de Groot", "/logboek/tijdlijnen"),
    "signalen": ("Willem de Groot", "/beoordelen"),
    "signaal": ("Willem de Groot", "SIGNAAL"),
    "noodtoegang in een keer": ("Willem de Groot", "NOOD"),
    "noodtoegang": ("Willem de Groot", "/beoordelen/noodtoegang"),
    "heridentificatie": ("Willem de Groot", "/beoordelen/heridentificatie"),
    "datalek": ("Willem de Groot", "/onderzoek"),
    "datalek dat is bepaald": ("Willem de Groot", "LEK"),
    "steekproef die is getrokken": ("Willem de Groot", "TREK"),
    "steekproef": ("Willem de Groot", "/onderzoek/steekproef"),
    "bewijsbundel": ("Willem de Groot", "/onderzoek/bewijsbundel"),
    "register": ("Willem de Groot", "/verantwoording"),
    "toestemmingen": ("Anouk Meijer", "/verantwoording/toestemmingen"),
    "cijfers": ("Willem de Groot", "/verantwoording/cijfers"),
    "beheer": ("Bram Peters", "/beheer"),
    "overeenkomsten": ("Bram Peters", "/beheer/overeenkomsten"),
    "regels": ("Bram Peters", "/beheer/regels"),
    "voorstel met een fout": ("Iris de Boer", "FOUT"),
    "beleidsvoorstel dat is teruggerekend": ("Anouk Meijer", "BELEID"),
    "niet gevonden": ("Sanne Bakker", "/taal/xx"),
}
SMALL: Final = ("nl-NL", "light")
LOOKS: Final = [("en-GB", "dark")]
CROSSED: Final = [SMALL, ("nl-NL", "dark"), ("en-GB", "light")]
"""Each page is seen in both languages and both lights: wide in one, small in the other.

The deep run crosses them in wide windows.
"""
SMALL_TARGETS: Final = """
[...document.querySelectorAll('button, input:not([type=hidden]), select, summary')]
  .filter(e => e.getClientRects().length)
  .filter(e => Math.min(e.offsetHeight, e.offsetWidth) < 24)
  .map(e => e.outerHTML)
"""
CUT_OFF: Final = """
[...document.querySelectorAll('main *')]
  .filter(e => e.childElementCount === 0 && !e.closest('.dp-hidden, svg, thead, caption'))
  .filter(e => getComputedStyle(e).overflow !== 'visible' && e.scrollWidth > e.clientWidth + 1)
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


def _work(one: Desk, _: str) -> None:
    one.go(f"{_first(one, '/profielen')}/werk?gedaan=plaatsing")


def _steps(one: Desk, _: str) -> None:
    one.go(f"{_first(one, '/plaatsingen')}?gedaan=aanbod")


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


def _code(one: Desk, _: str) -> None:
    page = one.go(f"{_first(one, '/bewoners')}/code?taal=tir")
    page.locator("main form button").click()


def _first(one: Desk, path: str) -> str:
    return str(one.go(path).locator("tbody th a").first.get_attribute("href"))


def _changed(one: Desk, _: str) -> None:
    """Open someone's dossier, let her profile change, and open it again."""
    for spoken in (f"{next(_TIMES)} talen", f"{next(_TIMES)} talen"):
        delivered = one.served.ask(
            ("coa", "coa_casemanager"),
            "POST",
            "/v1/leveringen",
            {"klantprofielen": [one.served.linked(77, werkambitie=spoken)]},
        )
        assert delivered.status_code == 201, delivered.text
        one.go(_own(one, 77))
    assert one.page.locator("#alleen-veranderd").count() == 1


def _own(one: Desk, number: int) -> str:
    """Return the path of someone's dossier, by her V-number on the list."""
    found = one.go("/overdrachten").locator("tbody th", has_text=str(row(number)["v_nummer"]))
    return str(found.get_by_role("link").get_attribute("href"))


def _broken_log(one: Desk, _: str) -> None:
    def broken(*_: object) -> str:
        raise ValueError("the root differs")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one.served.gateway.audit.publication, "prove_consistency", broken)
        one.go("/toezicht")


def _signal(one: Desk, _: str) -> None:
    body = {"clientRef": unknown(), "doel": "P02"}
    one.served.ask(_KLANTMANAGER, "POST", "/v1/verstrekkingen", body)
    one.go("/beoordelen").locator("tbody th a").first.click()


def _glass(one: Desk, _: str) -> None:
    listed = one.served.ask(_KLANTMANAGER, "GET", "/v1/clienten?doel=P02").json()
    someone = listed["clienten"][0]["clientRef"]
    body = {"clientRef": someone, "doel": "P02", "reden": "Zij staat aan de balie, nu meteen."}
    broken = one.served.ask(_KLANTMANAGER, "POST", "/v1/noodtoegang", body)
    assert broken.status_code == 201, broken.text
    one.go(f"/beoordelen/noodtoegang/{broken.json()['id']}")


def _policy(one: Desk, _: str) -> None:
    """Look at a proposal, made where there is none yet, and at the decisions of a day under it."""
    owner, body = ("coa", "beleidseigenaar"), narrower("Niet nodig bij de intake")
    known = one.served.ask(owner, "GET", "/v1/beleid", {}).json()["voorstellen"]
    made = None if known else one.served.ask(owner, "POST", "/v1/beleid/voorstellen", body)
    which = known[0]["id"] if made is None else made.json()["id"]
    one.go(f"/beleid/{which}").locator("main form button").first.click()


def _handed_on(one: Desk, _: str) -> None:
    """Look at someone who can still be taken back."""
    _left(one, "")
    one.page.locator("tbody th a").first.click()
    assert one.page.locator("form[action$='/terughalen']").count() == 1


def _left(one: Desk, _: str) -> None:
    """List who can be taken back; where there is nobody, house and hand on someone first."""
    path = "/overdrachten/doorgegeven"
    if not one.go(path).locator("tbody tr").count():
        _hand_on(one)
    assert one.go(path).locator("form[action$='/terughalen']").count()


def _hand_on(one: Desk) -> None:
    someone, coa = row(90 + next(_TIMES), koppel_datum=str(one.served.day(-30))), _CASEMANAGER
    home = {"vNummer": someone["v_nummer"], "soort": "gehuisvest", "partij": "0243"}
    one.served.ask(coa, "POST", "/v1/leveringen", {"klantprofielen": [someone]})
    assert one.served.ask(coa, "POST", "/v1/koppelingen", home).status_code == 201
    found = one.go("/overdrachten?toon=gehuisvest").locator("tbody tr")
    path = found.filter(has_text=str(someone["v_nummer"])).locator("th a").get_attribute("href")
    hers = {"clientRef": str(path).rpartition("/")[2], "gemeente": "0344"}
    one.served.ask(_KLANTMANAGER, "POST", "/v1/overdrachten/_doorgeven", hers)


def _mistaken(one: Desk, _: str) -> None:
    """Propose a file with a mistake in it."""
    page, name = one.go("/beleid"), "fields.csv"
    file = FilePayload(name=name, mimeType="text/csv", buffer=b"field\nschoenmaat\n")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("#reden").first.fill("Maat erbij")
    page.locator("form[enctype] button").click()


def _breach(one: Desk, _: str) -> None:
    one.go("/onderzoek").locator("input[name=zaaknummer]").fill("AVG33-2026-0042")
    one.page.locator("main form button").first.click()


def _sample(one: Desk, _: str) -> None:
    one.go("/onderzoek/steekproef").locator("main form button").first.click()


_TIMES: Final = count()
_KLANTMANAGER: Final = ("harderwijk", "gemeente_klantmanager")
_CASEMANAGER: Final = ("coa", "coa_casemanager")


def _ask_nothing(one: Desk, _: str) -> None:
    """Ask COA nothing at all, about someone who stays there."""
    links = one.go("/overdrachten?toon=zonder-gesprek").locator("tbody th a")
    one.go(f"{links.first.get_attribute('href')}/overdracht")
    one.page.get_by_role("button", name=re.compile("Stel de vraag|Ask the question")).click()


def _divided(one: Desk, _: str) -> None:
    """Keep this list, and take the first on it."""
    kept = one.go("/overdrachten?toon=te-bevestigen").locator("form[action$='/weergaven'] button")
    if kept.count():
        kept.click()
    one.page.locator("input[name=persoon]").first.check()
    one.page.locator("button[formaction]").click()


def _asked(one: Desk, _: str) -> None:
    """Let the municipality ask something about each of two people, and open the questions."""
    for client in _clients(one):
        body = {"clientRef": client, "onderwerp": "werk", "tekst": "Welk werk past nu?"}
        one.served.ask(_KLANTMANAGER, "POST", "/v1/overdrachten/vragen", body)
    one.go("/vragen")
    assert one.page.locator("textarea").count()


def _answered_nothing(one: Desk, _: str) -> None:
    _asked(one, "")
    one.page.locator("main form button").first.click()


def _clients(one: Desk) -> list[str]:
    listed = one.served.ask(_KLANTMANAGER, "GET", "/v1/clienten?doel=P02").json()
    return [client["clientRef"] for client in listed["clienten"][:2]]


def _complained(one: Desk, _: str) -> None:
    """Let the municipality call a field of each of two people wrong, and open the requests."""
    for client in _clients(one):
        body = {"clientRef": client, "doel": "P02", "veld": "achternaam", "toelichting": "Fout."}
        one.served.ask(_KLANTMANAGER, "POST", "/v1/verstrekkingen/_klopt-niet", body)
    one.go("/rectificaties").locator("details").first.click()


def _delivered(one: Desk, _: str) -> None:
    """Deliver a row that goes to quarantine, and one whose text waits."""
    ill = f"{next(_TIMES)} jaar depressie"
    rows = [row(78, bsn="123456789"), one.served.linked(79, werkambitie=ill)]
    body = {"klantprofielen": rows, "volgnummer": next(_TIMES)}
    one.served.ask(("coa", "coa_casemanager"), "POST", "/v1/leveringen", body)
    one.go("/leveringen").locator("tbody th a").first.click()


def _quarantined(one: Desk, _: str) -> None:
    _delivered(one, "")
    one.page.locator("tbody th a").first.click()


def _held_text(one: Desk, _: str) -> None:
    _delivered(one, "")
    one.page.locator("tbody th a[href*='/teksten/']").click()


WAYS: Final[Mapping[str, Callable[[Desk, str], None]]] = {
    "BELEID": _policy,
    "DOOR": _handed_on,
    "WEG": _left,
    "FOUT": _mistaken,
    "VERDEELD": _divided,
    "VRAAG": _ask_nothing,
    "ANTWOORD": _answered_nothing,
    "ONJUIST": _complained,
    "LEVERING": _delivered,
    "RIJ": _quarantined,
    "TEKST": _held_text,
    "ZOEK": _seek,
    "KIES": _pick,
    "PROFIEL": _profile,
    "BESTAND": _file,
    "WERK": _work,
    "STAPPEN": _steps,
    "GESPREK": _unanswered,
    "BEWIJS": _proof,
    "CODE": _code,
    "VERANDERD": _changed,
    "KAPOT": _broken_log,
    "SIGNAAL": _signal,
    "NOOD": _glass,
    "LEK": _breach,
    "TREK": _sample,
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
        yield _sat_down(stack, chromium, served_gate, NARROW, *SMALL)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_a_small_screen_and_large_letters(phones: dict[str, Desk], page: str) -> None:
    """At 320 pixels, which is 1280 at 400 %, nothing needs a sideways scroll; targets are large enough.

    So with letters of twice the size at 640 pixels; axe-core finds nothing here either, and a browser
    had nothing to forgive.
    """
    one = _open(phones, page)
    assert faults(one) == []
    shown = one.page
    shown.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    found = Axe().run(shown, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert shown.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    ids = shown.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert shown.evaluate(SMALL_TARGETS) == []
    shown.set_viewport_size({"width": 2 * NARROW[0], "height": NARROW[1]})
    shown.evaluate("document.documentElement.style.fontSize = '200%'")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 2 * NARROW[0]
    assert shown.evaluate(CUT_OFF) == []
