"""The zip file around a workbook: looked through before anything in it is read.

Nothing is ever unpacked to disk. Parts that do something (macros, add-ins), or that reach outside
(links to other workbooks, data connections), refuse the workbook; so does an archive that is not
what it says it is.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from adapters.tvs.limits import CHUNK, Limits, refuse_above
from gateway.domain.errors import DeliveryRefusedError

SHARED: Final = "xl/sharedstrings.xml"
# What a part's name holds, and what the workbook is refused as.
_ACTIVE: Final = {
    "vbaproject": "a workbook with macros",
    "macrosheets/": "a workbook with macros",
    "activex/": "a workbook with active content",
    "embeddings/": "a workbook with embedded files",
    "externallinks/": "a workbook with links to other files",
    "connections.xml": "a workbook with data connections",
    "querytables/": "a workbook with data connections",
}
_BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    zlib.error,
    OSError,
    ValueError,
)


@contextmanager
def opened(stream: BinaryIO, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open a workbook's archive; raises ``DeliveryRefusedError`` for one that may not be read."""
    refuse_above(limits.max_bytes, stream.seek(0, io.SEEK_END), "bytes in the file")
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
    except _BROKEN:
        raise _no_workbook() from None
    with archive:
        _look_through(archive, limits)
        yield archive


def _look_through(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse bombs and traps, by what is declared and is so."""
    parts = archive.infolist()
    refuse_above(limits.max_entries, len(parts), "entries in the workbook")
    names = [part.filename.casefold() for part in parts]
    if len(set(names)) < len(names):
        raise DeliveryRefusedError("a workbook with two parts of one name")
    for name in names:
        _refuse_active(name)
    declared = sum(part.file_size for part in parts)
    refuse_above(limits.max_unpacked_bytes, declared, "bytes when unpacked")
    shared = sum(part.file_size for part in parts if part.filename.casefold() == SHARED)
    refuse_above(limits.max_shared_bytes, shared, "bytes of shared text")
    try:
        unpacked = sum(_unpacked(archive, part) for part in parts)
    except _BROKEN:
        raise _no_workbook() from None
    refuse_above(limits.max_unpacked_bytes, unpacked, "bytes when unpacked")


def _refuse_active(name: str) -> None:
    if ".." in name.split("/") or name.startswith("/") or "\\" in name or ":" in name:
        raise DeliveryRefusedError("a workbook with a part that points outside of it")
    for mark, refused_as in _ACTIVE.items():
        if mark in name:
            raise DeliveryRefusedError(refused_as)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Count what really comes out; zipfile checks length and checksum on the way."""
    total = 0
    with archive.open(part) as content:
        while chunk := content.read(CHUNK):
            total += len(chunk)
    return total


def _no_workbook() -> DeliveryRefusedError:
    return DeliveryRefusedError("not a workbook (XLSX): no whole zip file")
