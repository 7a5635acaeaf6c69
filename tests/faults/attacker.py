"""Someone with write access to the database files: no trigger, no gate, no key in her way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gateway.store.database import DATA_FILE

KEY_OF = {
    "log_entry": '"index"',
    "log_payload": '"index"',
    "log_head": "log",
}


class Attacker:
    """Changes rows of the log below everything that guards them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def run(self, statement: str, *values: object) -> int:
        """Run a statement; return how many rows it changed."""
        return self._db.execute(statement, values).rowcount

    def ask(self, question: str) -> tuple[int, ...]:
        """Return the one row of numbers that answers a question."""
        row: tuple[int, ...] = self._db.execute(question).fetchone()
        return row

    def read(self, table: str, column: str, key: int) -> bytes | int | None:
        """Read one cell; text comes as its bytes."""
        where = f"WHERE {KEY_OF[table]} = ?"
        statement = f"SELECT {column}, typeof({column}) FROM {table} {where}"  # noqa: S608 - our own words
        value, kind = self._db.execute(statement, (key,)).fetchone()
        return value.encode() if kind == "text" else value  # type: ignore[no-any-return]  # SQLite's own types

    def write(self, table: str, column: str, key: int, value: bytes | int | None) -> None:
        """Write one cell; what was text stays text."""
        kind = f"SELECT typeof({column}) FROM {table} WHERE {KEY_OF[table]} = ?"  # noqa: S608 - our own words
        text = self._db.execute(kind, (key,)).fetchone() == ("text",)
        cell = "CAST(? AS TEXT)" if text else "?"
        where = f"WHERE {KEY_OF[table]} = ?"
        self.run(f"UPDATE {table} SET {column} = {cell} {where}", value, key)  # noqa: S608 - our own words

    def flip(self, table: str, column: str, key: int, at: int = 0, bit: int = 1) -> None:
        """Flip one bit of a cell: of the byte at ``at``, counted round, or of a number."""
        value = self.read(table, column, key)
        assert value is not None, "there is nothing to flip"
        if isinstance(value, int):
            self.write(table, column, key, value ^ bit)
            return
        changed = bytearray(value)
        changed[at % len(changed)] ^= bit
        self.write(table, column, key, bytes(changed))


@contextmanager
def attacking(folder: Path) -> Iterator[Attacker]:
    """Open the data file of a gate as an attacker would; commit at the end.

    Triggers and indexes are dropped: neither may stand between her and a row.
    """
    guards = "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql <> ''"
    with closing(sqlite3.connect(folder / DATA_FILE)) as database, database:
        for kind, name in database.execute(guards).fetchall():
            database.execute(f"DROP {kind} {name}")
        yield Attacker(database)
