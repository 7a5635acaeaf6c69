"""Bring people in and hand them out: init, import tvs, population, export person."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from gateway import wiring
from tests.edges.api.door import document, row, v_nummer
from tests.edges.commands.shell import delivery, doelpoort

HARDERWIJK = "00000099000000002430"


def mode(path: Path) -> int:
    """Return the permission bits of a file."""
    return path.stat().st_mode & 0o777


def test_init_makes_a_private_folder_once(tmp_path: Path) -> None:
    """Folder and root key are the owner's; a second time nothing changes."""
    data = tmp_path / "data"
    assert doelpoort("init", "--data", data).code == 0
    assert (mode(data), mode(data / "root.key")) == (0o700, 0o600)
    key = (data / "root.key").read_bytes()
    assert doelpoort("init", "--data", data).code == 0
    assert (data / "root.key").read_bytes() == key


def test_init_goes_where_the_setting_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without ``--data`` the environment decides, else the folder one stands in."""
    monkeypatch.setenv("DOELPOORT_DATA", str(tmp_path / "elders"))
    assert doelpoort("init").code == 0
    assert (tmp_path / "elders" / "gateway.db").exists()
    monkeypatch.delenv("DOELPOORT_DATA")
    assert doelpoort("init").code == 0
    assert (tmp_path / "doelpoort-data" / "gateway.db").exists()


def test_a_lost_root_key_is_not_replaced(tmp_path: Path) -> None:
    """With a store and no key the gate refuses to start, and makes no new key."""
    data = tmp_path / "data"
    doelpoort("init", "--data", data)
    (data / "root.key").unlink()
    done = doelpoort("init", "--data", data)
    assert done.code == 1
    assert "restore it" in done.err
    assert not (data / "root.key").exists()


def test_another_root_key_opens_nothing(tmp_path: Path) -> None:
    """A key that is not this store's is refused by name."""
    doelpoort("init", "--data", tmp_path / "one")
    doelpoort("init", "--data", tmp_path / "other")
    (tmp_path / "one" / "root.key").write_bytes((tmp_path / "other" / "root.key").read_bytes())
    done = doelpoort("doctor", "--data", tmp_path / "one")
    assert done.code == 1
    assert done.err


@pytest.fixture(name="file")
def fixture_file(tmp_path: Path) -> Path:
    """Write a delivery."""
    path = tmp_path / "levering.json"
    path.write_bytes(delivery())
    return path


def test_import_reports_every_row_that_was_not_plain(tmp_path: Path, file: Path) -> None:
    """Counts in a table, and a line for each row that was quarantined, with its reason."""
    done = doelpoort("import", "tvs", file, "--data", tmp_path / "data")
    assert done.code == 0
    assert "row 4: quarantined: ['bsn: fails the 11-proef']" in done.out
    assert "123456789" not in done.out


def test_import_reports_as_json(tmp_path: Path, file: Path) -> None:
    """``--json`` prints the report alone."""
    report = doelpoort("import", "tvs", file, "--data", tmp_path / "data", "--json").json
    assert (report["accepted"], report["quarantined"], len(report["rows"])) == (2, 1, 3)


def test_the_report_file_is_private(tmp_path: Path, file: Path) -> None:
    """The report names people, so only its owner may read it, also where a file was before."""
    report = tmp_path / "verslag.json"
    report.write_text("old and longer than nothing" * 99)
    report.chmod(0o644)
    done = doelpoort("import", "tvs", file, "--data", tmp_path / "data", "--report", report)
    assert done.code == 0
    assert mode(report) == 0o600
    assert json.loads(report.read_text())["quarantined"] == 1


def test_the_same_file_again_changes_nothing(tmp_path: Path, file: Path) -> None:
    """The first report comes back; the log does not grow by a row."""
    data = tmp_path / "data"
    first = doelpoort("import", "tvs", file, "--data", data, "--json").json
    size = doelpoort("doctor", "--data", data, "--json").json["entries"]
    again = doelpoort("import", "tvs", file, "--data", data, "--json").json
    assert again == first
    assert doelpoort("doctor", "--data", data, "--json").json["entries"] == size


