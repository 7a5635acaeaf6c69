"""Where a gate keeps its store: files in its folder, or a database on a PostgreSQL server.

1. A folder is brought to the schema of this version whenever it is opened.
2. A database is changed on request only, over the owner's connection: the connection that serves
   has no right to. Gates of two versions can then stand beside each other while one is replaced.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

import sqlalchemy as sa

from gateway.domain.errors import SettingsError
from gateway.store import fences, migrations, postgres, postgres_copies, sqlite_copies
from gateway.store.copies import Backup, BackupError, Folders, Manifest, Part, make_room, seal
from gateway.store.database import DATA_FILE, KEYS_FILE, Database
from gateway.store.key_store import KeyStore
from gateway.store.postgres import Server
from gateway.store.tables import DATA_SCHEMA, KEYS_SCHEMA

FILES: Final = {Part.DATA: DATA_FILE, Part.KEYS: KEYS_FILE}
SCHEMAS: Final = {Part.DATA: DATA_SCHEMA, Part.KEYS: KEYS_SCHEMA}

Settle = Callable[[Database], None]
"""Judges a restored store before it is the store; raises to have the old one back."""


class Place(Protocol):
    """Where a store is, made or not."""

    def exists(self) -> bool:
        """Tell whether a store was made here."""
        ...

    def in_use(self) -> bool:
        """Tell whether keys were made here: then the root key that wraps them must be there too."""
        ...

    def open(self, *, create: bool) -> Database:
        """Open the store at the schema of this version; ``create`` makes it.

        Raises ``SettingsError``.
        """
        ...

    def upgrade(self) -> None:
        """Bring the store to the schema of this version."""
        ...

    def make_roles(self) -> tuple[str, ...]:
        """Make the roles of least privilege that are missing, and grant; return those made."""
        ...

    def status(self) -> dict[str, str]:
        """Say what the store is on, and for each part the schema it has and the one needed."""
        ...

    def back_up(self, folders: Folders, tenant: str, at: datetime) -> tuple[Manifest, Manifest]:
        """Copy data and keys, in this order, while gates may serve; return their manifests."""
        ...

    def destroyed(self) -> frozenset[tuple[bytes, str]]:
        """Return the keys that the store standing here knows as destroyed."""
        ...

    def restore(self, backup: Backup, settle: Settle) -> None:
        """Put a backup in the place of what stands here; no gate may run. ``settle`` may refuse."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with SQLite files (1)."""

    path: Path

    def exists(self) -> bool:
        """Tell whether the file of the data is there."""
        return (self.path / DATA_FILE).exists()

    def in_use(self) -> bool:
        """Tell whether there is a store: a folder's first keys are made with it."""
        return self.exists()

    def open(self, *, create: bool) -> Database:  # noqa: ARG002 - whoever may not make one asks `exists`
        """Open the files, made where missing, at the schema of this version."""
        database = Database.open(self.path)
        migrations.upgrade(database)
        return database

    def upgrade(self) -> None:
        """Open and close: that upgrades."""
        self.open(create=False).close()

    def make_roles(self) -> tuple[str, ...]:
        """Refuse: who may read a file is the file's mode."""
        raise SettingsError("a folder has no roles; set DOELPOORT_DATABASE_URL")

    def status(self) -> dict[str, str]:
        """Say that this is SQLite, and where each file stands."""
        database = Database.open(self.path)
        try:
            return {"store": "SQLite"} | _stands(database)
        finally:
            database.close()

    def back_up(self, folders: Folders, tenant: str, at: datetime) -> tuple[Manifest, Manifest]:
        """Copy each file as one moment sees it."""

        def made(part: Part) -> Manifest:
            to = make_room(folders.of(part), FILES[part])
            copied = sqlite_copies.copy_out(self.path / FILES[part], to)
            return seal(to, part, ("sqlite", tenant), copied, at)

        return made(Part.DATA), made(Part.KEYS)

    def destroyed(self) -> frozenset[tuple[bytes, str]]:
        """Read the list of the key file that stands here."""
        return sqlite_copies.destroyed_in(self.path / KEYS_FILE)

    def restore(self, backup: Backup, settle: Settle) -> None:
        """Prepare the files beside those that stand here, then put them in their place."""
        _must_be(backup, "sqlite")
        for file in FILES.values():
            sqlite_copies.at_rest(self.path / file)
        with TemporaryDirectory(prefix=".restore-", dir=self.path) as staged:
            for part, file in FILES.items():
                sqlite_copies.bring_in(backup.file(part), Path(staged) / file)
            database = Folder(Path(staged)).open(create=False)
            try:
                settle(database)
            finally:
                database.close()
            for file in reversed(FILES.values()):
                sqlite_copies.at_rest(Path(staged) / file)
                sqlite_copies.take_place(Path(staged) / file, self.path / file)


