"""Keys open only in their own place, under the root that wrapped them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.crypto.keyring import LOG, PROFILE, Keyring
from gateway.crypto.root import LocalRoot
from gateway.domain.errors import UnreadableValueError
from gateway.domain.keys import KeyExistsError, WrappedKey
from tests.edges.crypto.people import ROOT, Strongroom
from tests.fakes.key_store import FakeKeyStore


class _LateKeyStore(FakeKeyStore):
    """Another gateway adds the key between our look and our addition."""

    def __init__(self, other: Keyring) -> None:
        super().__init__()
        self.other = other
        self.raced: list[str] = []

    def get(self, handle: bytes, kind: str) -> WrappedKey | None:
        """Look, and let the other gateway be first when there is nothing yet."""
        found = super().get(handle, kind)
        if found is None and kind == "named" and kind not in self.raced:
            self.raced.append(kind)
            self.other.named(handle.decode("ascii"))
        return found


def test_named_key_is_kept() -> None:
    """A named key is 32 bytes and the same after a restart."""
    room = Strongroom()
    key = room.keyring.named("index")
    assert len(key) == 32
    assert room.keyring.named("index") == key


def test_named_keys_differ() -> None:
    """Each name has its own key, also in another gate."""
    ring = Strongroom().keyring
    names = ("index", "pseudonym", "tag", "delivery", "log", "log-signing", "token-signing")
    keys = {ring.named(name) for name in names} | {Strongroom().keyring.named("index")}
    assert len(keys) == len(names) + 1


def test_named_key_is_read_from_the_store_once() -> None:
    """A named key stays in memory, for the store is not asked a second time."""
    room = Strongroom()
    ring = room.keyring
    key = ring.named("index")
    room.keys.rows.clear()
    assert ring.named("index") == key


@pytest.mark.parametrize("name", ["", "Index", "a b", "-a", "a" * 33, "é", "a\n"])
def test_odd_names_are_refused(name: str) -> None:
    """A name is lower-case letters, digits and dashes."""
    with pytest.raises(ValueError, match="a key's name is"):
        Strongroom().keyring.named(name)


def test_first_of_two_gateways_wins() -> None:
    """When two gateways make the same named key at once, both end with the first one's."""
    keys = _LateKeyStore(Strongroom().keyring)
    keys.other = Keyring(LocalRoot(ROOT), keys)
    assert Keyring(LocalRoot(ROOT), keys).named("index") == keys.other.named("index")


def test_a_key_that_cannot_be_kept_is_not_used() -> None:
    """When the store has no key and takes none, there is no key."""

    class Closed(FakeKeyStore):
        def add(self, keys: object) -> None:
            raise KeyExistsError("named", 1)

    with pytest.raises(KeyExistsError):
        Keyring(LocalRoot(ROOT), Closed()).named("index")


def test_store_holds_no_plain_key() -> None:
    """No key in plaintext, nor the root, is in the bytes of the store."""
    room = Strongroom()
    secrets = [ROOT, *(room.keyring.named(name) for name in ("index", "log", "tag"))]
    stored = b"".join(row.wrapped for row in room.keys.rows.values())
    assert not any(secret in stored for secret in secrets)


def test_another_root_opens_nothing() -> None:
    """Keys wrapped under one root do not open under another."""
    room = Strongroom()
    room.keyring.named("index")
    with pytest.raises(UnreadableValueError, match="kek key: moved or changed"):
        Keyring(LocalRoot(bytes(32)), room.keys).named("index")


def test_new_key_opens_in_its_place_only() -> None:
    """A wrapped key does not open under another handle or as another kind."""
    ring = Strongroom().keyring
    key = ring.wrap_new(b"one", PROFILE)
    assert len(ring.unwrap(b"one", PROFILE, key.wrapped)) == 32
    for handle, kind in ((b"two", PROFILE), (b"one", LOG), (b"one\0", PROFILE)):
        with pytest.raises(UnreadableValueError, match=f"{kind} key: moved or changed"):
            ring.unwrap(handle, kind, key.wrapped)


