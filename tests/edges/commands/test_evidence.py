"""Evidence on the command line: a folder or zip that verifies in Python and in a real browser."""

import json
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import orjson
import pytest
from playwright.sync_api import Page, sync_playwright

from audit.cosigner import Ed25519Cosigner
from audit.evidence import verify_evidence
from audit.note import VerifierKey
from gateway import wiring
from gateway.settings import Settings
from tests.edges.api.door import NOON, OWN, Door, opened
from tests.edges.commands.shell import doelpoort

BROWSER: Final = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
DAY: Final = NOON.date().isoformat()
NAMES: Final = {"evidence.json", "verifier.html", "vkey", "README.txt"}


@pytest.fixture(name="folder", scope="module")
def fixture_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with people, disclosures and refusals."""
    folder = tmp_path_factory.mktemp("evidence") / "data"
    door = opened(folder)
    for _ in range(3):
        door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
    door.gateway.close()
    return folder


@pytest.fixture(name="hers")
def fixture_hers(folder: Path) -> str:
    """Return COA's reference for a person."""
    gateway = wiring.build(Settings(data=folder))
    try:
        door = Door(gateway, gateway.app(), None)  # type: ignore[arg-type]  # no clock is asked
        return door.reference("coa_casemanager", OWN)
    finally:
        gateway.close()


@pytest.fixture(name="bundle")
def fixture_bundle(folder: Path, hers: str, tmp_path: Path) -> Path:
    """Take all evidence about her."""
    done = doelpoort("audit", "evidence", tmp_path / "bewijs", "--subject", hers, "--data", folder)
    assert done.code == 0, done.err
    return tmp_path / "bewijs"


Browse = Callable[[Path, str], str]


@pytest.fixture(name="browse", scope="module")
def fixture_browse() -> Iterator[Browse]:
    """Open a browser without network, in a thread of its own: its loop would be in ours' way."""
    assert BROWSER, "the page is tested in chromium-headless-shell, which is not installed"
    with ThreadPoolExecutor(1) as thread, ExitStack() as stack:
        page = thread.submit(_open, stack).result()
        yield lambda bundle, vkey: thread.submit(checked, page, bundle, vkey).result()
        thread.submit(stack.close).result()


def _open(stack: ExitStack) -> Page:
    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
    stack.callback(browser.close)
    return browser.new_context(offline=True).new_page()


def checked(page: Page, bundle: Path, vkey: str) -> str:
    """Open the page of a bundle, give it the key and the file, and read what it says."""
    page.goto((bundle / "verifier.html").as_uri())
    page.fill("#key", vkey)
    page.set_input_files("#file", bundle / "evidence.json")
    page.wait_for_selector("#outcome:not([hidden])")
    return page.inner_text("main")


def key_of(folder: Path) -> str:
    """Return the log's key, as one knows it from elsewhere."""
    return doelpoort("audit", "vkey", "--data", folder).out.strip()


def test_a_bundle_is_whole_and_for_its_owner_only(bundle: Path, folder: Path) -> None:
    """Four files that nobody else can read, and every line about her proven without a gap."""
    assert {path.name for path in bundle.iterdir()} == NAMES
    assert {stat.S_IMODE(path.stat().st_mode) for path in bundle.iterdir()} == {0o600}
    raw = (bundle / "evidence.json").read_bytes()
    examined = verify_evidence([raw], [VerifierKey.parse(key_of(folder))])
    assert (examined.faults, examined.complete) == ((), True)


def test_a_browser_verifies_it_offline(bundle: Path, folder: Path, browse: Browse) -> None:
    """The page from disk says proven, complete, and shows what the entries tell."""
    said = browse(bundle, key_of(folder))
    assert "BEWEZEN / PROVEN" in said
    assert "NIET BEWEZEN" not in said
    assert "count from 1 without a gap" in said
    assert "gemeente_klantmanager-1" in said


@pytest.mark.parametrize("member", ["leaf", "payload", "salt", "proof", "checkpoint"])
def test_a_browser_refuses_one_flipped_bit(
    bundle: Path, folder: Path, browse: Browse, member: str
) -> None:
    """Wherever it is, the page says not proven, and names the line."""
    path = bundle / "evidence.json"
    stored = orjson.loads(path.read_bytes())
    place = stored if member == "checkpoint" else stored["entries"][-1]
    text = place["proof"][0] if member == "proof" else place[member]
    changed = text[:9] + chr(ord(text[9]) ^ 1) + text[10:]
    if member == "proof":
        place["proof"][0] = changed
    else:
        place[member] = changed
    path.write_text(
        json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n",
        encoding="utf-8",
    )
    said = browse(bundle, key_of(folder))
    assert "NIET BEWEZEN / NOT PROVEN" in said
    assert "BEWEZEN / PROVEN" not in said.replace("NIET BEWEZEN / NOT PROVEN", "")


def test_a_browser_refuses_another_key(bundle: Path, browse: Browse, store: Path) -> None:
    """A bundle cannot vouch for its own key."""
    assert "its key is not the key" in browse(bundle, key_of(store))


