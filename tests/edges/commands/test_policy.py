"""The policy on the command line: why, diff, test, simulate, and mistakes that stop before activation."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.store.database import DATA_FILE
from policies import compiler
from policies.catalogue import shipped
from tests.conftest import DEEP
from tests.edges.api.door import FOUND, OTHER, OWN, Door, opened
from tests.edges.commands.shell import doelpoort

P02 = "purposes/P02_warme_overdracht_brede_intake.yaml"
P08 = "purposes/P08_nazorg_jobcoaching.yaml"
P05 = "purposes/P05_arbeidsbemiddeling_voorstellen.yaml"
ASKED = (
    ("coa_casemanager", "P03"),
    ("gemeente_huisvesting", "P01"),
    ("gemeente_burgerzaken", "P07"),
    ("jobcoach_gemeente", "P08"),
    ("werkgever", "P06"),
    ("gemeente_klantmanager", "P12"),
    ("maatschappelijke_begeleiding", "P02"),
    ("betrokkene", "P11"),
)
BETWEEN = timedelta(hours=44)
"""What passes between two people, so that all of them take a month."""
ROUNDS = 62 if DEEP else 1  # 62 make a thousand decisions
OWN_ID = "00000000-0000-4000-8000-000000000001"
DAYS = ("--from", "2026-03-01", "--to", "2026-03-31")


def copy(place: Path) -> Path:
    """Copy the policy files, so that an author may change them."""
    unread = shutil.ignore_patterns("*.py", "__pycache__")
    return shutil.copytree(Path(str(shipped())), place, ignore=unread)


def write(folder: Path, file: str, old: str, new: str) -> int:
    """Replace a text once, and return the line on which it stands."""
    text = (folder / file).read_text(encoding="utf-8")
    before, found, after = text.partition(old)
    assert found
    (folder / file).write_text(before + new + after, encoding="utf-8")
    return before.count("\n") + 1


@pytest.fixture(name="changed", scope="module")
def fixture_changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Change the policy: a field less, a special one more, an agreed number."""
    folder = copy(tmp_path_factory.mktemp("policy") / "policies")
    write(folder, P02, "      - roepnaam\n", "")
    special = '    exception: "GDPR 9(2)(a) explicit consent"\n    retention:'
    write(folder, P08, "    retention:", special)
    write(folder, P08, "    fields:\n", "    fields:\n      - hard_medische_behandeling\n")
    write(folder, "parameters/consent.yaml", "value: 182", "value: 91")
    assert compiler.main(["--folder", str(folder)]) == 0
    return folder


@pytest.fixture(name="gate", scope="module")
def fixture_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep a store in which a month of decisions was recorded."""
    folder = tmp_path_factory.mktemp("gate") / "data"
    door: Door = opened(folder)
    for number in (OWN, OTHER, *FOUND):
        door.disclose("gemeente_klantmanager", "P02", number)
        door.disclose("uitzendbureau_matcher", "P05", number, "roepnaam")
        door.clock.wait(BETWEEN)
    for role, purpose in ASKED * ROUNDS:
        for number in (OWN, OTHER):
            door.disclose(role, purpose, number)
    door.gateway.close()
    yield folder
    shutil.rmtree(folder)


# --- an author's mistakes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        pytest.param(
            "      - roepnaam", "      - Roepnaam", 0, "write 'roepnaam'", id="wrong case"
        ),
        pytest.param(
            "      - roepnaam",
            "      - roepnaam\n      - roepnaam",
            1,
            "stands here twice",
            id="duplicate",
        ),
        pytest.param(
            "      - roepnaam", "      - bijnaam", 0, "unknown value 'bijnaam'", id="unknown"
        ),
    ],
)
def test_a_mistake_of_spelling_stops_with_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    """Wrong case, a field twice and an unknown field are refused where they stand."""
    folder = copy(tmp_path / "policies")
    at = write(folder, P02, old, new) + line
    done = doelpoort("policy", "check", folder)
    assert done.code == 1
    assert f"{P02}:{at}: " in done.err
    assert says in done.err


def test_a_widened_special_category_stops_with_file_and_line(tmp_path: Path) -> None:
    """A field of class S4 in a rule that names no exception is refused, by the rule's line."""
    folder = copy(tmp_path / "policies")
    at = write(folder, P08, "    fields:\n", "    fields:\n      - hard_medische_behandeling\n")
    text = (folder / P08).read_text(encoding="utf-8").splitlines()
    at = max(n for n, line in enumerate(text[:at], start=1) if line.startswith("  - rule:"))
    done = doelpoort("policy", "check", folder)
    assert done.code == 1
    assert f"{P08}:{at}: exception: is missing; hard_medische_behandeling" in done.err


