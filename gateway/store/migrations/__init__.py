"""Brings both databases to the schema of this version: two chains of steps, data and keys.

Each chain runs whole or not at all, under the write lock, so that two gates can start at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep, StampStep
from alembic.script import ScriptDirectory

from gateway.store import (  # noqa: F401 - their tables are part of MAIN and KEYS
    caseload_tables,
    feed_tables,
    handover_tables,
    job_tables,
    key_tables,
    log_tables,
    orphan_tables,
    own_access_tables,
    placement_tables,
    policy_tables,
    replay_tables,
    team_tables,
    version_tables,
)
from gateway.store.database import Database, Store
from gateway.store.tables import KEYS, MAIN

HEAD: Final = "head"
NOTHING: Final = "base"
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Chain:
    """One database's steps and the tables they must lead to."""

    name: str
    tables: sa.MetaData

    def scripts(self) -> ScriptDirectory:
        """Return the steps as Alembic reads them."""
        return _scripts(self.name)

    def move(self, store: Store, revision: str = HEAD) -> None:
        """Go up or down to ``revision``."""
        scripts = self.scripts()
        with store.building() as connection:
            down = revision == NOTHING

            def steps(at: Any, _: MigrationContext) -> Iterable[StampStep | MigrationStep]:  # noqa: ANN401 - Alembic names no type
                # Alembic documents these two as the way to run steps from a program.
                if down:
                    return scripts._downgrade_revs(revision, at)  # noqa: SLF001 - see above
                return scripts._upgrade_revs(revision, at)  # noqa: SLF001 - see above

            with EnvironmentContext(Config(), scripts, fn=steps) as environment:
                environment.configure(connection=connection, target_metadata=self.tables)
                environment.run_migrations()

    def at(self, store: Store) -> str | None:
        """Return the revision that a database is at; ``None`` for an empty one."""
        return store.read(
            lambda connection: MigrationContext.configure(connection).get_current_revision()
        )


DATA: Final = Chain("data", MAIN)
KEY: Final = Chain("keys", KEYS)


@cache
def _scripts(chain: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(_HERE / chain))
    return ScriptDirectory.from_config(config)


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands, and where this version of the program wants it."""

    chain: str
    current: str | None
    wanted: str | None

    @property
    def ready(self) -> bool:
        """Whether the program can run on it."""
        return self.current == self.wanted


def upgrade(database: Database) -> None:
    """Bring keys and data, in this order, to the schema of this version."""
    KEY.move(database.keys)
    DATA.move(database.data)


def status(database: Database) -> tuple[Status, ...]:
    """Tell where each database stands."""
    return tuple(
        Status(chain.name, chain.at(store), chain.scripts().get_current_head())
        for chain, store in ((DATA, database.data), (KEY, database.keys))
    )
