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
        encoding = _encoding(Bounded(stream, self.limits))
        stream.seek(0)
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        left = Left(self.limits)
        try:
            delivery = read_whole(self._rows(_records(text, self.limits), left), left)
        finally:
            text.detach()  # the stream is whoever's who opened it
        yield delivery

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


def _encoding(stream: Bounded) -> str:
    """Tell UTF-8 from Windows-1252, reading all of it; a file that is neither is refused."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "cp1252")}
    while chunk := stream.read(CHUNK):
        if b"\0" in chunk:
            raise DeliveryRefusedError("holds NUL bytes: not CSV text in UTF-8 or Windows-1252")
        decoders = {name: one for name, one in decoders.items() if _decodes(one, chunk)}
    fitting = [name for name, one in decoders.items() if _decodes(one, b"", final=True)]
    if not fitting:
        raise DeliveryRefusedError("neither UTF-8 nor Windows-1252 text")
    return fitting[0]


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(slots=True)
class _Lines:
    """Lines of text, none of them and no record of several too long."""

    text: io.TextIOWrapper
    limits: Limits
    begun: int = 1
    length: int = 0

    def __iter__(self) -> Iterator[str]:
        most = self.limits.max_profile_chars
        while line := self.text.readline(most + 1):
            self.length += len(line)
            refuse_above(most, self.length, f"line {self.begun}: characters in a row")
            yield line


def _records(text: io.TextIOWrapper, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it begins on."""
    lines = _Lines(text, limits)
    reader = csv.reader(iter(lines), delimiter=";", strict=True)
    while True:
        lines.begun, lines.length = reader.line_num + 1, 0
        try:
            yield lines.begun, next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise DeliveryRefusedError(
                f"line {lines.begun}: a quote that is not closed, or a cell that is far too long"
            ) from None