def test_a_missing_basis_stops_with_file_and_line(tmp_path: Path) -> None:
    """A rule without a legal basis is refused, by the rule's line."""
    folder = copy(tmp_path / "policies")
    basis = "    basis: GDPR 6(1)(a) specific consent per employer\n"
    at = write(folder, P05, basis, "") - 2
    done = doelpoort("policy", "check", folder)
    assert done.code == 1
    assert f"{P05}:{at}: basis: is missing" in done.err


# --- why ---------------------------------------------------------------------------------------


def test_why_names_everyone_who_can_ever_see_a_field() -> None:
    """Role, purpose, basis and line of each rule that can carry the field; of a blocked one, nobody."""
    told = doelpoort("policy", "why", "bsn", "--json").json
    assert (told["class"], told["stored"]) == ("S3", True)
    assert "gemeente_klantmanager" in {rule["role"] for rule in told["rules"]}
    assert not {"werkgever", "uitzendbureau_matcher"} & {rule["role"] for rule in told["rules"]}
    assert all(re.fullmatch(r"purposes/P\d\d_\w+\.yaml:\d+", r["where"]) for r in told["rules"])
    assert "Municipal client manager, for P02" in doelpoort("policy", "why", "bsn").out
    assert "nobody can ever see it" in doelpoort("policy", "why", "pasfoto").out


def test_why_knows_its_fields() -> None:
    """A field that is in no dictionary is one clear line and exit 1."""
    done = doelpoort("policy", "why", "bijnaam")
    assert (done.code, done.err) == (1, "INVALID_REQUEST: field: is not in the dictionary\n")


# --- diff --------------------------------------------------------------------------------------


def test_a_diff_tells_cells_words_and_people(changed: Path, gate: Path) -> None:
    """Who gains and loses what, the widened special category, the number, and how many people."""
    told = doelpoort("policy", "diff", changed, "--data", gate, "--json").json
    cells = {(cell["role"], cell["purpose"][:3]): cell for cell in told["cells"]}
    lost = cells["gemeente_klantmanager", "P02"]
    assert (lost["gained"], lost["lost"]) == ([], ["roepnaam"])
    assert cells["jobcoach_gemeente", "P08"]["special"] == ["hard_medische_behandeling"]
    (number,) = told["words"]
    assert (number["kind"], number["name"]) == ("number", "consent_term")
    people = told["people"]
    assert people["by cell"]["P02_warme_overdracht_brede_intake gemeente_klantmanager"] == 19


def test_a_diff_reads_as_text_and_tells_no_few_people(changed: Path, store: Path) -> None:
    """In lines that a lawyer can read, the special category marked; fewer than ten are not told."""
    out = doelpoort("policy", "diff", changed, "--data", store).out
    assert "gemeente_klantmanager (linked_or_housed): fewer than 10 people" in out
    assert "  - roepnaam" in out
    assert "! special category widened: hard_medische_behandeling" in out
    assert "number consent_term: 182 days" in out


def test_a_diff_of_folders_needs_no_store(changed: Path, tmp_path: Path) -> None:
    """Two folders are compared where there is no store, the other way round the other way."""
    told = doelpoort(
        "policy", "diff", changed, shipped(), "--data", tmp_path / "none", "--json"
    ).json
    cells = {(cell["role"], cell["purpose"][:3]): cell for cell in told["cells"]}
    assert cells["gemeente_klantmanager", "P02"]["gained"] == ["roepnaam"]
    assert told["people"] is None
    same = doelpoort("policy", "diff", shipped(), "--data", tmp_path / "none")
    assert same.out.strip() == "nothing changes"


# --- test --------------------------------------------------------------------------------------


def test_stories_are_told(changed: Path) -> None:
    """The shipped stories hold; those of a changed policy are told, and exit 1."""
    assert doelpoort("policy", "test").code == 0
    done = doelpoort("policy", "test", changed)
    assert done.code == 1
    assert "roepnaam is not seen" in done.err
    told = doelpoort("policy", "test", changed, "--json").json
    assert len(told["broken"]) == 1


# --- simulate ----------------------------------------------------------------------------------


def test_a_simulation_under_the_policy_in_force_answers_as_recorded(gate: Path) -> None:
    """All decisions of the period come out exactly as they were recorded."""
    done = doelpoort("policy", "simulate", *DAYS, "--data", gate, "--json")
    assert done.code == 0, done.err
    assert done.json["decisions"] == 2 * (2 + len(FOUND)) + 2 * len(ASKED) * ROUNDS
    assert (done.json["not as recorded"], done.json["different"]) == ([], 0)


def test_a_simulation_under_a_changed_policy_explains_each_difference(
    gate: Path, changed: Path
) -> None:
    """Each grant of the lost field comes out without it, and the changed cell explains it."""
    done = doelpoort("policy", "simulate", *DAYS, "--with", changed, "--data", gate, "--json")
    assert done.code == 0, done.err
    assert done.json["unexplained"] == 0
    lost = [one for one in done.json["differences"] if one["lost"] == ["roepnaam"]]
    assert len(lost) == 1 + len(FOUND)
    told = doelpoort("policy", "simulate", *DAYS, "--with", changed, "--data", gate).out
    assert "gemeente_klantmanager: -roepnaam" in told


