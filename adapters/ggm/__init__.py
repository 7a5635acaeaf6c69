"""The Gemeentelijk Gegevensmodel as a target: which field is which entity and attribute, and a file so.

``mapping.csv`` is the one source of this code and of ``docs/ggm.md``. Where the public model was seen
to name an entity or attribute its row says so; the rest are proposals in its style.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import orjson

from gateway.domain.deliveries import JsonValue
from gateway.domain.files import Cover, Person, Sink, visible
from gateway.domain.identifiers import FieldName

FILE: Final = Path(__file__).with_name("mapping.csv")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a field belongs in the model; ``status`` tells how sure its name is."""

    field: FieldName
    model: str
    entity: str
    attribute: str
    status: str


@cache
def targets() -> tuple[Target, ...]:
    """Read the mapping, in the order of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Target(
                FieldName(row["field"]),
                *(row[name] for name in ("model", "entity", "attribute", "status")),
            )
            for row in csv.DictReader(file)
        )


def entities(values: Mapping[FieldName, JsonValue]) -> dict[str, dict[str, JsonValue]]:
    """Return values under the model's names; fields that it has no place for are left out."""
    found: defaultdict[str, dict[str, JsonValue]] = defaultdict(dict)
    for target in targets():
        if target.field in values:
            found[target.entity][target.attribute] = visible(values[target.field])
    return dict(found)


@dataclass(frozen=True, slots=True)
class GgmJson:
    """People as entities of the model, a line a person."""

    media_type: str = "application/json"
    suffix: str = ".ggm.json"
    single: bool = False

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Write the file; see ``FileFormat``."""
        sink.write(orjson.dumps({"doel": cover.purpose})[:-1] + b',"personen":[')
        mark = b"\n"
        for person in people:
            line = {"referentie": str(person.reference)} | entities(person.values)
            sink.write(mark + orjson.dumps(line))
            mark = b",\n"
        sink.write(b"\n]}\n")
