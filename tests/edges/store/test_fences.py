"""What the server refuses by itself: another tenant's rows, and deeds beyond what a role is for."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from audit.log import Log
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from gateway.store.tables import DATA_SCHEMA, KEYS, KEYS_SCHEMA, MAIN
from tests import servers
from tests.edges.store.appender import signer, submission
from tests.fakes.payload_sealer import MemoryPayloadSealer

TABLES = [
    *(f"{DATA_SCHEMA}.{name}" for name in MAIN.tables),
    *(f"{KEYS_SCHEMA}.{name}" for name in KEYS.tables),
]
DEEDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
KEPT = {
    *(
        "relation_event",
        "consent_event",
        "log_closed",
        "log_entry",
        "log_payload",
        "logged_version",
        "destroyed_key",
    ),
    *("policy_file", "policy_version", "policy_proposal", "policy_approval", "policy_activation"),
}
"""What a gate adds to and never changes."""


@pytest.fixture(name="filled")
def fixture_filled(served: servers.Clone) -> servers.Clone:
    """Give a database in which one tenant's gate wrote to the log."""
    database = Database.connect(served.server())
    log = Log(LogStorage(database), MemoryPayloadSealer(), signer())
    log.append([submission(), submission()])
    log.close()
    database.close()
    return served


@pytest.fixture(name="stranger")
def fixture_stranger(filled: servers.Clone) -> Iterator[Database]:
    """Connect to it with the same rights, for another tenant."""
    database = Database.connect(filled.server(tenant="other"))
    yield database
    database.close()


def attempt(clone: servers.Clone, user: str, statement: str) -> int:
    """Run a statement as a user of this tenant; return how many rows it touched."""
    options = f"-c doelpoort.tenant={servers.TENANT}"
    with psycopg.connect(clone.url(user), options=options) as connection:
        return connection.execute(statement.encode()).rowcount


def rights(clone: servers.Clone, role: str, table: str) -> set[str]:
    """Ask the server what a role may do with a table."""
    question = "SELECT has_table_privilege(%s, %s, %s)"
    with psycopg.connect(clone.url("postgres")) as connection:
        return {
            deed
            for deed in DEEDS
            if connection.execute(question, (role, table, deed)).fetchone() == (True,)
        }


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_fenced(served: servers.Clone, table: str) -> None:
    """Row-level security is on and forced, and one policy speaks, for each table there is."""
    question = (
        "SELECT relrowsecurity, relforcerowsecurity,"
        " (SELECT array_agg(polname::text) FROM pg_policy WHERE polrelid = c.oid)"
        " FROM pg_class c WHERE c.oid = %s::regclass"
    )
    with psycopg.connect(served.url("postgres")) as connection:
        found = connection.execute(question, (table,)).fetchone()
    assert found == (True, True, ["own_tenant"])


@pytest.mark.parametrize("table", ["log_head", "log_entry", "log_payload", "search_spent"])
def test_another_tenant_sees_nothing(stranger: Database, table: str) -> None:
    """A session of another tenant counts no row where there are some."""
    query = sa.select(sa.func.count()).select_from(MAIN.tables[table])
    assert stranger.data.read(lambda connection: connection.scalar(query)) == 0


@pytest.mark.parametrize("user", ["test_gate", servers.OWNER])
def test_no_tenant_set_sees_nothing(filled: servers.Clone, user: str) -> None:
    """A session that says no tenant sees no row, the owner's own session included."""
    with psycopg.connect(filled.url(user)) as connection:
        found = connection.execute("SELECT count(*) FROM doelpoort.log_entry").fetchone()
    assert found == (0,)


def test_another_tenant_changes_nothing(stranger: Database, filled: servers.Clone) -> None:
    """What it cannot see it cannot change or delete; and it cannot write in another's name."""
    for deed in ("UPDATE search_spent SET at = 9", "DELETE FROM search_spent"):
        with stranger.data.writing() as connection:
            assert connection.exec_driver_sql(deed).rowcount == 0
    theirs = (
        "INSERT INTO search_spent (actor, purpose, at, tenant) VALUES ('a', 'P04', 3, 'doelpoort')"
    )
    with (
        pytest.raises(sa.exc.ProgrammingError, match="row-level security"),
        stranger.data.writing() as connection,
    ):
        connection.exec_driver_sql(theirs)
    assert attempt(filled, "test_gate", "SELECT 1 FROM doelpoort.search_spent") == 2


@pytest.mark.parametrize("table", TABLES)
def test_a_gate_may_do_what_it_is_for(served: servers.Clone, table: str) -> None:
    """It reads and adds everywhere, changes what may change, and never removes head or history."""
    name = table.split(".")[1]
    wanted = {"SELECT", "INSERT"}
    if name not in KEPT:
        wanted |= {"UPDATE"} if name == "log_head" else {"UPDATE", "DELETE"}
    assert rights(served, "test_gate", table) == wanted


@pytest.mark.parametrize("table", TABLES)
def test_retention_deletes_payloads_only(served: servers.Clone, table: str) -> None:
    """Its one deed besides reading is to delete payloads; keys it does not even see."""
    wanted = set() if table.startswith(KEYS_SCHEMA) else {"SELECT"}
    if table == "doelpoort.log_payload":
        wanted.add("DELETE")
    assert rights(served, "test_retention", table) == wanted


@pytest.mark.parametrize("table", TABLES)
def test_an_officer_reads_the_log_only(served: servers.Clone, table: str) -> None:
    """She reads heads, entries and sealed payloads, nothing about subjects, and changes nothing."""
    parts = ("log_head", "log_closed", "log_entry", "log_payload")
    log = {f"doelpoort.{part}" for part in parts}
    assert rights(served, "test_officer", table) == ({"SELECT"} if table in log else set())


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE doelpoort.log_entry SET leaf = ''",
        "DELETE FROM doelpoort.log_entry",
        "UPDATE doelpoort.log_payload SET payload = NULL",
        "DELETE FROM doelpoort.log_payload",
        "DELETE FROM doelpoort.log_head",
        "TRUNCATE doelpoort.log_payload",
        "DROP TABLE doelpoort.log_payload",
        "ALTER TABLE doelpoort.log_entry DISABLE TRIGGER ALL",
        "ALTER TABLE doelpoort.log_entry NO FORCE ROW LEVEL SECURITY",
        "UPDATE doelpoort.alembic_version SET version_num = 'd0001'",
        "DELETE FROM doelpoort_keys.destroyed_key",
        "CREATE TABLE doelpoort.own (a integer)",
        "SET session_replication_role = replica",
    ],
)
def test_a_gate_is_refused_the_rest(filled: servers.Clone, deed: str) -> None:
    """With the rights of a gate the log cannot be rewritten, nor its fences taken down."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attempt(filled, "test_gate", deed)


def test_payloads_go_by_the_hand_of_retention(filled: servers.Clone) -> None:
    """The retention role deletes a payload, and cannot touch the entry it belonged to."""
    assert attempt(filled, "test_retention", "DELETE FROM doelpoort.log_payload") == 2
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attempt(filled, "test_retention", "DELETE FROM doelpoort.log_entry")


def test_even_a_superuser_meets_the_triggers(filled: servers.Clone) -> None:
    """Whom no grant holds still has to take a trigger away first: no slip of the hand does it."""
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        filled.run("DELETE FROM doelpoort.log_entry")
