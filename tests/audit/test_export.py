"""What leaves the log verifies at the other side, offline, with nothing but the key."""

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from audit.checkpoint import sign_checkpoint, verify_checkpoint
from audit.cosigner import Ed25519Cosigner, publish
from audit.export import PAYLOADS, VKEY, ExportError, Publication, UpTo, export_log
from audit.note import NoteError
from audit.policy import Policy, Witnessed
from audit.proof import TlogProof
from audit.tiles import CHECKPOINT, TileError, tiles_of
from audit.tree import ProofError, append, root
from audit.verify import Fault, main, verify_export
from tests.audit.worlds import World, signer, submission

KEY = signer().verifier
PARTNERS = {
    name: Ed25519Cosigner(f"{name}.example", bytes([seed]) * 32)
    for seed, name in enumerate("abc", 10)
}


@pytest.fixture(scope="module")
def world() -> World:
    """Give a log of a full tile and a bit, with subjects."""
    return World().fill(270)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_an_export_verifies_offline(size: int, tmp_path: Path) -> None:
    """Every size exports to a directory that holds, with and without payloads."""
    world = World().fill(size)
    assert export_log(world.storage, tmp_path / "bare", KEY) == size
    assert export_log(world.storage, tmp_path / "open", KEY, world.sealer) == size
    assert verify_export(tmp_path / "bare", KEY) == []
    assert verify_export(tmp_path / "open", KEY) == []
    assert not (tmp_path / "bare" / PAYLOADS).exists()


def test_the_root_of_every_size_is_that_of_its_entries(world: World) -> None:
    """However long the log has grown since; beyond it, or below what is pruned, there is none."""
    public = Publication(world.storage, KEY)
    hashes = [row.leaf_hash for row in world.storage.rows(0, 270)]
    for size in (0, 1, 2, 3, 7, 8, 255, 256, 257, 269, 270):
        assert public.root_at(size) == root(append(0, (), hashes[:size]))
    for pruned, size in ((0, 271), (0, -1), (9, 8)):
        with pytest.raises(ExportError):
            Publication(world.storage, KEY, pruned).root_at(size)


def test_the_vkey_file_has_one_line(world: World, tmp_path: Path) -> None:
    """The key stands alone on its line."""
    export_log(world.storage, tmp_path, KEY)
    assert (tmp_path / VKEY).read_text().splitlines() == [str(KEY)]


def test_opened_payloads_are_for_the_owner_only(world: World, tmp_path: Path) -> None:
    """Payloads in clear are readable by their owner, one line an entry."""
    export_log(world.storage, tmp_path, KEY, world.sealer)
    assert stat.S_IMODE((tmp_path / PAYLOADS).stat().st_mode) == 0o600
    lines = (tmp_path / PAYLOADS).read_text().splitlines()
    assert [json.loads(line)["index"] for line in lines] == list(range(270))


def test_erased_payloads_are_left_out(tmp_path: Path) -> None:
    """Where the key or the row is gone the entry stays proven and its payload stays away."""
    world = World().fill(40)
    world.sealer.destroy(b"subject-1")
    world.storage.damage(0, payload=None)
    export_log(world.storage, tmp_path, KEY, world.sealer)
    lines = (tmp_path / PAYLOADS).read_text().splitlines()
    assert [json.loads(line)["index"] % 4 for line in lines[:5]] == [2, 3, 0, 2, 3]
    assert verify_export(tmp_path, KEY) == []


def test_a_payload_that_does_not_open_is_not_exported(tmp_path: Path) -> None:
    """A changed payload stops the export and is named."""
    world = World().fill(5)
    world.storage.damage(3, payload=b"changed" * 9)
    with pytest.raises(ExportError, match="entry 3"):
        export_log(world.storage, tmp_path, KEY, world.sealer)


def test_an_export_needs_an_empty_directory_and_an_entry(world: World, tmp_path: Path) -> None:
    """Old files never mix with new ones, and an empty log has nothing to show."""
    (tmp_path / "old").write_text("old")
    with pytest.raises(ExportError, match="empty"):
        export_log(world.storage, tmp_path, KEY)
    with pytest.raises(ExportError, match="no entries"):
        export_log(World().storage, tmp_path / "new", KEY)


