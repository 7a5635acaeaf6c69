"""One life through the gate, on everyone's own screen: from a delivery to proof that all of it is gone."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from audit.evidence import verify_evidence
from audit.note import VerifierKey
from tests.edges.api.door import NOON, row, v_nummer
from tests.fakes.clock import Clock
from tests.web.browser import Desk, Served, browser, desk, served

HERS: Final = 201
OTHERS: Final = range(202, 211)
NAME: Final = f"Selam Voorbeeld{HERS}"
WORKERS: Final = {
    "fatima": "Fatima van Dijk",
    "sanne": "Sanne Bakker",
    "noor": "Noor Jansen",
    "ilse": "Ilse Brouwer",
    "anouk": "Anouk Meijer",
    "els": "Els de Wit",
}
TODAY: Final = "2026-03-10"
"""When she is hired, eight days after the delivery."""

FINDABLE: Final = "P04.uitzendbureau"
COA_TELLS: Final = frozenset({"profile.stored", "disclosure.intent", "consent", "relation"})
"""What stands in the part of COA's own officer."""

EVERYONE_TELLS: Final = COA_TELLS | {"handover", "introduction", "placement", "notice"}
"""What stands in the bundle of the authority, who has every organisation's part."""

Desks = Mapping[str, Desk]


@pytest.fixture(name="clock")
def fixture_clock() -> Clock:
    """Start a clock that the story moves on."""
    return Clock(NOON)


@pytest.fixture(name="gate")
def fixture_gate(tmp_path: Path, clock: Clock) -> Iterator[Served]:
    """Serve a gate in which nobody is known yet."""
    with served(tmp_path / "data", clock) as one:
        yield one


@pytest.fixture(name="desks")
def fixture_desks(gate: Served) -> Iterator[Desks]:
    """Give everyone a window of her own."""
    with browser() as chromium, ExitStack() as stack:
        yield {who: stack.enter_context(desk(chromium, gate)) for who in WORKERS}


def test_one_whole_life(desks: Desks, gate: Served, clock: Clock, tmp_path: Path) -> None:
    """Delivered, linked, known, met, asked, found, introduced, placed, cared for, forgotten, and proven."""
    _sit_down(desks, "fatima", "sanne")
    _delivered(desks["fatima"])
    _welcomed(desks["sanne"])
    clock.wait(timedelta(days=8))
    _sit_down(desks, *WORKERS)
    _met(desks["sanne"])
    _agrees(desks["fatima"], FINDABLE)
    _others_agree(gate)
    _asked_for(desks["noor"])
    _agrees(desks["fatima"], f"P05.{gate.partner('uitzendbureau').oin}", "Voorstellen")
    _known_by_name(desks["noor"])
    for purpose in ("P06", "P07", "P08"):
        _agrees(desks["fatima"], f"{purpose}.{gate.partner('uitzendbureau').oin}")
    _step(desks["ilse"], "Aanbod gedaan")
    _hired(desks["noor"])
    _step(desks["ilse"], "Geplaatst")
    _cared_for(desks["noor"])
    _takes_it_all_back(desks["fatima"])
    _deleted(desks["noor"])
    assert _proven(desks["anouk"], gate, tmp_path) >= COA_TELLS
    assert _proven(desks["els"], gate, tmp_path, whole=True) >= EVERYONE_TELLS
    assert [one.complaints for one in desks.values()] == [[]] * len(desks)
    assert gate.broken_policies() == 0


def _delivered(fatima: Desk) -> None:
    """Upload a delivery: she and nine others, linked to Harderwijk."""
    people = {"klantprofielen": [_profile(number) for number in (HERS, *OTHERS)]}
    page = fatima.go("/leveringen")
    file: Any = {"name": "levering.json", "mimeType": "application/json"}
    page.set_input_files("#bestand", file | {"buffer": json.dumps(people).encode()})
    page.get_by_role("button", name="Lever in").click()
    expect(page).to_have_title("Levering - Doelpoort")
    expect(page.get_by_role("main")).to_contain_text("10 rijen gelezen")


