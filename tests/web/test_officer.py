"""What the privacy officer's screens show and refuse, asked without a browser."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from audit.note import VerifierKey
from audit.proof import TlogProof
from gateway.web import logbook
from tests.edges.api.door import OWN, Door, opened, unknown, v_nummer
from tests.web.visitor import OFFICER, Visitor, signed_in, tree, words

COLLEAGUE: Final = "demo-hanna-vos"
COA_OFFICER: Final = "demo-anouk-meijer"
NOTE: Final = "Nagegaan met de leidinggevende, alles verklaard."
WORKER: Final = "gemeente_klantmanager-1"
WEEK: Final = {"van": "2026-02-25", "tot": "2026-03-03"}


def refuse(door: Door) -> None:
    """Ask after someone unknown, which makes a new signal."""
    body = {"clientRef": unknown(), "doel": "P02"}
    assert door.ask("POST", "/v1/verstrekkingen", "gemeente_klantmanager", json=body).is_error


def break_glass(door: Door) -> str:
    """Break the glass; return its id."""
    emergency = {
        "clientRef": door.reference("gemeente_klantmanager", OWN),
        "doel": "P02",
        "reden": "Zij staat aan de balie en de koppeling ontbreekt nog.",
    }
    broken = door.ask("POST", "/v1/noodtoegang", "gemeente_klantmanager", json=emergency)
    assert broken.status_code == 201, broken.text
    return str(broken.json()["id"])


def peopled(folder: Path) -> Door:
    """Open a gate with a disclosure, a refusal and a broken glass by Harderwijk's klantmanager."""
    door = opened(folder)
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
    refuse(door)
    break_glass(door)
    return door


@pytest.fixture(name="door", scope="module")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open one gate for all officers."""
    door = peopled(tmp_path_factory.mktemp("officer") / "data")
    yield door
    door.gateway.close()


@pytest.fixture(name="willem")
def fixture_willem(door: Door) -> Visitor:
    """Sign in as an officer of Harderwijk."""
    return signed_in(door, OFFICER)


def first_intent(door: Door) -> int:
    """Return the index of the disclosure to Harderwijk."""
    return next(
        row.index
        for row in door.gateway.audit.storage.rows(0, door.gateway.audit.head().size)
        if b"disclosure.intent" in row.leaf and b"2430" in row.leaf
    )


def test_the_home_says_what_was_verified_and_what_happened(willem: Visitor) -> None:
    """Entry n in head m, who signed, when it was checked; today's numbers and what waits."""
    refuse(willem.door)
    said = words(willem.get("/toezicht"))
    badge = re.search(r"Regel ([\d.]+) staat in de stand van ([\d.]+) regels", said)
    assert badge is not None
    assert int(badge[1].replace(".", "")) < int(badge[2].replace(".", ""))
    origin = willem.door.gateway.settings.origin
    assert f"ondertekend door {origin}" in said
    assert "Gecontroleerd op 2 mrt 2026 13:00" in said
    assert "Verstrekt1" in said
    assert re.search(r"\d+ keer noodtoegang te beoordelen", said)
    assert "Geen relatie" in said


