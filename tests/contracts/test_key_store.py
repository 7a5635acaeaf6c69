"""Every key store keeps this law, the fake as well as the real ones."""

import pytest

from gateway.domain.keys import KEK, KeyExistsError, KeyRetiredError, KeyStore, WrappedKey
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


@pytest.mark.parametrize("many", [0, 1, 2, 17, 300])
def test_newest_keys_are_read_in_one_go(keys: KeyStore, many: int) -> None:
    """Asked about many handles, the store gives what it would have given about each."""
    handles = [b"%d" % number for number in range(many)]
    keys.add(tuple(_key(handle, "log") for handle in handles[::2]))
    keys.add(tuple(_key(handle, "log", 2) for handle in handles[::4]))
    keys.add(tuple(_key(handle, "profile", 3) for handle in handles))
    each = {handle: keys.get(handle, "log") for handle in handles}
    found = keys.newest(handles, "log")
    assert found == {handle: key.wrapped for handle, key in each.items() if key is not None}


def _kek(version: int) -> WrappedKey:
    return WrappedKey(b"kek", KEK, version, b"kek" + bytes((version,)))


def _under(handle: bytes, under: int, kind: str = "profile") -> WrappedKey:
    return WrappedKey(handle, kind, 1, handle + bytes((under,)), under)


def test_says_which_key_is_above(keys: KeyStore) -> None:
    """A key comes back with the version of the key that wraps it."""
    keys.add((_kek(3),))
    keys.add((_under(b"one", 3),))
    assert keys.get(b"one", "profile") == _under(b"one", 3)


def test_refuses_a_key_under_one_that_is_not_there(keys: KeyStore) -> None:
    """A key wrapped under a retired key would never open; it is refused, with all beside it."""
    keys.add((_kek(2),))
    with pytest.raises(KeyRetiredError):
        keys.add((_under(b"one", 2), _under(b"two", 1)))
    assert keys.get(b"one", "profile") is None


def test_pages_through_what_is_wrapped_under_older_versions(keys: KeyStore) -> None:
    """Every key under an older version is met once, page by page; those of the root are not."""
    keys.add((_kek(1), _kek(2)))
    old = [_under(bytes((number,)), 1, kind) for number in range(4) for kind in ("log", "profile")]
    keys.add((*old, _under(b"new", 2)))
    met: list[WrappedKey] = []
    while page := keys.wrapped_before(2, met[-1] if met else None, 3):
        assert len(page) <= 3
        met += page
    assert met == old
    assert not keys.wrapped_before(1, None, 3)


def test_wraps_anew_what_still_stands(keys: KeyStore) -> None:
    """A key is put in the place of the one that was read, and says what is above it now."""
    keys.add((_kek(1), _kek(2)))
    keys.add((_under(b"one", 1),))
    assert keys.rewrap([(_under(b"one", 1), _under(b"one", 2))]) == 1
    assert keys.get(b"one", "profile") == _under(b"one", 2)
    assert not keys.wrapped_before(2, None, 9)


def test_does_not_wrap_anew_what_changed_or_went(keys: KeyStore) -> None:
    """What was destroyed stays destroyed, and what another wrapped anew stays as that one left it."""
    keys.add((_kek(1), _kek(2)))
    keys.add((_under(b"one", 1), _under(b"two", 1)))
    keys.destroy(b"one", "profile")
    keys.rewrap([(_under(b"two", 1), _under(b"two", 2))])
    late = [(_under(b"one", 1), _under(b"one", 2)), (_under(b"two", 1), _under(b"two", 1))]
    assert keys.rewrap(late) == 0
    assert keys.get(b"one", "profile") is None
    assert keys.destroyed(b"one", "profile")
    assert not keys.returned()
    assert keys.get(b"two", "profile") == _under(b"two", 2)


def test_nothing_is_wrapped_anew_under_a_key_that_is_gone(keys: KeyStore) -> None:
    """A rotation that a later one has overtaken loses no key: all stays under what still opens it."""
    keys.add((_kek(1), _kek(2), _kek(3)))
    keys.add((_under(b"one", 1), _under(b"two", 1)))
    assert keys.retire(2)
    with pytest.raises(KeyRetiredError):
        keys.rewrap(
            [(_under(b"one", 1), _under(b"one", 3)), (_under(b"two", 1), _under(b"two", 2))]
        )
    assert keys.get(b"one", "profile") == _under(b"one", 1)
    assert keys.get(b"two", "profile") == _under(b"two", 1)


def test_retires_a_key_under_which_nothing_is_left(keys: KeyStore) -> None:
    """A key above others stays as long as one of them is wrapped under it."""
    keys.add((_kek(1), _kek(2)))
    keys.add((_under(b"one", 1),))
    assert not keys.retire(1)
    keys.rewrap([(_under(b"one", 1), _under(b"one", 2))])
    assert keys.retire(1)
    assert [key.version for key in keys.versions(b"kek", KEK)] == [2]
    assert not keys.retire(1)
    assert keys.scrub()


def test_counts_every_kind(keys: KeyStore) -> None:
    """Keys are counted by kind, every version."""
    keys.add((_kek(1), _kek(2)))
    keys.add((_under(b"one", 1), _under(b"two", 1, "log")))
    assert dict(keys.counts()) == {KEK: 2, "profile": 1, "log": 1}


def test_one_version_can_be_dropped(keys: KeyStore) -> None:
    """Dropping takes one version only, once, and a newer one can come: nothing is remembered of it."""
    keys.add((_key(version=1), _key(version=2), _key(kind="log", version=1)))
    assert keys.drop(_key(version=1))
    assert not keys.drop(_key(version=1))
    assert [key.version for key in keys.versions(b"one", "profile")] == [2]
    assert keys.get(b"one", "log") == _key(kind="log", version=1)
    assert keys.drop(_key(version=2))
    assert not keys.destroyed(b"one", "profile")
    keys.add((_key(version=3),))
    assert keys.get(b"one", "profile") == _key(version=3)
