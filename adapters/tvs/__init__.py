"""TVS files both ways: deliveries (leveringen) come in by a ``Source``, caseloads go out by a writer.

No public specification of a TVS export exists; the layout is this project's assumption.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Final

from adapters.tvs.delimited import Delimited
from adapters.tvs.json_document import JsonDocument
from adapters.tvs.limits import Limits
from adapters.tvs.workbook import Sheets
from adapters.tvs.writers import WRITERS
from adapters.tvs.xml_document import XmlDocument
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


def source_for(name_or_media_type: str, fields: FieldDictionary, limits: Limits) -> Source:
    """Return the source that reads files of this name or media type.

    Raises ``DeliveryRefusedError`` for a format that is not one of CSV, XLSX, JSON and XML.
    """
    asked = name_or_media_type.partition(";")[0].strip().casefold()
    suffix = MEDIA_TYPES.get(asked) or PurePath(asked).suffix
    if suffix not in _SOURCES:
        raise DeliveryRefusedError("unknown format: a delivery is .csv, .xlsx, .json or .xml")
    return _SOURCES[suffix](fields, limits)
