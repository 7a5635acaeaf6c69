"""What is only ever added to can be neither changed nor deleted, and nothing hangs in the air."""

import sqlite3

import pytest
import sqlalchemy as sa

from gateway.store.database import Database
from gateway.store.tables import MAIN

ROWS = {
    "relation_event": "(1, x'01', 'gekoppeld', '0243', 3, 'TVS')",
    "consent_event": "(1, x'01', x'05', 'given', 3, 'w', 0, 4, 'P04', 'soort:x', 'a', 'v1', 'ti', 0, NULL, 0)",
    "log_entry": "(1, 0, x'01', x'02', x'03')",
}


@pytest.fixture(name="driver")
def fixture_driver(database: Database) -> sqlite3.Connection:
    """Fill the append-only tables, and return the connection of whoever owns the file."""
    with database.data.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO subject (id, v_tag, epoch, version, shielded, held, created)"
            " VALUES (x'01', x'02', 1, 1, 0, '0', 3)"
        )
        for table, row in ROWS.items():
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES {row}")  # noqa: S608 - our own rows
    owner = database.data._engine.raw_connection().driver_connection
    assert isinstance(owner, sqlite3.Connection)
    return owner


@pytest.mark.parametrize("table", ROWS)
def test_no_row_is_deleted(driver: sqlite3.Connection, table: str) -> None:
    """Deleting is refused, and the row stays."""
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        driver.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table
    assert driver.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)  # noqa: S608 - our own table


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column.name) for table in ROWS for column in MAIN.tables[table].columns],
)
def test_no_column_is_changed(driver: sqlite3.Connection, table: str, column: str) -> None:
    """Changing any column is refused, even to the value it has."""
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        driver.execute(f'UPDATE {table} SET "{column}" = "{column}"')  # noqa: S608 - our own table


def test_rows_of_an_unknown_subject_are_refused(database: Database) -> None:
    """Foreign keys are enforced: an event needs its subject."""
    with pytest.raises(sa.exc.IntegrityError), database.data.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO relation_event (subject, kind, party, at, source)"
            " VALUES (x'77', 'gekoppeld', '0243', 3, 'TVS')"
        )


def test_a_second_entry_at_an_index_is_refused(driver: sqlite3.Connection) -> None:
    """The primary key fences off a stray writer: an index is used once, an event id as well."""
    for row in ("(1, 0, x'09', x'02', x'03')", "(1, 1, x'01', x'02', x'03')"):
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            driver.execute(f"INSERT INTO log_entry VALUES {row}")  # noqa: S608 - our own rows