def test_served_tiles_are_the_exported_ones() -> None:
    """Every tile and bundle is served as it is exported, at two levels."""
    world = World().fill(520)
    public = Publication(world.storage, KEY)
    for tile in tiles_of(520):
        assert public.tile(tile.path) == _exported(world, tile.path)
    assert public.tile("tile/1/000.p/1") == _exported(world, "tile/1/000.p/2")[:32]
    assert verify_checkpoint(public.checkpoint(), KEY).size == 520


@pytest.mark.parametrize(
    "path", ["tile/0/002", "tile/0/001.p/15", "tile/1/000.p/2", "tile/2/000.p/1"]
)
def test_a_tile_not_filled_is_not_served(world: World, path: str) -> None:
    """What the log does not hold yet is an error."""
    with pytest.raises(ExportError):
        Publication(world.storage, KEY).tile(path)


def test_a_path_that_is_none_is_not_served(world: World) -> None:
    """Another path is an error of its own."""
    with pytest.raises(TileError):
        Publication(world.storage, KEY).tile("tile/../vkey")


@pytest.mark.parametrize("index", [-1, 270, 10**9])
def test_an_unknown_index_has_no_proof(world: World, index: int) -> None:
    """Nothing outside the log is proven."""
    with pytest.raises(ExportError):
        Publication(world.storage, KEY).prove(index)


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, 513])
def test_a_proof_travels_as_text(index: int) -> None:
    """A proof from full and partial tiles reads back and holds for its leaf alone."""
    world = World().fill(514)
    public = Publication(world.storage, KEY)
    text = public.prove(index)
    proof = TlogProof.decode(text)
    assert proof.encode() == text
    proof.verify(world.storage.stored[index].leaf, KEY)
    with pytest.raises(ProofError):
        proof.verify(world.storage.stored[index - 1].leaf, KEY)
    with pytest.raises(NoteError):
        proof.verify(world.storage.stored[index].leaf, signer(2).verifier)


def test_no_proof_leaves_a_log_that_does_not_hold() -> None:
    """A changed leaf hash, also of another entry, or a missing one stops the proof."""
    world = World().fill(20)
    public = Publication(world.storage, KEY)
    world.storage.damage(7, leaf_hash=bytes(32))
    with pytest.raises(ProofError):
        public.prove(3)
    del world.storage.stored[7]
    with pytest.raises(ExportError, match="misses"):
        public.prove(3)
    with pytest.raises(ExportError, match="no entry"):
        public.prove(7)


EDITS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "leaf": ("tile/entries/000", lambda raw: raw.replace(b"permit", b"denied", 1)),
    "bundle cut": ("tile/entries/000", lambda raw: raw[:-1]),
    "leaf added": ("tile/entries/001.p/14", lambda raw: raw + b"\x00\x02{}"),
    "leaf tile": ("tile/0/001.p/14", lambda raw: raw[::-1]),
    "upper tile": ("tile/1/000.p/1", lambda raw: bytes(32)),
    "checkpoint": (CHECKPOINT, lambda raw: raw.replace(b"\n270\n", b"\n271\n")),
    "no signature": (CHECKPOINT, lambda raw: raw.partition(b"\n\n")[0] + b"\n"),
    "vkey": (VKEY, lambda raw: str(signer(2).verifier).encode()),
    "payload": (PAYLOADS, lambda raw: raw.replace(b"casemanager-7", b"casemanager-8", 1)),
    "salt": (PAYLOADS, lambda raw: raw.replace(b'"salt":"', b'"salt":"00', 1)),
    "payload key": (PAYLOADS, lambda raw: raw.replace(b'"index"', b'"Index"', 1)),
    "payload spaced": (PAYLOADS, lambda raw: raw.replace(b'"index":', b'"index": ', 1)),
    "payload of truth": (PAYLOADS, lambda raw: raw.replace(b'"index":1,', b'"index":true,', 1)),
    "payload twice": (PAYLOADS, lambda raw: raw.partition(b"\n")[0] + b"\n" + raw),
    "payload of none": (PAYLOADS, lambda raw: raw.replace(b'"index":269', b'"index":999', 1)),
    "payloads not JSON": (PAYLOADS, lambda raw: b"[" * 5_000 + raw),
    "payloads not UTF-8": (PAYLOADS, lambda raw: b"\xff" + raw),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_export_is_faulty(name: str, world: World, tmp_path: Path) -> None:
    """Any edit is found, and the place named is the file or the entry that was edited."""
    export_log(world.storage, tmp_path, KEY, world.sealer)
    path, edit = EDITS[name]
    file = tmp_path / path
    file.write_bytes(edit(file.read_bytes()))
    found = verify_export(tmp_path, KEY)
    assert any(fault.where.startswith((path, "entry")) for fault in found), found


