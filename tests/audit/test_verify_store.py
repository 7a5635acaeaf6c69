"""No byte of a stored log changes unseen, and every fault names its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from audit.checkpoint import sign_checkpoint
from audit.entry import commit
from audit.findings import Findings
from audit.storage import StoredHead, StoredRow
from audit.tree import append, leaf_hash, root
from audit.verify import Fault, verify_store
from tests.audit.worlds import ORIGIN, World, erasure, signer, submission, write_leaf, write_payload
from tests.fakes.log_storage import MemoryLogStorage


@dataclass(slots=True)
class _Growing(MemoryLogStorage):
    """Shows an old head once, as to a check that began before the last entries came."""

    first: StoredHead | None = None

    def head(self) -> StoredHead:
        """Read the head."""
        shown, self.first = self.first or self.state, None
        return shown


FIELDS = ("leaf", "leaf_hash", "event_id", "payload", "tag")
SIZE = 6


def check(world: World) -> list[Fault]:
    """Check the store as an operator does."""
    return verify_store(world.storage, world.sealer, world.signer.key)


@pytest.fixture
def world() -> World:
    """Give a log of six entries: two subjects, and two entries about nobody."""
    return World().fill(SIZE, subjects=2)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257])
def test_a_whole_log_has_no_faults(size: int) -> None:
    """What the log wrote holds, empty or across tiles."""
    assert check(World().fill(size)) == []


def test_an_erased_entry_still_counts(world: World) -> None:
    """A payload whose key was destroyed cannot be opened; its counter is still checked."""
    world.sealer.destroy(b"subject-1")
    with world.open() as log:
        log.append([erasure(60, [1, 4])])
    assert check(world) == []
    world.storage.damage(4, counter=3)
    assert check(world) == [Fault("entry 4", "counter: is not the next of its tag")]


@pytest.mark.parametrize("field", FIELDS)
def test_every_changed_byte_of_an_entry_is_found(field: str, world: World) -> None:
    """One bit changed in any byte of any field gives a fault at its entry."""
    for index in (0, 1, 4):  # about nobody, the first about a subject, and her second
        original = world.storage.stored[index]
        for changed in _one_bit_changed(getattr(original, field)):
            world.storage.damage(index, **{field: changed})
            assert f"entry {index}" in {fault.where for fault in check(world)}
        world.storage.stored[index] = original


@pytest.mark.parametrize("field", ["tag", "counter", "payload"])
def test_a_field_that_is_gone_is_found(field: str, world: World) -> None:
    """An entry about a subject that lost its tag, counter or payload is a fault."""
    world.storage.damage(4, **{field: None})
    assert "entry 4" in {fault.where for fault in check(world)}


@pytest.mark.parametrize("counter", [-1, 0, 1, 3])
def test_a_changed_counter_is_found(counter: int, world: World) -> None:
    """Only the next number holds."""
    world.storage.damage(4, counter=counter)
    assert check(world) == [Fault("entry 4", "counter: is not the next of its tag")]


def test_a_counter_without_a_tag_is_found(world: World) -> None:
    """An entry about nobody counts nobody."""
    world.storage.damage(3, counter=1)
    assert check(world) == [Fault("entry 3", "counter: stands without a tag")]


def test_every_changed_character_of_the_checkpoint_is_found(world: World) -> None:
    """The signed note is held to the byte."""
    note = world.storage.head().checkpoint
    for changed in _one_bit_changed(note.encode()):
        world.storage.state = replace(
            world.storage.state, checkpoint=changed.decode(errors="surrogateescape")
        )
        assert "checkpoint" in {fault.where for fault in check(world)}


def test_every_changed_byte_of_the_frontier_is_found(world: World) -> None:
    """A frontier that does not follow from the entries is named."""
    head = world.storage.head()
    for place, node in enumerate(head.frontier):
        for changed in _one_bit_changed(node):
            bent = (*head.frontier[:place], changed, *head.frontier[place + 1 :])
            world.storage.state = replace(head, frontier=bent)
            assert "frontier" in {fault.where for fault in check(world)}


@pytest.mark.parametrize("size", [-6, -1, 0, 1, 5, 7, 9, 10, 2**62])
def test_a_changed_size_is_found(size: int, world: World) -> None:
    """A head that counts more or fewer entries is a fault, also with as many one bits."""
    world.storage.state = replace(world.storage.state, size=size)
    assert check(world)


@pytest.mark.parametrize("index", range(SIZE))
def test_a_deleted_entry_is_found(index: int, world: World) -> None:
    """A row that is gone is named, wherever it stood."""
    del world.storage.stored[index]
    assert f"entry {index}" in {fault.where for fault in check(world)}


def test_two_swapped_entries_are_found(world: World) -> None:
    """Entries that changed places do not give the signed root."""
    one, other = world.storage.stored[0], world.storage.stored[3]
    world.storage.stored[0], world.storage.stored[3] = (
        other._replace(index=0),
        one._replace(index=3),
    )
    assert "frontier" in {fault.where for fault in check(world)}


def test_an_entry_at_a_place_taken_is_found(world: World) -> None:
    """Two rows with one index are one too many."""
    world.storage.damage(5, index=4)
    assert "entry 5" in {fault.where for fault in check(world)}


def test_an_entry_beyond_the_head_is_found(world: World) -> None:
    """A row that no checkpoint covers is named."""
    world.storage.stored.append(world.storage.stored[5]._replace(index=SIZE))
    assert check(world) == [Fault("entry 6", "stands beyond the head")]


def test_entries_written_during_the_check_are_no_fault(world: World) -> None:
    """The check may run beside a writer: what came after the first head is left for next time."""
    storage, early = world.storage, world.storage.head()
    with world.open() as log:
        log.append([submission(99, b"subject-1")])
    world.storage = _Growing(storage.state, storage.stored, first=early)
    assert check(world) == []


def test_a_payload_moved_to_another_entry_is_found(world: World) -> None:
    """A payload of the same subject at another entry does not open."""
    world.storage.damage(4, payload=world.storage.stored[1].payload)
    assert check(world) == [Fault("entry 4", "payload: does not open under the key of its tag")]


def test_an_entry_rewritten_with_its_hash_is_found(world: World) -> None:
    """Who rewrites a leaf and its hash does not reach the signed root."""
    leaf = world.storage.stored[2].leaf.replace(b"permit", b"denied")
    world.storage.damage(2, leaf=leaf, leaf_hash=leaf_hash(leaf))
    assert check(world) == [Fault("frontier", "does not follow from the entries")]


def test_a_log_rewritten_without_the_key_is_found(world: World) -> None:
    """Who rewrites all rows and the frontier still cannot sign."""
    other = World(signer=signer(2)).fill(SIZE)
    world.storage.stored = other.storage.stored
    world.storage.state = replace(other.storage.state, checkpoint=world.storage.state.checkpoint)
    assert "checkpoint" in {fault.where for fault in check(world)}


def test_an_event_taken_twice_is_found() -> None:
    """Two entries of one event are a fault, even when correctly signed."""
    world = World().fill(1)
    twice = world.storage.stored[0]._replace(index=1)
    _append(world, twice)
    assert check(world) == [Fault("entry 1", "event id: occurs twice")]


def test_an_entry_of_another_log_is_found() -> None:
    """A leaf that names another log is a fault, even when correctly signed."""
    world = World()
    _append(world, _row(world, origin="other.example"))
    assert check(world) == [Fault("entry 0", "leaf: log is not the log of this key")]


PAYLOADS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "of another event": ("payload: id is of another event", lambda _: b'{"id":"00"}'),
    "with a link": (
        "payload: count and prev are not those of its tag",
        lambda own: own.replace(b"{", b'{"count":1,').replace(b"}", b',"prev":-1}'),
    ),
    "with half a link": (
        "payload: count and prev are not whole numbers",
        lambda own: own.replace(b"{", b'{"count":1,'),
    ),
    "not JSON": ("payload: not JSON", lambda _: b"{"),
    "nested without end": ("payload: not JSON", lambda _: b"[" * 100_000),
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_wrong_payload_is_found_though_committed(name: str) -> None:
    """What the log itself committed to is still read with suspicion."""
    world = World()
    what, change = PAYLOADS[name]
    _append(world, _row(world, change=change))
    assert check(world) == [Fault("entry 0", what)]


def test_a_payload_that_opens_to_another_text_is_found() -> None:
    """A sealed text that is not the committed one is a fault, though it opens."""
    world = World()
    row = _row(world)
    commitment = commit(write_payload(row.event_id, {}, None, b"\x01" * 32))
    sealed = world.sealer.seal(None, commitment, b"another text")
    _append(world, row._replace(payload=sealed))
    assert check(world) == [Fault("entry 0", "payload: is not what the leaf commits to")]


def test_a_frozen_log_is_a_fault(world: World) -> None:
    """Operators hear why the log stopped."""
    world.storage.state = replace(world.storage.state, frozen="stopped by hand")
    assert check(world) == [Fault("head", "frozen: stopped by hand")]


def test_a_store_that_cannot_be_read_is_a_fault(world: World) -> None:
    """Whatever the store throws, the check answers with a fault that says where it stood."""
    world.storage.damage(3, leaf=None)
    assert Fault("entry 3", "cannot be read (TypeError)") in check(world)


def test_a_checkpoint_on_an_empty_log_is_a_fault() -> None:
    """A head that counts nothing signs nothing."""
    full, empty = World().fill(3), World()
    empty.storage.state = StoredHead(0, (), full.storage.head().checkpoint)
    assert {fault.where for fault in check(empty)} == {"checkpoint"}


@pytest.mark.parametrize("field", ["leaf", "leaf_hash", "event_id"])
def test_the_check_of_leaves_alone_finds_every_changed_byte(field: str, world: World) -> None:
    """Without a sealer nothing is opened, and no byte of what stays for ever changes unseen."""
    original = world.storage.stored[4]
    assert verify_store(world.storage, None, world.signer.key) == []
    for changed in _one_bit_changed(getattr(original, field)):
        world.storage.damage(4, **{field: changed})
        found = verify_store(world.storage, None, world.signer.key)
        assert "entry 4" in {fault.where for fault in found}


def test_the_check_of_leaves_alone_asks_nothing_about_payloads(world: World) -> None:
    """A payload that is gone is a fault of the whole check only."""
    world.storage.damage(4, payload=None)
    assert verify_store(world.storage, None, world.signer.key) == []
    assert check(world) == [Fault("entry 4", "payload: is gone, and no erasure names it")]


@pytest.mark.parametrize("at", [1, 999_999_999_999, 2**53 - 1])
def test_a_leaf_of_a_strange_moment_holds(at: int, world: World) -> None:
    """What is read one by one, and not a page at a time, holds all the same."""
    named = submission(99)._replace(leaf={"type": "t", "at": at, "purpose": "re\u00ebel"})
    with world.open() as log:
        log.append([named])
    assert check(world) == []


def test_a_page_is_judged_as_its_leaves_are() -> None:
    """Whatever bit of a well signed leaf is changed, the check says what reading that leaf says."""
    row = World().fill(SIZE + 1).storage.stored[SIZE]
    world = World().fill(SIZE)
    for raw in {*_one_bit_changed(row.leaf), *_one_byte_less(row.leaf), *_one_byte_more(row.leaf)}:
        alone = Findings(world.signer.verifier, "entry 6")
        read = alone.leaf(raw)
        if read is not None and read.event_id != row.event_id:
            alone.fault("event id: is not that of the leaf")
        signed = replace(world, storage=replace(world.storage, stored=[*world.storage.stored]))
        _append(signed, row._replace(leaf=raw, leaf_hash=leaf_hash(raw)))
        assert verify_store(signed.storage, None, world.signer.key) == alone.faults


@pytest.mark.parametrize(
    ("leaf", "what"),
    [
        (b'{"at":1,"c":"%b","id":"%b","log":"%b","type":"t","v":1}\n', "leaf: not canonical JSON"),
        (b'{"at":01,"c":"%b","id":"%b","log":"%b","type":"t","v":1}', "leaf: not JSON"),
        (b'{"at":1,"c":"%b","id":"%b","log":"%b","type":"t","v":2}', "leaf: v is not a version"),
        (b'{"at":1,"c":"%.63bG","id":"%b","log":"%b","type":"t","v":1}', "leaf: c is not 32 bytes"),
        (b'{"at":1,"c":"%.63b\xff","id":"%b","log":"%b","type":"t","v":1}', "leaf: not JSON"),
        (b'{"c":"%b","id":"%b","log":"%b","type":"t","v":1}', "leaf: at is missing"),
    ],
)
def test_a_leaf_not_as_written_is_found_though_signed(leaf: bytes, what: str) -> None:
    """No leaf passes a page's check that would not pass its own."""
    world = World()
    row = _row(world)
    raw = leaf % (b"0c" * 32, row.event_id.hex().encode(), ORIGIN.encode())
    _append(world, row._replace(leaf=raw, leaf_hash=leaf_hash(raw)))
    (found,) = verify_store(world.storage, None, world.signer.key)
    assert found.where == "entry 0"
    assert found.what.startswith(what)


