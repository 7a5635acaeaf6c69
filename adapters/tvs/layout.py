"""The names a TVS delivery may use for the fields of the dictionary, and what is left behind."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.tvs.limits import Limits, refuse_above
from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary, FieldSpec
from gateway.domain.groups import MEMBERS
from gateway.domain.identifiers import FieldName

V_NUMMER: Final = FieldName("v_nummer")
# What a numbered column calls one item of a group: "Opleiding 1 naam".
SINGULAR: Final[Mapping[str, FieldName]] = {
    "opleiding": FieldName("opleidingen"),
    "taal": FieldName("talen"),
    "certificaat": FieldName("certificaten"),
    "gezinslid": FieldName("gezinsleden"),
    "activiteit": FieldName("participatie_activiteiten"),
}
_NUMBERED: Final = re.compile(r"(.+?)[\s_.]*(\d{1,2})[\s_.]+(.+)")
# What a column calls a member of a field that is one group: "Rijbewijs land".
_OF_ONE: Final = re.compile(r"(.+?)[\s_.]+([^\s_.]+)")
_REMARK: Final = re.compile(r"\s*\([^()]*\)\s*$")


def folded(spelled: str) -> str:
    """Reduce a name to its letters and digits: case, spaces, marks and accents are forgiven."""
    bare = unicodedata.normalize("NFKD", spelled).casefold()
    return "".join(mark for mark in bare if mark.isalnum())


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cells of a column belong: a field, or member ``member`` of its item ``index``."""

    field: FieldName
    index: int = 0
    member: str | None = None


@dataclass(slots=True)
class Left:
    """Names met in a delivery whose values were left behind, as spelled there."""

    limits: Limits
    blocked: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def behind(self, spelled: str, *, blocked: bool) -> None:
        """Remember a name; too many of them, or one too long, refuse the delivery."""
        refuse_above(self.limits.max_columns, len(spelled), "characters in a column name")
        (self.blocked if blocked else self.unknown).add(spelled)
        refuse_above(
            self.limits.max_columns, len(self.blocked) + len(self.unknown), "different columns"
        )


class Layout:
    """Finds fields, groups and members by any spelling a delivery may use."""

    def __init__(self, fields: FieldDictionary) -> None:
        self._fields = fields
        self._names = _names(fields)
        self._members = {
            name: {folded(member): member for member in members}
            for name, members in MEMBERS.items()
        }
        self._folds: dict[str, str] = {}

    def _folded(self, spelled: str) -> str:
        """Fold a name once; a delivery repeats its few names in every row."""
        found = self._folds.get(spelled)
        if found is None:
            found = self._folds[spelled] = folded(spelled)
        return found

    def field(self, spelled: str) -> FieldSpec | None:
        """Find a field by its name or Dutch label."""
        name = self._names.get(self._folded(spelled))
        return None if name is None else self._fields[name]

    def blocks(self, spelled: str) -> bool:
        """Tell whether the name is that of a field which is never taken in."""
        spec = self.field(spelled)
        return spec is not None and not spec.stored

    def group(self, spelled: str) -> FieldName | None:
        """Find a grouped field by its name, its label, or what one item of it is called."""
        spec = self.field(spelled)
        name = SINGULAR.get(self._folded(spelled)) or (spec.name if spec else None)
        return name if name in MEMBERS else None

    def member(self, group: FieldName, spelled: str) -> str | None:
        """Find a member of a group."""
        return self._members[group].get(self._folded(spelled))

    def column(self, spelled: str) -> Place | None:
        """Find where a column of a flat file belongs; ``None`` when it is blocked or unknown."""
        spec = self.field(spelled)
        if spec is not None:
            return Place(spec.name) if spec.stored else None
        numbered = _NUMBERED.fullmatch(spelled.strip())
        group = self.group(numbered[1]) if numbered else None
        if numbered is None or group is None:
            return self._of_one(spelled.strip())
        member = self.member(group, numbered[3])
        return Place(group, int(numbered[2]), member) if member else None

    def _of_one(self, spelled: str) -> Place | None:
        """Find the member that a column without a number names, of a field that is one group."""
        found = _OF_ONE.fullmatch(spelled)
        group = self.group(found[1]) if found else None
        if found is None or group is None or self._fields[group].type == "array":
            return None
        member = self.member(group, found[2])
        return Place(group, 0, member) if member else None

    def blocked_column(self, spelled: str) -> bool:
        """Tell whether a column, numbered or not, holds a blocked field."""
        numbered = _NUMBERED.fullmatch(spelled.strip())
        parts = (spelled, numbered[1], numbered[3]) if numbered else (spelled,)
        return any(self.blocks(part) for part in parts)

    def columns(self, header: Iterable[str], left: Left) -> tuple[Place | None, ...]:
        """Match a header; refuses repeated columns, and a header without V-nummer."""
        places: list[Place | None] = []
        seen: dict[object, int] = {}
        for number, spelled in enumerate(header, start=1):
            place = self.column(spelled)
            first = seen.setdefault(place or (folded(spelled) or number), number)
            if first != number:
                raise DeliveryRefusedError(f"columns {first} and {number} have the same name")
            if place is None:
                name = spelled or f"(column {number})"
                left.behind(name, blocked=self.blocked_column(spelled))
            places.append(place)
        if Place(V_NUMMER) not in seen:
            raise DeliveryRefusedError("no column V-nummer in the header: not a TVS delivery")
        return tuple(places)

    def profile(
        self, pairs: Iterable[tuple[str, JsonValue]], left: Left, where: str
    ) -> dict[FieldName, JsonValue]:
        """Keep the known fields of a nested profile, and of groups their known members."""
        kept: dict[FieldName, JsonValue] = {}
        for spelled, value in pairs:
            spec = self.field(spelled)
            if spec is None or not spec.stored:
                left.behind(spelled, blocked=spec is not None)
            elif spec.name in kept:
                raise DeliveryRefusedError(f"{where}: a field stands there twice")
            else:
                kept[spec.name] = self._known(spec.name, value, left, where)
        return kept

    def _known(self, name: FieldName, value: JsonValue, left: Left, where: str) -> JsonValue:
        if isinstance(value, list):
            return [self._known(name, item, left, where) for item in value]
        if not isinstance(value, dict):
            return value
        kept: dict[str, JsonValue] = {}
        for spelled, inner in value.items():
            member = self.member(name, spelled) if name in MEMBERS else None
            if member is None:
                self._bare({spelled: inner}, left)
            elif member in kept:
                raise DeliveryRefusedError(f"{where}: a name stands twice in {name}")
            else:
                kept[member] = self._bare(inner, left)
        return kept

    def _bare(self, value: JsonValue, left: Left) -> JsonValue:
        """Leave behind whatever is nested where only a plain value belongs."""
        if isinstance(value, list):
            return [self._bare(item, left) for item in value]
        if isinstance(value, dict):
            for spelled, inner in value.items():
                left.behind(spelled, blocked=self.blocks(spelled))
                self._bare(inner, left)
            return {}
        return value


def _names(fields: FieldDictionary) -> Mapping[str, FieldName]:
    """Map every folded spelling to its field; a label may lose its remark in brackets."""
    names: dict[str, FieldName] = {}
    for spellings in zip(*map(_spellings, fields), strict=True):
        for spelled, name in spellings:
            names.setdefault(spelled, name)
    return names


def _spellings(spec: FieldSpec) -> Iterator[tuple[str, FieldName]]:
    """Yield name, label and label without remark, the surest first."""
    for spelled in (spec.name, spec.label_nl, _REMARK.sub("", spec.label_nl)):
        yield folded(spelled), spec.name
