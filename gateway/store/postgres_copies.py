"""Dumps and restores one schema of a PostgreSQL database with PostgreSQL's own programs.

1. The log's head and the dump are of one moment: the dump takes the snapshot that the head was read in.
2. Row-level security holds for the owner too: a dump sees the rows of one tenant and of no other.
3. Owners and rights are left out: on restoring, the fences are raised anew.
4. A password is handed over in a file of its own, never among a program's words.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gateway.store.copies import PRIVATE, BackupError, Copied
from gateway.store.postgres import Server

DEBIAN: Final = Path("/usr/lib/postgresql")
ASIDE: Final = "_before_restore"
_LONGEST: Final = 300
_HEAD: Final = "SELECT size, checkpoint FROM log_head WHERE log = 1"
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_OTHERS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
)


def dump(server: Server, schema: str, to: Path) -> Copied:
    """Write a schema to a file of mode 0600, while others write (1, 2)."""
    with _connected(server, schema) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        version = _one(connection, "SELECT version_num FROM alembic_version")
        with_log = _one(connection, "SELECT to_regclass('log_head') IS NOT NULL")
        head = connection.execute(_HEAD).fetchone() if with_log else None
        words = [
            "--format=custom",
            f"--schema={schema}",
            "--no-owner",
            "--no-privileges",
            "--enable-row-security",
            f"--snapshot={snapshot}",
            f"--file={to}",
        ]
        _run("pg_dump", connection, server, words)
    return Copied(str(version), *(head or ()))


def restore(server: Server, schema: str, copy: Path) -> None:
    """Read a schema back, whole or not at all; it must not be there."""
    with _connected(server, schema) as connection:
        words = ["--single-transaction", "--no-owner", "--no-privileges", str(copy)]
        _run("pg_restore", connection, server, words)


def stand_aside(server: Server, schemas: Sequence[str]) -> None:
    """Rename what stands there; refuses while anyone else is connected."""
    with _connected(server, "pg_catalog") as connection:
        if _one(connection, _OTHERS):
            raise BackupError("the database is in use; stop every gate first")
        for schema in schemas:
            _rename(connection, schema, schema + ASIDE)


def drop_aside(server: Server, schemas: Sequence[str]) -> None:
    """Drop what was renamed: it is replaced."""
    with _connected(server, "pg_catalog") as connection:
        for schema in schemas:
            _drop(connection, schema + ASIDE)


def come_back(server: Server, schemas: Sequence[str]) -> None:
    """Drop what was restored, and put back what was renamed."""
    with _connected(server, "pg_catalog") as connection:
        for schema in schemas:
            _drop(connection, schema)
            _rename(connection, schema + ASIDE, schema)


def _drop(connection: psycopg.Connection[Any], schema: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def _rename(connection: psycopg.Connection[Any], schema: str, to: str) -> None:
    there = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema]).fetchone()
    if there == (True,):
        names = map(sql.Identifier, (schema, to))
        connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(*names))


def _run(
    program: str, connection: psycopg.Connection[Any], server: Server, words: Sequence[str]
) -> None:
    command = tool(program, connection.info.server_version // 10_000)
    with _reached(server) as conninfo:
        done = subprocess.run(  # noqa: S603 - our own words; no shell
            [command, *words, f"--dbname={conninfo}"], capture_output=True, text=True, check=False
        )
    if done.returncode:
        why = next(
            (line for line in done.stderr.splitlines() if "error" in line), "no reason given"
        )
        raise BackupError(f"{program} failed: {why[:_LONGEST]}")


def tool(program: str, server: int) -> str:
    """Find the program of the server's own version, else of the next above; ``BackupError``."""
    found = [shutil.which(program), *map(str, DEBIAN.glob(f"*/bin/{program}"))]
    fit = sorted((_major(path), path) for path in found if path)
    newer = [path for major, path in fit if major >= server]
    if not newer:
        raise BackupError(f"{program} of PostgreSQL {server} is not installed (postgresql-client)")
    return newer[0]


def _major(path: str) -> int:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - a program we found
    version = _VERSION.search(told.stdout)
    return int(version[1]) if version else 0


@contextmanager
def _reached(server: Server) -> Iterator[str]:
    """Give an address without its password, which stands in a file for the while (4)."""
    asked = conninfo_to_dict(server.url) | {"options": _options(server)}
    password = asked.pop("password", None)
    with TemporaryDirectory() as folder:
        if password is not None:
            file = Path(folder) / "pass"
            file.touch(mode=PRIVATE)
            escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
            file.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
            asked["passfile"] = str(file)
        yield make_conninfo(
            **{name: str(value) for name, value in asked.items() if value is not None}
        )


@contextmanager
def _connected(server: Server, schema: str) -> Iterator[psycopg.Connection[Any]]:
    options = f"{_options(server)} -c search_path={schema}"
    try:
        with psycopg.connect(server.url, options=options) as connection:
            yield connection
    except psycopg.Error as error:
        raise BackupError(f"the database refused ({error.sqlstate or 'no answer'})") from None


def _options(server: Server) -> str:
    own = str(conninfo_to_dict(server.url).get("options", ""))
    return f"{own} -c doelpoort.tenant={server.tenant}".strip()


def _one(connection: psycopg.Connection[Any], query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None
