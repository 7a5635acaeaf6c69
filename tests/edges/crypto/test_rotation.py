"""Keys are turned over while the gate is open: nothing is lost, and nothing stays under the old key."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from gateway.crypto.keyring import LOG, PROFILE, Keyring
from gateway.crypto.root import LocalRoot
from gateway.crypto.rotation import PAGE, move_root, rotate, unreadable_keys
from gateway.domain.errors import SettingsError, UnreadableValueError
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import KEK, WrappedKey
from tests.edges.crypto.people import AMAL, BASHIR, ROOT, Strongroom
from tests.fakes.key_store import FakeKeyStore

OTHER = LocalRoot(bytes(range(1, 33)))


def _silent(_: int) -> None:
    """Hear how far it is, and say nothing."""


def _filled(people: int = 3) -> Strongroom:
    room = Strongroom()
    room.vault.create_keys([SubjectId(UUID(int=number)) for number in range(people)])
    room.keyring.named("index")
    return room


def _plain(room: Strongroom) -> dict[tuple[bytes, str], bytes]:
    ring = room.keyring
    rows = [row for row in room.keys.rows.values() if row.kind != KEK]
    return {(row.handle, row.kind): ring.unwrap(row.handle, row.kind, row.wrapped) for row in rows}


def _under(room: Strongroom) -> set[int]:
    return {row.under for row in room.keys.rows.values() if row.kind != KEK}


def test_a_rotation_keeps_every_key_and_its_meaning() -> None:
    """All keys are the same after a rotation, wrapped under the new version; the old one is gone."""
    room = _filled(PAGE)  # two keys a person: more than one page
    before = _plain(room)
    heard: list[int] = []
    rotated = rotate(room.keyring, room.keys, heard.append)
    assert (rotated.version, rotated.moved, rotated.unreadable) == (2, len(before), 0)
    assert (rotated.left, rotated.scrubbed) == ((), True)
    assert _plain(room) == before
    assert _under(room) == {2}
    assert [row.version for row in room.keys.versions(b"kek", KEK)] == [2]
    assert heard == sorted(heard)
    assert heard[-1] == len(before)


def test_a_value_sealed_before_opens_after() -> None:
    """A rotation changes no sealed value."""
    room = Strongroom()
    profile = room.empty(AMAL)
    parts = room.vault.seal(profile, {7: b"A2"})
    rotate(room.keyring, room.keys, _silent)
    row = room.keys.get(AMAL.bytes, PROFILE)
    assert row is not None
    sealed = type(profile)(AMAL, profile.version, row.wrapped, parts)
    assert room.vault.open(sealed, 1 << 7) == {7: b"A2"}


def test_a_rotation_broken_off_is_gone_on_with() -> None:
    """While an older version is there, rotating again finishes the work and makes no third one."""
    room = _filled()

    class Broken(FakeKeyStore):
        def rewrap(self, keys: Sequence[tuple[WrappedKey, WrappedKey]]) -> int:
            super().rewrap(keys[:2])
            raise ConnectionError

    broken = Broken()
    broken.rows = room.keys.rows
    with pytest.raises(ConnectionError):
        rotate(room.keyring, broken, _silent)
    assert _under(room) == {1, 2}
    assert rotate(room.keyring, room.keys, _silent).version == 2
    assert _under(room) == {2}


def test_a_key_that_does_not_open_is_left_and_counted() -> None:
    """One changed key stops no rotation; it keeps the version above it, so that nothing is made worse."""
    room = _filled()
    place = (AMAL.bytes, PROFILE, 1)
    room.vault.create_keys([AMAL])
    row = room.keys.rows[place]
    room.keys.rows[place] = WrappedKey(*place, row.wrapped[:-1] + b"\0", row.under)
    assert unreadable_keys(room.keyring, room.keys) == 1
    rotated = rotate(room.keyring, room.keys, _silent)
    assert (rotated.unreadable, rotated.left) == (1, (1,))
    assert room.keys.rows[place].under == 1


def test_a_gate_that_looked_before_the_rotation_makes_readable_keys() -> None:
    """Its new keys go under the new version, for the old one takes none any more."""
    room = _filled()
    late = room.vault
    late.create_keys([AMAL])  # this gate has the first version in memory
    rotate(room.keyring, room.keys, _silent)
    late.create_keys([BASHIR])
    assert _under(room) == {2}
    assert unreadable_keys(room.keyring, room.keys) == 0


def test_a_named_key_of_a_late_gate_goes_under_the_new_version() -> None:
    """Also the keys with a name are never wrapped under a retired one."""
    room = _filled()
    late = room.keyring
    late.wrap_new(b"one", LOG)
    rotate(room.keyring, room.keys, _silent)
    late.named("pseudonym")
    assert _under(room) == {2}


def test_the_root_can_be_moved() -> None:
    """After a move the new root opens everything, and the old one nothing."""
    room = _filled()
    room.keyring.rotate()
    before = _plain(room)
    assert move_root(room.keyring, room.keys, OTHER) == 2
    moved = Keyring(OTHER, room.keys)
    assert unreadable_keys(moved, room.keys) == 0
    assert moved.opens()
    assert not Keyring(LocalRoot(ROOT), room.keys).opens()
    assert {place: moved.unwrap(*place, row.wrapped) for place, row in _rows(room)} == before


def _rows(room: Strongroom) -> list[tuple[tuple[bytes, str], WrappedKey]]:
    return [((r.handle, r.kind), r) for r in room.keys.rows.values() if r.kind != KEK]


def test_no_key_is_made_under_a_root_that_was_left_meanwhile() -> None:
    """A rotation that began before a move of the root and goes on after it is refused, and loses nothing."""
    room = _filled()
    ring, rows = room.keyring, room.keys.rows

    class Overtaken(FakeKeyStore):
        """Where the root is moved just before a key is added."""

        def add(self, keys: Sequence[WrappedKey]) -> None:
            move_root(ring, self, OTHER)
            super().add(keys)

    overtaken = Overtaken()
    overtaken.rows = rows
    with pytest.raises(SettingsError, match="another took its place"):
        rotate(Keyring(LocalRoot(ROOT), overtaken), overtaken, _silent)
    assert [row.version for row in room.keys.versions(b"kek", KEK)] == [1]
    assert unreadable_keys(Keyring(OTHER, room.keys), room.keys) == 0


def test_moving_the_root_again_changes_nothing() -> None:
    """A move that was broken off half-way is finished by doing it again."""
    room = _filled()
    room.keyring.rotate()
    first = room.keys.versions(b"kek", KEK)[0]
    room.keys.rewrap([(first, room.keyring.moved(first, OTHER))])
    assert move_root(room.keyring, room.keys, OTHER) == 2
    settled = dict(room.keys.rows)
    assert move_root(room.keyring, room.keys, OTHER) == 2
    assert room.keys.rows == settled


def test_a_key_wrapped_by_another_kind_of_root_is_named() -> None:
    """A Transit engine is not asked to open what a key file wrapped."""

    class Elsewhere(LocalRoot):
        number = 16

    room = _filled()
    with pytest.raises(UnreadableValueError, match="another kind of root"):
        Keyring(Elsewhere(ROOT), room.keys).named("index")
