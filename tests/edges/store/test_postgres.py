"""On a server: promises checked at start and at each write, and what is done when it goes away."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from audit.storage import UnavailableError
from gateway.domain.errors import SettingsError, StoreUnavailableError
from gateway.domain.keys import KeyExistsError, WrappedKey
from gateway.store.database import Database
from gateway.store.key_store import KeyStore
from gateway.store.log_storage import LogStorage
from gateway.store.postgres import PROMISES, Server, ServerStore, _driver, check, describe
from gateway.store.tables import DATA_SCHEMA, search_spent
from tests import servers

KEPT = ["180006", *(allowed[0] for allowed in PROMISES.values())]
WEAK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "local",
    "transaction_isolation": "serializable",
    "session_replication_role": "replica",
}
COUNT = sa.select(sa.func.count()).select_from(search_spent)
TWICE = "INSERT INTO log_head (log, size, frontier, checkpoint, instance) SELECT 1, n, '', '', '' FROM generate_series(1, 2) n"
SEARCH = {"actor": "matcher-7", "purpose": "P04", "at": 3}


@pytest.fixture(name="store")
def fixture_store(served: servers.Clone) -> Iterator[ServerStore]:
    """Connect to the data with the rights of a gate."""
    store = ServerStore(served.server(), DATA_SCHEMA)
    yield store
    store.close()


def spend(connection: sa.Connection) -> None:
    """Write a row."""
    bare = sa.table("search_spent", *map(sa.column, SEARCH))
    connection.execute(sa.insert(bare), SEARCH)


def count(store: ServerStore) -> int:
    """Count what was written."""
    return store.read(lambda connection: connection.scalar(COUNT) or 0)


def kill(served: servers.Clone, connection: sa.Connection) -> None:
    """End a connection's backend, and wait until it has gone."""
    served.run(f"SELECT pg_terminate_backend({_driver(connection).info.backend_pid}, 5000)")


@pytest.mark.parametrize("name", PROMISES)
def test_a_weak_setting_is_named(name: str) -> None:
    """A server with one weaker setting is refused, and the refusal names it."""
    found = list(KEPT)
    found[1 + list(PROMISES).index(name)] = WEAK[name]
    with pytest.raises(SettingsError, match=f"{name} is {WEAK[name]}"):
        check(found)
    check(KEPT)


def test_a_user_whom_no_fence_holds_is_refused(served: servers.Clone) -> None:
    """A superuser would see the rows of every tenant and change the log: nothing is served so."""
    with pytest.raises(SettingsError, match="no fence holds a superuser"):
        Database.connect(served.server("postgres"))


