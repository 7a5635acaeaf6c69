"""What is said of one entry was checked just now: its proof, its head, and who cosigned which."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import sign_checkpoint
from audit.cosigner import Ed25519Cosigner, publish
from audit.export import Publication
from audit.tree import append, root
from gateway.domain.vouching import Cosigned, Vouched
from gateway.keeper.vouching import vouch
from tests.audit.worlds import World, signer

SIZE = 40
KEY = signer().verifier
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEEN = datetime(2026, 3, 1, 9, tzinfo=UTC)
WITNESSES = tuple(Ed25519Cosigner(f"w{seed}.example", bytes([seed]) * 32) for seed in (10, 11))
KEYS = [one.verifier for one in WITNESSES]
WORLD = World().fill(SIZE)
HASHES = [row.leaf_hash for row in WORLD.storage.rows(0, SIZE)]


def head(size: int, hashes: list[bytes] = HASHES) -> str:
    """Sign the head of the first entries, and let both witnesses cosign it."""
    note = sign_checkpoint(size, root(append(0, (), hashes[:size])), signer())
    return publish(note, WITNESSES, int(SEEN.timestamp()))


def ask(index: int, published: str, world: World = WORLD) -> Vouched:
    """Vouch for an entry at noon."""
    return vouch(Publication(world.storage, KEY), published, KEYS, index, NOON)


@settings(max_examples=40)
@given(st.integers(0, SIZE - 1), st.integers(1, SIZE))
def test_an_entry_of_a_whole_log_is_vouched_for(index: int, size: int) -> None:
    """Under the newest head, whatever earlier head of the same log was cosigned."""
    told = ask(index, head(size))
    whole = root(append(0, (), HASHES)).hex()
    signed = tuple(Cosigned(one.name, size, SEEN) for one in KEYS)
    assert told == Vouched(index, SIZE, whole, KEY.name, signed, NOON)


@pytest.mark.parametrize("index", [-1, SIZE, 10**9])
def test_an_entry_that_is_not_there_is_a_fault(index: int) -> None:
    """An answer that says so, and no error."""
    told = ask(index, head(SIZE))
    assert (told.size, told.root, told.cosigned) == (0, "", ())
    assert told.fault == "the log has no entry with this index"


def test_a_log_that_forked_from_what_was_cosigned_is_a_fault() -> None:
    """Witnesses saw other entries at the same places: nothing is said to hold."""
    other = [bytes(32), *HASHES[1:]]
    for size in (1, 20, SIZE):
        told = ask(7, head(size, other))
        assert told.fault is not None
        assert (told.root, told.cosigned) == ("", ())


def test_a_log_that_was_cut_back_is_a_fault() -> None:
    """Where witnesses cosigned more entries than the log has now, the rest is missing."""
    shorter = World().fill(20)
    assert ask(7, head(SIZE), shorter).fault is not None


@pytest.mark.parametrize(("index", "damage"), [(7, {"leaf": b"{}"}), (6, {"leaf_hash": bytes(32)})])
def test_a_changed_entry_or_neighbour_is_a_fault(index: int, damage: dict[str, bytes]) -> None:
    """Its bytes, or the hashes beside it, no longer lead to the root that was signed."""
    world = World().fill(20)
    published = world.storage.head().checkpoint
    assert ask(7, published, world).fault is None
    world.storage.damage(index, **damage)
    assert ask(7, published, world).fault is not None


def test_a_stranger_who_cosigned_is_not_named() -> None:
    """Only who was asked to cosign counts; the log's own signature is no cosignature."""
    note = sign_checkpoint(SIZE, root(append(0, (), HASHES)), signer())
    stranger = Ed25519Cosigner("stranger.example", bytes([12]) * 32)
    told = ask(0, publish(note, [stranger], int(SEEN.timestamp())))
    assert (told.fault, told.cosigned) == (None, ())
