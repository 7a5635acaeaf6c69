"""At the search stage people stay unrecognisable: places and years are shown in buckets."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from gateway.domain.identifiers import FieldName

_YEARS: Final = ((0, "0"), (2, "1-2"), (5, "3-5"), (10, "6-10"))


def _area(value: object) -> str:
    return f"{str(value)[:2]}xx"


def _years(value: object) -> str:
    years = int(str(value))
    return next((label for top, label in _YEARS if years <= top), "meer dan 10")


_BUCKETS: Final[Mapping[FieldName, Callable[[object], str]]] = {
    FieldName("bemiddelingspostcode4"): _area,
    FieldName("ervaring_jaren"): _years,
}


def generalise(field: FieldName, value: bytes) -> bytes:
    """Return the JSON text of the bucket a value falls in; other fields pass unchanged."""
    bucket = _BUCKETS.get(field)
    return value if bucket is None else json.dumps(bucket(json.loads(value))).encode()
