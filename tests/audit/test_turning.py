"""A log that turns to its next shard goes on as one: places, counts, proofs, guard and evidence."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.bundle import files
from audit.checkpoint import verify_checkpoint
from audit.entry import read_leaf, read_payload
from audit.evidence import Evidence, Examined, verify_evidence
from audit.examination import examine
from audit.export import ExportError, export_log
from audit.guard import FileGuard
from audit.log import Log
from audit.policy import Policy
from audit.proof import TlogProof
from audit.rolling import RollingCheck
from audit.shelf import Shelf
from audit.storage import RefusedError, StoredHead, UnavailableError
from audit.submission import Receipt, Submission, Turn
from audit.tree import root
from audit.verify import verify_export, verify_store
from tests.audit.test_evidence import in_browser
from tests.audit.worlds import AT, ORIGIN, World, copied, event, received, signer, submission
from tests.fakes.log_storage import MemoryLogStorage

KEYS = signer().key
HER = b"her"


def to(label: str) -> Turn:
    """Make a turn to a year."""
    year = int(label)
    leaf: dict[str, str | int] = {"type": "log.guard", "at": AT}
    return Turn(
        label,
        Submission(event(10_000 + year), {**leaf, "outcome": "closed"}, {"actor": "ann"}),
        Submission(event(20_000 + year), {**leaf, "outcome": "opened"}, {"actor": "ann"}),
    )


def entries(world: World, first: int, many: int, subject: bytes = HER) -> list[Receipt]:
    """Append entries about someone, in a process of their own."""
    with world.open() as log:
        return received(log.append([submission(first + n, subject) for n in range(many)]))


def turned(world: World, label: str) -> list[Receipt]:
    """Turn a log, in a process of its own."""
    with world.open() as log:
        return received(log.turn(to(label)))


def shelf(world: World) -> Shelf:
    """Put the shards of a log side by side."""
    return Shelf(world.storage, KEYS)


def faults(world: World) -> list[str]:
    """Check the live store."""
    return [str(fault) for fault in verify_store(world.storage, world.sealer, KEYS)]


@pytest.fixture
def world() -> World:
    """Make a log of three shards: four, three and two entries about her, and two for each turn."""
    world = World()
    entries(world, 0, 4)
    turned(world, "2027")
    entries(world, 10, 3)
    turned(world, "2028")
    entries(world, 20, 2)
    return world


def test_a_turn_closes_one_shard_and_opens_the_next(world: World) -> None:
    """Both entries name the other side; each head is signed by the key of its own shard."""
    heads = [*world.storage.closed(), world.storage.head()]
    assert [(one.label, one.base, one.size) for one in heads] == [
        ("", 0, 5), ("2027", 5, 5), ("2028", 10, 3),
    ]  # fmt: skip
    names = [verify_checkpoint(one.checkpoint, KEYS(one.label)).origin for one in heads]
    assert names == [ORIGIN, f"{ORIGIN}/2027", f"{ORIGIN}/2028"]
    assert len({KEYS(one.label).public for one in heads}) == 3
    last, first = (read_leaf(row.leaf).content for row in world.storage.rows(4, 6))
    tree = verify_checkpoint(heads[0].checkpoint, KEYS("")).root
    assert last["next"] == f"{ORIGIN}/2027"
    assert str(first["before"]).split()[:2] == [ORIGIN, "5"]
    assert root(heads[0].frontier) == tree
    assert str(first["before"]).split()[3] == "5"
    assert faults(world) == []


def test_places_and_counts_run_on_over_the_years(world: World) -> None:
    """Her entries count from 1 without gap, each naming the place of the one before."""
    rows = list(world.storage.about(world.sealer.tag(HER)))
    assert [row.counter for row in rows] == list(range(1, 10))
    links = []
    for row in rows:
        salted = world.sealer.open(row.tag, read_leaf(row.leaf).commitment, row.payload or b"")
        links.append(read_payload(salted or b"").link)
    places = [row.index for row in rows]
    assert places == [0, 1, 2, 3, 6, 7, 8, 11, 12]
    assert links == list(zip(range(1, 10), [-1, *places], strict=False))


def test_every_entry_is_proven_under_the_head_of_its_shard(world: World) -> None:
    """By its index there; the proof verifies with that shard's key and with no other."""
    shown = shelf(world)
    for row in world.storage.rows(0, 13):
        proof, shard = TlogProof.decode(shown.prove(row.index)), shown.holding(row.index)
        assert proof.index == row.index - shard.base
        assert proof.verify(row.leaf, shown.key(shard)).origin == read_leaf(row.leaf).origin
    with pytest.raises(ExportError):
        shown.prove(13)
    with pytest.raises(ExportError):
        shown.named("someone.example/log")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.booleans())
