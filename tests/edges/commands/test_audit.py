"""The log on the command line: verify live and offline, export, prove, print the key."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from audit.cosigner import Ed25519Cosigner, publish
from audit.tiles import CHECKPOINT
from gateway import wiring
from gateway.domain.anchors import AnchoredHead
from gateway.settings import Settings
from tests.edges.api.door import NOON
from tests.edges.commands.shell import doelpoort


@pytest.fixture(name="export")
def fixture_export(store: Path, tmp_path: Path) -> Path:
    """Export the log."""
    done = doelpoort("audit", "export", tmp_path / "log", "--data", store)
    assert done.code == 0, done.err
    return tmp_path / "log"


@pytest.mark.parametrize("words", [("verify",), ("fsck",), ("fsck", "--leaves")], ids=" ".join)
def test_a_whole_log_verifies(store: Path, words: tuple[str, ...]) -> None:
    """Size and root are told, no fault, and exit 0; as JSON too."""
    done = doelpoort("audit", *words, "--data", store)
    assert done.code == 0
    report = doelpoort("audit", *words, "--data", store, "--json").json
    assert report["faults"] == []
    assert report["size"] > 0
    assert re.fullmatch("[0-9a-f]{64}", report["root"])


@pytest.mark.parametrize("words", [("verify",), ("fsck",), ("fsck", "--leaves")], ids=" ".join)
def test_a_changed_log_does_not(store: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    """One byte of one leaf changed behind the gate's back is named, and exit 1."""
    copy = tmp_path / "copy"
    shutil.copytree(store, copy)
    with closing(sqlite3.connect(copy / "gateway.db")) as database:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in database.execute(triggers).fetchall():
            database.execute(f"DROP TRIGGER {name}")  # whoever has the file can do this
        text = "replace(CAST(leaf AS TEXT), 'received', 'deceived')"
        database.execute(f"UPDATE log_entry SET leaf = CAST({text} AS BLOB)")  # noqa: S608 - our own words
        database.commit()
    done = doelpoort("audit", *words, "--data", copy, "--json")
    assert done.code == 1
    assert done.json["faults"]
    assert "fault(s)" in done.err


def test_an_export_verifies_offline(store: Path, export: Path) -> None:
    """With the key that one trusts, given as a line or as a file, and not without."""
    key = doelpoort("audit", "vkey", "--data", store).out.strip()
    assert doelpoort("audit", "verify", export, "--vkey", key).code == 0
    assert doelpoort("audit", "verify", export, "--vkey", export / "vkey").code == 0
    without = doelpoort("audit", "verify", export)
    assert without.code == 2
    assert "--vkey" in without.err


def test_a_changed_export_does_not_verify(store: Path, export: Path) -> None:
    """A byte changed in a tile is a fault, and exit 1."""
    key = doelpoort("audit", "vkey", "--data", store).out.strip()
    tile = next(path for path in sorted((export / "tile" / "0").rglob("*")) if path.is_file())
    content = bytearray(tile.read_bytes())
    content[0] ^= 1
    tile.write_bytes(content)
    assert doelpoort("audit", "verify", export, "--vkey", key).code == 1


def test_an_export_does_not_verify_under_another_key(export: Path, tmp_path: Path) -> None:
    """The key of another gate is not the key of this log."""
    doelpoort("init", "--data", tmp_path / "other")
    key = doelpoort("audit", "vkey", "--data", tmp_path / "other").out.strip()
    assert doelpoort("audit", "verify", export, "--vkey", key).code == 1


def test_payloads_are_exported_on_request_only(store: Path, export: Path, tmp_path: Path) -> None:
    """Without ``--payloads`` no personal data leaves; with it, they are there."""
    plain = b"".join(path.read_bytes() for path in export.rglob("*") if path.is_file())
    assert b"operator" not in plain
    doelpoort("audit", "export", tmp_path / "all", "--payloads", "--data", store)
    whole = [path.read_bytes() for path in (tmp_path / "all").rglob("*") if path.is_file()]
    assert any(b"operator" in content for content in whole)


def test_an_export_stops_where_its_witnesses_did(store: Path, tmp_path: Path) -> None:
    """``--witnessed`` writes what was cosigned, for ``--policy`` to judge, and nothing without it."""
    data, policy, log = tmp_path / "data", tmp_path / "policy", tmp_path / "log"
    shutil.copytree(store, data)
    key = doelpoort("audit", "vkey", "--data", data).out.strip()
    early = doelpoort("audit", "export", log, "--witnessed", "--data", data)
    assert (early.code, "no head of this log was cosigned" in early.err) == (1, True)
    witness = Ed25519Cosigner("partner.example", bytes(32))
    policy.write_text(f"witness p {witness.verifier}\nquorum p\nlog {key}\n")
    with closing(wiring.build(Settings(data=data, witness_policy=policy))) as gateway:
        head = gateway.audit.head()
        note = publish(head.checkpoint, [witness], int(NOON.timestamp()))
        gateway.audit.anchors.heads.keep(AnchoredHead(head.size, NOON, note, cosigned=True))
        gateway.audit.export(log, payloads=False, witnessed=True)
    assert (log / CHECKPOINT).read_text() == note
    words = ("audit", "verify", log, "--vkey", log / "vkey", "--policy", policy)
    assert doelpoort(*words).code == 0
    (log / CHECKPOINT).write_text(head.checkpoint)
    assert doelpoort(*words).code == 1


def test_the_key_is_one_line(store: Path) -> None:
    """``audit vkey`` prints exactly one line that names the log."""
    done = doelpoort("audit", "vkey", "--data", store)
    assert done.out.count("\n") == 1
    assert done.out.startswith("doelpoort.example/log+")


def test_an_entry_is_proved(store: Path) -> None:
    """The proof of the first entry is a C2SP proof; beyond the end there is none."""
    done = doelpoort("audit", "prove", "0", "--data", store)
    assert done.code == 0
    assert done.out.startswith("c2sp.org/tlog-proof@v1\n")
    assert doelpoort("audit", "prove", "99999", "--data", store).code == 1
