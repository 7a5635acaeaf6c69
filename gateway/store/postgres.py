"""What PostgreSQL does its own way: how a server is reached, what it must promise, how it is locked.

1. A connection is used only where the server keeps every promise; each write asks anew as it begins.
   No user connects whom row-level security does not hold: not to serve, not to back up.
2. A read whose connection was lost is done once more. A write never is, once it has begun: whether
   it was committed is not known, and that is what its caller hears.
3. Nobody waits for ever: for a lock, for a reader's answer, for a transaction that stands idle.
   A commit alone has no limit: ended early it would stand here and be missing at the standby.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gateway.domain.errors import SettingsError, StoreUnavailableError
from gateway.store import arrays, fences
from gateway.store.of_thread import OfThread

Answer = TypeVar("Answer")

ERROR: Final = psycopg.Error
OLDEST: Final = 150_000
PROMISES: Final[Mapping[str, tuple[str, ...]]] = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),  # a commit returns after disk and standby have it
    "transaction_isolation": ("read committed",),  # who waited for a lock sees what was committed
    "session_replication_role": ("origin",),  # foreign keys and append-only triggers are at work
}
LIMITS: Final = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "30s"}
READ_LIMITS: Final = (
    "SET statement_timeout = '15s'; SET default_transaction_read_only = on; "
    "SET jit = off"  # reads are short: compiling one costs more than all of it
)
NETWORK: Final = {"connect_timeout": "5", "tcp_user_timeout": "10000", "keepalives_idle": "30"}

_ASK: Final = "SELECT current_setting('server_version_num'), " + ", ".join(
    f"current_setting('{name}')" for name in PROMISES
)
_UNHELD: Final = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtext(current_schema()))"
_LOST: Final = (psycopg.OperationalError, sa.exc.OperationalError)


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a server, whose data it holds, and how many may read at once."""

    url: str = field(repr=False)
    tenant: str
    readers: int = 4


