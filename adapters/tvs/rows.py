"""Rows of a delivery as read: checked whole, packed small, and readable again and again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson

from adapters.tvs.layout import Left
from adapters.tvs.limits import refuse_above
from gateway.domain.deliveries import DeliveredRow, JsonValue, ReadDelivery
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.identifiers import FieldName

Raw = tuple[int, Mapping[FieldName, JsonValue]]


@dataclass(frozen=True, slots=True, repr=False)
class PackedRows:
    """Rows in memory as JSON text, unpacked one at a time."""

    packed: tuple[tuple[int, bytes], ...]

    def __iter__(self) -> Iterator[DeliveredRow]:
        """Yield the rows in order; each call starts anew."""
        for row, values in self.packed:
            yield DeliveredRow(row, orjson.loads(values))


def read_whole(rows: Iterable[Raw], left: Left) -> ReadDelivery:
    """Read every row before any is used, so that a broken file is refused as a whole."""
    packed: list[tuple[int, bytes]] = []
    for row, values in rows:
        refuse_above(left.limits.max_rows, len(packed) + 1, "rows")
        packed.append((row, _pack(row, values)))
    return ReadDelivery(
        PackedRows(tuple(packed)), tuple(sorted(left.blocked)), tuple(sorted(left.unknown))
    )


def _pack(row: int, values: Mapping[FieldName, JsonValue]) -> bytes:
    try:
        # A copy of the exact size: orjson leaves room behind what it writes.
        return bytes(memoryview(orjson.dumps(values)))
    except orjson.JSONEncodeError:
        raise DeliveryRefusedError(f"row {row}: holds what is no Unicode text") from None
