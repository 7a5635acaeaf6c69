"""How the sealed values of one profile lie in one string of bytes.

Format 1; numbers are big-endian, ``n`` is the count of fields present:

====== ========= =================================================================================
offset size      what
====== ========= =================================================================================
0      1         format, 1
1      1         algorithm: 1 AES-256-GCM, 2 AES-256-GCM-SIV
2      4         version of the profile
6      8         nonce prefix, random for each sealing
14     1         b, the length of the bitmap
15     b         bitmap of the fields present: bit ``i`` of the number is field ``i``
15+b   4*(n+1)   where each value starts, in order of field number, and where the last one ends,
                 counted from the first value
...    16        tag of the header, that is of all above
...    the rest  values in order of field number, each sealed with its 16-byte tag
====== ========= =================================================================================

The nonce of a value is the prefix and its field number (4); that of the header the prefix and
``ff ff ff ff``. What is authenticated with them stands in ``gateway.crypto.sealing``.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from gateway.crypto.primitives import FORMAT, TAG_SIZE
from gateway.domain.errors import UnreadableValueError

PREFIX_SIZE = 8
FIELD_LIMIT = 8 * 255

_FIXED = struct.Struct(">BBI8sB")
_OFFSET_SIZE = 4


class Layout(NamedTuple):
    """Where to find what in a sealed profile; ``present`` is the mask of its fields."""

    algorithm: int
    version: int
    prefix: bytes
    present: int
    offsets_at: int
    tag_at: int
    values_at: int


def read_layout(parts: bytes) -> Layout:
    """Read the header of a sealed profile; nothing in it is to be trusted before its tag is checked."""
    if len(parts) < _FIXED.size:
        raise UnreadableValueError("header: too short")
    form, algorithm, version, prefix, bitmap_size = _FIXED.unpack_from(parts)
    if form != FORMAT:
        raise UnreadableValueError("header: unknown format")
    offsets_at = _FIXED.size + bitmap_size
    present = int.from_bytes(parts[_FIXED.size : offsets_at], "big")
    tag_at = offsets_at + _OFFSET_SIZE * (present.bit_count() + 1)
    values_at = tag_at + TAG_SIZE
    if len(parts) < values_at:
        raise UnreadableValueError("header: too short")
    return Layout(algorithm, version, prefix, present, offsets_at, tag_at, values_at)


def check_length(layout: Layout, parts: bytes) -> None:
    """Refuse a profile that was cut or to which something was added."""
    end = int.from_bytes(parts[layout.tag_at - _OFFSET_SIZE : layout.tag_at], "big")
    if layout.values_at + end != len(parts):
        raise UnreadableValueError("values: another length than the header says")


def values_in(layout: Layout, fields: int, parts: bytes) -> list[tuple[int, bytes]]:
    """Return number and sealed value of the fields of the mask that are present, in their order."""
    present = [number for number, digit in enumerate(_digits(layout.present)) if digit == "1"]
    offsets = _offsets(len(present) + 1).unpack_from(parts, layout.offsets_at)
    first, wanted = layout.values_at, _digits(layout.present & fields).ljust(FIELD_LIMIT, "0")
    return [
        (number, parts[first + start : first + end])
        for number, start, end in zip(present, offsets, offsets[1:], strict=False)
        if wanted[number] == "1"
    ]


def _digits(mask: int) -> str:
    """Write a mask with field 0 first: a text is walked through faster than a long number."""
    return bin(mask)[:1:-1]


@lru_cache(FIELD_LIMIT)
def _offsets(count: int) -> struct.Struct:
    return struct.Struct(f">{count}I")


def write_header(
    algorithm: int, version: int, prefix: bytes, present: int, sizes: Sequence[int]
) -> bytes:
    """Write the header for values of these sizes, in order of field number."""
    bitmap = present.to_bytes((present.bit_length() + 7) // 8, "big")
    offsets = accumulate(sizes, initial=0)
    return b"".join(
        (
            _FIXED.pack(FORMAT, algorithm, version, prefix, len(bitmap)),
            bitmap,
            *(offset.to_bytes(_OFFSET_SIZE, "big") for offset in offsets),
        )
    )