def test_missing_and_foreign_files_are_named(world: World, tmp_path: Path) -> None:
    """Each file too few or too many is a fault that names it."""
    export_log(world.storage, tmp_path, KEY)
    (tmp_path / "tile/1/000.p/1").unlink()
    (tmp_path / "tile/0/000.p").mkdir()
    (tmp_path / "tile/0/000.p/9").write_bytes(bytes(9 * 32))
    found = verify_export(tmp_path, KEY)
    assert found[:2] == [
        Fault("tile/1/000.p/1", "is missing"),
        Fault("tile/0/000.p/9", "does not belong here"),
    ]


def test_entries_rewritten_together_with_their_tiles_do_not_fit_the_signature(
    tmp_path: Path,
) -> None:
    """Who rewrites entries and all hashes still lacks the key."""
    one, other = World().fill(5), World().fill(5)
    export_log(one.storage, tmp_path / "one", KEY)
    export_log(other.storage, tmp_path / "other", KEY)
    (tmp_path / "other" / CHECKPOINT).write_bytes((tmp_path / "one" / CHECKPOINT).read_bytes())
    found = verify_export(tmp_path / "other", KEY)
    assert found == [Fault(CHECKPOINT, "the signed root does not follow from the entries")]


@pytest.mark.parametrize("counter", [0, 1, 7])
def test_a_count_that_jumps_is_found(counter: int, tmp_path: Path) -> None:
    """A payload that does not count on from the one before is a fault, though it is committed."""
    world = World().fill(4, subjects=1)
    world.storage.damage(3, counter=counter)
    with world.open() as log:
        log.append([submission(9, b"subject-1")])
    export_log(world.storage, tmp_path, KEY, world.sealer)
    found = verify_export(tmp_path, KEY)
    assert found == [Fault("entry 4", "payload: count and prev do not fit the entry before it")]


def test_opened_payloads_may_be_shown_in_part(tmp_path: Path) -> None:
    """Some payloads verify without the others: an export may show one subject only."""
    world = World().fill(12, subjects=1)
    export_log(world.storage, tmp_path, KEY, world.sealer)
    lines = (tmp_path / PAYLOADS).read_bytes().splitlines(keepends=True)
    (tmp_path / PAYLOADS).write_bytes(b"".join(lines[:5] + lines[6:]))
    assert verify_export(tmp_path, KEY) == []


def test_a_stranger_verifies_by_command(world: World, tmp_path: Path) -> None:
    """``python -m audit.verify`` needs the export and the key, and tells by its exit code."""
    export_log(world.storage, tmp_path / "log", KEY, world.sealer)
    key = tmp_path / "key"
    key.write_text(f"{KEY}\n")
    for given in (str(KEY), str(key)):
        good = _command(tmp_path / "log", given)
        assert (good.returncode, good.stdout) == (0, f"{KEY.name}: no faults\n")
    (tmp_path / "log" / "tile/0/000").write_bytes(b"")
    bad = _command(tmp_path / "log", str(KEY))
    assert bad.returncode == 1
    assert "tile/0/000: does not follow from the entries" in bad.stdout.splitlines()


def _policy(*lines: str) -> Policy:
    words = [f"log {KEY}", *(f"witness {name} {one.verifier}" for name, one in PARTNERS.items())]
    return Policy.parse("\n".join([*words, *lines]).encode())


