"""Levering: COA's file comes in row by row; the same file again changes nothing, a newer one updates."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.subjects import Dossier
from tests.journeys.logbook import of_kind
from tests.journeys.poort import CASEMANAGER, KLANTMANAGER, MovableClock, Poort, command
from tests.journeys.residents import resident
from tests.journeys.watch import at_rest

pytestmark = pytest.mark.usefixtures("each_store")

SAMPLES = Path(__file__).parent.parent / "samples" / "tvs"
FORMATS = ("csv", "json", "xml", "xlsx")
COUNTS = ("accepted", "warnings", "held", "quarantined", "duplicates")
COLUMNS = ("blockedColumns", "unknownColumns")
SELAM, SENAIT = resident(1), resident(2)


def _expected(suffix: str) -> tuple[Path, dict[str, Any]]:
    """Give a sample file, and what a careful importer makes of it."""
    file = SAMPLES / f"tvs_levering_2026-11-01.{suffix}"
    expected: dict[str, Any] = json.loads(file.with_name(f"{file.name}.expected.json").read_bytes())
    return file, expected


def _import(file: Path, data: Path, *words: str, code: int = 0) -> dict[str, Any]:
    output = command("import", "tvs", str(file), "--data", str(data), "--json", *words, code=code)
    report: dict[str, Any] = json.loads(output)
    return report


def _entries(data: Path) -> int:
    report = json.loads(command("doctor", "--data", str(data), "--json"))
    return int(report["entries"])


@pytest.mark.parametrize("suffix", FORMATS)
def test_sample_gives_exactly_the_expected_report(tmp_path: Path, suffix: str) -> None:
    """Each of 62 rows has the outcome that was foreseen; counts and left-out columns agree."""
    file, expected = _expected(suffix)
    report_file = tmp_path / "report.json"
    report = _import(file, tmp_path / "data", "--report", str(report_file))
    assert {name: report[name] for name in COUNTS} == {name: expected[name] for name in COUNTS}
    assert {c: sorted(report[c]) for c in COLUMNS} == {c: sorted(expected[c]) for c in COLUMNS}
    foreseen = {(r["row"], r["v_nummer"], r["outcome"]) for r in expected["rows"]}
    assert {(r["row"], r["vNummer"], r["outcome"]) for r in report["rows"]} == foreseen
    assert len(report["rows"]) == len(expected["rows"]) == 62
    assert [bool(r["reasons"]) for r in report["rows"]] == [
        r["outcome"] != "accepted" or bool(r["why"].startswith("exact")) for r in expected["rows"]
    ]
    assert report_file.stat().st_mode & 0o777 == 0o600
    assert json.loads(report_file.read_text()) == report


def test_strict_import_complains_of_quarantine(tmp_path: Path) -> None:
    """With --strict a delivery with quarantined rows is processed, and exits 1."""
    file, expected = _expected("json")
    report = _import(file, tmp_path / "data", "--strict", code=1)
    assert report["quarantined"] == expected["quarantined"]
    assert '"faults": []' in command("audit", "verify", "--data", str(tmp_path / "data"), "--json")


def test_each_accepted_row_is_stored_once_with_one_entry(tmp_path: Path) -> None:
    """62 rows make 53 profiles (copies collapse), 8 sealed rows in quarantine, one entry each."""
    file, expected = _expected("json")
    _import(file, tmp_path / "data")
    size = _entries(tmp_path / "data")
    stored = expected["accepted"] + expected["warnings"] + expected["held"]
    kept = stored - expected["duplicates"] + expected["quarantined"]
    assert size == kept + 2  # received, and processed


@pytest.mark.parametrize("suffix", FORMATS)
def test_same_file_twice_changes_nothing(tmp_path: Path, suffix: str) -> None:
    """The same bytes again answer with the first report; not a cell changes, of the log neither."""
    file, _ = _expected(suffix)
    data = tmp_path / "data"
    first = _import(file, data)
    before = at_rest(data)
    assert _import(file, data) == first
    assert at_rest(data) == before


def test_same_people_in_another_file_change_no_profile(tmp_path: Path) -> None:
    """The XML after the JSON is another file with the same content: not one new version."""
    _import(_expected("json")[0], tmp_path / "data")
    before = _entries(tmp_path / "data")
    report = _import(_expected("xml")[0], tmp_path / "data")
    assert _entries(tmp_path / "data") - before == report["quarantined"] + 2


def _dossier(poort: Poort, reference: str) -> Dossier:
    """Load someone as the gate would for a decision."""
    body = {"clientRef": reference, "doel": "P02"}
    receipt = poort.ask(KLANTMANAGER, "POST", "/v1/verstrekkingen", body).json()["ontvangstbewijs"]
    entry = next(
        e for e in of_kind(poort.gateway, "disclosure.intent") if e.index == receipt["index"]
    )
    return poort.dossier(entry.payload["subject"])


def test_newer_delivery_updates_and_keeps_what_changed(poort: Poort, clock: MovableClock) -> None:
    """A second delivery makes version 2 of who changed, and keeps which fields differ, came, went."""
    poort.lever([SELAM, SENAIT])
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    clock.pass_by(days=7)
    changed = resident(1, nt2_niveau_spreken="B1", werkgever_naam=None, nt2_uren=120)
    report = poort.lever([changed, SENAIT], "2026-11-08")
    assert report["accepted"] == 2
    versions = _dossier(poort, reference).situation.versions
    fields = poort.gateway.catalogue.fields
    assert [version.version for version in versions] == [1, 2]
    assert set(fields.names(versions[1].changed)) == {
        "nt2_niveau_spreken", "werkgever_naam", "nt2_uren", "profiel_peildatum",
    }  # fmt: skip
    velden = poort.vraag(KLANTMANAGER, reference, "P02").json()["velden"]
    assert (velden["nt2NiveauSpreken"], velden["nt2Uren"]) == ("B1", 120)
    assert "werkgeverNaam" not in velden
    stored = of_kind(poort.gateway, "profile.stored")
    assert [entry.payload["detail"]["version"] for entry in stored] == [1, 1, 2, 2]


def test_older_delivery_replaces_nothing(poort: Poort, clock: MovableClock) -> None:
    """A file with an older as-of date that comes late is reported, and changes no profile."""
    poort.lever([SELAM], "2026-11-08")
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    clock.pass_by(days=1)
    report = poort.lever([resident(1, nt2_niveau_spreken="B2")], "2026-11-01")
    assert "older" in report["rows"][0]["signals"][0]
    velden = poort.vraag(KLANTMANAGER, reference, "P02").json()["velden"]
    assert velden["nt2NiveauSpreken"] == "A2"


def test_what_a_delivery_leaves_out_is_cleared(poort: Poort, clock: MovableClock) -> None:
    """A delivery holds whole profiles: a value that is gone there is gone here."""
    poort.lever([SELAM])
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    clock.pass_by(days=1)
    poort.lever([resident(1, werkervaring=None, telefoonnummer_azc="")], "2026-11-02")
    dossier = poort.vraag(KLANTMANAGER, reference, "P02").json()
    assert {"werkervaring", "telefoonnummerAzc"} <= set(dossier["ontbreekt"])


def test_delivery_over_http_is_known_by_its_bytes(poort: Poort) -> None:
    """Sent twice over HTTP: 201 and then 200, one and the same report, and it is on the list."""
    first = poort.lever([SELAM])
    before = poort.gateway.audit.head().size
    content = (SAMPLES / "tvs_levering_2026-11-01.json").read_bytes()
    answers = [poort.deliver(content) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert poort.gateway.audit.head().size > before
    listed = poort.ask(CASEMANAGER, "GET", "/v1/leveringen").json()["leveringen"]
    assert {row["id"] for row in listed} == {first["id"], answers[0].json()["id"]}
    assert all(row["verwerkt"] for row in listed)
