"""Reads further policy sets for the decision point, one YAML file a set, and compiles them.

A rule lets a role do something to a type of resource, or to one resource; a deny wins. Conditions on
properties are attached to rules by name and asked after the table: they never become text that is
evaluated. What the asker says of a property goes before what the file says.

1. A type of subject or resource belongs to one set only, and ``rol``, ``veld``, ``client`` to the gate.
2. ``is_not`` stands in denials only: what is absent must never open anything.
3. A set is proven equal to casbin on every question of its words before it is used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import product
from typing import Final

from gateway.domain.access import CLIENT, FIELD, ROLE, Deed, Entity, Query
from policies.documents import Problems, Section, Text, read_sources, read_yaml
from policies.enforcer import prove
from policies.tables import Table, compile_table

RESERVED: Final = frozenset({ROLE, FIELD, CLIENT})
LARGEST: Final = 20_000  # questions of a set's own words, each asked of casbin too
SIDES: Final = ("subject", "resource", "action")
MODEL: Final = """\
[request_definition]
r = subject, deed, resource

[policy_definition]
p = role, rule, resource, eft

[role_definition]
g = _, _
g2 = _, _
g3 = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = g(r.subject, p.role) && g2(r.deed, p.rule) && g3(r.resource, p.resource)
"""

Condition = Callable[[Query], bool]
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Rule:
    role: str
    deeds: tuple[str, ...]
    resource: Name
    effect: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class CompiledSet:
    """One set, compiled; see ``gateway.domain.access.AccessSet``."""

    title: str
    table: Table
    tokens: Mapping[tuple[str, Name], str]
    entities: Mapping[str, Mapping[Name, Entity]]
    names: tuple[str, ...]
    pairs: frozenset[tuple[str, str]]
    conditions: tuple[tuple[Condition, ...], ...]

    def knows(self, query: Query) -> bool:
        """Tell whether both types are this set's."""
        return (query.subject.type, query.resource.type) in self.pairs

    def rules(self, query: Query) -> bool:
        """Decide: the table first, then the conditions of the rules that fit."""
        subject = self.tokens.get(("subject", (query.subject.type, query.subject.id)))
        deed = self.tokens.get(("deed", ("", query.deed.name)))
        thing = self._resource(query.resource)
        if subject is None or deed is None or thing is None:
            return False
        fitting, whole = self.table.fitting(subject, deed, thing), self._whole(query)
        for bit, conditions in enumerate(self.conditions):
            if fitting >> bit & 1 and not all(holds(whole) for holds in conditions):
                fitting &= ~(1 << bit)
        return self.table.says(fitting)

    def subjects(self, kind: str) -> Iterator[Entity]:
        """List the subjects of a type, in order of the file."""
        return (one for one in self.entities["subject"].values() if one.type == kind)

    def resources(self, kind: str) -> Iterator[Entity]:
        """List the resources of a type, in order of the file."""
        return (one for one in self.entities["resource"].values() if one.type == kind)

    def deeds(self) -> Iterator[Deed]:
        """List what the rules name."""
        return (Deed(name) for name in self.names)

    def _resource(self, asked: Entity) -> str | None:
        """One that the file does not name is only of its type."""
        own = self.tokens.get(("resource", (asked.type, asked.id)))
        return own or self.tokens.get(("resource", (asked.type, "")))

    def _whole(self, query: Query) -> Query:
        """Add to what the asker says of a property what the file says."""
        return Query(
            self._known("subject", query.subject),
            query.deed,
            self._known("resource", query.resource),
        )

    def _known(self, side: str, asked: Entity) -> Entity:
        known = self.entities[side].get((asked.type, asked.id))
        own = known.properties if known else {}
        return Entity(asked.type, asked.id, {**own, **asked.properties})


def load_sets(folder: Traversable) -> tuple[CompiledSet, ...]:
    """Read every set of a folder (a ``Path`` will do).

    Raises ``PolicyError`` with one line ``file:line: field: reason`` for every problem.
    """
    problems = Problems()
    sets, taken = [], set[tuple[str, str]]()
    for source in read_sources(folder, ".", problems):
        file = read_yaml(source, problems)
        if file is None:
            continue
        one = _Reader(problems).read(file)
        problems.stop_here()
        for pair in sorted(one.pairs & taken):
            problems.add(file.where, "set", f"answers for {' and '.join(pair)}, as another does")
        taken |= one.pairs
        sets.append(one)
    problems.stop_here()
    return tuple(sets)


