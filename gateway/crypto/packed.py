"""What a file says once it is unpacked: the texts in a ZIP or XLSX, and on the pages of a PDF.

A file is told by its first bytes, not by its name; what is packed inside is unpacked too.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Final

from pypdf import PdfReader

_ZIP: Final = b"PK\x03\x04"
_PDF: Final = b"%PDF-"


def texts(data: bytes) -> Iterator[bytes]:
    """Yield all that a reader of this file could come to see, as UTF-8 where it is not plain bytes."""
    if data.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment
            for entry in archive.infolist():
                yield entry.filename.encode()
                yield entry.comment
                yield from texts(archive.read(entry))
    elif data.startswith(_PDF):
        yield from _pdf(PdfReader(io.BytesIO(data)))
    else:
        yield data


def _pdf(reader: PdfReader) -> Iterator[bytes]:
    for key, value in (reader.metadata or {}).items():
        if not key.endswith("Date"):
            yield str(value).encode()
    for page in reader.pages:
        yield page.extract_text().encode()
    for name, contents in reader.attachments.items():
        yield name.encode()
        for content in contents:
            yield from texts(content)