def _witnessed(world: World, size: int, *names: str) -> UpTo:
    head = root(append(0, (), [row.leaf_hash for row in world.storage.rows(0, size)]))
    note = sign_checkpoint(size, head, signer())
    cosigned = publish(note, [PARTNERS[name] for name in names], 1_785_000_000)
    return UpTo(Witnessed(_policy("quorum none"), cosigned).head, world.storage)


@pytest.mark.parametrize("size", [1, 256, 269, 270])
def test_an_export_up_to_a_cosigned_head_meets_its_policy(
    size: int, world: World, tmp_path: Path
) -> None:
    """All that the witnesses saw and nothing later, whole, with its payloads and their word (9)."""
    assert export_log(_witnessed(world, size, "a", "b"), tmp_path, KEY, world.sealer) == size
    assert verify_export(tmp_path, KEY, policy=_policy("group two 2 a b c", "quorum two")) == []
    assert len((tmp_path / PAYLOADS).read_text().splitlines()) == size


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        (("a",), ("group two 2 a b c", "quorum two")),
        (("a", "b"), ("quorum c",)),
        ((), ("quorum a",)),
    ],
    ids=["too few", "unknown witnesses", "nobody"],
)
def test_an_export_that_misses_its_quorum_is_faulty(
    names: tuple[str, ...], lines: tuple[str, ...], world: World, tmp_path: Path
) -> None:
    """That is its one fault: without the policy the export holds."""
    export_log(_witnessed(world, 200, *names), tmp_path, KEY)
    missed = Fault(CHECKPOINT, "the checkpoint is not cosigned by the quorum")
    assert verify_export(tmp_path, KEY, policy=_policy(*lines)) == [missed]
    assert verify_export(tmp_path, KEY) == []


def test_a_policy_of_another_log_is_not_met(world: World, tmp_path: Path) -> None:
    """Who trusts another log's key does not trust this one for its witnesses."""
    export_log(_witnessed(world, 200, "a"), tmp_path, KEY)
    other = Policy.parse(f"log {signer(2).verifier}\nquorum none\n".encode())
    assert verify_export(tmp_path, KEY, policy=other) == [
        Fault(CHECKPOINT, "no known key signed the note")
    ]


def test_a_stranger_judges_by_a_policy_of_her_own(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Met: 0. Missed: 1, and the lack is named. No policy: 2, before anything is checked."""
    export_log(_witnessed(world, 200, "a"), tmp_path / "log", KEY)
    words = [str(tmp_path / "log"), "--vkey", str(KEY), "--policy", str(tmp_path / "policy")]
    codes = {}
    for quorum in ("quorum a", "quorum b"):
        (tmp_path / "policy").write_bytes(_policy(quorum).raw)
        codes[quorum] = main(words)
    assert codes == {"quorum a": 0, "quorum b": 1}
    assert "not cosigned by the quorum" in capsys.readouterr().out
    (tmp_path / "policy").write_text("quorum\n")
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "policy line 1" in capsys.readouterr().err


def test_a_fault_cannot_command_the_terminal(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names of foreign files are shown without their control characters."""
    export_log(world.storage, tmp_path / "log", KEY)
    (tmp_path / "log" / "\x1b[2J\udcff").write_bytes(b"")
    assert main([str(tmp_path / "log"), "--vkey", str(KEY)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "?[2J?: does not belong here",
        f"{KEY.name}: 1 fault",
    ]


def test_a_directory_without_a_log_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no export does not verify."""
    assert main([str(tmp_path), "--vkey", str(KEY)]) == 1
    assert "checkpoint: cannot be read (FileNotFoundError)" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["no key", str(KEY).replace("+", "+0", 1)])
def test_a_key_that_is_none_is_a_wrong_use(given: str, tmp_path: Path) -> None:
    """A wrong key stops the command before it checks anything."""
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path), "--vkey", given])
    assert stopped.value.code == 2


def _exported(world: World, path: str) -> bytes:
    with TemporaryDirectory() as folder:
        export_log(world.storage, Path(folder) / "log", KEY)
        return (Path(folder) / "log" / path).read_bytes()


def _command(export: Path, key: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "audit.verify", str(export), "--vkey", key]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own words
