"""Synthetic people as a TVS delivery in JSON, one profile a line."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import BinaryIO

import orjson

from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName


def write_json(
    stream: BinaryIO, people: Iterable[Mapping[FieldName, JsonValue]], day: date
) -> None:
    """Write ``people`` as one delivery with as-of date ``day``; holds one person at a time."""
    head = {"leverancier": "COA", "stelsel": "TVS", "peildatum": day.isoformat()}
    stream.write(orjson.dumps(head)[:-1] + b',"klantprofielen":[')
    mark = b"\n"
    for person in people:
        stream.write(mark + orjson.dumps(person))
        mark = b",\n"
    stream.write(b"\n]}\n")
