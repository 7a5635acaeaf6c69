"""Questions to the decision point, in the words of AuthZEN 1.0: may this subject do this to that?

1. A set answers for the types of subject and resource that are its own, and for nothing else.
2. Deny is what remains when nothing said yes; an unknown name is a no, never an error.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Protocol

from gateway.domain.decisions import Decision
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName, RoleId
from gateway.domain.purposes import Matrix

ROLE: Final = "rol"
FIELD: Final = "veld"
CLIENT: Final = "client"


@dataclass(frozen=True, slots=True)
class Entity:
    """A subject or a resource; ``properties`` is what the asker says of it."""

    type: str
    id: str = ""
    properties: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done; our own set knows purposes by this name."""

    name: str
    properties: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """One question."""

    subject: Entity
    deed: Deed
    resource: Entity


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer, and what may be said of it to the asker."""

    decision: bool
    context: Mapping[str, object] = field(default_factory=dict)


NO: Final = Ruling(decision=False)


class AccessSet(Protocol):
    """A policy that answers questions about subjects and resources of its own types."""

    def knows(self, query: Query) -> bool:
        """Tell whether both types are this set's (1)."""
        ...

    def rules(self, query: Query) -> bool:
        """Decide (2)."""
        ...

    def subjects(self, kind: str) -> Iterable[Entity]:
        """List the subjects of a type."""
        ...

    def resources(self, kind: str) -> Iterable[Entity]:
        """List the resources of a type."""
        ...

    def deeds(self) -> Iterable[Deed]:
        """List what can be done."""
        ...


class RuleBook:
    """Our own rules as such a set: may this role, for this purpose, ever have this field?

    It tells what the rules say, of nobody: relation, basis and stage are asked of a ``client``.
    """

    def __init__(self, matrix: Matrix, fields: FieldDictionary, day: date) -> None:
        self._matrix = matrix
        self._fields = fields
        self._day = day

    def knows(self, query: Query) -> bool:
        """Take roles and fields."""
        return (query.subject.type, query.resource.type) == (ROLE, FIELD)

    def rules(self, query: Query) -> bool:
        """Tell whether a rule of a purpose in force carries the field for the role."""
        purpose, name = self._matrix.purpose(query.deed.name), FieldName(query.resource.id)
        if purpose is None or not purpose.active(self._day) or name not in self._fields:
            return False
        cell = self._matrix.cell(RoleId(query.subject.id), purpose.code)
        if cell is None:
            return False
        special = self._fields.special
        carried = 0
        for rule, mask in cell.rules:
            carried |= mask if rule.exception else mask & ~special
        return bool(carried & ~cell.denied & self._fields[name].bit)

    def subjects(self, kind: str) -> Iterator[Entity]:
        """List the roles that any rule names."""
        if kind == ROLE:
            roles = {rule.role for purpose in self._matrix.purposes() for rule in purpose.rules}
            yield from (Entity(ROLE, role) for role in sorted(roles))

    def resources(self, kind: str) -> Iterator[Entity]:
        """List the fields."""
        if kind == FIELD:
            yield from (Entity(FIELD, spec.name) for spec in self._fields)

    def deeds(self) -> Iterator[Deed]:
        """List the purposes."""
        yield from (Deed(purpose.code) for purpose in self._matrix.purposes())


def subjects_who_may(sets: Iterable[AccessSet], query: Query) -> list[Entity]:
    """Search the subjects of the query's type that may do it."""
    asked = [
        (one, found, replace(query, subject=_with(found, query.subject)))
        for one in sets
        for found in one.subjects(query.subject.type)
    ]
    return [found for one, found, each in asked if one.knows(each) and one.rules(each)]


def resources_open_to(sets: Iterable[AccessSet], query: Query) -> list[Entity]:
    """Search the resources of the query's type to which the subject may do it."""
    asked = [
        (one, found, replace(query, resource=_with(found, query.resource)))
        for one in sets
        for found in one.resources(query.resource.type)
    ]
    return [found for one, found, each in asked if one.knows(each) and one.rules(each)]


def deeds_open_to(sets: Iterable[AccessSet], query: Query) -> list[Deed]:
    """Search what the subject may do to the resource."""
    asked = [(one, deed, replace(query, deed=deed)) for one in sets for deed in one.deeds()]
    return [deed for one, deed, each in asked if one.knows(each) and one.rules(each)]


def _with(found: Entity, asked: Entity) -> Entity:
    return replace(found, properties=asked.properties)


def told_of(decision: Decision, fields: FieldDictionary, wanted: int | None) -> Ruling:
    """Say of a decision about a client what the caller may know: yes where all she asked is granted.

    Who is hidden gets the answer of nobody.
    """
    if decision.hidden:
        return NO
    granted = decision.granted
    whole = bool(granted) and (wanted is None or not wanted & ~granted)
    return Ruling(whole, {"velden": list(fields.names(granted))})
