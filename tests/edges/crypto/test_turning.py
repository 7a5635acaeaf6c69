"""Keys with a name are turned over: what one gate writes, every other finds, at every moment."""

from dataclasses import dataclass, field
from itertools import chain, pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.crypto.blind_index import KeyedIndex
from gateway.crypto.keyring import COMING, NAMED, Keyring
from gateway.crypto.pseudonyms import PairwisePseudonyms
from gateway.crypto.rotation import rotate
from gateway.crypto.turning import KeyTurns
from gateway.domain.blind import version_of
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import FRESH, INDEX, PSEUDONYM, SETTLED, KeyVersions, WrappedKey
from tests.edges.crypto.people import AMAL, Strongroom

RECIPIENT, OTHER = "00000099000000001000", "00000099000000002000"


@dataclass(slots=True)
class Hours:
    """Time that stands still until it is moved."""

    seconds: float = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


@dataclass(slots=True)
class Gates:
    """Gates on one key store; each reads for itself, all by one clock."""

    room: Strongroom = field(default_factory=Strongroom)
    time: Hours = field(default_factory=Hours)

    def turns(self) -> KeyTurns:
        """Return what an operator turns keys over with."""
        return KeyTurns(self.room.keyring, self.room.keys)

    def index(self) -> KeyedIndex:
        """Return the index of a gate that starts now."""
        return KeyedIndex(self.room.keyring, self.time)

    def names(self) -> PairwisePseudonyms:
        """Return the pseudonyms of a gate that starts now."""
        return PairwisePseudonyms(self.room.keyring, self.time)

    def turn(self, name: str) -> None:
        """Turn a key over, waiting as an operator does."""
        turns = self.turns()
        turns.announce(name)
        self.time.seconds += SETTLED
        turns.take_up(name)
        self.time.seconds += SETTLED


def test_a_key_has_one_version_at_first() -> None:
    """A key that was never turned over is read and written with by its first version."""
    gates = Gates()
    assert gates.turns().versions(INDEX) == KeyVersions(1)
    assert gates.index().terms("taal", "A2") == (gates.index().term("taal", "A2"),)


def test_an_announced_version_is_read_by_and_not_written_with() -> None:
    """Between announcing and taking up, terms are made as before and found by both versions."""
    gates = Gates()
    before = gates.index().term("taal", "A2")
    assert gates.turns().announce(INDEX) == 2
    assert gates.turns().versions(INDEX) == KeyVersions(1, (), 2)
    first, second = gates.index().terms("taal", "A2")
    assert first == before
    assert version_of(second) == 2


def test_a_version_taken_up_is_written_with() -> None:
    """Afterwards terms are of the new version, and those of the older one are still found."""
    gates = Gates()
    before = gates.index().term("taal", "A2")
    gates.turn(INDEX)
    assert gates.turns().versions(INDEX) == KeyVersions(2, (1,))
    after = gates.index().terms("taal", "A2")
    assert version_of(after[0]) == 2
    assert after[1:] == (before,)


def test_a_retired_version_makes_no_term_any_more() -> None:
    """Once retired the older version is gone from the store, and the newer ones are not made again."""
    gates = Gates()
    gates.turn(INDEX)
    term = gates.index().term("taal", "A2")
    assert gates.turns().retire(INDEX) == (1,)
    assert gates.index().terms("taal", "A2") == (term,)
    assert [row.version for row in gates.room.keys.versions(b"index", NAMED)] == [2]
    gates.turn(INDEX)
    assert gates.turns().versions(INDEX) == KeyVersions(3, (2,))


@given(st.permutations(["announce", "announce", "take_up", "take_up", "retire"]))
def test_every_step_may_be_done_twice_and_in_any_order(steps: list[str]) -> None:
    """However often a turn is broken off, there is one version to write with and no more than one coming."""
    gates = Gates()
    term = gates.index().term("taal", "A2")
    turns = gates.turns()
    for step in steps:
        getattr(turns, step)(INDEX)
        living = turns.versions(INDEX)
        assert list(living.older) == sorted(living.older, reverse=True)
        assert all(version < living.writes for version in living.older)
        if 1 in {living.writes, *living.older}:
            assert term in gates.index().terms("taal", "A2")


def test_an_announcement_left_standing_goes_with_the_older_version() -> None:
    """A taking up that was killed between its two halves leaves nothing behind in the end."""
    gates = Gates()
    turns = gates.turns()
    turns.announce(INDEX)
    (coming,) = gates.room.keys.versions(b"index", COMING)
    turns.take_up(INDEX)
    gates.room.keys.rows[b"index", COMING, 2] = coming
    assert turns.versions(INDEX) == KeyVersions(2, (1,))
    assert turns.retire(INDEX) == (1,)
    assert list(gates.room.keys.versions(b"index", COMING)) == []


