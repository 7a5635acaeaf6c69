"""Privacy officer: the log is whole, live and offline, and tells of each yes and no without values."""

import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import audit
from tests.journeys.logbook import Logged, logged, of_kind
from tests.journeys.poort import AGENCY_OIN, COA_OFFICER, KLANTMANAGER, MATCHER, UTRECHTER, Poort
from tests.journeys.residents import UTRECHT, resident
from tests.journeys.watch import Watch

SELAM, SENAIT, YONAS = resident(1), resident(2), resident(3, UTRECHT)
INVENTED = "7b9e1f8e-3c55-4c0f-9a51-0a64f1d1a001"


@pytest.fixture(autouse=True)
def _busy_day(poort: Poort) -> None:
    """Deliver, open two dossiers, refuse four requests, give and withdraw consent."""
    poort.lever([SELAM, SENAIT, YONAS])
    for one in (SELAM, SENAIT):
        reference = poort.reference(KLANTMANAGER, "P02", one)
        assert poort.vraag(KLANTMANAGER, reference, "P02").status_code == 200
        assert poort.vraag(UTRECHTER, poort.known_as(UTRECHTER, one), "P02").status_code == 404
    assert poort.vraag(UTRECHTER, INVENTED, "P02").status_code == 404
    given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
    reference = poort.reference(MATCHER, "P05", SELAM)
    assert poort.vraag(MATCHER, reference, "P05").status_code == 200
    poort.trek_in(given)
    assert poort.vraag(MATCHER, reference, "P05").status_code == 403


def _offline(export: Path, vkey: str, elsewhere: Path) -> subprocess.CompletedProcess[str]:
    """Check an export as a stranger would: a fresh process that has the package and the key."""
    root = Path(audit.__file__).parent.parent
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "audit.verify", str(export), "--vkey", vkey],
        check=False,
        capture_output=True,
        text=True,
        cwd=elsewhere,
        env={"PYTHONPATH": str(root)},
        timeout=120,
    )


def test_log_verifies_live_and_offline(poort: Poort, tmp_path: Path, watch: Watch) -> None:
    """The live log verifies; its export does in a process that has nothing but the key."""
    assert '"faults": []' in poort.command("audit", "verify", "--json")
    export, vkey = tmp_path / "export", poort.command("audit", "vkey").strip()
    poort.command("audit", "export", str(export))
    watch.search_folder(export)
    checked = _offline(export, vkey, tmp_path)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "no faults" in checked.stdout
    (tmp_path / "key").write_text(vkey)
    assert poort.command("audit", "verify", str(export), "--vkey", str(tmp_path / "key"))


def test_export_that_was_touched_fails_offline(poort: Poort, tmp_path: Path) -> None:
    """One byte of one entry changed on the way: the stranger's check exits 1 and names it."""
    export, vkey = tmp_path / "export", poort.command("audit", "vkey").strip()
    poort.command("audit", "export", str(export))
    (bundle,) = (export / "tile" / "entries").rglob("*.p/*")
    content = bytearray(bundle.read_bytes())
    content[40] ^= 1
    bundle.write_bytes(content)
    checked = _offline(export, vkey, tmp_path)
    assert checked.returncode == 1
    assert "entry 0" in checked.stdout


def test_export_with_payloads_links_each_subject_without_gap(poort: Poort, tmp_path: Path) -> None:
    """Opened payloads, given to a supervisor, verify too, and are readable by their owner only."""
    export, vkey = tmp_path / "export", poort.command("audit", "vkey").strip()
    poort.command("audit", "export", str(export), "--payloads")
    assert (export / "payloads.jsonl").stat().st_mode & 0o777 == 0o600
    assert _offline(export, vkey, tmp_path).returncode == 0


def test_entries_about_each_subject_count_without_gap(poort: Poort) -> None:
    """About each of three people the log counts from 1 without gap, each entry naming the last."""
    about: defaultdict[bytes, list[Logged]] = defaultdict(list)
    for entry in logged(poort.gateway):
        if entry.tag is not None:
            about[entry.tag].append(entry)
    assert len(about) == 3
    for entries in about.values():
        assert [entry.counter for entry in entries] == [*range(1, len(entries) + 1)]
        assert [e.payload["count"] for e in entries] == [e.counter for e in entries]
        before = [-1, *(entry.index for entry in entries)]
        assert [entry.payload["prev"] for entry in entries] == before[:-1]


def test_each_disclosure_and_denial_is_there_with_names_of_fields(poort: Poort) -> None:
    """Every grant says who, why, on which rule and which fields; every refusal its reason."""
    grants = [e for e in of_kind(poort.gateway, "disclosure.intent") if "parent" not in e.payload]
    assert [e.payload["actor"] for e in grants] == ["klantmanager-1", "klantmanager-1", "matcher-1"]
    names = {spec.name for spec in poort.gateway.catalogue.fields}
    for entry in grants:
        assert set(entry.payload["fields"]) <= names
        assert re.fullmatch(r"P0[25]-\S+", entry.leaf["basis"])
        assert entry.leaf["recipient"].startswith("00000099")
        assert entry.leaf["policy"] == poort.gateway.actions.gate.matrix.digest
    refusals = Counter(e.payload["reason"] for e in of_kind(poort.gateway, "disclosure.denied"))
    assert refusals == {"NOT_LINKED": 2, "SUBJECT_UNKNOWN": 1, "CONSENT_WITHDRAWN": 1}
    outcomes = of_kind(poort.gateway, "disclosure.outcome")
    assert {e.leaf["outcome"] for e in outcomes} == {"sent"}
    intents = {e.leaf["id"] for e in logged(poort.gateway)}
    assert {e.payload["parent"].replace("-", "") for e in outcomes} <= intents


def test_leaves_name_no_person(poort: Poort) -> None:
    """What stays for ever holds a closed list of keys, and no actor, subject, field or consent."""
    allowed = {"v", "id", "log", "c", "type", "at", "outcome", "purpose", "basis", "policy"}
    for entry in logged(poort.gateway):
        assert set(entry.leaf) <= allowed | {"recipient"}
        about = [entry.payload.get("actor"), entry.payload.get("subject")]
        assert not [name for name in about if name and name in str(entry.leaf)]


def test_bundles_are_for_overseers_and_tiles_for_all(poort: Poort) -> None:
    """Anyone may fetch hashes; entries in bulk ask for the role of an overseer."""
    size = poort.gateway.audit.head().size
    hashes = poort.ask(None, "GET", f"/auditlog/tile/0/000.p/{size}")
    assert (hashes.status_code, len(hashes.content)) == (200, 32 * size)
    bundle = f"/auditlog/tile/entries/000.p/{size}"
    assert poort.ask(None, "GET", bundle).status_code == 401
    assert poort.ask(KLANTMANAGER, "GET", bundle).status_code == 403
    assert poort.ask(COA_OFFICER, "GET", bundle).status_code == 200


def test_metrics_and_spans_count_and_name_no_one(poort: Poort, watch: Watch) -> None:
    """An operator sees how often, for what and why not; a span for every refusal."""
    counts = poort.ask(None, "GET", "/metrics").text
    assert 'reason="CONSENT_WITHDRAWN"} 1' in counts
    spans = [dict(span.attributes or {}) for span in watch.spans.get_finished_spans()]
    refused = [span for span in spans if span.get("outcome") == "refused"]
    assert len(refused) == 4
    assert {key for span in refused for key in span} == {
        "purpose", "role", "partner", "outcome", "reason", "granted", "refused", "subjects",
    }  # fmt: skip