def test_whatever_the_turns_nothing_is_lost_or_doubled(sizes: list[int], alone: bool) -> None:  # noqa: FBT001 - drawn
    """Over random turns, in one process or many: places without gap, whole by every check."""
    world, numbers = World(), count()
    years = range(2027, 2027 + len(sizes))

    def write(log: Log, size: int) -> None:
        if size:
            received(log.append([submission(next(numbers), b"s%d" % (n % 2)) for n in range(size)]))

    with world.open() as log:
        log.append([submission(next(numbers), HER)])
        for size, year in zip(sizes, years, strict=True):
            if alone:
                write(log, size)
                received(log.turn(to(str(year))))
                continue
            with world.open() as other:
                received(other.turn(to(str(year))))
            write(log, size)
    total = 1 + sum(sizes) + 2 * len(sizes)
    assert world.storage.head().end == total
    assert [row.index for row in world.storage.rows(0, total)] == list(range(total))
    assert faults(world) == []
    check = RollingCheck(world.storage, KEYS)
    assert [check.step(3) for _ in range(2 * total)] == [None] * 2 * total
    for place in range(total):
        TlogProof.decode(shelf(world).prove(place))


def test_another_process_hears_of_the_turn_with_its_next_batch() -> None:
    """What it drafted for the shard before moves on; a retry is answered under the shard it stands in."""
    world = World()
    early = [submission(1, HER), submission(2)]
    with world.open() as one, world.open() as other:
        first = received(one.append(early))
        received(other.turn(to("2027")))
        (late,) = received(one.append([submission(3, HER)]))
        again = received(one.append([made._replace(retry=True) for made in early]))
    assert [answer.index for answer in again] == [answer.index for answer in first] == [0, 1]
    assert {verify_checkpoint(answer.checkpoint, KEYS("")).size for answer in again} == {3}
    assert verify_checkpoint(late.checkpoint, KEYS("2027")).size == 2
    assert faults(world) == []


@pytest.mark.parametrize("label", ["2027", "2026"])
def test_a_log_turns_once_a_year_and_never_back(world: World, label: str) -> None:
    """A turn to a shard that was there, or before it, is refused and writes nothing."""
    before = world.storage.head()
    with world.open() as log:
        assert [type(answer) for answer in log.turn(to(label))] == [RefusedError] * 2
    assert world.storage.head() == before


def test_an_empty_log_has_nothing_to_close() -> None:
    """The first shard is not closed before it has an entry."""
    with World().open() as log:
        assert [type(answer) for answer in log.turn(to("2027"))] == [RefusedError] * 2


@pytest.mark.parametrize("fails", ["lose", "keep"])
def test_a_turn_that_breaks_leaves_one_open_shard(fails: str, tmp_path: Path) -> None:
    """Lost with its commit or kept by it: the next start goes on, and there is nothing in between."""
    world = World()
    guard = partial(FileGuard, tmp_path / "mark", KEYS)
    with world.open(guard=guard()) as log:
        log.append([submission(1, HER)])
        setattr(world.storage, fails, 1)
        with pytest.raises(UnavailableError):
            log.turn(to("2027"))
        received(log.append([submission(2, HER)]))
    with world.open(guard=guard()) as log:
        received(log.append([submission(3, HER)]))
    assert world.storage.head().label == ("2027" if fails == "keep" else "")
    assert faults(world) == []


def _marked(world: World, path: Path) -> World:
    """Guard a log with one shard closed; return a copy of it from before the turn."""
    with world.open(guard=FileGuard(path, KEYS)) as log:
        received(log.append([submission(1, HER), submission(2, HER)]))
        before = copied(world)
        received(log.turn(to("2027")))
        received(log.append([submission(3, HER)]))
    return before