def test_a_tampered_record_is_not_simulated(gate: Path, tmp_path: Path) -> None:
    """A payload that was changed behind the gate's back does not fit its leaf, and stops it."""
    forged = shutil.copytree(gate, tmp_path / "forged")
    with closing(sqlite3.connect(forged / DATA_FILE)) as database, database:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in database.execute(triggers).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        forging = 'UPDATE log_payload SET payload = zeroblob(length(payload)) WHERE "index" = ?'
        decided = "FROM log_entry WHERE CAST(leaf AS TEXT) LIKE '%disclosure.denied%'"
        last = database.execute(f'SELECT max("index") {decided}').fetchone()
        assert database.execute(forging, last).rowcount == 1
    done = doelpoort("policy", "simulate", *DAYS, "--data", forged)
    assert (done.code, done.out) == (1, "")
    assert f"log entry {last[0]}" in done.err


def test_a_simulation_needs_a_period(gate: Path) -> None:
    """A period that ends before it begins, or is no day, is one clear line."""
    done = doelpoort(
        "policy", "simulate", "--from", "2026-03-31", "--to", "2026-03-01", "--data", gate
    )
    assert (done.code, done.err) == (1, "INVALID_REQUEST: period: ends before it begins\n")


def test_the_annex_to_a_dpia_is_printed_from_any_catalogue(tmp_path: Path) -> None:
    """Markdown or a page; another catalogue gives another digest and its own words."""
    plain = doelpoort("policy", "dpia").out
    assert plain.startswith("# Bijlage bij de DPIA")
    assert "### Klantmanager gemeente (P02-gemeente_klantmanager)" in plain
    page = doelpoort("policy", "dpia", "--html", "--language", "en").out
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "Annex to the DPIA" in page
    folder = copy(tmp_path / "policies")
    write(folder, P08, "1 year after end of employment", "2 years after end of employment")
    assert "2 years after end of employment" in doelpoort("policy", "dpia", str(folder)).out


# --- the life of a policy -----------------------------------------------------------------------


@pytest.fixture(name="narrower", scope="module")
def fixture_narrower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take a field from the broad intake, and from its story."""
    folder = copy(tmp_path_factory.mktemp("policy") / "policies")
    write(folder, P02, "      - roepnaam\n", "")
    write(folder, "stories/overdracht.yaml", "achternaam, roepnaam", "achternaam")
    assert compiler.main(["--folder", str(folder)]) == 0
    return folder


def test_a_policy_lives_on_the_command_line(narrower: Path, store: Path) -> None:
    """Proposed, approved by two others, activated, simulated, rolled back; each told with its entry."""
    where = ("--data", store, "--json")
    why = ("--reason", "Roepnaam is niet nodig", "--as", "iris")
    proposal = doelpoort("policy", "propose", narrower, *why, *where).json
    assert (proposal["state"], proposal["broken"]) == ("open", [])
    which = proposal["proposal"]
    own = doelpoort("policy", "approve", which, "--as", "iris", "--data", store)
    assert (own.code, own.err) == (1, "INVALID_REQUEST: voorstel: is one's own proposal\n")
    early = doelpoort("policy", "activate", which, "--as", "iris", "--data", store)
    assert "is not approved by two others yet" in early.err
    for officer in ("anouk", "daan"):
        assert doelpoort("policy", "approve", which, "--as", officer, *where).code == 0
    told = doelpoort("policy", "versions", *where).json
    assert (told["ahead"], told["proposals"][0]["state"]) == ("nothing", "approved")
    assert "Roepnaam is niet nodig (iris)" in doelpoort("policy", "versions", "--data", store).out
    done = doelpoort("policy", "activate", which, "--as", "iris", *where).json
    assert (done["policy"], done["from"]) == (proposal["policy"], "now")
    back = doelpoort("policy", "rollback", "--reason", "Toch nodig", "--as", "daan", *where).json
    assert (back["activation"], back["policy"]) == (2, told["in force"])


def test_a_mistake_of_a_proposal_is_told_with_file_and_line(tmp_path: Path, store: Path) -> None:
    """What does not hold is not kept, nor is a moment without its offset taken."""
    folder = copy(tmp_path / "policies")
    at = write(folder, P02, "      - roepnaam", "      - Roepnaam")
    why = ("--reason", "Andere spelling", "--as", "iris", "--data", store)
    done = doelpoort("policy", "propose", folder, *why)
    assert done.code == 1
    assert f"{P02}:{at}: " in done.err
    late = doelpoort(
        "policy", "activate", OWN_ID, "--as", "iris", "--at", "2026-04-01T00:00", "--data", store
    )
    assert "lacks its offset" in late.err
