"""Backup and restore: whole, apart, checked, on the record; what was erased since stays erased."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from audit.entry import read_leaf
from gateway import wiring
from gateway.settings import Settings
from gateway.store import postgres_copies
from gateway.store.copies import BackupError, Folders
from gateway.store.postgres import Server
from tests import servers
from tests.edges.api.door import document, row, v_nummer
from tests.edges.commands.shell import Outcome, doelpoort

WHY = ("--actor", "beheerder", "--reason", "schijf stuk")


@pytest.fixture(name="gate", params=["sqlite", "postgres"])
def fixture_gate(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Make a gate with three people on each database."""
    if request.param == "sqlite":
        yield _filled(tmp_path)
        return
    monkeypatch.setenv("PATH", str(servers.clients()), prepend=":")
    with servers.clone(servers.newest()) as clone:
        monkeypatch.setenv("DOELPOORT_DATABASE_URL", clone.url())
        monkeypatch.setenv("DOELPOORT_DATABASE_OWNER_URL", clone.url(servers.OWNER))
        yield _filled(tmp_path)


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: Path) -> Path:
    """Make a gate with three people in a folder."""
    return _filled(tmp_path)


def _filled(place: Path) -> Path:
    file = place / "levering.json"
    file.write_bytes(document(row(1), row(2), row(3)))
    done = doelpoort("import", "tvs", file, "--data", place / "data")
    assert done.code == 0, done.err
    return place / "data"


def back_up(gate: Path, name: str = "backup") -> Path:
    """Make a backup that succeeds."""
    done = doelpoort("backup", gate.parent / name, "--data", gate, "--json")
    assert done.code == 0, done.err
    return gate.parent / name


def restore(gate: Path, backup: Path, *words: object) -> Outcome:
    """Put a backup back."""
    return doelpoort("restore", backup, *WHY, *words, "--data", gate, "--json")


def shred(gate: Path, subject: str, *words: object) -> Outcome:
    """Erase someone."""
    what = ("--subject", subject, "--reason", "artikel 17", "--actor", "a")
    return doelpoort("keys", "shred", *what, *words, "--data", gate, "--json")


def whole(gate: Path) -> bool:
    """Tell whether log and keys are whole."""
    gateway = wiring.build(Settings(data=gate))
    faults = (gateway.log.settled(), gateway.audit.verify(), gateway.actions.keys.unreadable())
    gateway.close()
    return faults == (None, [], 0)


def kinds(gate: Path) -> list[object]:
    """List the kinds of the log's entries."""
    gateway = wiring.build(Settings(data=gate))
    found: list[object] = [
        read_leaf(one.leaf).content["type"] for one in gateway.audit.storage.rows(0, 10_000)
    ]
    gateway.close()
    return found


def test_a_backup_of_now_goes_on_by_itself(gate: Path) -> None:
    """Nothing was signed since: the store is back, whole, and the next entry says that it was restored."""
    backup = back_up(gate)
    done = restore(gate, backup, "--replace")
    assert done.code == 0, done.err
    assert (done.json["log"], done.json["buried"], done.json["erasedAgain"]) == ("goes on", 0, 0)
    assert kinds(gate)[-2:] == ["backup", "restore"]
    assert whole(gate)


def test_the_parts_lie_apart_and_are_private(gate: Path) -> None:
    """Keys can go to another place; every file is its owner's alone, and says until when keys may stay."""
    keys = gate.parent / "elsewhere"
    done = doelpoort("backup", gate.parent / "b", "--keys", keys, "--data", gate, "--json")
    assert done.code == 0, done.err
    assert done.json["keepKeysUntil"] > done.json["at"]
    files = [path for part in (gate.parent / "b", keys) for path in part.rglob("*.*")]
    assert len(files) == 4
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert restore(gate, gate.parent / "b", "--replace").code == 1
    assert restore(gate, gate.parent / "b", "--replace", "--keys", keys).code == 0


def test_who_was_erased_since_stays_erased(gate: Path) -> None:
    """Yesterday's data and keys are back; her key is not, and the log that goes on says why."""
    backup = back_up(gate)
    whom = shred(gate, v_nummer(1)).json["subject"]
    done = restore(gate, backup, "--replace")
    assert (done.code, done.json["buried"]) == (1, 1)
    assert done.json["log"].startswith("rollback: ")
    assert doelpoort("audit", "status", "--data", gate).code == 1
    adopted = doelpoort("audit", "adopt-guard", *WHY, "--data", gate, "--json")
    assert (adopted.code, adopted.json["erasedAgain"]) == (0, 1)
    assert kinds(gate)[-2:] == ["log.guard", "profile.erased"]
    assert shred(gate, whom).json["key"] == "was gone"
    assert doelpoort("keys", "status", "--data", gate, "--json").json["profile"] == 2
    assert whole(gate)


def test_what_the_log_told_of_her_stays_erased(gate: Path) -> None:
    """A log key that was destroyed comes back with no backup; which payloads are lost is named anew."""
    backup = back_up(gate)
    whom = shred(gate, v_nummer(2)).json["subject"]
    assert shred(gate, whom, "--log-key", "--second", "b").code == 0
    assert restore(gate, backup, "--replace").json["buried"] == 2
    assert doelpoort("audit", "adopt-guard", *WHY, "--data", gate).code == 0
    assert kinds(gate)[-3:] == ["log.guard", "profile.erased", "erasure"]
    assert whole(gate)


def test_an_erasure_outlives_the_loss_of_everything_but_the_guard(folder: Path) -> None:
    """Data and keys are gone: the list beside the guard still knows who may not come back."""
    backup = back_up(folder)
    shred(folder, v_nummer(1))
    for file in ("gateway.db", "keys.db"):
        (folder / file).unlink()
    assert restore(folder, backup).json["buried"] == 1


