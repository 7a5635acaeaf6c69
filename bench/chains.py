"""The row-locked hash chain that web products keep: one transaction an entry, each row hashing the last."""

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