@given(at=st.integers(0, 69), change=st.integers(1, 255))
def test_changed_wrapped_key_is_refused(at: int, change: int) -> None:
    """No byte of a wrapped key can change unnoticed."""
    ring = Strongroom().keyring
    wrapped = bytearray(ring.wrap_new(b"one", PROFILE).wrapped)
    wrapped[at] ^= change
    with pytest.raises(UnreadableValueError, match="key"):
        ring.unwrap(b"one", PROFILE, bytes(wrapped))


@given(st.binary(max_size=90))
def test_other_bytes_are_no_wrapped_key(wrapped: bytes) -> None:
    """Bytes that are not a wrapped key give the one error, whatever they are."""
    with pytest.raises(UnreadableValueError, match="profile key"):
        Strongroom().keyring.unwrap(b"one", PROFILE, wrapped)


def test_subject_key_cannot_stand_in_for_the_key_above_it() -> None:
    """A row that claims to be its own key-encryption key is refused."""
    room = Strongroom()
    room.keyring.named("index")
    first = room.keys.versions(b"kek", "kek")[0]
    forged = first.wrapped[:2] + (1).to_bytes(4, "big") + first.wrapped[6:]
    room.keys.rows[b"kek", "kek", 1] = replace(first, wrapped=forged)
    with pytest.raises(UnreadableValueError, match="not wrapped under the key above"):
        room.keyring.named("index")


def test_versions_cannot_be_swapped() -> None:
    """A key put in the row of another version is refused."""
    room = Strongroom()
    room.keyring.named("index")
    room.keyring.rotate()
    first, second = room.keys.versions(b"kek", "kek")
    room.keys.rows[b"kek", "kek", 1] = replace(second, version=1)
    room.keys.rows[b"kek", "kek", 2] = replace(first, version=2)
    with pytest.raises(UnreadableValueError, match="another version"):
        room.keyring.named("index")


def test_rotation_keeps_old_keys_open() -> None:
    """After a rotation new keys name the new version and old keys still open."""
    room = Strongroom()
    ring = room.keyring
    old = ring.wrap_new(b"one", PROFILE)
    plain = ring.unwrap(b"one", PROFILE, old.wrapped)
    assert ring.rotate() == 2
    assert [ring.wrap_new(b"two", PROFILE).wrapped[2:6], old.wrapped[2:6]] == [
        (2).to_bytes(4, "big"),
        (1).to_bytes(4, "big"),
    ]
    assert room.keyring.unwrap(b"one", PROFILE, old.wrapped) == plain


def test_rotation_starts_from_what_is_stored() -> None:
    """Two gateways that rotate one after the other make two versions."""
    room = Strongroom()
    one, two = room.keyring, room.keyring
    one.wrap_new(b"one", PROFILE)
    two.wrap_new(b"two", PROFILE)
    assert (one.rotate(), two.rotate(), one.rotate()) == (2, 3, 4)


def test_destroyed_key_encryption_key_is_named() -> None:
    """When a key-encryption key is gone, the error says which version."""
    room = Strongroom()
    key = room.keyring.wrap_new(b"one", PROFILE)
    room.keys.destroy(b"kek", "kek")
    with pytest.raises(UnreadableValueError, match="version 1: gone"):
        room.keyring.unwrap(b"one", PROFILE, key.wrapped)


def test_subject_tag_is_keyed() -> None:
    """A subject's tag is 16 bytes, hers alone, and another gate gives another."""
    ring = Strongroom().keyring
    tags = {
        ring.subject_tag(b"one"),
        ring.subject_tag(b"two"),
        Strongroom().keyring.subject_tag(b"one"),
    }
    assert len(tags) == 3
    assert {len(tag) for tag in tags} == {16}