def _profile(number: int) -> dict[str, object]:
    return row(
        number, koppel_datum="2026-02-27", twv_status="aangevraagd", voorkeurstaal_contact="tir"
    )


def _sit_down(desks: Desks, *who: str) -> None:
    for one in who:
        desks[one].sign_in(WORKERS[one])


def _her_dossier(sanne: Desk) -> Page:
    page = sanne.go("/overdrachten")
    page.locator("tbody th", has_text=v_nummer(HERS)).get_by_role("link").click()
    expect(page).to_have_title("Dossier - Doelpoort")
    return page


def _welcomed(sanne: Desk) -> None:
    """Read the dossier, confirm receipt, and plan the talk of three."""
    page = _her_dossier(sanne)
    sanne.go(page.url.removeprefix(sanne.served.address) + "/overdracht")
    page.get_by_role("button", name="Bevestig de ontvangst").click()
    page.get_by_label("Scenario").select_option("gecombineerd")
    page.get_by_label("Hoe", exact=True).select_option("online")
    page.get_by_label("Dag", exact=True).fill("2026-03-09")
    page.get_by_label("Tijd").fill("10:30")
    page.get_by_label("De bewoner stemt ermee in").check()
    page.get_by_role("button", name="Plan het driegesprek").click()
    expect(page.get_by_role("button", name="Het gesprek is gevoerd")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Bevestigd")


def _met(sanne: Desk) -> None:
    """Record a week later that the talk was held."""
    page = _her_dossier(sanne)
    sanne.go(page.url.removeprefix(sanne.served.address) + "/overdracht")
    page.get_by_role("button", name="Het gesprek is gevoerd").click()
    expect(page.get_by_role("button", name="Het gesprek is gevoerd")).to_have_count(0)


def _agrees(fatima: Desk, choice: str, asked: str = "") -> None:
    """Let her hear it in Tigrinya through an interpreter, and say yes; ``asked`` waits on the list."""
    if asked:
        fatima.go("/verzoeken/voorstellen")
        fatima.page.locator("tbody tr", has_text=NAME).get_by_role("link").click()
        page = fatima.page
    else:
        page = _found(fatima)
        page.goto(f"{page.url}/gesprek/{choice}?taal=ti")
    expect(page.locator("p[lang=ti]").first).to_be_visible()
    page.get_by_role("radio", name="Ja").check()
    page.get_by_label("De keuze is teruggelezen, en zij klopt").check()
    page.get_by_label("Naam van de tolk").fill("Abel Haile")
    page.get_by_role("button", name="Leg vast").click()
    expect(page.get_by_role("status")).to_contain_text("geldt vanaf nu")


def _found(fatima: Desk) -> Page:
    page = fatima.go("/bewoners")
    page.get_by_label("V-nummer").fill(v_nummer(HERS))
    page.get_by_role("button", name="Zoek").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    return page


def _others_agree(gate: Served) -> None:
    """Let the others agree to be found too, at another desk."""
    for number in OTHERS:
        wish = {"vNummer": v_nummer(number), "doel": "P04", "ontvanger": "soort:uitzendbureau"}
        words = {"taal": "som", "tekstVersie": "1", "tolk": True}
        said = gate.ask(("coa", "coa_casemanager"), "POST", "/v1/toestemmingen", wish | words)
        assert said.status_code == 201, said.text


def _asked_for(noor: Desk) -> None:
    """Find ten whom nobody knows by name, and ask to meet them all."""
    page = noor.go("/kandidaten")
    page.get_by_label("Nederlands spreken").select_option(label="minstens A2")
    page.get_by_role("button", name="Zoek kandidaten").click()
    assert NAME not in page.content()
    for box in page.locator("input[name=kandidaat]").all():
        box.check()
    page.get_by_role("button", name="Vraag om een voorstel").click()
    page.get_by_role("button", name="Verstuur de vraag").click()
    expect(page.get_by_role("status")).to_contain_text("10 voorstellen zijn gevraagd.")


def _known_by_name(noor: Desk) -> None:
    """Know, of the ten, the one who agreed."""
    page = noor.go("/profielen")
    expect(page.locator("tbody th")).to_have_count(1)
    page.locator("tbody th a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)


def _step(ilse: Desk, step: str) -> None:
    """Record a step with the agency."""
    page = ilse.go("/plaatsingen")
    page.locator("tbody th", has_text=NAME).get_by_role("link").click()
    page.get_by_label("Organisatie").select_option(ilse.served.partner("uitzendbureau").oin)
    page.get_by_label("Stap", exact=True).select_option(label=step)
    page.get_by_role("button", name="Leg vast").click()
    expect(page.get_by_role("status")).to_contain_text(step)


def _hired(noor: Desk) -> None:
    """See that the permit is on its way, and record the placement."""
    page = noor.go("/plaatsingen")
    expect(page.locator("tbody tr", has_text=NAME)).to_contain_text("Aangevraagd")
    page.locator("tbody th a").click()
    page.get_by_label("Werkgever").select_option(label="Een andere werkgever")
    page.get_by_label("Eerste werkdag").fill(TODAY)
    page.get_by_label("Uren per week").fill("32")
    page.get_by_label("Contract").select_option(label="Uitzendovereenkomst fase A")
    page.get_by_role("button", name="Leg de plaatsing vast").click()
    expect(page.get_by_role("status")).to_contain_text("De plaatsing is vastgelegd.")


def _cared_for(noor: Desk) -> None:
    """Ask how it goes."""
    page = noor.go("/nazorg")
    page.locator("tbody th a").click()
    page.get_by_label("Dag van het contact").fill(TODAY)
    page.get_by_label("Hoe gaat het?").select_option(label="Gaat goed")
    page.get_by_role("button", name="Leg het contact vast").click()
    expect(page.get_by_role("status")).to_contain_text("Het contact is vastgelegd.")


def _takes_it_all_back(fatima: Desk) -> None:
    """Withdraw each yes, one press each."""
    page = _found(fatima)
    while (back := page.get_by_role("button", name="Trek in")).count():
        back.first.click()
        expect(page.get_by_role("status")).to_contain_text("ingetrokken")


def _deleted(noor: Desk) -> None:
    """Delete and confirm; nobody by her name is left there."""
    page = noor.go("/verwijderen")
    while (done := page.get_by_role("button", name="Dit is gedaan")).count():
        done.first.click()
        expect(page.get_by_role("status")).to_contain_text("in het logboek")
    for path in ("/profielen", "/plaatsingen", "/nazorg"):
        assert NAME not in noor.go(path).content()


def _proven(officer: Desk, gate: Served, folder: Path, *, whole: bool = False) -> frozenset[str]:
    """Take a bundle that verifies without us, the whole without a gap; return what it tells of."""
    page = officer.go("/onderzoek/bewijsbundel")
    page.get_by_label("Van", exact=True).fill("2026-03-01")
    page.get_by_label("Zaaknummer").fill("AVG15-2026-0042")
    page.get_by_label("V-nummer").fill(v_nummer(HERS))
    with page.expect_download() as taken:
        page.get_by_role("button", name="Haal de bundel").click()
    taken.value.save_as(folder / "bundel.zip")
    with zipfile.ZipFile(io.BytesIO((folder / "bundel.zip").read_bytes())) as bundle:
        raw = bundle.read("evidence.json")
    examined = verify_evidence([raw], [VerifierKey.parse(str(gate.gateway.audit.publication.key))])
    assert (examined.faults, examined.complete) == ((), whole)
    return frozenset(json.loads(one["leaf"])["type"] for one in json.loads(raw)["entries"])
