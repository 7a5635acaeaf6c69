"""What is only ever added to can be neither changed nor deleted, and nothing hangs in the air."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from gateway.store.database import Database
from gateway.store.tables import MAIN
from tests import servers

SUBJECT = (
    "INSERT INTO subject (id, v_tag, epoch, version, shielded, held, created)"
    " VALUES ({one}, {two}, 1, 1, false, '0', 3)"
)
ROWS = {
    "relation_event": "(subject, kind, party, at, source) VALUES ({one}, 'gekoppeld', '0243', 3, 'TVS')",
    "consent_event": "(subject, consent_id, kind, at, recorded_by, interpreter)"
    " VALUES ({one}, {two}, 'given', 3, 'w', false)",
    "log_entry": '(log, "index", event_id, leaf_hash, leaf) VALUES (1, 0, {one}, {two}, {two})',
    "log_closed": "(log, base, label, size, frontier, checkpoint, instance)"
    " VALUES (1, 0, '', 1, {two}, 'note', '')",
    "logged_version": '(log, "index", tag, version) VALUES (1, 0, {one}, 1)',
}
BYTES = {"files": {"one": "x'01'", "two": "x'02'"}, "owner": {"one": r"'\x01'", "two": r"'\x02'"}}


@pytest.fixture(name="owner")
def fixture_owner(served: servers.Clone) -> Iterator[Database]:
    """Connect to a server's database as whoever owns its tables."""
    database = Database.connect(served.server(servers.OWNER))
    yield database
    database.close()


@pytest.fixture(name="owned", params=["files", "owner"])
def fixture_owned(request: pytest.FixtureRequest) -> Database:
    """Fill the append-only tables, and return the database as whoever owns it has it."""
    database: Database = request.getfixturevalue(request.param)
    for statement in (SUBJECT, *(f"INSERT INTO {table} {row}" for table, row in ROWS.items())):
        run(database, statement.format(**BYTES[request.param]))
    return database


def run(database: Database, statement: str) -> None:
    """Run one statement in a transaction of its own."""
    with database.data.writing() as connection:
        connection.exec_driver_sql(statement)


def count(database: Database, table: str) -> int:
    """Count a table's rows."""
    query = sa.select(sa.func.count()).select_from(MAIN.tables[table])
    return database.data.read(lambda connection: connection.scalar(query) or 0)


@pytest.mark.parametrize("table", ROWS)
def test_no_row_is_deleted(owned: Database, table: str) -> None:
    """Deleting is refused, to the owner as well, and the row stays."""
    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        run(owned, f"DELETE FROM {table}")  # noqa: S608 - our own table
    assert count(owned, table) == 1


@pytest.mark.parametrize("table", ROWS)
def test_no_table_is_emptied(owner: Database, table: str) -> None:
    """Truncating, which PostgreSQL has besides, is refused too."""
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        run(owner, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column.name) for table in ROWS for column in MAIN.tables[table].columns],
)
def test_no_column_is_changed(owned: Database, table: str, column: str) -> None:
    """Changing any column is refused, even to the value it has."""
    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        run(owned, f'UPDATE {table} SET "{column}" = "{column}"')  # noqa: S608 - our own table


def test_rows_of_an_unknown_subject_are_refused(owned: Database) -> None:
    """Foreign keys are enforced: an event needs its subject."""
    event = {"subject": b"\x77", "kind": "gekoppeld", "party": "0243", "at": 3, "source": "TVS"}
    bare = sa.table("relation_event", *map(sa.column, event))
    with pytest.raises(sa.exc.IntegrityError), owned.data.writing() as connection:
        connection.execute(sa.insert(bare), event)


@pytest.mark.parametrize(("index", "event_id"), [(0, b"\x09"), (1, b"\x01")])
def test_a_second_entry_at_an_index_is_refused(
    owned: Database, index: int, event_id: bytes
) -> None:
    """The primary key fences off a stray writer: an index is used once, an event id as well."""
    row = {"log": 1, "index": index, "event_id": event_id, "leaf_hash": b"h", "leaf": b"l"}
    with pytest.raises(sa.exc.IntegrityError), owned.data.writing() as connection:
        connection.execute(sa.insert(MAIN.tables["log_entry"]), row)
