"""Shares of an export between the page that disclosed them and the file that takes them along."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import decompress

import orjson

from gateway.domain.disclosures import Disclosed
from gateway.domain.fields import FieldDictionary
from gateway.domain.files import Duty, Person
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.ports import Vault
from gateway.domain.records import Receipt

LABEL = "export"


@dataclass(frozen=True, slots=True)
class StagedShares:
    """The format in which a page is kept: a line of JSON a person, values as they were opened."""

    fields: FieldDictionary
    media_type: str = "application/jsonl"

    def render(self, _receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield a line for each person."""
        for share in disclosed:
            values = b",".join(b'"%s":%s' % (n.encode(), v) for n, v in share.values.items())
            yield b'{"values":{%s},%s}\n' % (values, orjson.dumps(self._rest(share))[1:-1])

    def _rest(self, share: Disclosed) -> dict[str, object]:
        return {
            "subject": str(share.subject),
            "reference": str(share.reference),
            "granted": format(share.decision.granted, "x"),
            "missing": share.missing,
            "refused": share.refused,
            "duties": [(one.rule, one.retention, one.fields) for one in share.obligations],
            "entry": str(share.receipt.event_id),
            "index": share.receipt.index,
            "since": {
                name: day.date().isoformat()
                for name in share.values
                if (day := self._since(share, name)) is not None
            },
        }

    def _since(self, share: Disclosed, name: FieldName) -> datetime | None:
        """Return when the version came in that brought a field its present value."""
        bit = self.fields[name].bit
        return next((one.at for one in reversed(share.versions) if one.changed & bit), None)


@dataclass(frozen=True, slots=True)
class Shares:
    """The people of an export, read again from its sealed parts each time, one part open at a time."""

    vault: Vault
    fields: FieldDictionary
    export_id: UUID
    parts: Sequence[bytes]
    gone: frozenset[SubjectId] = frozenset()

    def without(self, gone: Iterable[SubjectId]) -> "Shares":
        """Return the same people but some."""
        return replace(self, gone=frozenset(gone))

    def __iter__(self) -> Iterator[Person]:
        """Yield everyone who is still in it, in order."""
        for lines in self._open():
            for line in lines[:-1]:
                if SubjectId(UUID(line["subject"])) not in self.gone:
                    yield _person(line)

    def __len__(self) -> int:
        return sum(len(lines) - 1 for lines in self._open()) - len(self.gone)

    def granted(self) -> Iterator[Mapping[SubjectId, int]]:
        """Yield for each part whose shares are in it, and the mask of fields that each was granted."""
        for lines in self._open():
            yield {SubjectId(UUID(one["subject"])): int(one["granted"], 16) for one in lines[:-1]}

    def refused(self) -> Iterator[tuple[UUID, str]]:
        """Yield who was asked for and refused, with the reason."""
        for lines in self._open():
            for reference, reason in lines[-1]["refused"]:
                yield UUID(reference), reason

    def _open(self) -> Iterator[list[dict[str, Any]]]:
        for number, sealed in enumerate(self.parts):
            place = self.export_id.bytes + number.to_bytes(4, "big")
            text = decompress(self.vault.open_blob(LABEL, place, sealed))
            yield [orjson.loads(line) for line in text.split(b"\n")]


def _person(line: dict[str, Any]) -> Person:
    return Person(
        UUID(line["reference"]),
        {FieldName(name): value for name, value in line["values"].items()},
        tuple(map(FieldName, line["missing"])),
        tuple((FieldName(name), reason) for name, reason in line["refused"]),
        tuple(Duty(rule, term, tuple(names)) for rule, term, names in line["duties"]),
        UUID(line["entry"]),
        line["index"],
        {FieldName(name): day for name, day in line["since"].items()},
    )
