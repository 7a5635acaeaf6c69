"""The words that policies may use: the fields, the roles, the laws and the code lists."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final

from gateway.domain.codes import CodeLists, OpvangLocatie
from gateway.domain.fields import FieldDictionary, FieldSpec, Sensitivity
from gateway.domain.identifiers import FieldName, GemeenteCode, RoleId
from gateway.domain.nearby import Areas, Point
from gateway.domain.partners import PartnerKind
from policies.documents import Problems, Source, Text, read_csv, read_source
from policies.laws import Law, read_laws

FIELD_COLUMNS: Final = (
    "number",
    "field",
    "nl_label",
    "en_label",
    "type",
    "code_list",
    "sensitivity",
    "intake",
    "source",
)
ROLE_COLUMNS: Final = ("role", "nl", "en", "kinds")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
GEMEENTE: Final = re.compile(r"\d{4}")
AREA: Final = re.compile(r"[1-9]\d")
DEGREES: Final = re.compile(r"\d{1,2}\.\d+")

# It would tell a third party where a person stays; only the person herself may see it.
NOT_FOR_THIRD_PARTIES: Final = frozenset({"opvanglocatie_gemeente_code"})


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the matrix: its names and the kinds of partner that may hold it."""

    role: RoleId
    nl: str
    en: str
    kinds: frozenset[PartnerKind]

    @property
    def third_party(self) -> bool:
        """Whether the role is held by anyone but the person the data are about."""
        return self.kinds != {PartnerKind.BETROKKENE}

    @property
    def private(self) -> bool:
        """Whether a party outside government may hold the role."""
        return any(kind.private for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words together; ``sources`` are the files whose change is a change of policy."""

    fields: FieldDictionary
    roles: Mapping[RoleId, Role]
    codes: CodeLists
    laws: tuple[Law, ...]
    sources: tuple[Source, ...]


def never_granted(fields: FieldDictionary) -> frozenset[FieldName]:
    """Return the fields no third party ever gets: those never stored, and the reception town."""
    return frozenset(
        spec.name for spec in fields if not spec.stored or spec.name in NOT_FOR_THIRD_PARTIES
    )


def read_vocabulary(folder: Traversable, problems: Problems) -> Vocabulary:
    """Read fields, roles and codes; nothing else can be judged against broken words.

    Raises ``PolicyError`` with all problems found so far when there is any.
    """
    field_source = read_source(folder, "fields.csv", problems)
    role_source = read_source(folder, "roles.csv", problems)
    fields = _read_fields(field_source, problems)
    roles = _read_roles(role_source, problems)
    codes = _read_codes(folder, fields, problems)
    law_source, laws = read_laws(folder, problems)
    problems.stop_here()
    return Vocabulary(fields, roles, codes, laws, (field_source, role_source, law_source))


def _read_fields(source: Source, problems: Problems) -> FieldDictionary:
    specs: dict[str, FieldSpec] = {}
    for number, row in enumerate(read_csv(source, FIELD_COLUMNS, problems)):
        if row["number"] != str(number):
            problems.add(row["number"].where, "number", f"must be {number}: the list only grows")
        if not NAME.fullmatch(row["field"]) or row["field"] in specs:
            problems.add(row["field"].where, "field", "must be a new name in snake_case")
        if row["sensitivity"] not in Sensitivity.__members__:
            problems.unknown("sensitivity", row["sensitivity"], Sensitivity.__members__)
        elif row["intake"] not in {"store", "block"}:
            problems.unknown("intake", row["intake"], ("store", "block"))
        else:
            specs[row["field"]] = _field(number, row)
    return FieldDictionary(specs.values())


def _field(number: int, row: Mapping[str, Text]) -> FieldSpec:
    return FieldSpec(
        number=number,
        name=FieldName(str(row["field"])),
        label_nl=str(row["nl_label"]),
        label_en=str(row["en_label"]),
        type=str(row["type"]),
        code_list=str(row["code_list"]),
        sensitivity=Sensitivity[row["sensitivity"]],
        stored=row["intake"] == "store",
        source=str(row["source"]),
    )


def _read_roles(source: Source, problems: Problems) -> Mapping[RoleId, Role]:
    roles: dict[RoleId, Role] = {}
    known = {str(kind) for kind in PartnerKind}
    for row in read_csv(source, ROLE_COLUMNS, problems):
        name = RoleId(str(row["role"]))
        if not NAME.fullmatch(name) or name in roles:
            problems.add(row["role"].where, "role", "must be a new name in snake_case")
        kinds = row["kinds"].split(" | ")
        if not known.issuperset(kinds):
            problems.unknown("kinds", row["kinds"], known)
            continue
        held = frozenset(PartnerKind(kind) for kind in kinds)
        roles[name] = Role(name, str(row["nl"]), str(row["en"]), held)
    return roles


def _read_codes(folder: Traversable, fields: FieldDictionary, problems: Problems) -> CodeLists:
    lists: defaultdict[str, set[str]] = defaultdict(set)
    source = read_source(folder, "codes/code_lists.csv", problems)
    for row in read_csv(source, ("list", "code", "source"), problems):
        lists[str(row["list"])].add(str(row["code"]))
    named = {spec.name: codes_of(spec, lists) for spec in fields}
    gemeenten = _read_gemeenten(folder, problems)
    return CodeLists(
        enums={name: codes for name, codes in named.items() if codes},
        gemeenten=gemeenten,
        opvanglocaties=_read_opvanglocaties(folder, gemeenten, problems),
        postcode_areas=_read_areas(folder, problems),
        landen=_read_table("landen", folder, problems),
        nationaliteiten=_read_table("nationaliteiten", folder, problems),
    )


def _read_table(name: str, folder: Traversable, problems: Problems) -> Mapping[str, str]:
    """Read a table of the BRP: each code with its name, whether it ended or not."""
    names: dict[str, str] = {}
    source = read_source(folder, f"codes/{name}.csv", problems)
    for row in read_csv(source, ("code", "naam", "vanaf", "tot"), problems):
        code = str(row["code"])
        if not GEMEENTE.fullmatch(code) or code in names:
            problems.add(row["code"].where, "code", "must be a new code of four digits")
        names[code] = str(row["naam"])
    return names


def _read_gemeenten(folder: Traversable, problems: Problems) -> Mapping[GemeenteCode, str]:
    gemeenten: dict[GemeenteCode, str] = {}
    source = read_source(folder, "codes/gemeenten.csv", problems)
    for row in read_csv(source, ("code", "naam"), problems):
        code = GemeenteCode(str(row["code"]))
        if not GEMEENTE.fullmatch(code) or code in gemeenten:
            problems.add(row["code"].where, "code", "must be a new code of four digits")
        gemeenten[code] = str(row["naam"])
    return gemeenten


def _read_opvanglocaties(
    folder: Traversable, gemeenten: Mapping[GemeenteCode, str], problems: Problems
) -> Mapping[str, OpvangLocatie]:
    places: dict[str, OpvangLocatie] = {}
    source = read_source(folder, "codes/opvanglocaties.csv", problems)
    columns = ("opvanglocatie_code", "gemeentecode", "coa_regio", "note")
    for row in read_csv(source, columns, problems):
        code, gemeente = str(row["opvanglocatie_code"]), GemeenteCode(str(row["gemeentecode"]))
        if code in places:
            problems.add(row["opvanglocatie_code"].where, "opvanglocatie_code", "stands here twice")
        if gemeente not in gemeenten:
            problems.unknown("gemeentecode", row["gemeentecode"], gemeenten)
        places[code] = OpvangLocatie(gemeente, str(row["coa_regio"]))
    return places


def _read_areas(folder: Traversable, problems: Problems) -> Areas:
    areas: defaultdict[str, list[Point]] = defaultdict(list)
    source = read_source(folder, "codes/postcode_areas.csv", problems)
    for row in read_csv(source, ("area", "place", "latitude", "longitude"), problems):
        degrees = [str(row[name]) for name in ("latitude", "longitude")]
        if not AREA.fullmatch(row["area"]) or not all(map(DEGREES.fullmatch, degrees)):
            problems.add(row["area"].where, "area", "must be two digits, and its place in degrees")
            continue
        north, east = map(float, degrees)
        areas[str(row["area"])].append((north, east))
    return areas


def codes_of(spec: FieldSpec, lists: Mapping[str, set[str]]) -> frozenset[str]:
    """Return the codes a field may hold, read from its ``code_list``; empty where it is not coded.

    A list of its own name or named first in ``code_list`` goes before codes written out there.
    """
    text = spec.code_list.split(";")[0]
    named = "nt2_niveau" if text == "CEFR as above" else text
    for name in (spec.name, named):
        if name in lists:
            return frozenset(lists[name])
    text = re.sub(r"^[A-Z]+: ", "", text)
    if " | " not in text or spec.type not in {"enum", "array"} or ":" in text:
        return frozenset()
    return frozenset(code for part in text.split(" | ") for code in _codes_in(part))


def _codes_in(part: str) -> tuple[str, ...]:
    """Read one alternative: ``O (BRP)`` and ``A analfabeet`` are codes with a word of explanation.

    ``mbo-1..mbo-4`` is a range.
    """
    if explained := re.match(r"([A-Z]+) ", part):
        return (explained[1],)
    if span := re.fullmatch(r"(\D+)(\d)\.\.\1(\d)", part):
        return tuple(f"{span[1]}{n}" for n in range(int(span[2]), int(span[3]) + 1))
    return (part,)
