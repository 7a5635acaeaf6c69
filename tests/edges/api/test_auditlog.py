"""The log's public face: a checkpoint that verifies, tiles for all, entries for overseers."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.checkpoint import verify_checkpoint
from audit.note import VerifierKey
from audit.tiles import decode_bundle
from audit.tree import leaf_hash
from gateway import wiring
from gateway.keeper.adoption import Adopted
from gateway.settings import Settings
from tests.edges.api.door import NOON, OWN, Door
from tests.fakes.clock import Clock


@pytest.fixture(name="empty", scope="module")
def fixture_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate where nothing has happened."""
    clock = Clock(NOON)
    settings = Settings(data=tmp_path_factory.mktemp("empty") / "data")
    gateway = wiring.build(settings, create=True, clock=clock)
    yield Door(gateway, gateway.app(), clock)
    gateway.close()


@pytest.fixture(name="own")
def fixture_own(tmp_path: Path) -> Iterator[Door]:
    """Open a gate of one test's own."""
    clock = Clock(NOON)
    gateway = wiring.build(Settings(data=tmp_path / "data"), create=True, clock=clock)
    yield Door(gateway, gateway.app(), clock)
    gateway.close()


def test_the_checkpoint_verifies_under_the_key(door: Door) -> None:
    """Anyone can check the signed head with the one line that the gate publishes."""
    note = door.ask("GET", "/auditlog/checkpoint", None)
    line = door.ask("GET", "/auditlog/vkey", None)
    assert note.headers["content-type"] == line.headers["content-type"]
    assert line.headers["content-type"] == "text/plain; charset=utf-8"
    assert line.text.count("\n") == 1
    checkpoint = verify_checkpoint(note.text, VerifierKey.parse(line.text.strip()))
    assert 0 < checkpoint.size <= door.gateway.audit.head().size


def test_a_receipts_checkpoint_verifies_too(door: Door) -> None:
    """The signed head in a receipt covers the entry of that receipt."""
    body = door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam").json()
    receipt = body["ontvangstbewijs"]
    key = VerifierKey.parse(door.gateway.audit.vkey())
    assert verify_checkpoint(receipt["checkpoint"], key).size > receipt["index"]


def test_an_empty_log_has_no_checkpoint_yet(empty: Door) -> None:
    """Before the first entry the answer is 404; the key is there already."""
    assert empty.ask("GET", "/auditlog/checkpoint", None).status_code == 404
    assert empty.ask("GET", "/auditlog/vkey", None).status_code == 200


def test_hash_tiles_and_entries_belong_together(door: Door) -> None:
    """The bundle that an overseer reads hashes to the tile that all can read."""
    tile = door.ask("GET", "/auditlog/tile/0/000.p/5", None)
    bundle = door.ask("GET", "/auditlog/tile/entries/000.p/5", "autoriteit_persoonsgegevens")
    assert (tile.status_code, len(tile.content)) == (200, 5 * 32)
    assert tile.headers["content-type"] == "application/octet-stream"
    leaves = decode_bundle(bundle.content, 5)
    assert b"".join(map(leaf_hash, leaves)) == tile.content


def test_leaves_name_no_person(door: Door) -> None:
    """What stays for ever holds no id of a subject, no worker, no field."""
    bundle = door.ask("GET", "/auditlog/tile/entries/000.p/30", "privacy_officer").content
    for secret in (str(door.subject(OWN)), "coa_casemanager-1", "achternaam", "0999000001"):
        assert secret.encode() not in bundle


@pytest.mark.parametrize(
    "path", ["0/999", "0/000.p/0", "9/000", "0/x", "", "0//000", "0/000.p/256", "-1/000", "vkey"]
)
def test_a_tile_that_is_not_there_is_404(door: Door, path: str) -> None:
    """What the log does not fill, or what is no path of a tile, is not found."""
    assert door.ask("GET", f"/auditlog/tile/{path}", None).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "entries/000.p/5",
        "./entries/000.p/5",
        "0/../entries/000.p/5",
        "/entries/000.p/5",
        "entries%2F000.p%2F5",
        "%65ntries/000.p/5",
        "ENTRIES/000.p/5",
        "entries//000.p/5",
    ],
)
def test_no_spelling_of_a_bundle_opens_it_to_all(door: Door, path: str) -> None:
    """However the path is written, entries need the role of an overseer."""
    assert door.ask("GET", f"/auditlog/tile/{path}", None).status_code in {401, 404}
    answer = door.ask("GET", f"/auditlog/tile/{path}", "gemeente_klantmanager")
    assert answer.status_code in {403, 404}


def test_a_closed_shard_is_shown_at_an_address_of_its_own(own: Door) -> None:
    """After the turn the open shard is shown as before; both verify, each with its own key."""
    gateway = own.gateway
    assert own.ask("GET", "/auditlog/delen/eerste/checkpoint", None).status_code == 404
    for _ in range(2):
        own.ask("GET", "/auditlog/tile/entries/000.p/1", "gemeente_klantmanager")
        asyncio.run(gateway.record_adoption(Adopted(0, None, None), "ann", "a test"))
    size = gateway.audit.head().size
    year = gateway.turn_log("ann", "a new year").label
    parts = own.ask("GET", "/auditlog/delen", None).json()
    assert [one["deel"] for one in parts] == ["eerste", year]
    sizes = []
    for one, place in zip(parts, ("/auditlog/delen/eerste", "/auditlog"), strict=True):
        key = VerifierKey.parse(one["vkey"])
        assert own.ask("GET", f"{place}/vkey", None).text == f"{key}\n"
        note = own.ask("GET", f"{place}/checkpoint", None).text
        sizes.append(verify_checkpoint(note, key).size)
        assert len(own.ask("GET", f"{place}/tile/0/000.p/1", None).content) == 32
    assert sizes == [size + 1, 1]
    same = own.ask("GET", f"/auditlog/delen/{year}/checkpoint", None)
    assert same.content == own.ask("GET", "/auditlog/checkpoint", None).content
    for path in ("checkpoint", "vkey", "tile/0/000.p/1"):
        assert own.ask("GET", f"/auditlog/delen/1999/{path}", None).status_code == 404
