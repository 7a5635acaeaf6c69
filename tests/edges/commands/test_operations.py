"""Run the gate: token, doctor, db, serve, demo, policy."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import policies
from gateway import wiring
from tests import servers
from tests.edges.commands.shell import doelpoort

KLANTMANAGER = ("--partner", "0243", "--role", "gemeente_klantmanager")


def test_a_token_speaks_for_whom_it_was_made(store: Path, gateway: wiring.Gateway) -> None:
    """The token names partner, role and worker; one of COA works for every site by default."""
    made = doelpoort("token", *KLANTMANAGER, "--actor", "jo", "--data", store)
    assert (made.code, made.out.count("\n")) == (0, 1)
    tokens, clock = gateway.actions.tokens, gateway.actions.gate.clock
    assert tokens is not None
    caller = tokens.caller(made.out.strip(), clock.now())
    assert (caller.partner.slug, caller.role, caller.actor) == (
        "harderwijk",
        "gemeente_klantmanager",
        "jo",
    )
    coa = ("token", "--partner", "coa", "--role", "coa_casemanager", "--data", store)
    everywhere = tokens.caller(doelpoort(*coa).out.strip(), clock.now())
    assert everywhere.locations == set(gateway.catalogue.codes.opvanglocaties)
    one = tokens.caller(doelpoort(*coa, "--locatie", "AZC-HDW-01").out.strip(), clock.now())
    assert one.locations == {"AZC-HDW-01"}
    assert one.regions == {"Oost"}


def test_a_resident_gets_a_token_for_herself(store: Path, gateway: wiring.Gateway) -> None:
    """``--v-nummer`` names whose data it opens; nobody's number is refused."""
    words = ("token", "--partner", "betrokkene", "--role", "betrokkene", "--data", store)
    made = doelpoort(*words, "--v-nummer", "0999000001")
    tokens = gateway.actions.tokens
    assert tokens is not None
    caller = tokens.caller(made.out.strip(), gateway.actions.gate.clock.now())
    assert caller.subject is not None
    assert doelpoort(*words, "--v-nummer", "0000000000").code == 1


