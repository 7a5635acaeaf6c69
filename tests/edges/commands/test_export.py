"""Hand people out as a file on the command line: whole, private, resumable, signed and encrypted."""

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import UUID
from zipfile import ZipFile

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from gateway import wiring
from gateway.actions.export import ExportDesk, Wish
from gateway.commands.population import caller_for
from gateway.domain.decisions import Ask
from gateway.settings import Settings
from tests.edges.commands.shell import Outcome, doelpoort

ASKED: Final = ("--partner", "harderwijk", "--role", "gemeente_klantmanager", "--doel", "P02")


def export(store: Path, out: Path, *more: object) -> Outcome:
    """Export the caseload of Harderwijk as JSON."""
    return doelpoort(
        "export", "caseload", out, *ASKED, "--format", "json", "--data", store, "--json", *more
    )


def test_a_caseload_becomes_one_private_file(store: Path, tmp_path: Path) -> None:
    """The parcel holds both people, only its owner reads it, and nothing half is left behind."""
    out = tmp_path / "caseload.zip"
    done = export(store, out)
    assert done.code == 0, done.err
    assert done.json["bytes"] == out.stat().st_size
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["caseload.zip"]
    with ZipFile(out) as parcel:
        assert len(json.loads(parcel.read("export.json"))["klantprofielen"]) == 2
        assert json.loads(parcel.read("manifest.json"))["aantal"] == 2


def test_some_people_can_be_named(store: Path, tmp_path: Path) -> None:
    """With --only the file holds those, and a stranger is refused in the manifest."""
    whole = tmp_path / "all.zip"
    export(store, whole)
    with ZipFile(whole) as parcel:
        first, _ = json.loads(parcel.read("manifest.json"))["verstrekkingen"]
    out = tmp_path / "some.zip"
    done = export(store, out, "--only", first["clientRef"], "--only", UUID(int=7))
    assert done.code == 0, done.err
    with ZipFile(out) as parcel:
        manifest = json.loads(parcel.read("manifest.json"))
    assert manifest["aantal"] == 1
    assert manifest["geweigerd"] == [{"clientRef": str(UUID(int=7)), "reden": "SUBJECT_UNKNOWN"}]


def test_an_export_that_stopped_goes_on(store: Path, tmp_path: Path) -> None:
    """One that was opened and not made is made with --resume, by another process, once."""
    gateway = wiring.build(Settings(data=store))
    caller = caller_for(gateway, "harderwijk", "gemeente_klantmanager", "operator")
    opened = asyncio.run(gateway.actions.exports.open(Wish(Ask(caller, "P02"), "json")))
    gateway.close()
    out = tmp_path / "later.zip"
    done = export(store, out, "--resume", opened.export_id)
    assert done.json["export"] == str(opened.export_id)
    assert ZipFile(out).testzip() is None
    again = export(store, tmp_path / "again.zip", "--resume", opened.export_id)
    assert again.code == 1
    assert "handed over" in again.err
    assert not (tmp_path / "again.zip").exists()


def test_a_file_is_encrypted_and_signed(store: Path, tmp_path: Path) -> None:
    """With --key only the holder opens it; --sign puts the signature beside it."""
    key = ECKey.generate_key("P-256", {"alg": "ECDH-ES"})
    (tmp_path / "key.json").write_text(json.dumps(key.as_dict(private=False)))
    out = tmp_path / "sealed.jwe"
    done = export(store, out, "--key", tmp_path / "key.json", "--sign")
    assert done.code == 0, done.err
    opened = jwe.decrypt_compact(out.read_bytes(), key, algorithms=["ECDH-ES", "A256GCM"])
    assert opened.plaintext is not None
    assert opened.plaintext.startswith(b"PK")
    assert (tmp_path / "sealed.jwe.jws").read_text().count("..") == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--format", "docx"), "formaat"),
        (("--doel", "P05"), "refused"),
        (("--resume", UUID(int=3)), "export: is not known"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_no_file(
    store: Path, tmp_path: Path, words: tuple[object, ...], why: str
) -> None:
    """Exit 1, the reason, and no file."""
    done = export(store, tmp_path / "no.zip", *words)
    assert done.code == 1
    assert why in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_bar_shows_how_far_it_is(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --json the id to resume with is told, and each page is."""
    told: list[int] = []
    make = ExportDesk.make

    async def watched(self: ExportDesk, export_id: UUID, tell: Callable[[int], None]) -> None:
        def both(done: int) -> None:
            told.append(done)
            tell(done)

        await make(self, export_id, both)

    monkeypatch.setattr(ExportDesk, "make", watched)
    words = ("export", "caseload", tmp_path / "a.zip", *ASKED, "--format", "csv", "--data", store)
    done = doelpoort(*words)
    assert "--resume" in done.err
    assert told == [0, 2]
