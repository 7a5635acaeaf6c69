"""Columns of many rows as arrays in PostgreSQL's own bytes: one value a column, however many the rows.

A driver that writes each value of a batch by itself takes longer over it than the server does over
the rows. An array is: one dimension, whether it has a null, the type of its items, how many there
are, the first one's number, then each item after its length; a length of -1 says that it is null.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from struct import Struct, pack
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD: Final = Struct("!iiIii")
_LENGTH: Final = Struct("!i")
_NULL: Final = _LENGTH.pack(-1)
_BYTES: Final = 17
_INTEGER: Final = 20


@dataclass(frozen=True, slots=True)
class BytesArray:
    """An array of byte strings, ``bytea[]``."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class IntegerArray:
    """An array of whole numbers, ``bigint[]``."""

    raw: bytes


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: BytesArray | IntegerArray) -> bytes:
        return obj.raw


class _BytesDumper(_AsItIs):
    oid = 1001


class _IntegersDumper(_AsItIs):
    oid = 1016


def teach(connection: psycopg.Connection[Any]) -> None:
    """Let a connection send arrays as they are."""
    connection.adapters.register_dumper(BytesArray, _BytesDumper)
    connection.adapters.register_dumper(IntegerArray, _IntegersDumper)


def array_of(column: sa.Column[Any], values: Sequence[Any]) -> BytesArray | IntegerArray:
    """Write a column's values; it holds byte strings or whole numbers."""
    if isinstance(column.type, sa.LargeBinary):
        return BytesArray(_head(values, _BYTES) + b"".join(map(_after_length, values)))
    return IntegerArray(_head(values, _INTEGER) + _integers(values))


def _head(values: Sequence[Any], item: int) -> bytes:
    return _HEAD.pack(1, None in values, item, len(values), 1)


def _after_length(value: bytes | None) -> bytes:
    return _NULL if value is None else _LENGTH.pack(len(value)) + value


def _integers(values: Sequence[int | None]) -> bytes:
    if None in values:
        return b"".join(_NULL if value is None else pack("!iq", 8, value) for value in values)
    return pack("!" + "iq" * len(values), *chain.from_iterable((8, value) for value in values))
