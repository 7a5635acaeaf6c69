"""The rolling check finds a planted fault wherever it lies, and never accuses a healthy log."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.note import NoteError
from audit.rolling import RollingCheck
from audit.storage import StoredHead, StoredRow
from audit.tree import leaf_hash
from audit.trust import Cause
from tests.audit.worlds import World, signer, submission

SIZE = 60
WORLD = World().fill(SIZE)


def passes(world: World, step: int, steps: int) -> list[str]:
    """Check a number of steps; list what was found."""
    check = RollingCheck(world.storage, world.signer.key)
    found = [check.step(step) for _ in range(steps)]
    return [str(one) for one in found if one is not None]


@given(step=st.integers(1, 2 * SIZE))
def test_a_whole_log_is_never_accused(step: int) -> None:
    """However many entries a step takes, and over several passes."""
    assert passes(WORLD, step, 3 * (SIZE // step + 1)) == []


def test_a_log_that_grows_meanwhile_is_not_accused() -> None:
    """Entries after the head that a pass began with are left for the next pass."""
    world = World().fill(10)
    check = RollingCheck(world.storage, world.signer.key)
    for number in range(10, 40):
        with world.open() as log:
            log.append([submission(number)])
        assert check.step(3) is None


def test_an_empty_log_is_nothing_to_check() -> None:
    """No entries, no fault."""
    assert passes(World(), 10, 3) == []


@given(place=st.integers(0, SIZE - 1), bit=st.integers(0, 7), step=st.integers(1, SIZE))
def test_a_flipped_bit_is_found(place: int, bit: int, step: int) -> None:
    """In any leaf, within one pass; the entry is named and the cause is ``entry``."""
    world = World(replace(WORLD.storage, stored=list(WORLD.storage.stored)), WORLD.sealer)
    leaf = bytearray(world.storage.stored[place].leaf)
    leaf[place % len(leaf)] ^= 1 << bit
    world.storage.damage(place, leaf=bytes(leaf))
    found = passes(world, step, SIZE // step + 1)
    assert (
        found[0]
        == f"{Cause.ENTRY}: entry {place} is missing, out of place, or not the one that was signed"
    )


@given(place=st.integers(0, SIZE - 1))
def test_a_leaf_changed_with_its_hash_is_found(place: int) -> None:
    """Whoever recomputes the leaf's hash does not have the root: the end of the pass tells."""
    world = World(replace(WORLD.storage, stored=list(WORLD.storage.stored)), WORLD.sealer)
    leaf = world.storage.stored[place].leaf + b" "
    world.storage.damage(place, leaf=leaf, leaf_hash=leaf_hash(leaf))
    assert passes(world, 7, SIZE // 7 + 1) == [
        f"{Cause.ENTRY}: the first {SIZE} entries are not those that were signed"
    ]


@pytest.mark.parametrize("place", [0, 31, SIZE - 1])
def test_an_entry_that_is_gone_is_found(place: int) -> None:
    """First, last, or between."""
    world = World(replace(WORLD.storage, stored=list(WORLD.storage.stored)), WORLD.sealer)
    del world.storage.stored[place]
    assert f"entry {place} is missing" in passes(world, 7, SIZE // 7 + 1)[0]


@dataclass(slots=True)
class Flickering:
    """A store whose first read of a stretch goes wrong."""

    world: World
    reads: int = 0

    def head(self) -> StoredHead:
        """Read the head."""
        return self.world.storage.head()

    def rows(self, start: int, stop: int) -> Iterator[StoredRow]:
        """Read one entry short, the first time."""
        self.reads += 1
        yield from list(self.world.storage.rows(start, stop))[: -1 if self.reads == 1 else None]


def test_a_disturbed_read_is_looked_at_again() -> None:
    """What a second look does not find is no fault."""
    check = RollingCheck(Flickering(WORLD), signer().key)  # type: ignore[arg-type]  # only reads
    assert check.step(10) is None


def test_the_head_of_another_log_is_left_to_the_guard() -> None:
    """With a key that did not sign the head nothing can be compared: an error, not an accusation."""
    with pytest.raises(NoteError):
        RollingCheck(WORLD.storage, signer(2).key).step(10)
