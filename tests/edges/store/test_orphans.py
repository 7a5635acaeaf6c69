"""Keys that were made for nobody are found and destroyed, and never those of someone who is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from audit.log import Log, Submission
from gateway.crypto.keyring import Keyring
from gateway.crypto.payloads import LogPayloadSealer
from gateway.crypto.root import LocalRoot
from gateway.crypto.sealing import FieldVault
from gateway.domain.identifiers import SubjectId
from gateway.domain.orphans import GRACE, Orphan
from gateway.store.database import Database
from gateway.store.key_store import KeyStore
from gateway.store.log_storage import LogStorage
from gateway.store.orphans import StoredOrphans
from gateway.store.tables import subject
from tests.edges.store.appender import LEAF, NOON, signer

KNOWN: Final = SubjectId(UUID(int=1))
TOLD: Final = SubjectId(UUID(int=2))
NOBODY: Final = SubjectId(UUID(int=3))
LATER: Final = NOON + GRACE


@dataclass(frozen=True, slots=True)
class Room:
    """A store with keys of someone known, of someone in the log only, and of nobody."""

    database: Database
    keyring: Keyring
    keys: KeyStore
    orphans: StoredOrphans

    def has_keys(self, one: SubjectId) -> tuple[bool, bool]:
        """Tell whether there is a key of her profile, and one of her log."""
        tag = self.keyring.subject_tag(one.bytes)
        return (
            self.keys.get(one.bytes, "profile") is not None,
            self.keys.get(tag, "log") is not None,
        )

    def introduce(self, one: SubjectId) -> None:
        """Make someone known."""
        row: Mapping[str, object] = {
            "id": one, "v_tag": one.bytes, "epoch": 0, "version": 1, "shielded": False,
            "held": 0, "created": NOON, "search_closed": False,
        }  # fmt: skip
        with self.database.data.writing() as connection:
            connection.execute(sa.insert(subject), row)


@pytest.fixture(name="room")
def fixture_room(database: Database) -> Room:
    """Make keys of three, of whom one gets a profile and another an entry in the log."""
    keys = KeyStore(database)
    keyring = Keyring(LocalRoot(bytes(32)), keys)
    FieldVault(keyring, keys, "COA").create_keys([KNOWN, TOLD, NOBODY])
    log = Log(LogStorage(database), LogPayloadSealer(keyring, keys), signer())
    log.append([Submission(uuid4().bytes, LEAF, {"actor": "matcher-7"}, TOLD.bytes)])
    log.close()
    room = Room(database, keyring, keys, StoredOrphans(database, keys, keyring.subject_tag))
    room.introduce(KNOWN)
    return room


def test_an_orphan_is_known_since_it_was_first_seen(room: Room) -> None:
    """A second look keeps the first moment, and only after the term it is due."""
    assert room.orphans.look(NOON) == [Orphan(NOBODY, NOON)]
    (again,) = room.orphans.look(NOON + timedelta(days=1))
    assert again == Orphan(NOBODY, NOON)
    assert (again.is_due(LATER - timedelta(seconds=1)), again.is_due(LATER)) == (False, True)
    assert room.orphans.count() == 1


def test_who_gets_a_profile_is_no_orphan_any_more(room: Room) -> None:
    """A delivery that ended late: her keys are hers, and what was remembered of her is forgotten."""
    room.orphans.look(NOON)
    room.introduce(NOBODY)
    assert room.orphans.look(LATER) == []
    with room.database.data.writing() as connection:
        connection.execute(sa.delete(subject).where(subject.c.id == NOBODY))
    assert room.orphans.look(LATER) == [Orphan(NOBODY, LATER)]


def test_the_keys_of_an_orphan_are_destroyed(room: Room) -> None:
    """Both of them, once; a copy that brings them back is swept like any other."""
    room.orphans.look(NOON)
    assert room.orphans.destroy([NOBODY]) == 1
    assert room.has_keys(NOBODY) == (False, False)
    assert (room.orphans.destroy([NOBODY]), room.orphans.count()) == (0, 0)
    assert not room.keys.destroyed(NOBODY.bytes, "profile")


def test_who_became_known_between_look_and_deed_keeps_her_keys(room: Room) -> None:
    """The deed looks again under the lock; nor does anyone lose keys of whom the log tells."""
    room.orphans.look(NOON)
    room.introduce(NOBODY)
    assert room.orphans.destroy([KNOWN, TOLD, NOBODY]) == 0
    assert [room.has_keys(one) for one in (KNOWN, TOLD, NOBODY)] == [(True, True)] * 3