@settings(max_examples=60)
@given(
    st.lists(st.floats(0, FRESH), max_size=12),
    st.floats(SETTLED, 3 * SETTLED),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_what_one_gate_writes_another_finds(
    looks: list[float], wait: float, announced: int, taken: int
) -> None:
    """Whenever two gates read the versions, a term that one makes is among those the other looks up."""
    gates = Gates()
    one, two, turns = gates.index(), gates.index(), gates.turns()
    for moment, passed in enumerate(looks):
        if moment == announced:
            turns.announce(INDEX)
        if moment == announced + 1 + taken:
            gates.time.seconds += wait
            turns.take_up(INDEX)
        two.terms("taal", "B1")
        gates.time.seconds += passed
        written = one.term("taal", "A2")
        assert written in two.terms("taal", "A2")
        assert two.term("taal", "A2") in one.terms("taal", "A2")


def test_another_gate_takes_a_version_up_by_itself() -> None:
    """A gate that runs hears of a turn within seconds, and reads the store no more often than that."""
    gates = Gates()
    index = gates.index()
    index.term("taal", "A2")
    gates.turns().announce(INDEX)
    assert len(index.terms("taal", "A2")) == 1
    gates.time.seconds += FRESH
    assert len(index.terms("taal", "A2")) == 2


def test_a_rotation_of_the_key_above_keeps_every_version() -> None:
    """Versions that live, come or are read by are wrapped anew, and mean the same."""
    gates = Gates()
    gates.turn(INDEX)
    gates.turns().announce(INDEX)
    before = gates.index().terms("taal", "A2")
    assert len(before) == 3
    rotate(gates.room.keyring, gates.room.keys, lambda _: None)
    assert gates.index().terms("taal", "A2") == before


def test_a_version_that_comes_does_not_pass_for_one_that_is_taken_up() -> None:
    """The kind is bound into the wrap: a row moved from the one to the other does not open."""
    gates = Gates()
    gates.turns().announce(INDEX)
    (coming,) = gates.room.keys.versions(b"index", COMING)
    moved = WrappedKey(b"index", NAMED, 2, coming.wrapped, coming.under)
    gates.room.keys.add((moved,))
    with pytest.raises(UnreadableValueError):
        gates.index().term("taal", "A2")


@given(st.uuids())
def test_references_of_every_version_lead_back(subject: UUID) -> None:
    """A reference given out before a turn is among the meanings after it; a new one comes first."""
    gates = Gates()
    her = SubjectId(subject)
    older = gates.names().reference(RECIPIENT, her)
    gates.turn(PSEUDONYM)
    names = gates.names()
    newer = names.reference(RECIPIENT, her)
    assert newer != older
    assert names.meanings(RECIPIENT, newer)[0] == her
    assert names.meanings(RECIPIENT, older)[1] == her
    assert names.resolve(RECIPIENT, newer) == her


def test_a_retired_reference_leads_to_nobody() -> None:
    """Once the older version is retired its references mean no one who exists."""
    gates = Gates()
    older = gates.names().reference(RECIPIENT, AMAL)
    gates.turn(PSEUDONYM)
    gates.turns().retire(PSEUDONYM)
    assert AMAL not in gates.names().meanings(RECIPIENT, older)


def test_recipients_that_put_all_their_references_together_match_nobody() -> None:
    """Two recipients with the references of both versions share none, and no difference repeats.

    Whoever lays all four lists of the same people side by side finds no value twice, and the
    differences between any two lists are as random as those between two people.
    """
    gates = Gates()
    people = [SubjectId(UUID(int=number)) for number in range(1, 401)]
    lists = []
    for turn in range(2):
        if turn:
            gates.turn(PSEUDONYM)
        names = gates.names()
        lists += [[names.reference(to, one).int for one in people] for to in (RECIPIENT, OTHER)]
    assert len(set(chain(*lists))) == 4 * len(people)
    for number, one in enumerate(lists):
        for two in lists[number + 1 :]:
            same = [a ^ b for a, b in zip(one, two, strict=True)]
            apart = sum(each.bit_count() for each in same) / len(same)
            assert 62 < apart < 66
            assert len(set(same)) == len(same)
            order = sorted(range(len(people)), key=one.__getitem__)
            rising = sum(two[a] < two[b] for a, b in pairwise(order))
            assert 0.4 < rising / len(people) < 0.6


def test_a_keyring_names_its_keys_in_plain_letters() -> None:
    """A living key has a name as every other one has."""
    ring: Keyring = Strongroom().keyring
    with pytest.raises(ValueError, match="lower-case"):
        ring.living("Index!")
