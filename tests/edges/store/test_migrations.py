"""The steps lead to the tables that the code means, whole or not at all, up and down."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gateway.store.database import Database, Store
from gateway.store.migrations import DATA, KEY, NOTHING, Chain, Status, status, upgrade
from gateway.store.tables import KEYS, MAIN

CHAINS = {"data": DATA, "keys": KEY}


def store_of(database: Database, chain: Chain) -> Store:
    """Return the database that a chain is for."""
    return database.data if chain is DATA else database.keys


@pytest.mark.parametrize("name", CHAINS)
def test_the_steps_lead_to_the_tables_of_the_code(database: Database, name: str) -> None:
    """Alembic finds no difference between the migrated schema and the tables declared."""
    chain = CHAINS[name]
    with store_of(database, chain).writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, chain.tables) == []


@pytest.mark.parametrize("name", CHAINS)
def test_primary_keys_are_those_of_the_code(database: Database, name: str) -> None:
    """Primary keys and tables without row ids, which Alembic does not compare, agree as well."""
    chain = CHAINS[name]
    with store_of(database, chain).writing() as connection:
        for table in chain.tables.tables.values():
            info = connection.exec_driver_sql(f"PRAGMA table_xinfo({table.name})").all()
            found = [row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]]
            assert found == [column.name for column in table.primary_key]
            (made,) = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE name = ?", (table.name,)
            ).all()
            rowless = table.dialect_options["sqlite"]["with_rowid"] is False
            assert ("WITHOUT ROWID" in made[0]) == rowless


def test_status_says_where_each_database_stands(tmp_path: Path) -> None:
    """A new database stands nowhere and is not ready; after an upgrade both are."""
    database = Database.open(tmp_path)
    head = DATA.scripts().get_current_head()
    assert status(database) == (Status("data", None, head), Status("keys", None, "k0001"))
    assert not any(one.ready for one in status(database))
    upgrade(database)
    assert [(one.current, one.ready) for one in status(database)] == [
        (head, True),
        ("k0001", True),
    ]
    database.close()


def test_an_upgrade_of_a_ready_database_keeps_its_data(database: Database) -> None:
    """Upgrading again changes nothing."""
    fill(database)
    before = contents(database)
    upgrade(database)
    assert contents(database) == before


def test_down_and_up_again_with_data(database: Database) -> None:
    """The way down works on a database in use and leaves no table; the way up makes them anew."""
    fill(database)
    DATA.move(database.data, NOTHING)
    assert contents(database) == {"alembic_version": []}
    upgrade(database)
    assert set(contents(database)) == {*MAIN.tables, "alembic_version"}
    fill(database)


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    """A database in which a step meets a table of that name stays exactly as it was."""
    database = Database.open(tmp_path)
    with database.data.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE log_payload (theirs)")
    with pytest.raises(Exception, match="log_payload"):
        upgrade(database)
    assert contents(database) == {"log_payload": []}
    assert status(database)[0].current is None
    database.close()


def test_every_table_says_whose_data_it_holds() -> None:
    """Each table declares in a sentence whose data it holds."""
    tables = [*MAIN.tables.values(), *KEYS.tables.values()]
    assert tables
    silent = [table.name for table in tables if len(table.info.get("holds", "").split()) < 3]
    assert silent == []


ROWS = {
    "delivery (id, digest, at)": "(x'01', x'02', 3)",
    "subject (id, v_tag, epoch, version, shielded, held, created)": "(x'01', x'02', 1, 1, 0, '0', 3)",
    "profile_version": "(x'01', 1, 3, '2026-03-01', x'01', '0', x'00', NULL)",
    "relation_event": "(NULL, x'01', 'gekoppeld', '0243', 3, 'TVS')",
    "log_entry": "(1, 0, x'01', x'02', x'03')",
    "log_payload": "(1, 0, NULL, NULL, x'04')",
}


def fill(database: Database) -> None:
    """Write a row into tables that hang together."""
    with database.data.writing() as connection:
        for table, row in ROWS.items():
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES {row}")  # noqa: S608 - our own rows


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Read every table of the data."""
    driver = database.data.reading().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    tables = driver.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
    return {name: driver.execute(f'SELECT * FROM main."{name}"').fetchall() for (name,) in tables}  # noqa: S608 - a table's own name