def test_a_zip_holds_the_same(folder: Path, hers: str, tmp_path: Path) -> None:
    """Ready to be handed over, for its owner only; an existing file is not overwritten."""
    words = ("audit", "evidence", tmp_path / "b.zip", "--subject", hers, "--data", folder)
    assert doelpoort(*words).code == 0
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert set(archive.namelist()) == NAMES
    assert doelpoort(*words).code == 1


def test_the_command_line_checks_a_bundle(bundle: Path, folder: Path) -> None:
    """Whole: exit 0 and complete. Changed: exit 1 and each fault. Without a real key: refused."""
    path, words = bundle / "evidence.json", ("--vkey", key_of(folder), "--json")
    done = doelpoort("audit", "verify-evidence", path, *words)
    assert (done.code, done.json) == (0, {"faults": [], "complete": True})
    path.write_bytes(path.read_bytes().replace(b"granted", b"Granted", 1))
    changed = doelpoort("audit", "verify-evidence", path, *words)
    assert changed.code == 1
    assert changed.json["faults"]
    assert "vkey" in doelpoort("audit", "verify-evidence", path, "--vkey", "x").err


def test_evidence_of_a_period_and_of_a_disclosure(folder: Path, tmp_path: Path) -> None:
    """By days, and by the event id of a receipt."""
    period = doelpoort("audit", "evidence", tmp_path / "p", "--period", DAY, "--data", folder)
    assert period.code == 0, period.err
    found = orjson.loads((tmp_path / "p" / "evidence.json").read_bytes())["entries"]
    intents = [json.loads(one["leaf"]) for one in found]
    intent = next(leaf for leaf in intents if leaf["type"] == "disclosure.intent")
    words = ("--disclosure", intent["id"], "--data", folder)
    assert doelpoort("audit", "evidence", tmp_path / "d", *words).code == 0
    one = orjson.loads((tmp_path / "d" / "evidence.json").read_bytes())["entries"]
    assert [json.loads(e["leaf"])["type"] for e in one] == [
        "disclosure.intent",
        "disclosure.outcome",
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--subject"),
        (("--period", "gisteren"), 1, "period"),
        (("--period", "2026-03-02..2026-03-01"), 1, "ends before it begins"),
        (("--period", "1999-01-01"), 1, "no entry"),
    ],
)
def test_what_is_asked_must_be_clear(
    folder: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """Nothing chosen is wrong usage; a period that is none, or empty, is refused; no file is left."""
    done = doelpoort("audit", "evidence", tmp_path / "x", *words, "--data", folder)
    assert (done.code, (tmp_path / "x").exists()) == (code, False)
    assert said in done.err


@pytest.mark.parametrize("form", ["fhir", "nen7513"])
def test_events_are_written_a_line_each(folder: Path, tmp_path: Path, form: str) -> None:
    """A partner's entries of a period, counted, for the owner only; nothing is overwritten."""
    out = tmp_path / "events.ndjson"
    words = ("audit", "events", DAY, "--format", form, "--out", out, "--partner", "harderwijk")
    done = doelpoort(*words, "--data", folder)
    assert done.code == 0, done.err
    lines = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    assert done.out.startswith(f"{len(lines)} events")
    assert len(lines) == 6
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert doelpoort(*words, "--data", folder).code == 1


def test_a_verifier_asks_for_the_witnesses_of_her_own_policy(bundle: Path, tmp_path: Path) -> None:
    """A log that asks nobody meets a policy that asks nobody; one that asks a witness names the lack."""
    vkey = (bundle / "vkey").read_text().strip()
    witness = Ed25519Cosigner("partner.example", bytes(32)).verifier
    rules = {
        "nobody": f"log {vkey}\nquorum none\n",
        "one": f"log {vkey}\nwitness p {witness}\nquorum p\n",
        "none": "quorum\n",
    }
    heard = {}
    for name, text in rules.items():
        (tmp_path / name).write_text(text)
        words = ("--vkey", vkey, "--policy", tmp_path / name)
        done = doelpoort("audit", "verify-evidence", bundle / "evidence.json", *words)
        heard[name] = (done.code, "policy line 1" in done.err)
    assert heard == {"nobody": (0, False), "one": (1, False), "none": (1, True)}


def test_decisions_are_written_as_a_decision_log(folder: Path, tmp_path: Path) -> None:
    """Only the decisions among the entries; each replays from the entry that its record names."""
    out = tmp_path / "decisions.ndjson"
    words = ("audit", "events", DAY, "--format", "adl", "--out", out, "--partner", "harderwijk")
    assert doelpoort(*words, "--data", folder).code == 0
    lines = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    assert 0 < len(lines) < 6
    for line in lines:
        entry = line["attributes"]["adl.core.information"]["doelpoort-log"]
        again = doelpoort("explain", entry, "--replay", "--json", "--data", folder)
        assert (again.code, again.json["replay"]) == (0, "same")
