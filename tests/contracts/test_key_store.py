"""Every key store keeps this law, the fake as well as the real ones."""

import pytest

from gateway.domain.keys import KeyExistsError, KeyStore, WrappedKey
from tests.contracts.bodies import Body


@pytest.fixture(name="keys")
def fixture_keys(body: Body) -> KeyStore:
    """Take the key store of each body."""
    return body.keys


def _key(handle: bytes = b"one", kind: str = "profile", version: int = 1) -> WrappedKey:
    return WrappedKey(handle, kind, version, b"wrapped" + handle + bytes((version,)))


def test_gives_back_what_was_added(keys: KeyStore) -> None:
    """A key comes back with every byte it was added with."""
    key = WrappedKey(bytes(range(16)), "log", 1, bytes(range(256)))
    keys.add((key,))
    assert keys.get(key.handle, "log") == key


def test_unknown_key_is_none(keys: KeyStore) -> None:
    """An unknown handle has no key and no versions."""
    assert keys.get(b"nobody", "profile") is None
    assert list(keys.versions(b"nobody", "profile")) == []


def test_adding_nothing_is_allowed(keys: KeyStore) -> None:
    """An empty addition changes nothing."""
    keys.add(())
    assert keys.get(b"one", "profile") is None


def test_kinds_do_not_mix(keys: KeyStore) -> None:
    """One handle can have keys of two kinds that know nothing of each other."""
    keys.add((_key(kind="profile"), _key(kind="log")))
    keys.destroy(b"one", "profile")
    assert keys.get(b"one", "profile") is None
    assert keys.get(b"one", "log") == _key(kind="log")


def test_newest_version_comes_back(keys: KeyStore) -> None:
    """The newest version is the one with the highest number, whatever the order of adding."""
    keys.add((_key(version=10), _key(version=2)))
    keys.add((_key(version=9),))
    assert keys.get(b"one", "profile") == _key(version=10)
    assert [key.version for key in keys.versions(b"one", "profile")] == [2, 9, 10]


def test_refuses_to_replace(keys: KeyStore) -> None:
    """A key that exists stays as it is, and the attempt is an error."""
    keys.add((_key(),))
    with pytest.raises(KeyExistsError):
        keys.add((WrappedKey(b"one", "profile", 1, b"another"),))
    assert keys.get(b"one", "profile") == _key()


def test_takes_all_or_none(keys: KeyStore) -> None:
    """When one of several keys exists, none of the others is added either."""
    keys.add((_key(b"two"),))
    with pytest.raises(KeyExistsError):
        keys.add((_key(b"one"), _key(b"two"), _key(b"three")))
    assert keys.get(b"one", "profile") is None
    assert keys.get(b"three", "profile") is None


def test_refuses_the_same_key_twice_at_once(keys: KeyStore) -> None:
    """The same place twice in one addition is an error, and neither is added."""
    with pytest.raises(KeyExistsError):
        keys.add((_key(), _key()))
    assert keys.get(b"one", "profile") is None


def test_destroys_every_version(keys: KeyStore) -> None:
    """Destruction takes all versions of one handle and of no other."""
    keys.add((_key(version=1), _key(version=2), _key(b"two")))
    assert keys.destroy(b"one", "profile") is True
    assert list(keys.versions(b"one", "profile")) == []
    assert keys.get(b"two", "profile") == _key(b"two")


def test_destroying_nothing_says_so(keys: KeyStore) -> None:
    """Destruction tells when there was nothing to destroy."""
    assert keys.destroy(b"one", "profile") is False


def test_takes_many_at_once(keys: KeyStore) -> None:
    """A delivery's worth of keys goes in at once."""
    many = tuple(_key(number.to_bytes(16, "big")) for number in range(5000))
    keys.add(many)
    assert all(keys.get(key.handle, "profile") == key for key in many[::97])


def test_remembers_what_was_destroyed(keys: KeyStore) -> None:
    """A destroyed handle is known as such and never gets a key of that kind again."""
    keys.add([_key(b"one")])
    assert keys.destroyed(b"one", "profile") is False
    keys.destroy(b"one", "profile")
    assert keys.destroyed(b"one", "profile") is True
    assert keys.destroyed(b"one", "log") is False
    with pytest.raises(KeyExistsError):
        keys.add([_key(b"one")])