@pytest.mark.parametrize(("rows", "code"), [((row(1),), 0), ((row(1), row(2, bsn="1")), 1)])
def test_strict_minds_quarantine(
    tmp_path: Path, rows: tuple[dict[str, object], ...], code: int
) -> None:
    """``--strict`` ends in 1 when a row was quarantined, and in 0 when none was."""
    file = tmp_path / "levering.json"
    file.write_bytes(document(*rows))
    words = ("import", "tvs", file, "--data", tmp_path / "data")
    assert doelpoort(*words, "--strict").code == code
    assert doelpoort(*words).code == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("levering.json", b"{", "DELIVERY_REFUSED"),
        ("levering.csv", b"", "DELIVERY_REFUSED"),
        ("levering.xlsx", b"no zip", "DELIVERY_REFUSED"),
        ("levering.pdf", b"%PDF", "unknown format"),
    ],
)
def test_a_file_that_cannot_be_read_ends_in_1(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """A broken file or another format is refused with its code, and nothing is stored."""
    (tmp_path / name).write_bytes(content)
    done = doelpoort("import", "tvs", tmp_path / name, "--data", tmp_path / "data")
    assert done.code == 1
    assert said in done.err
    assert done.out == ""


def test_the_limits_are_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path
) -> None:
    """A delivery of more rows than allowed is refused whole."""
    monkeypatch.setenv("DOELPOORT_MAX_DELIVERY_ROWS", "2")
    done = doelpoort("import", "tvs", file, "--data", tmp_path / "data")
    assert done.code == 1
    assert "DELIVERY_REFUSED" in done.err


def test_population_writes_the_same_people_for_the_same_seed(tmp_path: Path) -> None:
    """Synthetic people come as a delivery that imports without fault."""
    for name in ("a.json", "b.json"):
        assert doelpoort("population", "20", "--out", tmp_path / name, "--seed", "7").code == 0
    assert doelpoort("population", "20", "--out", tmp_path / "c.json", "--seed", "8").code == 0
    texts = [(tmp_path / name).read_bytes() for name in ("a.json", "b.json", "c.json")]
    assert texts[0] == texts[1] != texts[2]
    words = ("import", "tvs", tmp_path / "a.json", "--data", tmp_path / "data", "--json")
    assert len(doelpoort(*words).json["rows"]) >= 20


# --- export person ---------------------------------------------------------------------------


def reference(gateway: wiring.Gateway, number: int) -> UUID:
    """Return how Harderwijk knows a person."""
    tag = gateway.actions.index.term("v_nummer", v_nummer(number))
    stored = asyncio.run(gateway.actions.gate.subjects.stored([tag]))
    oin = next(p.oin for p in gateway.catalogue.partners.values() if p.slug == "harderwijk")
    return gateway.actions.gate.pseudonyms.reference(oin, stored[tag].subject)


def person(client_ref: UUID, out: Path, data: Path, **options: str) -> tuple[object, ...]:
    """Write the words that export a person for Harderwijk."""
    whole = {"partner": "harderwijk", "role": "gemeente_klantmanager", "doel": "P02"} | options
    named = [word for name, value in whole.items() for word in (f"--{name}", value)]
    return ("export", "person", client_ref, *named, "--out", out, "--data", data)


@pytest.mark.parametrize("partner", ["harderwijk", HARDERWIJK, "0243"])
def test_a_person_is_delivered_into_the_partners_folder(
    gateway: wiring.Gateway, store: Path, tmp_path: Path, partner: str
) -> None:
    """The partner goes by short name, OIN or municipality; the file is private and whole."""
    client_ref = reference(gateway, 1)
    done = doelpoort(*person(client_ref, tmp_path / "out", store, partner=partner))
    assert done.code == 0, done.err
    file = tmp_path / "out" / HARDERWIJK / f"{client_ref}.json"
    assert str(file) in done.out.replace("\n", "")
    assert mode(file) == 0o600
    assert json.loads(file.read_text())["velden"]["achternaam"] == "Voorbeeld1"


def test_a_delivered_file_is_never_replaced(
    gateway: wiring.Gateway, store: Path, tmp_path: Path
) -> None:
    """The second export of the same person to the same folder ends in 1."""
    words = person(reference(gateway, 1), tmp_path / "out", store)
    assert doelpoort(*words).code == 0
    again = doelpoort(*words)
    assert again.code == 1
    assert again.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"partner": "utrecht"}, "refused: "),
        ({"doel": "P05"}, "refused: PURPOSE_NOT_IN_AGREEMENT"),
        ({"role": "werkgever"}, "refused: ACTOR_NOT_ALLOWED"),
        ({"doel": "P99"}, "doel: is not in the catalogue"),
        ({"partner": "nergens"}, "partner: is not one of"),
    ],
)
def test_what_the_law_refuses_is_not_delivered(
    gateway: wiring.Gateway, store: Path, tmp_path: Path, options: dict[str, str], said: str
) -> None:
    """The command line has no more rights than the interface."""
    done = doelpoort(*person(reference(gateway, 1), tmp_path / "out", store, **options))
    assert done.code == 1
    assert said in done.err
    assert not (tmp_path / "out").exists()
