"""Statements written once in SQLAlchemy Core and run by the driver, where Core's own price counts.

Core costs some 40 µs a statement, the driver 10; types and placeholders still follow the dialect.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlalchemy.sql.dml import UpdateBase

from gateway.store.arrays import array_of

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement compiled for one dialect: text, names in order, and how values are written.

    ``constants`` are the values that stand in the statement itself, such as a limit.
    """

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, object]
    writers: tuple[tuple[str, Convert], ...]
    positional: bool

    def bind(self, values: dict[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        values = {**self.constants, **values}
        for name, write in self.writers:
            values[name] = write(values[name])
        return tuple([values[name] for name in self.names]) if self.positional else values

    def shape(self, rows: Iterable[tuple[Any, ...]]) -> Sequence[Any]:
        constants = tuple(self.constants.values())  # a limit: it stands behind all placeholders
        if self.positional:
            return [row + constants for row in rows]
        return [dict(zip(self.names, row + constants, strict=True)) for row in rows]


class Prepared:
    """A statement compiled on first use for each dialect.

    ``columns`` names the columns of an insert. Values are given by name and written as their column
    types say; rows come back as the driver gives them, unless the types are read by the caller.
    """

    def __init__(self, statement: sa.SelectBase | UpdateBase, *columns: str) -> None:
        self._statement = statement
        self._columns = list(columns) or None
        self._ready: dict[str, _Ready] = {}

    def rows(self, connection: sa.Connection, **values: object) -> list[tuple[Any, ...]]:
        """Run and return all rows, as the driver gives them."""
        ready = self._for(connection)
        cursor = connection.connection.cursor()
        cursor.execute(ready.text, ready.bind(values))
        found = list(cursor.fetchall())
        cursor.close()
        return found

    def firsts(
        self, connection: sa.Connection, keys: Iterable[tuple[Any, ...]]
    ) -> list[tuple[Any, ...] | None]:
        """Run once for each key and return its first row.

        Keys are in stored form, in the order of the statement's placeholders.
        """
        ready = self._for(connection)
        cursor: Any = connection.connection.cursor()
        found = (_each if ready.positional else _all_at_once)(cursor, ready.text, ready.shape(keys))
        cursor.close()
        return found

    def run(self, connection: sa.Connection, **values: object) -> int:
        """Run a change and return how many rows it touched."""
        ready = self._for(connection)
        cursor = connection.connection.cursor()
        cursor.execute(ready.text, ready.bind(values))
        touched: int = cursor.rowcount
        cursor.close()
        return touched

    def many(self, connection: sa.Connection, values: Iterable[Mapping[str, object]]) -> None:
        """Run a change once for each set of values."""
        ready = self._for(connection)
        self._many(connection, ready, [ready.bind(dict(row)) for row in values])

    def many_as_stored(self, connection: sa.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run an insert for rows already in stored form and in the order of ``columns``."""
        ready = self._for(connection)
        self._many(connection, ready, ready.shape(rows))

    def _many(self, connection: sa.Connection, ready: _Ready, rows: Sequence[Any]) -> None:
        if rows:
            cursor = connection.connection.cursor()
            cursor.executemany(ready.text, rows)
            cursor.close()

    def _for(self, connection: sa.Connection) -> _Ready:
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = self._compile(dialect)
        return ready

    def _compile(self, dialect: sa.Dialect) -> _Ready:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._columns)
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)  # noqa: S101 - narrows for mypy
        writers = tuple(
            (name, write)
            for name, bind in compiled.binds.items()
            if not isinstance(bind.type, sa.LargeBinary)  # both drivers take bytes as they are
            if (write := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        )
        names = tuple(compiled.positiontup or compiled.binds)
        binds = {name: compiled.binds[name] for name in names}
        constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        return _Ready(compiled.string, names, constants, writers, compiled.positional)


def _each(cursor: Any, text: str, keys: Sequence[Any]) -> list[tuple[Any, ...] | None]:  # noqa: ANN401 - the driver's own
    found = []
    for key in keys:
        cursor.execute(text, key)
        found.append(cursor.fetchone())
    return found


def _all_at_once(cursor: Any, text: str, keys: Sequence[Any]) -> list[tuple[Any, ...] | None]:  # noqa: ANN401 - the driver's own
    """Send all to a server before the first answer comes back: one way there and back, not many."""
    if not keys:
        return []
    cursor.executemany(text, keys, returning=True)
    return [one.fetchone() for one in cursor.results()]


class PreparedIn:
    """A select about a list of values; one statement asks for many.

    ``about`` writes it for given placeholders. It is compiled for a few lengths only: a shorter list
    repeats its last value, so that rows may come more than once.
    """

    LENGTHS: Final = (1, 4, 16, 64, 256)

    def __init__(
        self,
        about: Callable[[Sequence[sa.BindParameter[Any]]], sa.Select[Any]],
        kind: sa.types.TypeEngine[Any],
    ) -> None:
        self._names = [f"among_{place}" for place in range(self.LENGTHS[-1])]
        self._of_length = {
            length: Prepared(about([sa.bindparam(n, type_=kind) for n in self._names[:length]]))
            for length in self.LENGTHS
        }

    def rows(
        self, connection: sa.Connection, among: Sequence[object], **values: object
    ) -> list[tuple[Any, ...]]:
        """Run and return all rows, as the driver gives them; values as for ``Prepared.rows``."""
        found: list[tuple[Any, ...]] = []
        longest = self.LENGTHS[-1]
        for start in range(0, len(among), longest):
            part = list(among[start : start + longest])
            length = next(length for length in self.LENGTHS if length >= len(part))
            part += part[-1:] * (length - len(part))
            binds = dict(zip(self._names, part, strict=False))
            found += self._of_length[length].rows(connection, **binds, **values)
        return found


def together(connection: sa.Connection) -> AbstractContextManager[object]:
    """Send what is run within to a server before its first answer comes back; SQLite answers at once.

    An error is raised at the latest on leaving.
    """
    driver = connection.connection.driver_connection
    return driver.pipeline() if isinstance(driver, psycopg.Connection) else nullcontext()


class PreparedRows:
    """An insert of rows in stored form, in the order of ``columns``; one statement takes many.

    SQLite takes the values one by one, in statements of a few lengths: a driver lets other threads
    run after each statement, and must then wait for its turn, which beside a busy event loop costs
    more than the insert. A server takes each column as one array.
    """

    LENGTHS: Final = (256, 64, 16, 4, 1)

    def __init__(self, table: sa.Table, *columns: str) -> None:
        self._table = table
        self._columns = columns
        self._texts: dict[int, str] = {}
        self._of_arrays = ""

    def run(self, connection: sa.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert the rows."""
        cursor = connection.connection.cursor()
        if isinstance(connection.connection.driver_connection, psycopg.Connection):
            self._run_arrays(connection, cursor, rows)
        else:
            self._run_values(connection, cursor, rows)
        cursor.close()

    def _run_arrays(self, connection: sa.Connection, cursor: Any, rows: Sequence[Any]) -> None:  # noqa: ANN401 - the driver's own
        if not self._of_arrays:
            places = ", ".join(["%s"] * len(self._columns))
            self._of_arrays = f"{self._into(connection.dialect)} SELECT * FROM unnest({places})"  # noqa: S608 - our own names
        columns = (self._table.c[name] for name in self._columns)
        cursor.execute(self._of_arrays, [*map(array_of, columns, zip(*rows, strict=True))])

    def _run_values(self, connection: sa.Connection, cursor: Any, rows: Sequence[Any]) -> None:  # noqa: ANN401 - the driver's own
        start = 0
        for length in self.LENGTHS:
            while len(rows) - start >= length:
                part = rows[start : start + length]
                cursor.execute(self._text(connection.dialect, length), tuple(chain(*part)))
                start += length

    def _text(self, dialect: sa.Dialect, length: int) -> str:
        text = self._texts.get(length)
        if text is None:
            row = f"({', '.join(['?'] * len(self._columns))})"
            text = f"{self._into(dialect)} VALUES {', '.join([row] * length)}"
            self._texts[length] = text
        return text

    def _into(self, dialect: sa.Dialect) -> str:
        name = dialect.identifier_preparer.format_table(self._table)
        quoted = (dialect.identifier_preparer.quote(column) for column in self._columns)
        return f"INSERT INTO {name} ({', '.join(quoted)})"
