"""What is forgotten is on the record, every proof outlives it, and a silent loss is an alarm."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.entry import EntryError
from audit.erasure import erased_by, erasure_of, place, runs_of, without
from audit.export import Publication
from audit.proof import TlogProof
from audit.storage import StoredHead
from audit.verify import Fault, verify_store
from tests.audit.worlds import World, copied, erasure, submission
from tests.fakes.log_storage import MemoryLogStorage

SETS = st.sets(st.integers(0, 40))
WHOLE = World().fill(40)
PROOFS = [
    TlogProof.decode(Publication(WHOLE.storage, WHOLE.signer.verifier).prove(index))
    for index in range(40)
]


def check(world: World) -> list[Fault]:
    """Check the whole store."""
    return verify_store(world.storage, world.sealer, world.signer.key)


def forget(world: World, gone: set[int], number: int = 900) -> None:
    """Erase as the gateway does: the entry that names them, then the payloads."""
    with world.open() as log:
        log.append([erasure(number, gone)])
    for index in gone:
        world.storage.damage(index, payload=None)


def branch() -> World:
    """Copy the whole log with keys of its own to destroy."""
    world = copied(WHOLE)
    return replace(world, sealer=replace(world.sealer, keys=dict(world.sealer.keys)))


@given(st.sets(st.sampled_from([1, 2, 3])), st.sets(st.integers(0, 39)))
@settings(max_examples=30)
def test_every_old_proof_outlives_erasure(subjects: set[int], rows: set[int]) -> None:
    """Whoever is forgotten, by key or by row, the log holds and each old proof still verifies."""
    world = branch()
    for subject in subjects:
        world.sealer.destroy(b"subject-%d" % subject)
    gone = rows | {index for index in range(40) if index % 4 in subjects}
    forget(world, gone)
    for index in rows:
        world.storage.damage(index, payload=None)
    assert check(world) == []
    for index, proof in enumerate(PROOFS):
        leaf = world.storage.stored[index].leaf
        assert proof.verify(leaf, world.signer.verifier).size == 40


@given(st.sets(st.integers(0, 39)), st.sets(st.integers(0, 39)))
@settings(max_examples=30)
def test_what_is_gone_and_what_is_named_are_the_same(gone: set[int], named: set[int]) -> None:
    """Every loss that nothing names is a fault, and so is every erasure not carried out."""
    world = branch()
    forget(world, named)
    for index in range(40):
        payload = None if index in gone else WHOLE.storage.stored[index].payload
        world.storage.damage(index, payload=payload)
    silent = [
        Fault(place(run), "payload: is gone, and no erasure names it")
        for run in runs_of(sorted(gone - named))
    ]
    still = [
        Fault(place(run), "payload: is there, though an erasure names it")
        for run in runs_of(sorted(named - gone))
    ]
    assert check(world) == silent + still


@pytest.mark.parametrize("index", [0, 1])
def test_a_silent_loss_is_an_alarm(index: int) -> None:
    """A row without payload, of a subject or of nobody, needs an entry that names it."""
    world = branch()
    world.storage.damage(index, payload=None)
    assert check(world) == [Fault(f"entry {index}", "payload: is gone, and no erasure names it")]


def test_a_destroyed_key_needs_an_erasure_too() -> None:
    """All entries under the key are named in the alarm."""
    world = branch()
    world.sealer.destroy(b"subject-1")
    assert [fault.where for fault in check(world)] == [f"entry {n}" for n in range(1, 40, 4)]


def test_an_erasure_that_is_itself_gone_excuses_nothing() -> None:
    """Who removes the entry's payload brings the alarm back, and adds one."""
    world = branch()
    forget(world, {3})
    world.storage.damage(40, payload=None)
    assert [fault.where for fault in check(world)] == ["entry 3", "entry 40"]


def test_an_entry_of_another_type_erases_nothing() -> None:
    """Only an erasure says so; the same words elsewhere are words."""
    world = branch()
    with world.open() as log:
        log.append([submission(900)._replace(payload=erasure_of([3]))])
    world.storage.damage(3, payload=None)
    assert [fault.where for fault in check(world)] == ["entry 3"]


@dataclass(slots=True)
class _Growing(MemoryLogStorage):
    """Shows an old head once, as to a check that began before the last entries came."""

    first: StoredHead | None = None

    def head(self) -> StoredHead:
        """Read the head."""
        shown, self.first = self.first or self.state, None
        return shown


def test_an_erasure_during_the_check_is_no_alarm() -> None:
    """A payload that goes while the check runs is excused by the entry that came with it."""
    world = branch()
    early = world.storage.head()
    forget(world, {3, 7})
    with world.open() as log:
        log.append([submission(901)])
        log.append([erasure(902, [1])._replace(payload={"erased": "all"})])
        log.append([erasure(903, [1])._replace(subject=b"gone")])
        log.append([erasure(904, [2])])
    world.sealer.destroy(b"gone")
    world.storage.damage(44, payload=None)
    world.storage.damage(2, payload=None)
    world.storage = _Growing(world.storage.state, world.storage.stored, first=early)
    assert check(world) == [Fault("entry 2", "payload: is gone, and no erasure names it")]


@pytest.mark.parametrize(
    ("erased", "what"),
    [
        (None, "names no runs"),
        ("all", "names no runs"),
        ([[1]], "names no runs"),
        ([[1, True]], "names no runs"),
        ([1, 2], "names no runs"),
        ([[2, 2]], "do not ascend"),
        ([[3, 4], [1, 2]], "do not ascend"),
        ([[1, 2], [2, 3]], "do not ascend"),
        ([[-1, 3]], "not before it"),
        ([[39, 41]], "not before it"),
    ],
)
def test_a_malformed_erasure_is_a_fault(erased: object, what: str) -> None:
    """An erasure names ascending runs of entries before itself, or nothing at all."""
    with pytest.raises(EntryError, match=what):
        erased_by({"erased": erased}, 40)
    world = branch()
    with world.open() as log:
        payload = {} if erased is None else {"erased": 1 if "True" in str(erased) else erased}
        log.append([erasure(900, [])._replace(payload=payload)])
    assert [fault.where for fault in check(world)] == ["entry 40"]


@given(SETS, SETS)
def test_runs_are_sets_of_indexes(one: set[int], other: set[int]) -> None:
    """Runs hold exactly their indexes, and one without another is the difference."""
    left = [index for run in runs_of(sorted(one)) for index in range(*run)]
    assert left == sorted(one)
    rest = without(runs_of(sorted(one)), runs_of(sorted(other)))
    assert [index for run in rest for index in range(*run)] == sorted(one - other)


def test_runs_that_touch_and_overlap_are_one() -> None:
    """Erasures may name an entry twice."""
    assert list(without([(0, 9)], [(1, 3), (2, 5), (5, 6), (1, 2)])) == [(0, 1), (6, 9)]
    assert [place((3, 4)), place((3, 6))] == ["entry 3", "entries 3 to 5"]