class _Reader:
    """Reads one set."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._roles: dict[Name, tuple[Text, ...]] = {}

    def read(self, file: Section) -> CompiledSet:
        """Read, compile and prove it; what is wrong is a problem, and then nothing is compiled."""
        file.only("set", "subjects", "resources", "rules")
        title = str(file.text("set"))
        entities = {"subject": self._entities(file, "subjects"), "resource": {}}
        if file.has("resources"):
            entities["resource"] = self._entities(file, "resources")
        rules = [self._rule(section) for section in file.sections("rules")]
        self._problems.stop_here()
        names = tuple(dict.fromkeys(name for rule in rules for name in rule.deeds))
        tokens = _tokens(entities, rules, names)
        if _questions(tokens) > LARGEST:
            self._problems.add(file.where, "set", f"asks more than {LARGEST} questions")
            self._problems.stop_here()
        policy = "\n".join((*_lines(rules, tokens), *self._memberships(entities, tokens)))
        table = compile_table(MODEL, policy)
        prove(table, MODEL, policy, _asked(tokens))
        pairs = product({s for s, _ in entities["subject"]}, {r.resource[0] for r in rules})
        conditions = tuple(rule.conditions for rule in rules)
        return CompiledSet(title, table, tokens, entities, names, frozenset(pairs), conditions)

    def _entities(self, file: Section, name: str) -> dict[Name, Entity]:
        found: dict[Name, Entity] = {}
        for section in file.sections(name):
            section.only("type", "id", "roles", "properties")
            key = (str(self._type(section.text("type"))), str(section.text("id")))
            if key in found:
                self._problems.add(section.where, "id", "stands here twice")
            told = section.section("properties") if section.has("properties") else None
            properties = {str(one): str(told.text(one)) for one in told.names()} if told else {}
            self._roles[key] = section.texts("roles")
            found[key] = Entity(*key, properties)
        return found

    def _type(self, text: Text) -> Text:
        if text in RESERVED:
            self._problems.add(text.where, "type", f"{text} is the gate's own")
        return text

    def _rule(self, section: Section) -> _Rule:
        section.only("role", "actions", "resource", "id", "effect", "when")
        effect = section.text("effect") if section.has("effect") else None
        if effect is not None and effect not in {"allow", "deny"}:
            self._problems.unknown("effect", effect, ("allow", "deny"))
        deeds = tuple(str(one) for one in section.texts("actions"))
        if not deeds:
            self._problems.add(section.where, "actions", "must be a list of actions")
        thing = str(section.text("id")) if section.has("id") else ""
        when = section.sections("when") if section.has("when") else ()
        conditions = [self._condition(one, denies=effect == "deny") for one in when]
        return _Rule(
            str(section.text("role")),
            deeds,
            (str(self._type(section.text("resource"))), thing),
            str(effect or "allow"),
            tuple(one for one in conditions if one),
        )

    def _condition(self, section: Section, *, denies: bool) -> Condition | None:
        section.only("property", "is", "is_not", "same_as")
        side, name = self._property(section.text("property"))
        kinds = [kind for kind in ("is", "is_not", "same_as") if section.has(kind)]
        if len(kinds) != 1:
            self._problems.add(section.where, "when", "needs one of is, is_not, same_as")
            return None
        wanted = section.text(kinds[0])
        if kinds == ["is"]:
            return lambda query: _value(query, side, name) == wanted
        if kinds == ["is_not"]:
            if not denies:
                self._problems.add(wanted.where, "is_not", "stands in a denial only")
            return lambda query: _value(query, side, name) != wanted
        other = self._property(wanted)
        return lambda query: _same(_value(query, side, name), _value(query, *other))

    def _property(self, text: Text) -> tuple[str, str]:
        side, _, name = text.partition(".")
        if side not in SIDES or not name:
            self._problems.add(text.where, "property", "must read like resource.status")
        return side, name

    def _memberships(
        self, entities: Mapping[str, Mapping[Name, Entity]], tokens: Mapping[tuple[str, Name], str]
    ) -> Iterator[str]:
        for key in entities["subject"]:
            for role in dict.fromkeys(self._roles[key]):
                yield f"g, {tokens['subject', key]}, {tokens.get(('role', ('', role)), 'no-role')}"
        for kind, thing in (
            key for key in entities["resource"] if ("resource", (key[0], "")) in tokens
        ):
            yield f"g3, {tokens['resource', (kind, thing)]}, {tokens['resource', (kind, '')]}"


def _tokens(
    entities: Mapping[str, Mapping[Name, Entity]], rules: Sequence[_Rule], names: Sequence[str]
) -> Mapping[tuple[str, Name], str]:
    """Give everything a plain name, as casbin's lines need one."""
    things = dict.fromkeys((*entities["resource"], *(rule.resource for rule in rules)))
    whole = dict.fromkeys((*things, *((kind, "") for kind, _ in things)))
    roles = dict.fromkeys(("", rule.role) for rule in rules)
    kinds: Mapping[str, Sequence[Name]] = {
        "subject": tuple(entities["subject"]),
        "resource": tuple(whole),
        "deed": tuple(("", name) for name in names),
        "role": tuple(roles),
    }
    return {(kind, key): f"{kind}{n}" for kind, keys in kinds.items() for n, key in enumerate(keys)}


def _lines(rules: Sequence[_Rule], tokens: Mapping[tuple[str, Name], str]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        role, thing = tokens["role", ("", rule.role)], tokens["resource", rule.resource]
        yield f"p, {role}, rule{number}, {thing}, {rule.effect}"
        for name in dict.fromkeys(rule.deeds):
            yield f"g2, {tokens['deed', ('', name)]}, rule{number}"


def _asked(tokens: Mapping[tuple[str, Name], str]) -> Iterator[tuple[str, ...]]:
    of = {kind: [t for (k, _), t in tokens.items() if k == kind] for kind in ("subject", "deed")}
    things = [token for (kind, _), token in tokens.items() if kind == "resource"]
    return product(of["subject"], of["deed"], things)


def _questions(tokens: Mapping[tuple[str, Name], str]) -> int:
    kinds = [kind for kind, _ in tokens]
    return kinds.count("subject") * kinds.count("deed") * kinds.count("resource")


def _value(query: Query, side: str, name: str) -> str | None:
    """Read a property: a text as it is, a truth value as ``true`` or ``false``, nothing else."""
    of: Mapping[str, Entity | Deed]
    of = {"subject": query.subject, "resource": query.resource, "action": query.deed}
    value = of[side].properties.get(name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) and value not in {"true", "false"} else None


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other
