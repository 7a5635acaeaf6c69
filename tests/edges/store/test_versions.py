"""An older profile that is put back whole does not open, and the log tells on whoever puts it back."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from audit.log import Log
from gateway.crypto.keyring import Keyring
from gateway.crypto.root import LocalRoot
from gateway.crypto.sealing import FieldVault
from gateway.domain.changes import Change, OpenDelivery, RuleFacts, StoreProfile
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from gateway.domain.subjects import SealedProfile
from gateway.domain.versions import REVISED, STORED, ReplayedValueError
from gateway.keeper.versions import version_faults
from gateway.store.database import Database
from gateway.store.key_store import KeyStore
from gateway.store.ledger import LogLedger
from gateway.store.log_storage import LogStorage
from gateway.store.subjects import Subjects
from gateway.store.tables import profile_version, subject
from gateway.store.version_tables import logged_version
from gateway.store.versions import StoredVersions
from tests import servers
from tests.edges.store.appender import NOON, signer
from tests.fakes.payload_sealer import MemoryPayloadSealer

AMAL: Final = SubjectId(UUID(int=1))
BASHIR: Final = SubjectId(UUID(int=2))
TABLES: Final = (subject, profile_version)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class House:
    """A store with two people, the vault that seals them, and what an intruder can do below it."""

    database: Database
    log: Log
    sealer: MemoryPayloadSealer
    vault: FieldVault
    keys: Mapping[SubjectId, bytes]
    delivery: UUID

    def append(self, whose: SubjectId | None, outcome: str, *changes: Change) -> None:
        """Append one entry with its changes."""
        record = AuditRecord(uuid4(), RecordKind.PROFILE, NOON, outcome, subject=whose)
        (answer,) = asyncio.run(LogLedger(self.log).append([Entry(record, changes)]))
        assert isinstance(answer, Receipt)

    def store(self, whose: SubjectId, version: int) -> None:
        """Store a version of a profile, which says in a field which one it is."""
        blank = SealedProfile(whose, version, self.keys[whose], b"")
        parts = self.vault.seal(blank, {7: b"%d" % version})
        change = StoreProfile(
            whose, whose.bytes, version, NOON, "2026-03-01", 1, b"digest", parts,
            RuleFacts(), (), (), delivery=self.delivery,
        )  # fmt: skip
        self.append(whose, STORED, change)

    def read(self, *people: SubjectId) -> Mapping[SubjectId, bytes | None]:
        """Open that field of each; ``None`` for whose profile was put back."""
        dossiers = asyncio.run(Subjects(self.database, self.sealer.tag).load(people))
        return {one: self._open(dossiers[one].profile) for one in people}

    def _open(self, profile: SealedProfile | None) -> bytes | None:
        assert profile is not None
        try:
            return self.vault.open(profile, 1 << 7)[7]
        except ReplayedValueError:
            return None

    def faults(self) -> list[str]:
        """Compare the store with its log."""
        book = StoredVersions(self.database, self.sealer.tag)
        return [str(fault) for fault in version_faults(book)]

    def rows(self) -> Rows:
        """Read the rows of all profiles."""
        with self.database.data.writing() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                for table in TABLES
            }

    def put_back(self, rows: Rows) -> None:
        """Put rows in the place of those that stand there, as who may write the tables can."""
        with self.database.data.writing() as connection:
            connection.execute(sa.delete(profile_version))
            for row in rows["subject"]:
                hers = subject.c.id == row["id"]
                connection.execute(sa.update(subject).where(hers).values(row))
            connection.execute(sa.insert(profile_version), list(rows["profile_version"]))


@pytest.fixture(name="house")
def fixture_house(database: Database) -> Iterator[House]:
    """Store a first version of two people, and a second one of the first, among other entries."""
    sealer, store = MemoryPayloadSealer(), KeyStore(database)
    log = Log(LogStorage(database), sealer, signer())
    vault = FieldVault(Keyring(LocalRoot(bytes(32)), store), store, "COA")
    keys = vault.create_keys([AMAL, BASHIR])
    house = House(database, log, sealer, vault, keys, uuid4())
    house.append(None, "received", OpenDelivery(house.delivery, bytes(32), NOON))
    for one in (AMAL, BASHIR):
        house.store(one, 1)
    house.append(AMAL, "terms settled")
    yield house
    log.close()


@pytest.fixture(name="below")
def fixture_below(request: pytest.FixtureRequest, database: Database) -> Callable[[str], None]:
    """Write below all triggers and roles, as whoever has the file or the server can."""

    def on_files(statement: str) -> None:
        with database.data.writing() as connection:
            listed = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in connection.exec_driver_sql(listed).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql(statement.format("x'ff'"))

    def on_server(statement: str) -> None:
        served: servers.Clone = request.getfixturevalue("served")
        for table in ("logged_version", "profile_version", "subject"):
            statement = statement.replace(f" {table} ", f" doelpoort.{table} ")
        served.run("SET session_replication_role = replica", statement.format(r"'\xff'"))

    return on_files if database.data.reading().dialect.name == "sqlite" else on_server


def test_what_the_store_has_is_what_the_log_knows(house: House) -> None:
    """A store in which nobody meddled opens, and has no fault."""
    house.store(AMAL, 2)
    assert house.read(AMAL, BASHIR) == {AMAL: b"2", BASHIR: b"1"}
    assert house.faults() == []


def test_an_older_profile_put_back_whole_does_not_open(house: House) -> None:
    """Alone or among others, and the check names whose it is; nobody else is held up."""
    before = house.rows()
    house.store(AMAL, 2)
    house.put_back(before)
    assert house.read(AMAL) == {AMAL: None}
    assert house.read(AMAL, BASHIR) == {AMAL: None, BASHIR: b"1"}
    assert house.faults() == [f"subject {AMAL}: profile: version 1, though the log knows version 2"]


def test_a_profile_of_which_the_sealed_parts_are_gone_is_no_blank(house: House) -> None:
    """Her key was never destroyed, so she was not erased: the profile does not open."""
    with house.database.data.writing() as connection:
        connection.execute(sa.update(profile_version).values(parts=None))
    with pytest.raises(UnreadableValueError):
        house.read(AMAL)


def test_who_puts_back_what_is_kept_too_meets_the_log(
    house: House, below: Callable[[str], None]
) -> None:
    """With the newest row cut off below all triggers it opens, and the check names the entry."""
    before = house.rows()
    house.store(AMAL, 2)
    house.put_back(before)
    below("DELETE FROM logged_version WHERE version = 2")
    assert house.read(AMAL) == {AMAL: b"1"}
    assert house.faults() == ["entry 4: version: 2 was stored, and is not kept"]


@pytest.mark.parametrize(
    ("deed", "fault"),
    [
        (
            'UPDATE logged_version SET version = 7 WHERE "index" = 1',
            "entry 1: version: 1 was stored, and another is kept",
        ),
        (
            'UPDATE logged_version SET tag = {} WHERE "index" = 1',
            "entry 1: version: 1 was stored, and another is kept",
        ),
        (
            'UPDATE logged_version SET "index" = 3 WHERE "index" = 1',
            "entry 3: version: is kept of an entry that stores none",
        ),
    ],
    ids=["version", "tag", "entry"],
)
def test_what_is_kept_cannot_say_otherwise(
    house: House, below: Callable[[str], None], deed: str, fault: str
) -> None:
    """Whatever is changed in what is kept differs from the log, and is named."""
    below(deed)
    assert fault in house.faults()


def test_an_entry_that_stores_nothing_is_kept_nowhere(house: House) -> None:
    """One row for each version, at the place of its entry and under the tag of whose it is."""
    with house.database.data.writing() as connection:
        rows = connection.execute(sa.select(logged_version).order_by(logged_version.c.index)).all()
    tags = {one: house.sealer.tag(one.bytes) for one in (AMAL, BASHIR)}
    assert [tuple(row) for row in rows] == [(1, 1, tags[AMAL], 1), (1, 2, tags[BASHIR], 1)]


def test_who_is_gone_from_the_store_is_a_fault(house: House, below: Callable[[str], None]) -> None:
    """A person of whom every row was deleted is still one that the log knows."""
    below("DELETE FROM profile_version WHERE version = 1")
    below("DELETE FROM subject WHERE version = 1")
    tags = [house.sealer.tag(one.bytes).hex() for one in (AMAL, BASHIR)]
    assert house.faults() == [
        f"tag {tag}: profile: was stored, and nobody in the store has it" for tag in tags
    ]


def test_a_version_of_nobody_is_a_fault(house: House) -> None:
    """An entry that says it stored something, of whom it does not say, is named."""
    house.append(None, REVISED)
    assert house.faults() == ["entry 4: version: was stored, and of nobody"]