class ServerStore:
    """One schema: a reading connection for each thread, and writing transactions.

    The port is ``gateway.store.database.Store``.
    """

    def __init__(self, server: Server, schema: str) -> None:
        self._schema = schema
        self._engine = _engine(server, schema)
        self._of_thread = OfThread(self._open, _drop)
        self._writers = [_Writer(_first(self._engine))]
        self._engine.dialect.default_schema_name = schema  # also before the schema is made

    @property
    def driver_error(self) -> type[Exception]:
        """What the driver below SQLAlchemy raises."""
        return ERROR

    def reading(self) -> sa.Connection:
        """Return this thread's connection for reading; each statement sees all that is committed."""
        return self._of_thread.get()

    def read(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Run ``work`` on this thread's connection, and once more where the first was lost (2)."""
        try:
            return work(self.reading())
        except _LOST as error:
            self._let_go(error)
        try:
            return work(self.reading())
        except _LOST as error:
            self._let_go(error)
            raise _unavailable(error) from None

    @contextmanager
    def writing(self, *, alone: bool = True) -> Iterator[sa.Connection]:
        """Begin a transaction; commit durably on leaving, or roll back on an error.

        Raises ``StoreUnavailableError`` where it could not begin, and where the server says that
        the commit is not what it promised.
        """
        writer = self._begun()
        try:
            if alone:
                writer.driver.execute(_ALONE)
            yield writer.connection
            writer.commit()
        except BaseException:
            writer.roll_back()
            raise
        finally:
            if writer.sound:
                self._writers.append(writer)
            else:
                writer.close()

    @contextmanager
    def building(self) -> Iterator[sa.Connection]:
        """Hold the write lock while the schema changes; raise all fences around it on leaving."""
        with self.writing() as connection:
            fences.make_schema(connection, self._schema)
            yield connection
            fences.raise_all(connection, self._schema)

    def scrub(self) -> bool:
        """Say that there is nothing to do here: a server's write-ahead log ages out by itself."""
        return True

    def close(self) -> None:
        """Close every connection."""
        self._of_thread.close()
        for writer in self._writers:
            _drop(writer.connection)
        self._writers.clear()

    def _open(self) -> sa.Connection:
        connection = self._engine.connect()
        _driver(connection).execute(READ_LIMITS)
        return connection

    def _begun(self) -> "_Writer":
        """Begin on an idle connection; on a new one where it was lost, as nothing was written yet."""
        while (idle := self._idle()) is not None:
            with suppress(*_LOST, SettingsError):
                return idle.begin()
        try:
            return _Writer(self._engine.connect()).begin()
        except SettingsError as error:  # a promise that the server kept when the gate started
            raise StoreUnavailableError(str(error)) from None
        except _LOST as error:
            raise _unavailable(error) from None

    def _idle(self) -> "_Writer | None":
        """Take a connection that nobody else takes; to look first would leave another thread a moment."""
        with suppress(IndexError):
            return self._writers.pop()
        return None

    def _let_go(self, error: Exception) -> None:
        """Forget this thread's connection; raise for what another one would not mend either."""
        if _state(error) == psycopg.errors.QueryCanceled.sqlstate:
            raise _unavailable(error) from None
        self._of_thread.let_go()


class _Writer:
    """A connection that writes, and what the server warned of meanwhile."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.driver = _driver(connection)
        self._warnings: list[str] = []
        self.driver.add_notice_handler(self._noticed)

    @property
    def sound(self) -> bool:
        """Whether the connection can begin another transaction."""
        return self.driver.info.transaction_status is psycopg.pq.TransactionStatus.IDLE

    def begin(self) -> "_Writer":
        """Begin, and see in the same round trip that every promise still holds (1)."""
        cursor = self.driver.cursor()
        try:
            cursor.execute(f"BEGIN; {_ASK}", prepare=False)
            cursor.nextset()
            check(cursor.fetchone() or ())
        except BaseException:
            self.close()
            raise
        self._warnings.clear()
        return self

    def commit(self) -> None:
        """Commit; a warning says that the standby did not confirm it (3).

        After a statement that failed the server rolls back instead, and calls that no error.
        """
        self._warnings.clear()
        if self.driver.execute("COMMIT").statusmessage != "COMMIT":
            raise StoreUnavailableError("the transaction was rolled back")
        if self._warnings:
            raise StoreUnavailableError("the commit was not confirmed by the standby")

    def roll_back(self) -> None:
        """Undo the transaction, unless the failure that led here undid it already."""
        with suppress(ERROR):
            self.driver.rollback()

    def close(self) -> None:
        """End the connection, and with it what it had begun."""
        _drop(self.connection)

    def _noticed(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self._warnings.append(notice.sqlstate or "")


def check(found: Sequence[str]) -> None:
    """Raise ``SettingsError`` naming the first promise that the server does not keep."""
    version, *settings = found
    if int(version) < OLDEST:
        raise SettingsError(f"PostgreSQL server_version_num is {version}, must be {OLDEST} or more")
    for (name, allowed), value in zip(PROMISES.items(), settings, strict=True):
        if value not in allowed:
            raise SettingsError(f"PostgreSQL {name} is {value}, must be {' or '.join(allowed)}")


def describe(connection: sa.Connection) -> str:
    """Say which server, database and user this is; nothing of it is secret."""
    version, name, user = connection.exec_driver_sql(
        "SELECT current_setting('server_version'), current_database(), current_user"
    ).one()
    return f"PostgreSQL {version}, database {name}, as {user}"


def _engine(server: Server, schema: str) -> sa.Engine:
    return sa.create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connect(server, schema),
        poolclass=sa.NullPool,
        isolation_level="AUTOCOMMIT",
        use_native_hstore=False,
    )


def _first(engine: sa.Engine) -> sa.Connection:
    """Connect for the first time; whoever cannot should look at her settings."""
    try:
        return engine.connect()
    except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
        why = _state(error) or "no answer"
        raise SettingsError(f"DOELPOORT_DATABASE_URL: cannot connect ({why})") from None


def _connect(server: Server, schema: str) -> psycopg.Connection[Any]:
    asked = conninfo_to_dict(server.url)
    ours = LIMITS | {"search_path": schema, "doelpoort.tenant": server.tenant}
    options = [
        str(asked.pop("options", "")),
        *(f"-c {name}={value}" for name, value in ours.items()),
    ]
    whole = make_conninfo(make_conninfo(**NETWORK), **asked, options=" ".join(options))
    connection = psycopg.connect(whole, autocommit=True)
    try:
        check(connection.execute(_ASK).fetchone() or ())
        _require_held(connection)
    except BaseException:
        connection.close()
        raise
    arrays.teach(connection)
    return connection


def _require_held(connection: psycopg.Connection[Any]) -> None:
    if connection.execute(_UNHELD).fetchone() != (False,):
        raise SettingsError(
            "PostgreSQL: no fence holds a superuser, nor one with BYPASSRLS; use a user without"
        )


def _driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - narrows for mypy
    return driver


def _drop(connection: sa.Connection) -> None:
    with suppress(sa.exc.SQLAlchemyError, ERROR):
        connection.invalidate()
    with suppress(sa.exc.SQLAlchemyError, ERROR):
        connection.close()


def _state(error: BaseException | None) -> str | None:
    """Return the SQLSTATE of an error, also of one that SQLAlchemy wrapped; it quotes no value."""
    original = getattr(error, "orig", error)
    return original.sqlstate if isinstance(original, psycopg.Error) else None


def _unavailable(error: Exception) -> StoreUnavailableError:
    return StoreUnavailableError(f"the database failed ({_state(error) or type(error).__name__})")
