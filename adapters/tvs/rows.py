"""Rows of a delivery as read: checked whole, packed small, and readable again and again."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

import orjson

from adapters.tvs.layout import Left
from adapters.tvs.limits import refuse_above
from gateway.domain.deliveries import DeliveredRow, JsonValue, ReadDelivery
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.identifiers import FieldName

Raw = tuple[int, Mapping[FieldName, JsonValue]]
ROWS_A_BLOCK: Final = 128
# Profiles repeat their names and codes: the fastest level takes a ninth of the room already.
FASTEST: Final = 1


@dataclass(frozen=True, slots=True, repr=False)
class PackedRows:
    """Rows in memory as compressed blocks of JSON lines, unpacked one block at a time."""

    blocks: tuple[bytes, ...]

    def __iter__(self) -> Iterator[DeliveredRow]:
        """Yield the rows in order; each call starts anew."""
        for block in self.blocks:
            for line in zlib.decompress(block).split(b"\n"):
                row, values = orjson.loads(line)
                yield DeliveredRow(row, values)


def read_whole(rows: Iterable[Raw], left: Left) -> ReadDelivery:
    """Read every row before any is used, so that a broken file is refused as a whole."""
    lines = _lines(rows, left)
    blocks: list[bytes] = []
    while block := tuple(islice(lines, ROWS_A_BLOCK)):
        blocks.append(zlib.compress(b"\n".join(block), FASTEST))
    return ReadDelivery(
        PackedRows(tuple(blocks)), tuple(sorted(left.blocked)), tuple(sorted(left.unknown))
    )


def _lines(rows: Iterable[Raw], left: Left) -> Iterator[bytes]:
    for count, (row, values) in enumerate(rows, start=1):
        refuse_above(left.limits.max_rows, count, "rows")
        yield _packed(row, values)


def _packed(row: int, values: Mapping[FieldName, JsonValue]) -> bytes:
    try:
        return orjson.dumps((row, values))
    except orjson.JSONEncodeError:
        raise DeliveryRefusedError(f"row {row}: holds what is no Unicode text") from None