@dataclass(frozen=True, slots=True)
class ServedDatabase:
    """A database on a server, and how its owner reaches it (2)."""

    server: Server
    owner: Server

    def exists(self) -> bool:
        """Tell whether a schema was made there."""
        with _connected(self.server) as database:
            return any(one.current for one in migrations.status(database))

    def in_use(self) -> bool:
        """Tell whether there are keys: the schema may stand ready before the first gate comes."""
        with _connected(self.server) as database:
            made = migrations.KEY.at(database.keys) is not None
            return made and bool(KeyStore(database).counts())

    def open(self, *, create: bool) -> Database:
        """Open it; one that is not at this version's schema is upgraded by ``create`` only."""
        with _connected(self.server) as database:
            ready = all(one.ready for one in migrations.status(database))
        if not ready and not create:
            raise SettingsError("the database has another schema; run: doelpoort db upgrade")
        if not ready:
            self._make()
        return Database.connect(self.server)

    def upgrade(self) -> None:
        """Bring the database to this version's schema, over the owner's connection."""
        with _connected(self.owner) as database:
            migrations.upgrade(database)

    def make_roles(self) -> tuple[str, ...]:
        """Make the roles that are missing, give the serving user hers, and grant to all."""
        with _connected(self.server) as database:
            user = database.data.read(fences.user)
        with _connected(self.owner) as database:
            with database.data.writing() as connection:
                made = fences.make_roles(connection, user)
            for store in (database.data, database.keys):
                with store.building():
                    pass  # on leaving, the fences are raised
        return made

    def status(self) -> dict[str, str]:
        """Say which server this is, and where each schema stands."""
        with _connected(self.server) as database:
            on = database.data.read(postgres.describe)
            return {"store": on} | _stands(database)

    def back_up(self, folders: Folders, tenant: str, at: datetime) -> tuple[Manifest, Manifest]:
        """Dump each schema as one moment sees it, over the owner's connection."""

        def made(part: Part) -> Manifest:
            to = make_room(folders.of(part), f"{part}.dump")
            copied = postgres_copies.dump(self.owner, SCHEMAS[part], to)
            return seal(to, part, ("postgresql", tenant), copied, at)

        return made(Part.DATA), made(Part.KEYS)

    def destroyed(self) -> frozenset[tuple[bytes, str]]:
        """Read the list of the schema of keys that stands here; none where there is none."""
        with _connected(self.owner) as database:
            known = migrations.KEY.at(database.keys) is not None
            return frozenset(KeyStore(database).all_destroyed()) if known else frozenset()

    def restore(self, backup: Backup, settle: Settle) -> None:
        """Restore beside the schemas that stand here, which are renamed for the while."""
        _must_be(backup, "postgresql")
        schemas = tuple(SCHEMAS.values())
        postgres_copies.stand_aside(self.owner, schemas)
        try:
            for part in (Part.KEYS, Part.DATA):
                postgres_copies.restore(self.owner, SCHEMAS[part], backup.file(part))
            self._make()
            with _connected(self.owner) as database:
                settle(database)
        except BaseException:
            postgres_copies.come_back(self.owner, schemas)
            raise
        postgres_copies.drop_aside(self.owner, schemas)

    def _make(self) -> None:
        if self.owner != self.server:
            self.make_roles()
        self.upgrade()


@contextmanager
def _connected(server: Server) -> Iterator[Database]:
    """Connect for a moment; what the user may not do is a matter of settings."""
    database = Database.connect(server)
    try:
        yield database
    except sa.exc.ProgrammingError:
        raise SettingsError("this user may not; give her rights with: doelpoort db roles") from None
    finally:
        database.close()


def _must_be(backup: Backup, store: str) -> None:
    if {backup.data.store, backup.keys.store} != {store}:
        raise BackupError(f"the backup is of {backup.data.store}, this store is on {store}")


def _stands(database: Database) -> dict[str, str]:
    schema = migrations.status(database)
    return {s.chain: f"{s.current or 'empty'} (needs {s.wanted})" for s in schema}
