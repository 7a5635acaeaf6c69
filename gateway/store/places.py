"""Where a gate keeps its store: files in its folder, or a database on a PostgreSQL server.

1. A folder is brought to the schema of this version whenever it is opened.
2. A database is changed on request only, over the owner's connection: the connection that serves
   has no right to. Gates of two versions can then stand beside each other while one is replaced.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from gateway.domain.errors import SettingsError
from gateway.store import fences, migrations, postgres
from gateway.store.database import DATA_FILE, Database
from gateway.store.key_store import KeyStore
from gateway.store.postgres import Server


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


def _stands(database: Database) -> dict[str, str]:
    schema = migrations.status(database)
    return {s.chain: f"{s.current or 'empty'} (needs {s.wanted})" for s in schema}
