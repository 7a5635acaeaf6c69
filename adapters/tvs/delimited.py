"""A TVS delivery as CSV: semicolons, UTF-8 or Windows-1252, one line a profile."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from adapters.sheets import bare
from adapters.tvs.flat import Profiles
from adapters.tvs.layout import Layout, Left
from adapters.tvs.limits import CHUNK, Bounded, Limits, refuse_above
from adapters.tvs.rows import Raw, read_whole
from gateway.domain.deliveries import ReadDelivery
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary


@dataclass(frozen=True, slots=True)
class Delimited:
    """Reads CSV; rows are numbered by the line they begin on."""

    fields: FieldDictionary
    limits: Limits

    @contextmanager
    def read(self, stream: BinaryIO) -> Iterator[ReadDelivery]:
        """Open a delivery; raises ``DeliveryRefusedError`` when it cannot be read."""
        data = Bounded(stream, self.limits).read_all()
        text = io.TextIOWrapper(io.BytesIO(data), encoding=_encoding(data), newline="")
        left = Left(self.limits)
        yield read_whole(self._rows(_records(text), left), left)

    def _rows(self, records: Iterator[tuple[int, list[str]]], left: Left) -> Iterator[Raw]:
        _, header = next(records, (0, []))
        if not any(header):
            raise DeliveryRefusedError("empty file: there is no header")
        refuse_above(self.limits.max_columns, len(header), "columns in the header")
        places = Layout(self.fields).columns([name.strip() for name in header], left)
        profiles = Profiles(self.fields, places, self.limits)
        for line, cells in records:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise DeliveryRefusedError(
                    f"line {line}: {len(cells)} cells under a header of {len(header)}"
                )
            yield line, profiles.profile([*map(bare, cells)], f"line {line}")


def _encoding(data: bytes) -> str:
    """Tell UTF-8 from Windows-1252; a file that is neither is refused."""
    if b"\0" in data:
        raise DeliveryRefusedError("holds NUL bytes: not CSV text in UTF-8 or Windows-1252")
    for encoding in ("utf-8-sig", "cp1252"):
        if _decodes(data, encoding):
            return encoding
    raise DeliveryRefusedError("neither UTF-8 nor Windows-1252 text")


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), CHUNK):
            decoder.decode(data[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _records(text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it begins on."""
    reader = csv.reader(text, delimiter=";", strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise DeliveryRefusedError(
                f"line {line}: a quote that is not closed, or a cell that is far too long"
            ) from None