def refusal(world: World, path: Path) -> str:
    """Try to append in a new process; return why it was refused."""
    with world.open(guard=FileGuard(path, KEYS)) as log:
        with pytest.raises(UnavailableError) as refused:
            log.append([submission(99)])
        return str(refused.value)


def test_a_store_from_before_the_turn_is_a_rollback(tmp_path: Path) -> None:
    """The guard has seen a later shard, so an older copy signs nothing, and says how much is lost."""
    world, path = World(), tmp_path / "mark"
    before = _marked(world, path)
    assert examine(before.storage, KEYS, path).followed
    found = examine(world.storage, KEYS, path)
    assert (found.size, found.marked, found.judged, found.followed) == (5, 5, None, None)
    assert "rollback: the store has 2 entries, 5 were signed" in refusal(before, path)


def test_a_guard_that_slept_through_turns_follows_them(world: World, tmp_path: Path) -> None:
    """Its mark is of the first shard: that one went on to its close, and each next from the one before."""
    path = tmp_path / "mark"
    slept = World(signer=world.signer, sealer=world.sealer)
    with slept.open(guard=FileGuard(path, KEYS)) as log:
        received(log.append([submission(1, HER)]))
    kept = path.read_bytes()
    for year in ("2027", "2028"):
        with slept.open(guard=FileGuard(path, KEYS)) as log:
            received(log.turn(to(year)))
    path.write_bytes(kept)
    assert examine(slept.storage, KEYS, path).followed is None
    for change in (_other_close, _other_opening, _no_closed):
        bad = copied(slept)
        bad.storage.past = list(slept.storage.past)
        change(bad.storage)
        path.write_bytes(kept)
        assert "fork" in refusal(bad, path)
    path.write_bytes(kept)
    with slept.open(guard=FileGuard(path, KEYS)) as log:
        received(log.append([submission(2, HER)]))


def test_a_log_that_turned_without_a_guard_can_get_one(world: World, tmp_path: Path) -> None:
    """The mark of a store that is adopted in a later shard says which, and is read again."""
    path = tmp_path / "mark"
    FileGuard(path, KEYS).adopt(world.storage.head())
    with world.open(guard=FileGuard(path, KEYS)) as log:
        received(log.append([submission(40, HER)]))
    assert examine(world.storage, KEYS, path).marked == world.storage.head().end


def _other_close(storage: MemoryLogStorage) -> None:
    """Put another signed head in the place of a closed one."""
    other = World().fill(2).storage.head()
    storage.past[0] = replace(other, instance=storage.past[0].instance)


def _other_opening(storage: MemoryLogStorage) -> None:
    """Change what the first entry of a shard says."""
    row = storage.stored[2]
    storage.damage(2, leaf=row.leaf.replace(b" 2 ", b" 3 "))


def _no_closed(storage: MemoryLogStorage) -> None:
    """Lose the closed heads."""
    storage.past.clear()


def _no_first(storage: MemoryLogStorage) -> None:
    """Lose the first shard, head, entries and all."""
    first = storage.past.pop(0)
    storage.stored = storage.stored[first.end :]


Change = Callable[[MemoryLogStorage], object]


@pytest.mark.parametrize("change", [_other_close, _other_opening, _no_closed, _no_first])
def test_years_that_were_closed_are_looked_at_too(change: Change, tmp_path: Path) -> None:
    """The guard's mark is of the open shard; one before it that was changed or lost is found at start."""
    world, path = World(), tmp_path / "mark"
    with world.open(guard=FileGuard(path, KEYS)) as log:
        received(log.append([submission(1)]))
        for year in ("2027", "2028"):
            received(log.turn(to(year)))
            received(log.append([submission(int(year), HER)]))
    check = RollingCheck(world.storage, KEYS)
    assert all(check.step(2) is None for _ in range(9))
    change(world.storage)
    assert faults(world) != []
    assert any(check.step(2) is not None for _ in range(9))
    assert "fork: " in (examine(world.storage, KEYS, path).judged or "")
    assert "fork: " in refusal(world, path)