def test_keys_put_back_by_hand_are_destroyed_when_the_gate_opens(folder: Path) -> None:
    """Whoever copies an old key file into place meets the same list."""
    shutil.copy(folder / "keys.db", folder.parent / "old.db")
    shred(folder, v_nummer(1))
    shutil.copy(folder.parent / "old.db", folder / "keys.db")
    assert doelpoort("keys", "status", "--data", folder, "--json").json["profile"] == 2


def test_an_older_key_backup_is_told_by_the_log_what_to_forget(folder: Path) -> None:
    """Newer data with older keys on another machine: what its log says was erased is erased."""
    old = back_up(folder, "old")
    shred(folder, v_nummer(1))
    new = back_up(folder, "new")
    other = folder.parent / "other"
    other.mkdir()
    shutil.copy(folder / "root.key", other)
    done = restore(other, new, "--keys", old / "keys")
    assert (done.code, done.json["log"]) == (1, "unguarded: no guard knows this log here")
    assert "older than the data" in done.err
    assert doelpoort("audit", "adopt-guard", *WHY, "--data", other).code == 0
    assert doelpoort("keys", "status", "--data", other, "--json").json["profile"] == 2
    assert whole(other)


def test_a_store_is_replaced_only_when_told(gate: Path) -> None:
    """A restore does not touch a store by accident, nor without a reason."""
    backup = back_up(gate)
    refused = restore(gate, backup)
    assert (refused.code, "--replace" in refused.err) == (1, True)
    words = ("restore", backup, "--actor", "a", "--reason", " ", "--replace", "--data", gate)
    assert doelpoort(*words).code == 1
    assert whole(gate)


def test_a_backup_folder_is_never_overwritten(gate: Path) -> None:
    """A second backup needs another folder."""
    backup = back_up(gate)
    again = doelpoort("backup", backup, "--data", gate)
    assert (again.code, "another folder" in again.err) == (1, True)


def test_a_changed_backup_is_refused(gate: Path) -> None:
    """One flipped byte, a manifest that is no manifest, or another tenant: the old store stays."""
    backup = back_up(gate)
    file = next(path for path in (backup / "data").iterdir() if path.suffix != ".json")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert "vouches" in restore(gate, backup, "--replace").err
    (backup / "data" / "manifest.json").write_text("[]")
    assert "cannot be read" in restore(gate, backup, "--replace").err
    shutil.rmtree(backup / "data")
    assert "holds no data" in restore(gate, backup, "--replace").err
    assert whole(gate)


def test_another_tenant_or_store_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup says whose it is and of which kind of store."""
    backup = back_up(folder)
    monkeypatch.setenv("DOELPOORT_TENANT", "another")
    assert "another tenant" in restore(folder, backup, "--replace").err
    monkeypatch.delenv("DOELPOORT_TENANT")
    manifest = backup / "keys" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"sqlite"', '"postgresql"'))
    assert "this store is on sqlite" in restore(folder, backup, "--replace").err


def test_a_log_that_lived_on_elsewhere_is_refused(folder: Path) -> None:
    """Two copies went on: the other one's backup is a fork, and the store here stays as it is."""
    other = Path(shutil.copytree(folder, folder.parent / "other"))
    shred(other, v_nummer(2))
    shred(folder, v_nummer(1))
    refused = restore(folder, back_up(other), "--replace")
    assert (refused.code, "fork" in refused.err) == (1, True)
    assert doelpoort("keys", "status", "--data", folder, "--json").json["profile"] == 2
    assert whole(folder)


def test_a_gate_that_runs_is_not_replaced(gate: Path) -> None:
    """While anyone is connected nothing is put back."""
    backup = back_up(gate)
    running = wiring.build(Settings(data=gate))
    assert len(running.audit.vkey()) > 0
    refused = restore(gate, backup, "--replace")
    running.close()
    assert (refused.code, "in use" in refused.err) == (1, True)
    assert restore(gate, backup, "--replace").code == 0


def test_a_copy_is_of_one_moment(folder: Path) -> None:
    """While someone writes, a copy holds all of a transaction or nothing of it."""
    folders = Folders(folder.parent / "d", folder.parent / "k")
    with closing(sqlite3.connect(folder / "gateway.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE subject SET epoch = epoch + 1000")
        made, _ = wiring.back_up(Settings(data=folder), wiring.SystemClock(), folders)
        writer.execute("COMMIT")
    with closing(sqlite3.connect(folder.parent / "d" / made.file)) as copy:
        ((most,),) = copy.execute("SELECT max(epoch) FROM subject").fetchall()
    assert most < 1000


def test_without_client_programs_the_answer_is_clear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PostgreSQL's own programs make the dump; where they are not there, it says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres_copies, "DEBIAN", tmp_path)
    with pytest.raises(BackupError, match="postgresql-client"):
        postgres_copies.tool("pg_dump", 15)


def test_a_damaged_key_store_is_replaced(folder: Path) -> None:
    """A file that is no database any more is no obstacle; its list of destroyed keys is lost with it."""
    backup = back_up(folder)
    (folder / "keys.db").write_bytes(b"no database at all" * 300)
    assert restore(folder, backup, "--replace").code == 0
    assert whole(folder)


def test_a_password_is_not_among_the_words() -> None:
    """A program gets the password in a file of its own, escaped as libpq reads it."""
    server = Server(make_conninfo(host="127.0.0.1", password="Ge:hei\\m"), servers.TENANT)
    with postgres_copies._reached(server) as address:
        file = conninfo_to_dict(address)["passfile"]
        assert "Ge" not in address
        assert Path(str(file)).read_text() == "*:*:*:*:Ge\\:hei\\\\m\n"
