"""The keeper's commands: how the log stands, adopting a store, witnesses, anchors, shredding."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from audit.note import VerifierKey
from gateway import wiring
from gateway.domain.errors import SettingsError
from gateway.settings import Settings
from tests.edges.api.door import v_nummer
from tests.edges.commands.shell import doelpoort
from tests.edges.keeper.gates import put_back, snapshot, tamper

WHY: Final = ("--actor", "beheerder", "--reason", "schijf stuk")


@pytest.fixture(name="gate")
def fixture_gate(store: Path, tmp_path: Path) -> Path:
    """Copy the store, for whoever changes it."""
    shutil.copytree(store, tmp_path / "gate")
    return tmp_path / "gate"


def test_the_log_tells_how_it_stands(store: Path) -> None:
    """Whole, guarded, not frozen: exit 0, in words and as JSON; nobody vouches for it yet."""
    done = doelpoort("audit", "status", "--data", store)
    assert (done.code, "guard" in done.out) == (0, True)
    told = doelpoort("audit", "status", "--data", store, "--json").json
    assert (told["frozen"], told["judged"], told["guardSays"]) == ("no", "whole", "goes on")
    assert told["size"] >= told["guardSize"] > 0
    assert (told["cosigned"], told["timestamped"]) == ("never", "never")


def test_doctor_says_where_the_guard_is(gate: Path, tmp_path: Path) -> None:
    """In the data folder it is a hurdle only; a place of its own is better, and told."""
    report = doelpoort("doctor", "--data", gate, "--json").json
    assert report["guardApart"] == "no: set DOELPOORT_LOG_GUARD"
    assert report["guard"] == str(gate / "guard" / "head")


def test_a_gate_put_back_is_adopted_on_the_record(gate: Path) -> None:
    """Status and doctor exit 1 until someone takes the store as it is; who and why is the next entry."""
    copy = snapshot(gate, "old.db")
    assert doelpoort("breakglass", "status", "--data", gate).code == 0
    size = doelpoort("audit", "status", "--data", gate, "--json").json["size"]
    shred = doelpoort(
        "keys", "shred", "--subject", v_nummer(1), "--reason", "x", "--actor", "y", "--data", gate
    )
    assert shred.code == 0, shred.err
    put_back(gate, copy)
    frozen = doelpoort("audit", "status", "--data", gate, "--json")
    assert (frozen.code, frozen.json["frozen"].partition(":")[0]) == (1, "rollback")
    assert doelpoort("doctor", "--data", gate).code == 1
    adopted = doelpoort("audit", "adopt-guard", *WHY, "--data", gate, "--json")
    assert adopted.code == 0, adopted.err
    assert adopted.json["index"] == adopted.json["size"] <= size
    assert adopted.json["lifted"].startswith("rollback")
    assert doelpoort("audit", "status", "--data", gate).code == 0
    assert doelpoort("audit", "verify", "--data", gate).code == 0


def test_a_changed_head_is_not_adopted(gate: Path) -> None:
    """What the log did not sign is no store to go on from; without a reason nothing is adopted."""
    tamper(gate, "UPDATE log_head SET checkpoint = replace(checkpoint, 'log', 'lag')")
    refused = doelpoort("audit", "adopt-guard", *WHY, "--data", gate)
    assert (refused.code, "ended" in refused.err) == (1, True)
    empty = doelpoort("audit", "adopt-guard", "--actor", "a", "--reason", " ", "--data", gate)
    assert (empty.code, "reason" in empty.err) == (1, True)


def test_shredding_prints_whose_and_needs_two_for_the_log(gate: Path) -> None:
    """The id it prints finds her when her number does not any more; her log key takes two people."""
    base = ("keys", "shred", "--reason", "artikel 17", "--actor", "a", "--data", gate, "--json")
    profile = doelpoort(*base, "--subject", v_nummer(1))
    assert profile.code == 0, profile.err
    assert (profile.json["erased"], profile.json["key"]) == ("profile", "destroyed")
    assert doelpoort(*base, "--subject", v_nummer(1)).code == 1
    whom = profile.json["subject"]
    assert doelpoort(*base, "--log-key", "--subject", whom).code == 1
    log = doelpoort(*base, "--log-key", "--second", "b", "--subject", whom)
    assert (log.code, log.json["key"]) == (0, "destroyed")
    assert log.json["entries"] > 0
    assert doelpoort("audit", "verify", "--data", gate).code == 0


def test_witnesses_and_authority_must_be_set(store: Path) -> None:
    """Without settings there is nobody to ask; the message names the setting."""
    witness = doelpoort("audit", "witness-now", "--data", store)
    assert (witness.code, "DOELPOORT_WITNESS_POLICY" in witness.err) == (1, True)
    stamp = doelpoort("audit", "timestamp-now", "--data", store)
    assert (stamp.code, "DOELPOORT_TIMESTAMP_URL" in stamp.err) == (1, True)


def test_a_witness_prints_its_key(store: Path, tmp_path: Path) -> None:
    """One vkey line under its name; a file that is no policy, or no address, is refused."""
    logs = tmp_path / "logs"
    logs.write_text(f"log {doelpoort('audit', 'vkey', '--data', store).out}quorum none\n")
    done = doelpoort("witness", "--logs", logs, "--vkey", "--data", tmp_path / "w")
    assert done.code == 0, done.err
    assert VerifierKey.parse(done.out.strip()).name == "doelpoort.example/witness"
    assert doelpoort("witness", "--logs", logs, "--listen", "x", "--data", tmp_path / "w").code == 1
    logs.write_text("no policy\n")
    refused = doelpoort("witness", "--logs", logs, "--vkey", "--data", tmp_path / "w")
    assert (refused.code, "line 1" in refused.err) == (1, True)


def test_there_is_a_second_key_for_published_heads(store: Path) -> None:
    """``--mldsa`` prints one line too, of another type, under the same name."""
    one = VerifierKey.parse(doelpoort("audit", "vkey", "--data", store).out.strip())
    other = VerifierKey.parse(doelpoort("audit", "vkey", "--mldsa", "--data", store).out.strip())
    assert (one.name, one.kind, other.kind) == (other.name, 1, 6)


def test_anchors_are_exported(store: Path, tmp_path: Path) -> None:
    """A log for which nobody vouches leaves an empty folder, and says so."""
    done = doelpoort("audit", "anchors", tmp_path / "anchors", "--data", store)
    assert (done.code, "0 anchored" in done.out) == (0, True)


def test_a_pruned_export_verifies_with_its_minimum(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries below the index are left out; proofs of the rest and the root still hold."""
    monkeypatch.setenv("DOELPOORT_LOG_MINIMUM", "3")
    assert doelpoort("audit", "export", tmp_path / "log", "--data", store).code == 0
    key = doelpoort("audit", "vkey", "--data", store).out.strip()
    words = ("audit", "verify", tmp_path / "log", "--vkey", key)
    assert doelpoort(*words, "--minimum", "3").code == 0


@pytest.mark.parametrize("content", [None, "quorum\n"])
def test_a_policy_that_cannot_be_read_stops_the_gate(tmp_path: Path, content: str | None) -> None:
    """Whoever asks for witnesses and does not get them hears so at start."""
    policy = tmp_path / "policy"
    if content is not None:
        policy.write_text(content)
    settings = Settings(data=tmp_path / "data", witness_policy=policy)
    with pytest.raises(SettingsError, match="witness_policy"):
        wiring.build(settings, create=True)
