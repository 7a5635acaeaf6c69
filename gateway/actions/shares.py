"""Shares of an export between the page that disclosed them and the file that takes them along.

A page is kept as lines of JSON: one a person, then who is in it with the mask of what each was
granted, then who was refused and why. Fields are told by their masks, which many people share.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID
from zlib import decompress

import orjson

from gateway.domain.disclosures import Disclosed
from gateway.domain.errors import StoreUnavailableError
from gateway.domain.fields import FieldDictionary
from gateway.domain.files import Duty, Person
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.ports import Vault
from gateway.domain.reasons import told
from gateway.domain.records import Receipt

LABEL = "export"
ALIKE = 1_024
"""How many different refusals and duties are kept made."""

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StagedShares:
    """The format in which a page is kept, values as they were opened; who was refused is put behind it."""

    fields: FieldDictionary
    media_type: str = "application/jsonl"

    def render(self, _receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield a line for each person, and one that tells who they are."""
        who = []
        for share in disclosed:
            granted = format(share.decision.granted, "x")
            who.append((str(share.subject), granted))
            values = b",".join(b'"%s":%s' % (n.encode(), v) for n, v in share.values.items())
            yield b'{"values":{%s},%s}\n' % (values, orjson.dumps(self._rest(share))[1:-1])
        yield orjson.dumps(who) + b"\n"

    def _rest(self, share: Disclosed) -> Line:
        return {
            "subject": str(share.subject),
            "reference": str(share.reference),
            "missing": format(self.fields.mask(share.missing), "x"),
            "refused": [(format(m, "x"), told(why)) for m, why in share.decision.refused],
            "duties": [
                (one.rule.rule_id, one.rule.retention, format(one.fields, "x"))
                for one in share.decision.grants
            ],
            "entry": str(share.receipt.event_id),
            "index": share.receipt.index,
            "since": list(self._since(share)),
        }

    def _since(self, share: Disclosed) -> Iterator[tuple[str, str]]:
        """Tell by day which fields have stood as they do since then: the newest change counts."""
        left = self.fields.mask(share.values)
        for version in reversed(share.versions):
            if found := version.changed & left:
                left &= ~found
                yield version.at.date().isoformat(), format(found, "x")


@dataclass(frozen=True, slots=True)
class Survey:
    """What the parts of an export tell without a share being read: who is in it, who was refused."""

    granted: Sequence[Mapping[SubjectId, int]]
    refused: tuple[tuple[UUID, str], ...]

    @property
    def people(self) -> int:
        """How many are in it."""
        return sum(map(len, self.granted))


@dataclass(frozen=True, slots=True)
class Shares:
    """The people of an export, read again from its sealed parts each time, one part open at a time.

    ``part`` gives the sealed part of a number, of which there are ``count``.
    """

    vault: Vault
    fields: FieldDictionary
    export_id: UUID
    count: int
    part: Callable[[int], bytes | None]
    gone: frozenset[str] = frozenset()

    def without(self, gone: Iterable[SubjectId]) -> "Shares":
        """Return the same people but some."""
        return replace(self, gone=frozenset(map(str, gone)))

    def __iter__(self) -> Iterator[Person]:
        """Yield everyone who is still in it, in order."""
        reader = _Reader(self.fields)
        for lines in self._open():
            for line in map(orjson.loads, lines[:-2]):
                if line["subject"] not in self.gone:
                    yield reader.person(line)

    def survey(self) -> Survey:
        """Read of each part who is in it and what each was granted, and who was refused."""
        granted: list[Mapping[SubjectId, int]] = []
        refused: list[tuple[UUID, str]] = []
        for *_, who, others in self._open():
            granted.append({SubjectId(UUID(one)): int(m, 16) for one, m in orjson.loads(who)})
            refused += [(UUID(one), why) for one, why in orjson.loads(others)]
        return Survey(granted, tuple(refused))

    def _open(self) -> Iterator[list[bytes]]:
        for number in range(self.count):
            place = self.export_id.bytes + number.to_bytes(4, "big")
            sealed = self.part(number)
            if sealed is None:
                raise StoreUnavailableError("the export is not whole; ask again")
            yield decompress(self.vault.open_blob(LABEL, place, sealed)).split(b"\n")


class _Reader:
    """Makes people of their lines; what many have alike is made once."""

    def __init__(self, fields: FieldDictionary) -> None:
        self._names = fields.names
        self._refusals = lru_cache(ALIKE)(self._read_refusals)
        self._duties = lru_cache(ALIKE)(self._read_duties)

    def person(self, line: Line) -> Person:
        """Make the person of a line."""
        return Person(
            UUID(line["reference"]),
            line["values"],
            self._named(line["missing"]),
            self._refusals(tuple(map(tuple, line["refused"]))),
            self._duties(tuple(map(tuple, line["duties"]))),
            UUID(line["entry"]),
            line["index"],
            {name: day for day, mask in line["since"] for name in self._named(mask)},
        )

    def _named(self, mask: str) -> tuple[FieldName, ...]:
        return self._names(int(mask, 16))

    def _read_refusals(
        self, masks: tuple[tuple[str, str], ...]
    ) -> tuple[tuple[FieldName, str], ...]:
        return tuple((name, reason) for mask, reason in masks for name in self._named(mask))

    def _read_duties(self, duties: tuple[tuple[str, str, str], ...]) -> tuple[Duty, ...]:
        return tuple(Duty(rule, term, self._named(mask)) for rule, term, mask in duties)
