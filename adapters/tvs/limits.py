"""How large a delivery may be; a breach refuses the whole of it and names limit and place."""

from dataclasses import dataclass
from typing import BinaryIO, Final

from gateway.domain.errors import DeliveryRefusedError

CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of everything: of the file, its rows and values, and of what a workbook unpacks to."""

    max_bytes: int = 300_000_000
    max_rows: int = 200_000
    max_cell_chars: int = 20_000
    max_profile_chars: int = 4_000_000
    max_depth: int = 12
    max_columns: int = 1_000
    max_unpacked_bytes: int = 1_000_000_000
    max_shared_bytes: int = 100_000_000
    max_entries: int = 200


def refuse_above(limit: int, found: int, what: str) -> None:
    """Refuse when ``found`` is above ``limit``; ``what`` names the limit and the place."""
    if found > limit:
        raise DeliveryRefusedError(f"{what}: more than {limit:,}")


class Bounded:
    """A stream that refuses to give more than ``max_bytes``, or too many before the next ``mark``."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._read = 0
        self._marked = 0

    def read(self, size: int = CHUNK) -> bytes:
        """Read at most ``size`` bytes; empty at the end."""
        chunk = self._stream.read(size)
        self._read += len(chunk)
        refuse_above(self._limits.max_bytes, self._read, "bytes in the file")
        return chunk

    def mark(self) -> None:
        """Say that what was read so far is dealt with."""
        self._marked = self._read

    def refuse_above(self, limit: int, what: str) -> None:
        """Refuse when more than ``limit`` bytes were read since the last mark."""
        refuse_above(limit, self._read - self._marked, what)
