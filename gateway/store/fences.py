"""What PostgreSQL itself refuses: rows of another tenant, and deeds beyond what a role is for.

1. Every row carries its tenant, taken from the session that wrote it; no session sees or writes
   another tenant's rows, the owner's included.
2. The gateway adds to the log and to what is only ever added to, and changes or deletes none of it;
   of the log it moves the head. Payloads are deleted by the retention role only.
3. Every table has these fences: they are raised again after each change of the schema.
4. A key that is searched carries all that is asked of it, the tenant too: to be fenced, each row that
   is met would else be looked up in a page of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import sqlalchemy as sa

from gateway.store.tables import KEYS_SCHEMA

GATEWAY: Final = "doelpoort_gateway"
RETENTION: Final = "doelpoort_retention"
OFFICER: Final = "doelpoort_officer"
ROLES: Final[Mapping[str, str]] = {
    GATEWAY: "serves: reads, adds, and changes what may change",
    RETENTION: "reads, and deletes payloads of the log whose term has ended",
    OFFICER: "reads the log, payloads sealed; nothing else",
}
STEPS: Final = "alembic_version"
_LOG: Final = frozenset({"log_head", "log_closed", "log_entry", "log_payload"})
_ADDED_TO: Final = frozenset(
    {
        "relation_event",
        "consent_event",
        "log_closed",
        "log_entry",
        "log_payload",
        "logged_version",
        "destroyed_key",
        "policy_file",
        "policy_version",
        "policy_proposal",
        "policy_approval",
        "policy_activation",
    }
)
_SEARCHED: Final = {"candidate_term": (("term", "subject"), ("seal", "tenant"))}
"""Tables that are asked by their key alone: the columns of the key, and what it carries beside them."""

_OWN: Final = "tenant = (SELECT current_setting('doelpoort.tenant', true))"


def make_schema(connection: sa.Connection, schema: str) -> None:
    """Make the schema where there is none; one that the database's administrator made will do."""
    if connection.scalar(sa.select(sa.func.to_regnamespace(schema))) is None:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")


def user(connection: sa.Connection) -> str:
    """Return who is connected."""
    return str(connection.exec_driver_sql("SELECT current_user").scalar_one())


def make_roles(connection: sa.Connection, gate: str) -> tuple[str, ...]:
    """Make the roles that are missing, without login, and let the user ``gate`` be the gateway.

    Returns the names of those made. Whoever owns the schema needs no role in it.
    """
    known = _known_roles(connection)
    made = tuple(role for role in ROLES if role not in known)
    for role in made:
        connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
    if gate != user(connection) and not connection.scalar(
        sa.select(sa.func.pg_has_role(gate, GATEWAY, "MEMBER"))
    ):
        quoted = connection.dialect.identifier_preparer.quote_identifier(gate)
        connection.exec_driver_sql(f"GRANT {GATEWAY} TO {quoted}")
    return made


def raise_all(connection: sa.Connection, schema: str) -> None:
    """Fence every table of a schema, and grant each role that exists what it is for."""
    tables = _tables(connection, schema)
    fenced = set(
        connection.scalars(
            sa.text("SELECT tablename FROM pg_policies WHERE schemaname = :of"), {"of": schema}
        )
    )
    for table in tables:
        if table != STEPS and table not in fenced:
            _fence(connection, f'{schema}."{table}"')
        if table in _SEARCHED:
            _carry(connection, schema, table)
    for role in _known_roles(connection):
        _grant(connection, schema, role, tables)


def _fence(connection: sa.Connection, table: str) -> None:
    for deed in (
        "ADD COLUMN tenant text NOT NULL DEFAULT current_setting('doelpoort.tenant')",
        "ENABLE ROW LEVEL SECURITY",
        "FORCE ROW LEVEL SECURITY",
    ):
        connection.exec_driver_sql(f"ALTER TABLE {table} {deed}")
    connection.exec_driver_sql(f"CREATE POLICY own_tenant ON {table} USING ({_OWN})")


def _carry(connection: sa.Connection, schema: str, table: str) -> None:
    """Let the table's key carry what it should of the columns that there are (4)."""
    columns, carried = _SEARCHED[table]
    there = set(_columns(connection, f"{schema}.{table}"))
    wanted = [name for name in carried if name in there]
    if _columns(connection, f"{schema}.pk_{table}") == [*columns, *wanted]:
        return
    connection.exec_driver_sql(
        f"ALTER TABLE {schema}.{table} DROP CONSTRAINT IF EXISTS pk_{table}, ADD CONSTRAINT pk_{table}"
        f" PRIMARY KEY ({', '.join(columns)}) INCLUDE ({', '.join(wanted)})"
    )


def _columns(connection: sa.Connection, of: str) -> list[str]:
    """Return the columns of a table or an index, in order."""
    listed = sa.text(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:of)"
        " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    return list(connection.scalars(listed, {"of": of}))


def _grant(connection: sa.Connection, schema: str, role: str, tables: tuple[str, ...]) -> None:
    if role != GATEWAY and schema == KEYS_SCHEMA:
        return
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}")
    for table in tables:
        if deeds := ", ".join(_deeds(role, table)):
            run(f'GRANT {deeds} ON {schema}."{table}" TO {role}')
    if role == GATEWAY:
        run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}")


def _deeds(role: str, table: str) -> Iterator[str]:
    """Yield what a role may do with a table (2)."""
    if role != OFFICER or table in _LOG:
        yield "SELECT"
    if role == RETENTION and table == "log_payload":
        yield "DELETE"
    if role != GATEWAY or table == STEPS:
        return
    yield "INSERT"
    if table not in _ADDED_TO:
        yield "UPDATE"
        if table != "log_head":
            yield "DELETE"


def _tables(connection: sa.Connection, schema: str) -> tuple[str, ...]:
    listed = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = :of ORDER BY tablename")
    return tuple(connection.scalars(listed, {"of": schema}))


def _known_roles(connection: sa.Connection) -> tuple[str, ...]:
    listed = sa.text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:of) ORDER BY rolname")
    return tuple(connection.scalars(listed, {"of": list(ROLES)}))