def test_a_shard_without_an_entry_was_never_opened(world: World) -> None:
    """Each begins with the entry that says what came before: an empty head is not signed on."""
    end = world.storage.head().end
    world.storage.state = StoredHead(0, (), "", base=end, label="2029")
    with world.open() as log, pytest.raises(UnavailableError, match="frozen: head: "):
        log.append([submission(99)])


@dataclass(slots=True)
class Counting(MemoryLogStorage):
    """A store that counts how often its head is read."""

    heads: int = 0

    def head(self) -> StoredHead:
        """Read the head."""
        self.heads += 1
        return self.state


def test_a_proof_reads_the_head_once() -> None:
    """The head that tells in which shard a place lies is the one that it is proven under; an earlier shard takes one more."""
    world = World(storage := Counting()).fill(3)
    turned(world, "2027")
    one = shelf(world)
    for place, reads in ((4, 1), (1, 2)):
        storage.heads = 0
        one.prove(place)
        assert storage.heads == reads


def _swap(storage: MemoryLogStorage, place: int) -> None:
    leaf = storage.stored[place].leaf
    storage.damage(place, leaf=leaf.replace(b'"at":1', b'"at":2'))


def _rebase(storage: MemoryLogStorage, by: int) -> None:
    storage.state = replace(storage.state, base=storage.state.base + by, size=2)


def _freeze(storage: MemoryLogStorage) -> None:
    storage.state = replace(storage.state, frozen="fork: x")


def _resign(storage: MemoryLogStorage) -> None:
    storage.state = replace(storage.state, checkpoint=World().fill(3).storage.head().checkpoint)


