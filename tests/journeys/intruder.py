"""Someone with the rights of the database's administrator: no trigger, fence or grant holds her."""

import sqlite3
from contextlib import closing
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from gateway.settings import Settings
from gateway.store.database import DATA_FILE
from gateway.store.tables import DATA_SCHEMA
from tests import servers


def swap(folder: Path, table: str, column: str, index: int) -> None:
    """Put in one entry of the log what stands in the next, wherever the gate's store is."""
    statement = (
        f"UPDATE {table} SET {column} = (SELECT other.{column} FROM {table} AS other"  # noqa: S608 - our own words
        f' WHERE other."index" = {index + 1}) WHERE "index" = {index}'
    )
    url = Settings().database_url
    if url is None:
        _in_file(folder / DATA_FILE, statement)
    else:
        _on_server(url.get_secret_value(), statement)


def _in_file(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement)


def _on_server(url: str, statement: str) -> None:
    servers.newest().run(
        "SET session_replication_role = replica",
        f"SET search_path = {DATA_SCHEMA}",
        statement,
        database=str(conninfo_to_dict(url)["dbname"]),
    )