def _one_bit_changed(raw: bytes | None) -> Iterator[bytes]:
    for place in range(len(raw or b"")):
        changed = bytearray(raw or b"")
        changed[place] ^= 1 << place % 8
        yield bytes(changed)


def _one_byte_less(raw: bytes) -> Iterator[bytes]:
    return (raw[:place] + raw[place + 1 :] for place in range(len(raw)))


def _one_byte_more(raw: bytes) -> Iterator[bytes]:
    return (
        b"%b%b%b" % (raw[:n], one, raw[n:]) for n in range(len(raw) + 1) for one in (b"0", b",")
    )


def _row(
    world: World, *, origin: str = ORIGIN, change: Callable[[bytes], bytes] = lambda own: own
) -> StoredRow:
    """Write an entry about nobody, its payload or origin changed before it is committed to."""
    event_id, salt = b"\x03" * 16, b"\x01" * 32
    salted = salt + change(write_payload(event_id, {}, None, b""))
    commitment = commit(salted)
    leaf = write_leaf(event_id, {"type": "t", "at": 1}, origin, commitment)
    sealed = world.sealer.seal(None, commitment, salted)
    return StoredRow(0, event_id, leaf_hash(leaf), leaf, sealed, None, None)


def _append(world: World, row: StoredRow) -> None:
    """Store an entry and sign for it, as a faulty log would."""
    head = world.storage.state
    frontier = append(head.size, head.frontier, [row.leaf_hash])
    note = sign_checkpoint(head.size + 1, root(frontier), world.signer)
    world.storage.stored.append(row)
    world.storage.state = StoredHead(head.size + 1, frontier, note)
