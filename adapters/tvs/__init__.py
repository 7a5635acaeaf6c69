"""TVS files both ways: deliveries (leveringen) come in by a ``Source``, caseloads go out by a writer.

No public specification of a TVS export exists; the layout is this project's assumption.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import PurePath
from typing import BinaryIO, Final

from adapters.tvs.delimited import Delimited
from adapters.tvs.json_document import JsonDocument
from adapters.tvs.limits import Limits
from adapters.tvs.workbook import Sheets
from adapters.tvs.writers import WRITERS
from adapters.tvs.xml_document import XmlDocument
from gateway.domain.deliveries import ReadDelivery
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary
from gateway.domain.ports import Source

__all__ = ["MEDIA_TYPES", "WRITERS", "Limits", "source_for"]

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
}
_SOURCES: Final[Mapping[str, Callable[[FieldDictionary, Limits], Source]]] = {
    ".csv": Delimited,
    ".xlsx": Sheets,
    ".json": JsonDocument,
    ".xml": XmlDocument,
}


class UnknownFormat:
    """The source of files that no other source reads: it refuses them, as each of those may."""

    def read(self, stream: BinaryIO) -> AbstractContextManager[ReadDelivery]:  # noqa: ARG002 - a Source
        """Refuse, unread."""
        raise DeliveryRefusedError("unknown format: a delivery is .csv, .xlsx, .json or .xml")


def source_for(name_or_media_type: str, fields: FieldDictionary, limits: Limits) -> Source:
    """Return the source that reads files of this name or media type.

    What is not one of CSV, XLSX, JSON and XML is refused when it is read, like any other bad file.
    """
    asked = name_or_media_type.partition(";")[0].strip().casefold()
    suffix = MEDIA_TYPES.get(asked) or PurePath(asked).suffix
    source = _SOURCES.get(suffix)
    return source(fields, limits) if source else UnknownFormat()