TAMPERINGS: dict[str, tuple[str, Change]] = {
    "close": ("shard 2027: ", _other_close),
    "opening": ("shard 2027, entry 0: leaf hash: is not that of the leaf", lambda s: _swap(s, 5)),
    "entry": ("shard 2027, entry 2: leaf hash: is not that of the leaf", lambda s: _swap(s, 7)),
    "base": ("shard 2028: ", lambda s: _rebase(s, 1)),
    "frozen": ("shard 2028, head: frozen: fork: x", _freeze),
    "missing": ("shard 2027, entry 1: is missing; entry 2 stands in its place", lambda s: s.stored.pop(6)),
    "head": ("shard 2028, checkpoint: ", _resign),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_is_changed_in_any_shard_is_found(world: World, name: str) -> None:
    """The check of the live store names the shard and the place in it."""
    expected, change = TAMPERINGS[name]
    change(world.storage)
    assert any(found.startswith(expected) for found in faults(world)), faults(world)


def test_a_closed_shard_is_never_signed_again(world: World) -> None:
    """Whatever is written or turned later, its last head stays what it was."""
    closed = list(world.storage.closed())
    entries(world, 30, 3)
    turned(world, "2031")
    assert world.storage.closed()[:2] == closed


def test_each_shard_is_exported_and_verified_offline_by_itself(
    world: World, tmp_path: Path
) -> None:
    """With its own key and with its payloads; with the key of another shard it does not verify."""
    for shard in shelf(world).shards():
        folder, key = tmp_path / f"log{shard.label}", KEYS(shard.label)
        assert export_log(shard, folder, key, world.sealer) == shard.head().size
        assert verify_export(folder, key) == []
        assert verify_export(folder, KEYS("2030")) != []


def test_a_place_that_was_changed_in_an_export_is_found(world: World, tmp_path: Path) -> None:
    """The first entry says where its shard begins, and all lines must agree with it."""
    shard = shelf(world).shards()[1]
    export_log(shard, tmp_path / "log", KEYS("2027"), world.sealer)
    path = tmp_path / "log" / "payloads.jsonl"
    whole = path.read_bytes()
    one_off = whole.replace(b'"place":7,', b'"place":8,')
    all_off = whole
    for place in range(9, 4, -1):
        all_off = all_off.replace(b'"place":%d,' % place, b'"place":%d,' % (place + 1))
    without = whole.replace(b',"place":7', b"")
    for changed in (one_off, all_off, without):
        assert changed != whole
        path.write_bytes(changed)
        assert verify_export(tmp_path / "log", KEYS("2027")) != []


def bundles(world: World) -> list[Evidence]:
    """Gather all her entries."""
    places = [row.index for row in world.storage.about(world.sealer.tag(HER))]
    return shelf(world).evidence(places, world.sealer)


def test_evidence_over_the_years_counts_on(world: World, tmp_path: Path) -> None:
    """A file for each shard; together they count from 1 without a gap, alone the later ones do not."""
    raws = [one.encode() for one in bundles(world)]
    keys = [KEYS(label) for label in ("", "2027", "2028")]
    assert verify_evidence(raws[::-1], keys[::-1]) == Examined((), complete=True)
    assert verify_evidence([raws[0]], [keys[0]]) == Examined((), complete=True)
    assert verify_evidence([raws[1]], [keys[1]]) == Examined((), complete=False)
    assert not verify_evidence([raws[0], raws[2]], keys).complete
    alone = [in_browser(tmp_path, [raw], str(key))[0] for raw, key in zip(raws, keys, strict=True)]
    assert [one["complete"] for one in alone] == [True, False, False]
    assert all(one["faults"] == [] for one in alone)


TOGETHER = """
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
verifyTogether(given.map(([text]) => text), given[0][1].split("\\n"))
  .then(({ faults, complete }) => process.stdout.write(JSON.stringify([{ faults, complete }])));
"""


def test_a_browser_takes_the_files_of_all_shards_together(world: World, tmp_path: Path) -> None:
    """In any order, with all keys: they count from 1; with one left out or its key they do not."""
    raws = [one.encode() for one in bundles(world)]
    keys = [str(KEYS(label)) for label in ("", "2027", "2028")]

    def checked(raws: list[bytes], keys: list[str]) -> dict[str, Any]:
        return in_browser(tmp_path, raws, "\n".join(keys), TOGETHER)[0]

    assert checked(raws[::-1], keys) == {"faults": [], "complete": True}
    assert checked([raws[0], raws[2]], keys) == {"faults": [], "complete": False}
    assert checked(raws, keys[:2])["faults"]


def test_a_bundle_of_several_shards_has_all_its_files(world: World) -> None:
    """Each shard's evidence and key, and who reads them is told so."""
    made = files(bundles(world))
    assert set(made) >= {"evidence.json", "evidence-2.json", "evidence-3.json", "verifier.html"}
    assert made["vkey"].decode().splitlines() == [str(KEYS(one)) for one in ("", "2027", "2028")]
    assert b"evidence-2.json" in made["README.txt"]


BASES: dict[str, Callable[[dict[str, Any]], object]] = {
    "more": lambda b: b.update(base=b["base"] + 1),
    "none": lambda b: b.update(base=0),
    "text": lambda b: b.update(base="5"),
    "absent": lambda b: b.pop("base"),
    "format": lambda b: b.update(format="audit-evidence@v1"),
}


@pytest.mark.parametrize("name", BASES)
def test_a_base_that_was_changed_is_found(world: World, name: str) -> None:
    """Links speak of places, and must fit them all."""
    first, later, _ = bundles(world)
    stored = json.loads(later.encode())
    BASES[name](stored)
    changed = json.dumps(stored, separators=(",", ":"), sort_keys=True).encode()
    keys = [KEYS(""), KEYS("2027")]
    assert verify_evidence([first.encode(), changed], keys) != Examined((), complete=True)


def test_one_policy_lists_the_keys_of_all_shards() -> None:
    """No two shards share a key, which a tlog-policy would refuse."""
    lines = "".join(f"log {KEYS(label)}\n" for label in ("", "2027", "2028"))
    assert len(Policy.parse(f"{lines}quorum none\n".encode()).logs) == 3


def test_a_shard_reads_as_a_log_of_its_own(world: World) -> None:
    """Indexes from 0, its own head, its leaves and hashes; closed or open alike."""
    for shard, head in zip(
        shelf(world).shards(), [*world.storage.closed(), world.storage.head()], strict=True
    ):
        assert shard.head() == head
        assert [row.index for row in shard.rows(0, head.size)] == list(range(head.size))
        leaves = [leaf for page in shard.leaves(0, head.size) for leaf in page]
        assert [leaf[0] for leaf in leaves] == list(range(head.size))
        assert [leaf[2] for leaf in leaves] == list(shard.hashes(0, head.size))
