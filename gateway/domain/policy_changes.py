"""What changes between two editions of the policy: which fields for whom, and which words around them.

1. A cell is a role, a purpose and a relation; each of its fields is there under the conditions of a
   rule: stage, consent, target groups, a named exception, and the words it rests on.
2. A field is gained, lost, or kept under other conditions; what no change names decides as before.
3. Terms of purposes and classes of fields decide too; all other words are told and decide nothing
   here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.decisions import Decision
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName, PurposeCode, RoleId
from gateway.domain.purposes import Matrix, RelationTest, Rule

FIELDS: Final = "field"
PURPOSES: Final = "purpose"

Words = Mapping[str, Mapping[str, str]]
_Place = tuple[PurposeCode, RoleId, RelationTest]


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition: the table, the fields it knows, and all other words by kind and name."""

    matrix: Matrix
    fields: FieldDictionary
    words: Words


@dataclass(frozen=True, slots=True)
class CellChange:
    """How one cell changes; ``special`` are the fields of class S4 or S5 among those gained."""

    purpose: PurposeCode
    role: RoleId
    relation: RelationTest
    gained: tuple[FieldName, ...]
    lost: tuple[FieldName, ...]
    altered: tuple[FieldName, ...]
    special: tuple[FieldName, ...]

    @property
    def fields(self) -> frozenset[FieldName]:
        """All fields of which something changes."""
        return frozenset((*self.gained, *self.lost, *self.altered))


@dataclass(frozen=True, slots=True)
class WordChange:
    """A purpose's term, a field's class, a law, a number or a text; ``None``: not in that edition."""

    kind: str
    name: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """All that changes from the edition ``was`` to the edition ``now`` (digests)."""

    was: str
    now: str
    cells: tuple[CellChange, ...]
    words: tuple[WordChange, ...]

    @property
    def pairs(self) -> tuple[tuple[RoleId, PurposeCode], ...]:
        """The roles and purposes of which some cell changes, each once."""
        return tuple(sorted({(cell.role, cell.purpose) for cell in self.cells}))

    def explains(self, role: str, purpose: str, fields: Iterable[FieldName]) -> bool:
        """Tell whether something that changed can make a decision about these fields come out anew.

        With no fields it asks about the headline: then any changed cell of the pair will do (2).
        """
        named = frozenset(fields)
        deciding = {(one.kind, one.name) for one in self.words}  # (3)
        if (PURPOSES, purpose) in deciding or {(FIELDS, name) for name in named} & deciding:
            return True
        changed = [cell for cell in self.cells if (cell.role, cell.purpose) == (role, purpose)]
        return bool(changed) and named <= frozenset[FieldName]().union(*(c.fields for c in changed))


def compare(old: Edition, new: Edition) -> PolicyChange:
    """Work out what changes from ``old`` to ``new``, in order of purpose, role and relation."""
    before, after = _conditions(old), _conditions(new)
    places = sorted(before.keys() | after.keys())
    cells = [_cell(place, before.get(place, {}), after.get(place, {}), new) for place in places]
    return PolicyChange(
        old.matrix.digest,
        new.matrix.digest,
        tuple(cell for cell in cells if cell.fields),
        tuple(_words(old.words, new.words)),
    )


_Conditions = Mapping[FieldName, frozenset[tuple[object, ...]]]


def _conditions(edition: Edition) -> Mapping[_Place, _Conditions]:
    """Say of each cell under which conditions it names each field; what is denied is not named (1)."""
    found: defaultdict[_Place, defaultdict[FieldName, set[tuple[object, ...]]]]
    found = defaultdict(lambda: defaultdict(set))
    for rule in (rule for purpose in edition.matrix.purposes() for rule in purpose.rules):
        place = (rule.purpose, rule.role, rule.relation)
        for name in carried(rule, edition):
            found[place][name].add(_condition(rule))
    return {
        place: {name: frozenset(rules) for name, rules in named.items()}
        for place, named in found.items()
    }


def carried(rule: Rule, edition: Edition) -> tuple[FieldName, ...]:
    """Name the fields that a rule can ever carry: none that is denied, S4 and S5 by exception only."""
    fields, cell = edition.fields, edition.matrix.cell(rule.role, rule.purpose)
    closed = (cell.denied if cell else 0) | (0 if rule.exception else fields.special)
    return fields.names(fields.mask(rule.fields) & ~closed)


def _condition(rule: Rule) -> tuple[object, ...]:
    return (
        rule.rule_id,
        rule.stage,
        rule.consent,
        rule.not_for,
        rule.exception,
        rule.legal_basis,
        rule.retention,
    )


def _cell(place: _Place, was: _Conditions, now: _Conditions, new: Edition) -> CellChange:
    gained = tuple(sorted(now.keys() - was.keys()))
    return CellChange(
        *place,
        gained,
        tuple(sorted(was.keys() - now.keys())),
        tuple(sorted(name for name in was.keys() & now.keys() if was[name] != now[name])),
        tuple(name for name in gained if new.fields[name].bit & new.fields.special),
    )


def _words(old: Words, new: Words) -> Iterable[WordChange]:
    for kind in sorted(old.keys() | new.keys()):
        was, now = old.get(kind, {}), new.get(kind, {})
        for name in sorted(was.keys() | now.keys()):
            if was.get(name) != now.get(name):
                yield WordChange(kind, name, was.get(name), now.get(name))


def differs(was: Decision, now: Decision) -> bool:
    """Tell whether two decisions grant or refuse otherwise, or give another headline."""
    return bool(changed_fields(was, now)) or was.reason is not now.reason


def changed_fields(was: Decision, now: Decision) -> int:
    """Return the mask of the fields that are granted otherwise, or refused for another reason."""
    changed = was.granted ^ now.granted
    before, after = ({reason: mask for mask, reason in one.refused} for one in (was, now))
    for reason in before.keys() | after.keys():
        changed |= before.get(reason, 0) ^ after.get(reason, 0)
    return changed