def test_production_prints_no_token(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    """The insecure door does not exist in production settings."""
    monkeypatch.setenv("DOELPOORT_MODE", "production")
    done = doelpoort("token", *KLANTMANAGER, "--data", store)
    assert (done.code, done.out) == (1, "")
    assert "demo mode only" in done.err


def test_the_demo_does_not_run_in_production(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Synthetic people never get into a production store."""
    monkeypatch.setenv("DOELPOORT_MODE", "production")
    done = doelpoort("demo", "--once", "--data", tmp_path / "data")
    assert done.code == 1
    assert "demo mode only" in done.err
    assert not (tmp_path / "data").exists()


def test_the_story_is_told_once(tmp_path: Path) -> None:
    """``demo --once`` tells the whole story on a few people and ends well."""
    done = doelpoort("demo", "--once", "--people", "150", "--data", tmp_path / "data")
    assert done.code == 0, done.err
    assert "the story ends well" in done.out


def test_the_doctor_says_that_all_is_well(store: Path) -> None:
    """Data, mode, policy, entries and readiness, in a table or as JSON."""
    assert doelpoort("doctor", "--data", store).code == 0
    report = doelpoort("doctor", "--data", store, "--json").json
    assert (report["mode"], report["ready"]) == ("demo", "yes")
    assert report["entries"] > 0
    assert len(report["policy"]) >= 32


def test_the_schema_is_up_to_date(store: Path) -> None:
    """``db upgrade`` is done already; ``db status`` shows what is there and what is needed."""
    assert doelpoort("db", "upgrade", "--data", store).code == 0
    status = doelpoort("db", "status", "--data", store, "--json").json
    assert status.pop("store") == "SQLite"
    assert status
    assert all(re_needs(value) for value in status.values())


def test_a_folder_has_no_roles(store: Path) -> None:
    """``db roles`` on an embedded store says which setting is missing."""
    done = doelpoort("db", "roles", "--data", store)
    assert done.code == 1
    assert "DOELPOORT_DATABASE_URL" in done.err


def test_a_served_database_is_made_by_its_owner(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """``init`` needs the owner once; after that the gate lives on its own rights, and says on what."""
    where = ("--data", tmp_path / "data")
    with servers.clone(servers.newest(), empty=True) as clone:
        secret = clone.url() + " password=Gegeven"
        monkeypatch.setenv("DOELPOORT_DATABASE_URL", secret)
        printed = [doelpoort("serve", *where), doelpoort("init", *where)]
        assert [done.code for done in printed] == [1, 1]
        monkeypatch.setenv("DOELPOORT_DATABASE_OWNER_URL", clone.url(servers.OWNER))
        for words in (("init",), ("db", "upgrade"), ("db", "roles")):
            printed.append(doelpoort(*words, *where))
            assert printed[-1].code == 0, printed[-1].err
        monkeypatch.delenv("DOELPOORT_DATABASE_OWNER_URL")
        status = doelpoort("db", "status", *where, "--json").json
        assert status.pop("store").endswith(f"database {clone.name}, as test_gate")
        assert all(re_needs(value) for value in status.values())
        report = doelpoort("doctor", *where, "--json").json
        assert (report["ready"], report["store"][:10]) == ("yes", "PostgreSQL")
    assert not any("Gegeven" in done.out + done.err for done in printed)


def re_needs(value: str) -> bool:
    """Tell whether a part has the version that it needs."""
    current, _, wanted = value.partition(" (needs ")
    return current == wanted.removesuffix(")")


def test_the_rules_check_out() -> None:
    """The shipped catalogue is whole, and its size is told."""
    report = doelpoort("policy", "check", "--json").json
    assert (report["purposes"], report["partners"]) == (12, 8)


def test_broken_rules_do_not(tmp_path: Path) -> None:
    """A folder without rules is refused."""
    done = doelpoort("policy", "check", tmp_path)
    assert done.code == 1
    assert done.err


def test_a_missing_text_is_a_broken_rule(tmp_path: Path) -> None:
    """A catalogue whose consent is not asked in every language is refused, language by name."""
    place = tmp_path / "policies"
    shutil.copytree(Path(policies.__file__).parent, place)
    (place / "consent_texts" / "1" / "ti.yaml").unlink()
    done = doelpoort("policy", "check", place)
    assert done.code == 1
    assert "ti is missing" in done.err


def test_a_broken_number_of_the_law_is_a_broken_rule(tmp_path: Path) -> None:
    """A wrong parameter is refused by file and line."""
    place = tmp_path / "policies"
    shutil.copytree(Path(policies.__file__).parent, place)
    file = place / "parameters" / "consent.yaml"
    text = file.read_text(encoding="utf-8").replace("value: 182", "value: half a year")
    file.write_text(text, encoding="utf-8")
    done = doelpoort("policy", "check", place)
    assert done.code == 1
    assert "parameters/consent.yaml:8: value: must be a whole number" in done.err


def test_the_rules_can_be_read(tmp_path: Path) -> None:
    """All of them, or those of one purpose by number or code; as a table or JSON."""
    everything = doelpoort("policy", "show", "--json").json
    one = doelpoort("policy", "show", "P07", "--json").json
    assert len(everything) > len(one) == 3
    assert doelpoort("policy", "show", "P07_bsn_administratie", "--json").json == one
    assert set(one[0]) == {
        "rule", "role", "relation", "stage", "consent", "basis", "fields", "retention",
    }  # fmt: skip
    assert "P07-werkgever" in doelpoort("policy", "show", "P07").out


# --- a server --------------------------------------------------------------------------------


@pytest.fixture(name="port")
def fixture_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Find a free port, and set it."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    monkeypatch.setenv("DOELPOORT_PORT", str(port))
    return port


@pytest.fixture(name="served")
def fixture_served(store: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """Serve the store in a process of its own, which is stopped at the end."""
    words = [sys.executable, "-m", "gateway", "serve", "--data", str(store)]
    with subprocess.Popen(  # noqa: S603 - our own words
        words,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        yield server
        if server.poll() is None:
            server.kill()


def test_a_served_gate_lives_warns_and_stops(store: Path, served: "subprocess.Popen[str]") -> None:
    """``doctor --live`` asks a running gate; the demo mode warns; a signal ends it well."""
    deadline = time.monotonic() + 120
    while doelpoort("doctor", "--live", "--data", store).code != 0:
        assert time.monotonic() < deadline, "the gate does not answer"
        assert served.poll() is None
        time.sleep(0.1)
    served.send_signal(signal.SIGTERM)
    _, complaints = served.communicate(timeout=120)
    assert "INSECURE demo mode" in complaints
    assert doelpoort("audit", "verify", "--data", store).code == 0


def test_a_gate_that_is_not_there_does_not_live(store: Path, port: int) -> None:
    """Where nothing listens, ``doctor --live`` ends in 1."""
    done = doelpoort("doctor", "--live", "--data", store)
    assert done.code == 1
    assert done.err
