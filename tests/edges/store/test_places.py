"""A folder makes itself ready; a served database is made and changed by its owner only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.domain.errors import SettingsError
from gateway.domain.keys import WrappedKey
from gateway.store.database import Database
from gateway.store.fences import ROLES
from gateway.store.key_store import KeyStore
from gateway.store.migrations import DATA, NOTHING
from gateway.store.places import Folder, ServedDatabase
from tests import servers


@pytest.fixture(name="empty")
def fixture_empty() -> Iterator[servers.Clone]:
    """Give a database without a schema."""
    with servers.clone(servers.newest(), empty=True) as clone:
        yield clone


@pytest.fixture(name="place")
def fixture_place(empty: servers.Clone) -> ServedDatabase:
    """Point a gate and an owner to it."""
    return ServedDatabase(empty.server(), empty.server(servers.OWNER))


def test_a_folder_is_made_and_found_again(tmp_path: Path) -> None:
    """A folder without files holds no store; opened, it does, at the schema of this version."""
    place = Folder(tmp_path)
    assert not place.exists()
    place.open(create=True).close()
    assert place.exists()
    assert place.in_use()
    assert place.status()["store"] == "SQLite"


def test_a_folder_has_no_roles(tmp_path: Path) -> None:
    """Whoever asks for roles on SQLite hears which setting is missing."""
    with pytest.raises(SettingsError, match="DOELPOORT_DATABASE_URL"):
        Folder(tmp_path).make_roles()


def test_an_owner_makes_what_a_gate_then_uses(place: ServedDatabase) -> None:
    """Made over the owner's connection, roles included, the gate opens it with its own rights."""
    assert not place.exists()
    assert not place.in_use()
    database = place.open(create=True)
    KeyStore(database).add([WrappedKey(b"h", "profile", 1, b"\1" * 70)])
    database.close()
    assert place.exists()
    assert place.in_use()
    assert place.make_roles() == ()


def test_a_schema_without_keys_is_not_in_use(place: ServedDatabase) -> None:
    """A database prepared by its owner waits for its first gate, whose root key is made then."""
    place.upgrade()
    assert place.exists()
    assert not place.in_use()


def test_a_gate_makes_and_changes_nothing(empty: servers.Clone) -> None:
    """Without the owner's connection a gate cannot make the schema, and is told what to do."""
    place = ServedDatabase(empty.server(), empty.server())
    with pytest.raises(SettingsError, match="db roles"):
        place.open(create=True)
    assert not place.exists()


def test_another_schema_is_not_served(place: ServedDatabase, empty: servers.Clone) -> None:
    """A database that stands elsewhere is refused until its owner has upgraded it."""
    place.open(create=True).close()
    owner = Database.connect(empty.server(servers.OWNER))
    DATA.move(owner.data, NOTHING)
    owner.close()
    with pytest.raises(SettingsError, match="doelpoort db upgrade"):
        place.open(create=False)
    assert place.status()["data"].startswith("empty (needs d")
    place.upgrade()
    place.open(create=False).close()


def test_roles_are_known_by_what_they_are_for() -> None:
    """Each role says in a sentence what it is for."""
    assert all(len(why.split()) > 3 for why in ROLES.values())