def test_whoever_finds_the_last_idle_connection_taken_opens_another(
    store: ServerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may take it between a look and the taking: the write goes on all the same."""

    class JustTaken(list[object]):
        """There a moment ago, and gone now."""

        def __bool__(self) -> bool:
            return True

    store.close()
    monkeypatch.setattr(store, "_writers", JustTaken())
    with store.writing() as connection:
        spend(connection)
    assert count(store) == 1


def test_an_old_server_is_refused() -> None:
    """Below version 15 the gate does not start; 15 itself will do."""
    check(["150000", *KEPT[1:]])
    with pytest.raises(SettingsError, match="server_version_num is 140019"):
        check(["140019", *KEPT[1:]])


@pytest.mark.parametrize("weak", ["off", "local", "remote_write"])
def test_a_gate_does_not_start_without_durable_commits(served: servers.Clone, weak: str) -> None:
    """A role or an address that weakens commits is met at the first connection."""
    url = make_conninfo(served.url(), options=f"-c synchronous_commit={weak}")
    with pytest.raises(SettingsError, match="synchronous_commit"):
        Database.connect(Server(url, servers.TENANT))


def test_a_promise_broken_later_stops_writing(served: servers.Clone) -> None:
    """A server whose settings are weakened while the gate runs gets nothing more to write."""
    store = ServerStore(served.server(), DATA_SCHEMA)
    try:
        with store.writing() as connection:
            spend(connection)
        (writer,) = store._writers
        writer.driver.execute("SET synchronous_commit = off")
        alter = f"ALTER DATABASE {served.name} SET synchronous_commit"
        served.run(f"{alter} = off")
        with (
            pytest.raises(StoreUnavailableError, match="synchronous_commit is off"),
            store.writing(),
        ):
            raise AssertionError("it began")
        served.run(f"ALTER DATABASE {served.name} RESET synchronous_commit")
        assert count(store) == 1
    finally:
        store.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:Gegeven!@127.0.0.1:1/none?connect_timeout=1",
        "host=/nowhere password=Gegeven!",
        "no address at all Gegeven!",
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_quoting_it(url: str) -> None:
    """Who cannot connect hears which setting to look at; password and address are not repeated."""
    with pytest.raises(SettingsError, match="DOELPOORT_DATABASE_URL") as caught:
        Database.connect(Server(url, servers.TENANT))
    assert caught.value.__suppress_context__
    assert "Gegeven" not in str(caught.value)
    assert "Gegeven" not in repr(Server(url, servers.TENANT))


def test_reading_connections_cannot_write(store: ServerStore) -> None:
    """The connection that reads for actions refuses a change."""
    with pytest.raises(sa.exc.InternalError, match="read-only"):
        store.read(spend)


def test_an_error_rolls_back(store: ServerStore) -> None:
    """What fails within a writing transaction leaves nothing behind, and the next one works."""
    with pytest.raises(sa.exc.IntegrityError), store.writing() as connection:
        connection.exec_driver_sql(TWICE)
    assert count(store) == 0
    with store.writing() as connection:
        spend(connection)
    assert count(store) == 1


def test_a_commit_that_became_a_rollback_is_none(store: ServerStore) -> None:
    """Whoever passes over a statement that failed hears at the end that nothing was written."""

    def write() -> None:
        with store.writing() as connection:
            spend(connection)
            with suppress(sa.exc.DBAPIError):
                connection.exec_driver_sql("SELECT 1 / 0")

    with pytest.raises(StoreUnavailableError, match="rolled back"):
        write()
    assert count(store) == 0


def test_threads_that_ended_keep_no_connection(served: servers.Clone, store: ServerStore) -> None:
    """Thirty threads read one after the other: the server holds a connection for the last at most."""
    before = _connections(served)
    for _ in range(30):
        reader = Thread(target=lambda: count(store))
        reader.start()
        reader.join()
    assert _connections(served) <= before + 1


def _connections(served: servers.Clone) -> int:
    with psycopg.connect(served.url("postgres")) as superuser:
        of_this = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename = 'test_gate'"
        )
        row = superuser.execute(of_this, (served.name,)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_lost_connection_is_read_from_once_more(
    served: servers.Clone, store: ServerStore
) -> None:
    """A read whose connection was ended is done again on another."""
    assert count(store) == 0
    kill(served, store.reading())
    assert count(store) == 0


def test_a_read_that_loses_two_connections_gives_up(
    served: servers.Clone, store: ServerStore
) -> None:
    """The second loss is told as unavailable, without a word of the statement."""

    def dying(connection: sa.Connection) -> int:
        kill(served, connection)
        return connection.scalar(COUNT) or 0

    with pytest.raises(StoreUnavailableError, match="the database failed") as caught:
        store.read(dying)
    assert "search_spent" not in str(caught.value)


def test_a_write_never_runs_twice(served: servers.Clone, store: ServerStore) -> None:
    """A transaction that loses its connection fails; the next begins on a new one."""

    def write_and_lose() -> None:
        with store.writing() as connection:
            spend(connection)
            kill(served, connection)
            spend(connection)

    with pytest.raises(sa.exc.OperationalError):
        write_and_lose()
    assert count(store) == 0
    with store.writing() as connection:
        spend(connection)
    assert count(store) == 1


def test_an_idle_writer_that_was_lost_is_replaced(
    served: servers.Clone, store: ServerStore
) -> None:
    """Nothing was written yet when it turns out that the kept connection is gone."""
    with store.writing() as connection:
        spend(connection)
    kill(served, store._writers[0].connection)
    with store.writing() as connection:
        spend(connection)
    assert count(store) == 2


def test_a_slow_reader_is_stopped(store: ServerStore) -> None:
    """A statement over its time is unavailable, and is not asked a second time."""
    asked = 0

    def slow(connection: sa.Connection) -> None:
        nonlocal asked
        asked += 1
        connection.exec_driver_sql("SET statement_timeout = '50ms'")
        connection.exec_driver_sql("SELECT pg_sleep(10)")

    with pytest.raises(StoreUnavailableError, match="57014"):
        store.read(slow)
    assert asked == 1


def test_limits_are_set_on_every_connection(store: ServerStore) -> None:
    """Locks and idle transactions end by themselves; only readers have a limit to a statement."""
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout")
    query = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
    assert store.read(lambda c: c.exec_driver_sql(query).one()) == ("10s", "30s", "15s")
    with store.writing() as writer:
        assert writer.exec_driver_sql(query).one() == ("10s", "30s", "0")


def test_reads_wait_outside_the_event_loop(gate: Database) -> None:
    """While the server takes its time the event loop goes on, and two reads wait at once."""

    def slow(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT pg_sleep(0.3)")

    async def story() -> tuple[int, float]:
        ticks, started = 0, time.monotonic()
        reads = asyncio.gather(gate.read(slow), gate.read(slow))
        while not reads.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks, time.monotonic() - started

    ticks, took = asyncio.run(story())
    assert ticks > 5
    assert took < 60


def test_two_who_write_keys_wait_for_each_other(gate: Database, served: servers.Clone) -> None:
    """While one transaction on the keys is open, another begins only after it: no key slips by."""
    other = Database.connect(served.server())
    key = WrappedKey(b"h" * 16, "profile", 1, b"\1" * 70)
    try:
        with gate.keys.writing() as first:
            first.exec_driver_sql("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable), other.keys.writing() as second:
                raise AssertionError(str(second))
        KeyStore(gate).add([key])
        with pytest.raises(KeyExistsError):
            KeyStore(other).add([key])
    finally:
        other.close()


def test_a_gate_that_waits_for_the_head_gives_up_in_time(
    gate: Database, served: servers.Clone
) -> None:
    """Who holds the head and stands still makes the others unavailable, not stuck."""
    with psycopg.connect(served.url("postgres")) as held:
        held.execute(
            "INSERT INTO doelpoort.log_head (log, size, frontier, checkpoint, instance, base, label, "
            "tenant) VALUES (1, 0, '', '', '', 0, '', 'doelpoort')"
        )
        served.run(f"ALTER ROLE test_gate IN DATABASE {served.name} SET lock_timeout = '50ms'")
        storage = LogStorage(gate)
        with gate.data.writing() as writer:
            writer.exec_driver_sql("SET lock_timeout = '50ms'")
        with pytest.raises(UnavailableError, match="LockNotAvailable"), storage.locked():
            raise AssertionError("it has the lock")
        held.rollback()
    with storage.locked() as transaction:
        assert transaction.head().size == 0


def test_a_commit_that_the_standby_did_not_confirm_is_not_certain(
    served: servers.Clone, store: ServerStore
) -> None:
    """A commit that is let go while it waits for a standby stands here only: its caller hears so."""
    served.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
    free = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    try:
        with psycopg.connect(served.url("postgres"), autocommit=True) as superuser:
            assert superuser.execute("SHOW synchronous_standby_names").fetchone() is not None

            async def story() -> None:
                def write() -> None:
                    with store.writing() as connection:
                        spend(connection)

                waiting = asyncio.create_task(asyncio.to_thread(write))
                while not waiting.done():
                    superuser.execute(free)
                    await asyncio.sleep(0.02)
                await waiting

            with pytest.raises(StoreUnavailableError, match="standby"):
                asyncio.run(story())
    finally:
        served.run("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")


def test_the_server_is_described_without_its_address(store: ServerStore) -> None:
    """Status tells version, database and user; neither host nor password."""
    told = store.read(describe)
    assert told.startswith("PostgreSQL ")
    assert told.endswith("as test_gate")
    assert "/" not in told