def test_a_log_that_does_not_hold_is_said_loudly(
    willem: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the proof fails the page says so and does not say that all is well."""
    publication = willem.door.gateway.audit.publication

    def broken(*_: object) -> str:
        raise ValueError("the root differs")

    monkeypatch.setattr(publication, "prove_consistency", broken)
    said = words(willem.get("/toezicht"))
    assert "Het logboek klopt niet" in said
    assert "the root differs" in said
    assert "Nagerekend en in orde" not in said


def test_the_logbook_shows_her_own_organisation_only(willem: Visitor) -> None:
    """The newest come first; nothing of another organisation, and never a value or reference."""
    shared = words(willem.submit("/logboek", soort="disclosure.intent", **WEEK))
    assert WORKER in shared
    assert "Verstrekking: toegestaan" in shared
    answer = willem.get("/logboek")
    said = words(answer)
    assert "Voorbeeld1" not in answer.text
    assert willem.door.reference("gemeente_klantmanager", OWN) not in answer.text
    indexes = [int(path.rpartition("/")[2]) for path in tree(answer).xpath("//tbody/tr/th/a/@href")]
    assert indexes == sorted(indexes, reverse=True)
    assert "Randstad" not in said


def test_a_timeline_leads_to_the_entries_by_a_posted_name(willem: Visitor) -> None:
    """From workers, people and purposes to their entries; no name stands in an address."""
    for per, name in (("medewerker", "medewerker"), ("betrokkene", "betrokkene"), ("doel", "doel")):
        page = tree(willem.get(f"/logboek/tijdlijnen?per={per}"))
        form = page.xpath(f"//tbody//form[.//input[@name='{name}']]")[0]
        key = form.xpath(f".//input[@name='{name}']/@value")[0]
        assert key not in "".join(page.xpath("//a/@href"))
        found = willem.submit("/logboek", **{name: key}, **WEEK)
        assert found.status_code == 200
        rows = tree(found).xpath("//tbody/tr")
        assert rows
    refusals = words(willem.get("/logboek/tijdlijnen?per=reden"))
    assert "Deze cliënt is bij u niet bekend" in refusals


def test_naming_a_person_needs_a_case(willem: Visitor) -> None:
    """By V-nummer only with a case number, and a case that is none is said to be wrong."""
    number = v_nummer(OWN)
    refused = willem.submit("/logboek", v_nummer=number)
    assert refused.status_code == 403
    assert "tweede persoon" in refused.text
    wrong = willem.submit("/logboek", v_nummer=number, zaaknummer="zomaar")
    assert (wrong.status_code, "AVG15-2026-0042" in wrong.text) == (400, True)
    found = willem.submit("/logboek", v_nummer=number, zaaknummer="AVG15-2026-0042")
    pseudonyms = set(tree(found).xpath("//tbody//input[@name='betrokkene']/@value"))
    assert len(pseudonyms) == 1
    assert number not in str(found.url)
    assert willem.submit("/logboek", v_nummer="1", zaaknummer="AVG15-2026-0042").status_code == 400


def test_entries_go_along_as_csv(willem: Visitor) -> None:
    """What is shown can be taken to a spreadsheet."""
    table = willem.submit("/logboek", als="csv", medewerker=WORKER)
    assert table.headers["content-type"].startswith("text/csv")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Regel;Op;Wat;Afloop")
    assert len(lines) > 2
    assert all(WORKER in line for line in lines[1:])


def test_a_csv_that_is_full_says_so(willem: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file holds so many entries; its last line tells that there are more."""
    monkeypatch.setattr(logbook, "IN_FILE", 1)
    table = willem.submit("/logboek", als="csv", medewerker=WORKER)
    _, entry, more = table.content.decode("utf-8-sig").splitlines()
    assert WORKER in entry
    assert more.startswith("Er zijn meer regels")


def test_an_entry_is_explained_with_rule_file_and_line(willem: Visitor) -> None:
    """The decision is taken again: the same outcome, each rule with where it stands."""
    index = first_intent(willem.door)
    answer = willem.get(f"/logboek/{index}")
    said = words(answer)
    assert f"Regel {index} staat in de stand van" in said
    assert "Opnieuw beslist: dezelfde uitkomst" in said
    assert re.search(r"geldt · P02-\S+ · \S+\.yaml:\d+", said)
    assert "Roepnaam" in said
    assert "Selam" not in said


def test_a_proof_verifies_without_the_gate(willem: Visitor) -> None:
    """The file holds leaf and tlog-proof, and checks out with nothing but the log's key."""
    index = first_intent(willem.door)
    answer = willem.get(f"/logboek/{index}/bewijs")
    assert answer.headers["content-disposition"] == f'attachment; filename="regel-{index}.json"'
    body = json.loads(answer.content)
    key = VerifierKey.parse(willem.door.gateway.audit.vkey())
    checkpoint = TlogProof.decode(body["bewijs"]).verify(body["blad"].encode(), key)
    assert checkpoint.size > index


def test_an_entry_of_another_organisation_is_not_there(willem: Visitor) -> None:
    """Not the entry, not its proof; an index that nobody has reads the same."""
    head = willem.door.gateway.audit.head().size
    theirs = next(
        row.index
        for row in willem.door.gateway.audit.storage.rows(0, head)
        if b'"consent"' in row.leaf
    )
    for index in (theirs, head + 100, 2**60):
        for end in ("", "/bewijs"):
            answer = willem.get(f"/logboek/{index}{end}")
            assert answer.status_code == 404, (index, end)
            assert "Deze pagina is er niet" in answer.text


def signal_path(visitor: Visitor) -> str:
    """Make a signal, and return its address."""
    refuse(visitor.door)
    rows = tree(visitor.get("/beoordelen")).xpath("//tbody/tr[.//*[contains(@class, 'dp-warn')]]")
    return str(
        next(
            row.xpath("th/a/@href")[0] for row in rows if "Geen relatie" in row.xpath("th/a/text()")
        )
    )


def test_two_officers_close_a_signal(door: Door, willem: Visitor) -> None:
    """One proposes and cannot close; another confirms the same; both read what is theirs to do."""
    path = signal_path(willem)
    place, _, days = path.partition("?")
    opinion = {"oordeel": "breach", "toelichting": NOTE}
    assert "Leg het oordeel vast" in willem.get(path).text
    proposed = willem.submit(f"{place}/oordeel?{days}", **opinion)
    assert proposed.headers["location"].endswith("gedaan=voorgesteld")
    said = words(willem.get(path))
    assert "Een collega is aan zet" in said
    assert "Melden aan de AP voor" in said
    assert "5 mrt 2026 13:00" in said
    assert willem.submit(f"{place}/oordeel?{days}", **opinion).status_code == 403
    hanna = signed_in(door, COLLEAGUE)
    closed = hanna.submit(f"{place}/oordeel?{days}", **opinion)
    assert closed.headers["location"].endswith("gedaan=gesloten")
    assert "is gesloten" in words(hanna.follow(closed))
    assert "Twee functionarissen sloten dit signaal" in words(willem.get(path))


def test_a_verdict_needs_words_and_no_numbers(willem: Visitor) -> None:
    """What is missing is said above the form, and what was written stays in it."""
    path = signal_path(willem)
    place, _, days = path.partition("?")
    for note in ("te kort", "Het ging om nummer 999912345, dat is haar burgerservicenummer."):
        answer = willem.submit(f"{place}/oordeel?{days}", oordeel="explained", toelichting=note)
        assert answer.status_code == 400
        assert "zonder nummers van personen" in answer.text
        assert tree(answer).xpath("//textarea")[0].text == note
    none = willem.submit(f"{place}/oordeel?{days}", toelichting=NOTE)
    assert "Kies een oordeel" in none.text


def test_a_signal_that_no_rule_finds_is_not_there(willem: Visitor) -> None:
    """An invented signal cannot be read or judged."""
    path = "/beoordelen/signaal/00000000-0000-0000-0000-000000000007"
    assert willem.get(path).status_code == 404
    answer = willem.submit(path + "/oordeel", oordeel="explained", toelichting=NOTE)
    assert answer.status_code == 404


def test_a_broken_glass_is_reviewed_once(door: Door, willem: Visitor) -> None:
    """The officer reads the reason from the log, gives her verdict, and it stands."""
    path = f"/beoordelen/noodtoegang/{break_glass(door)}"
    assert path in tree(willem.get("/beoordelen/noodtoegang")).xpath("//tbody/tr/th/a/@href")
    assert "Zij staat aan de balie" in willem.get(path).text
    assert willem.submit(path + "/oordeel", oordeel="justified").status_code == 400
    done = willem.submit(path + "/oordeel", oordeel="justified", toelichting=NOTE)
    assert "Uw oordeel over de noodtoegang is vastgelegd" in words(willem.follow(done))
    again = signed_in(door, COLLEAGUE).submit(
        path + "/oordeel", oordeel="unjustified", toelichting=NOTE
    )
    assert again.status_code == 400
    assert "Terecht" in words(willem.get("/beoordelen/noodtoegang"))
    assert willem.get("/beoordelen/noodtoegang/" + unknown()).status_code == 404


def test_a_colleague_allows_that_a_person_is_named(door: Door, willem: Visitor) -> None:
    """Asked by one, approved by another, and only then the asker finds her entries, without a case."""
    page = "/beoordelen/heridentificatie"
    asked = willem.submit(page + "/vraag", v_nummer=v_nummer(OWN), reden="Klacht aan de balie.")
    assert "Uw verzoek is vastgelegd" in words(willem.follow(asked))
    assert not tree(willem.get(page)).xpath("//form[contains(@action, 'goedkeuren')]")
    hanna = signed_in(door, COLLEAGUE)
    (form,) = tree(hanna.get(page)).xpath("//form[contains(@action, 'goedkeuren')]")
    assert willem.submit(form.get("action")).status_code == 403
    assert hanna.submit(form.get("action")).headers["location"].endswith("goedgekeurd")
    assert hanna.submit(form.get("action")).status_code == 400
    (look,) = tree(willem.get(page)).xpath("//tbody//form[@action='/logboek']")
    hidden = {one.get("name"): one.get("value") for one in look.xpath(".//input")}
    found = willem.submit("/logboek", **hidden)
    assert found.status_code == 200
    assert len(set(tree(found).xpath("//tbody//input[@name='betrokkene']/@value"))) == 1
    assert willem.submit(page + "/" + unknown() + "/goedkeuren").status_code == 404
    for values in ({"reden": "Zonder iemand te noemen."}, {"v_nummer": v_nummer(OWN)}):
        assert willem.submit(page + "/vraag", **values).status_code == 400


def test_the_reach_of_a_breach_is_told_within_a_case(willem: Visitor) -> None:
    """How many people, by field, who received it; without an art. 33 case nothing."""
    path = "/onderzoek/datalek"
    assert "Kies er geen" in willem.get("/onderzoek").text
    assert willem.submit(path, **WEEK).status_code == 403
    assert willem.submit(path, zaaknummer="AVG15-2026-0042", **WEEK).status_code == 400
    found = willem.submit(path, zaaknummer="AVG33-2026-0042", velden="roepnaam", **WEEK)
    said = words(found)
    assert "Betrokkenen1" in said
    assert "Gemeente Harderwijk" in said
    assert "Selam" not in said
    table = willem.submit(path, zaaknummer="AVG33-2026-0042", velden="roepnaam", als="csv", **WEEK)
    assert table.content.decode("utf-8-sig").splitlines()[1].endswith("Roepnaam;verzonden")
    wrong = willem.submit(path, zaaknummer="AVG33-2026-0042", velden="geen_veld", **WEEK)
    assert wrong.status_code == 400


def test_a_sample_is_drawn_of_days_that_are_over(tmp_path: Path) -> None:
    """Today is not over, and says so; the day after, the draw names the root and what it drew."""
    path, door = "/onderzoek/steekproef/trek", peopled(tmp_path / "data")
    willem = signed_in(door, OFFICER)
    assert willem.get("/onderzoek/steekproef").status_code == 200
    early = willem.submit(path, aantal="1", **WEEK)
    assert "De periode is nog niet voorbij" in early.text
    assert willem.submit(path, aantal="0", **WEEK).status_code == 400
    door.clock.wait(timedelta(days=2))
    later = signed_in(door, OFFICER)
    later.get("/logboek")
    drawn, again = (later.submit(path, aantal="1", **WEEK) for _ in range(2))
    assert "1 getrokken uit 1 verstrekkingen" in words(drawn)
    chosen = [tree(one).xpath("//tbody/tr/th/a/@href") for one in (drawn, again)]
    assert chosen[0] == chosen[1] == [f"/logboek/{first_intent(door)}"]
    door.gateway.close()


def test_a_bundle_is_given_within_a_case(willem: Visitor) -> None:
    """A zip with the entries and the page that checks them; no case, no bundle."""
    path = "/onderzoek/bewijsbundel/haal"
    assert willem.get("/onderzoek/bewijsbundel").status_code == 200
    assert willem.submit(path, **WEEK).status_code == 403
    case = {"zaaknummer": "AVG15-2026-0042"} | WEEK
    answer = willem.submit(path, v_nummer=v_nummer(OWN), **case)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        assert any(name.endswith(".html") for name in parts.namelist())
        assert b"Voorbeeld1" not in b"".join(parts.read(name) for name in parts.namelist())
    none = willem.submit(path, verstrekking=unknown(), **case)
    assert (none.status_code, "geen regels" in none.text) == (400, True)


def test_the_register_is_that_of_the_rules_in_force(willem: Visitor) -> None:
    """Every purpose and rule with basis, data, recipients and term; also as a table."""
    gate = willem.door.gateway.actions.gate
    said = words(willem.get("/verantwoording"))
    assert gate.matrix.digest in said
    for purpose in gate.matrix.purposes():
        assert purpose.title_nl in said
    table = willem.get("/verantwoording?als=csv").content.decode("utf-8-sig")
    rules = [rule.rule_id for purpose in gate.matrix.purposes() for rule in purpose.rules]
    assert all(f";{rule};" in table for rule in rules)


def test_consents_are_counted_and_nobody_is_named(door: Door, willem: Visitor) -> None:
    """COA's officer sees every recipient with what ends when; Harderwijk's sees none to another."""
    anouk = signed_in(door, COA_OFFICER)
    page = anouk.get("/verantwoording/toestemmingen")
    said = words(page)
    assert "elk uitzendbureau" in said
    assert "Gegeven per maand" in said
    assert "2026-03" in said
    assert "oorbeeld1" not in said
    (row,) = tree(page).xpath("//tbody/tr[contains(., 'elk uitzendbureau')]")
    assert row.xpath("td[1]")[0].text == "13"
    table = anouk.get("/verantwoording/toestemmingen?als=csv").content.decode("utf-8-sig")
    assert "elk uitzendbureau;0;13;0;0;" in table
    assert "Nog geen toestemmingen" in words(willem.get("/verantwoording/toestemmingen"))


def test_figures_stand_in_a_picture_and_a_table(willem: Visitor) -> None:
    """Disclosures per purpose and organisation, refusals by reason: each bar has its row."""
    page = tree(willem.get("/verantwoording/cijfers"))
    figures = page.xpath("//figure")
    assert len(figures) == 3
    for figure in figures:
        assert len(figure.xpath(".//*[local-name()='rect']")) == len(figure.xpath(".//tbody/tr"))
    table = willem.get("/verantwoording/cijfers?als=csv").content.decode("utf-8-sig")
    assert "Verstrekkingen per organisatie;Gemeente Harderwijk;1" in table
    assert "Niets in deze periode" in words(
        willem.get("/verantwoording/cijfers?van=2020-01-01&tot=2020-01-02")
    )
    assert willem.get("/verantwoording/cijfers?van=onzin").status_code == 200
