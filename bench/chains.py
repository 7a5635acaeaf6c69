"""The row-locked hash chain that web products keep: one transaction an entry, each row hashing the last.

It is kept in two ways. Bare, by hand-written SQL on the driver, is faster than any product has it;
through an ORM, with a session an entry, is how frameworks teach it.
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol
from uuid import uuid4

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from audit.draft import drafts
from audit.entry import SALT_BYTES, canonical, commit
from bench.rig import Rig

CONNECTIONS = 16
"""As many as a web product's pool would hold on two cores; more only wait longer."""


class Chain(Protocol):
    """A chain that takes one entry at a time."""

    def append(self, content: str) -> None:
        """Append one entry in a transaction of its own."""
        ...


class FileChain:
    """On SQLite, one connection and a lock: threads that wait inside SQLite would be slower still."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            folder / "chain.db", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(
            "CREATE TABLE chain (id INTEGER PRIMARY KEY, hash BLOB, content TEXT NOT NULL)"
        )

    def append(self, content: str) -> None:
        """Append one entry in a transaction of its own."""
        with self._lock:
            run = self._database.execute
            run("BEGIN IMMEDIATE")
            last = run("SELECT hash FROM chain ORDER BY id DESC LIMIT 1").fetchone()
            hashed = sha256((last[0] if last else b"") + content.encode()).digest()
            run("INSERT INTO chain (hash, content) VALUES (?, ?)", (hashed, content))
            run("COMMIT")


class ServerChain:
    """On PostgreSQL, a pool of connections; the row with the last hash is locked FOR UPDATE."""

    def __init__(self, url: str) -> None:
        self._idle: SimpleQueue[psycopg.Connection[Any]] = SimpleQueue()
        for _ in range(CONNECTIONS):
            self._idle.put(psycopg.connect(url))
        with psycopg.connect(url, autocommit=True) as made:
            made.execute("CREATE SCHEMA chain")
            made.execute("CREATE TABLE chain.last (hash bytea)")
            made.execute("CREATE TABLE chain.row (id bigserial PRIMARY KEY, hash bytea, text text)")
            made.execute("INSERT INTO chain.last VALUES ('')")

    def append(self, content: str) -> None:
        """Append one entry in a transaction of its own."""
        connection = self._idle.get()
        try:
            with connection.transaction():
                last = connection.execute("SELECT hash FROM chain.last FOR UPDATE").fetchone()
                assert last is not None
                hashed = sha256(last[0] + content.encode()).digest()
                connection.execute(
                    "INSERT INTO chain.row (hash, text) VALUES (%s, %s)", (hashed, content)
                )
                connection.execute("UPDATE chain.last SET hash = %s", (hashed,))
        finally:
            self._idle.put(connection)

    def close(self) -> None:
        """Close every connection; none may be in use."""
        while not self._idle.empty():
            self._idle.get().close()


class _Base(DeclarativeBase):
    pass


class _Last(_Base):
    __tablename__ = "orm_last"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes]


class _Row(_Base):
    __tablename__ = "orm_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes]
    text: Mapped[str]


class OrmChain:
    """Through SQLAlchemy's ORM: a session an entry, the row with the last hash got FOR UPDATE."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        _Base.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            session.add(_Last(id=1, hash=b""))

    def append(self, content: str) -> None:
        """Append one entry in a transaction of its own."""
        with Session(self._engine) as session, session.begin():
            last = session.get_one(_Last, 1, with_for_update=True)
            last.hash = sha256(last.hash + content.encode()).digest()
            session.add(_Row(hash=last.hash, text=content))

    def close(self) -> None:
        """Close every connection; none may be in use."""
        self._engine.dispose()


def file_engine(folder: Path) -> sa.Engine:
    """Give one connection to a file, handed from thread to thread: more would sleep for its lock."""
    engine = sa.create_engine(
        f"sqlite:///{folder / 'orm.db'}",
        pool_size=1,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _promise(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = (
            None  # the transaction is begun below, as the ORM's manual says
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def server_engine(url: str) -> sa.Engine:
    """Give a pool of connections to the schema that ``ServerChain`` made."""
    return sa.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, options="-c search_path=chain"),
        pool_size=CONNECTIONS,
        max_overflow=0,
    )


def plain_content() -> str:
    """Make the content of a row as it is: text."""
    return json.dumps({"id": str(uuid4()), "text": "x" * 600})


def sealing(made: Rig) -> Callable[[], str]:
    """Return what makes a row with our payload's cost: salt, commitment, seal; keys are at hand.

    A batch's sealer is for one thread; so few instructions under a lock hold up nobody.
    """
    sealer, lock = made.gateway.audit.sealer, threading.Lock()
    batch = sealer.for_batch([sealer.tag(one.bytes) for one in made.subjects])
    origin = canonical(made.gateway.settings.origin)

    def content() -> str:
        submission = made.submission()
        (draft,) = drafts([submission], origin)
        salted = draft.payload(None, secrets.token_bytes(SALT_BYTES))
        tag = sealer.tag(submission.subject or b"")
        commitment = commit(salted)
        with lock:
            sealed = batch.seal(tag, commitment, salted)
        return json.dumps({"leaf": draft.leaf(commitment).decode(), "sealed": sealed.hex()})

    return content
