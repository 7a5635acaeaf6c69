"""Compiles a casbin model and its policy to bit masks, or refuses them as outside the fragment.

1. A condition of the matcher is ``r.x == p.y``, ``gN(r.x, p.y)`` or ``gN(r.x, p.y, r.z)``; conditions
   are joined with ``&&``, and each value of the policy is named by at most one of them.
2. The effect is some allow, some allow and no deny, or no deny.
3. A membership has two or three places, no circle, and no chain longer than casbin itself follows.
4. Each rule is a bit. A condition gives the mask of the rules that its value fits; what all
   conditions share are the rules that fit. An unknown value fits what names it, so nothing.

What casbin would take silently (a short row, another effect, a rule twice) is refused here.
"""

import configparser
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.domain.errors import PolicyError

DEEPEST: Final = 10  # casbin follows a chain of roles no further
ALLOW: Final = "some(where (p.eft == allow))"
NO_DENY: Final = "!some(where (p.eft == deny))"
EFFECTS: Final = {
    ALLOW: (True, False),
    f"{ALLOW} && {NO_DENY}": (True, True),
    NO_DENY: (False, True),
}
CONDITION: Final = re.compile(
    r"r\.(?P<same>\w+) == p\.(?P<as>\w+)"
    r"|(?P<g>g\d*)\(r\.(?P<member>\w+), p\.(?P<of>\w+)(, r\.(?P<within>\w+))?\)"
)
NAME: Final = re.compile(r"[^,\s#;](?:[^,\n]*[^,\s])?")
PLACES: Final = {"_, _": 2, "_, _, _": 3}


@dataclass(frozen=True, slots=True)
class _Condition:
    """One condition: which value of a request, within which other, fits which rules."""

    value: int
    within: int | None
    named: Mapping[str, int]
    above: Mapping[tuple[str, str], frozenset[str]]

    def mask(self, request: Sequence[str]) -> int:
        value = request[self.value]
        where = "" if self.within is None else request[self.within]
        mask = 0
        for name in self.above.get((value, where), frozenset()) | {value}:
            mask |= self.named.get(name, 0)
        return mask


@dataclass(frozen=True, slots=True)
class Table:
    """The compiled policy; ``width`` is how many values a request has."""

    width: int
    allowed: int
    denied: int
    needs_allow: bool
    conditions: tuple[_Condition, ...]
    every: int

    def fitting(self, *request: str) -> int:
        """Return the mask of the rules that fit; bit 0 is the first rule of the policy."""
        if len(request) != self.width or not all(request):
            raise PolicyError(f"request: must have {self.width} values, none empty")
        mask = self.every
        for condition in self.conditions:
            mask &= condition.mask(request)
        return mask

    def says(self, fitting: int) -> bool:
        """Decide from the rules that fit: a deny wins over every allow."""
        return not fitting & self.denied and (not self.needs_allow or bool(fitting & self.allowed))

    def allows(self, *request: str) -> bool:
        """Decide a request."""
        return self.says(self.fitting(*request))


def compile_table(model: str, policy: str) -> Table:
    """Compile; raises ``PolicyError`` naming what is outside the fragment."""
    parts = _parts(model)
    request, columns = (
        _names(parts, "request_definition", "r"),
        _names(parts, "policy_definition", "p"),
    )
    needs_allow, needs_deny = _effect(parts)
    rules, members = _rows(policy, parts)
    wide = len(columns) - ("eft" in columns)
    if columns[wide:] not in ((), ("eft",)):
        raise _outside("policy_definition", "eft must come last")
    for number, rule in enumerate(rules, start=1):
        if len(rule) != len(columns):
            raise _outside(f"policy rule {number}", f"has {len(rule)} values, not {len(columns)}")
    if len(set(rules)) < len(rules):
        raise _outside("policy", "holds a rule twice")
    if not rules and needs_deny:
        raise _outside("policy", "is empty, and nothing would be denied")
    allowed, denied = _sides(rules, wide)
    conditions = _conditions(parts, (request, columns[:wide]), rules, members)
    return Table(
        len(request),
        allowed,
        denied if needs_deny else 0,
        needs_allow,
        conditions,
        (1 << len(rules)) - 1,
    )


def _outside(where: str, why: str) -> PolicyError:
    return PolicyError(f"{where}: {why}")


def _parts(model: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#", ";"))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names differ by case
    try:
        parser.read_string(re.sub(r"\\\n\s*", "", model))
    except configparser.Error:
        raise _outside("model", "cannot be read") from None
    return parser


def _line(parts: configparser.ConfigParser, section: str, name: str) -> str:
    found = dict(parts[section]) if parts.has_section(section) else {}
    if set(found) != {name}:
        raise _outside(section, f"must define {name}, and nothing else")
    return " ".join(found[name].split())


def _names(parts: configparser.ConfigParser, section: str, name: str) -> tuple[str, ...]:
    names = tuple(word.strip() for word in _line(parts, section, name).split(","))
    if len(set(names)) < len(names) or not all(re.fullmatch(r"\w+", word) for word in names):
        raise _outside(section, "must list names, each once")
    return names


def _effect(parts: configparser.ConfigParser) -> tuple[bool, bool]:
    effect = _line(parts, "policy_effect", "e")
    if effect not in EFFECTS:
        raise _outside("policy_effect", "is not one of allow, allow unless denied, unless denied")
    return EFFECTS[effect]


@dataclass(slots=True)
class _Members:
    """The rows of one membership, by where they hold."""

    places: int
    above: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def closed(self, name: str) -> Mapping[tuple[str, str], frozenset[str]]:
        """Return all that each member belongs to, through others too; refuses circles (3)."""
        return {start: frozenset(self._climb(name, start)) for start in self.above}

    def _climb(self, name: str, start: tuple[str, str]) -> set[str]:
        found: set[str] = set()
        level = {start[0]}
        for _ in range(DEEPEST):
            level = {up for one in level for up in self.above.get((one, start[1]), ())}
            if start[0] in level:
                raise _outside(name, "goes round in a circle")
            if not level:
                return found
            found |= level
        raise _outside(name, f"has a chain of {DEEPEST} or more")


def _rows(
    policy: str, parts: configparser.ConfigParser
) -> tuple[tuple[tuple[str, ...], ...], Mapping[str, _Members]]:
    """Read the policy: its rules, and the rows of each membership that the model defines."""
    defined = dict(parts["role_definition"]) if parts.has_section("role_definition") else {}
    if set(defined.values()) - PLACES.keys():
        raise _outside("role_definition", "must have two places or three")
    members = {name: _Members(PLACES[places]) for name, places in defined.items()}
    rules = []
    for number, line in enumerate(policy.splitlines(), start=1):
        row = tuple(value.strip() for value in line.split(","))
        if row == ("",):
            continue
        if not all(NAME.fullmatch(value) for value in row):
            raise _outside(f"policy line {number}", "holds a value that is not a plain name")
        if row[0] == "p":
            rules.append(row[1:])
        elif row[0] in members and len(row) == 1 + members[row[0]].places:
            members[row[0]].above[row[1], row[3] if len(row) == 4 else ""].add(row[2])  # noqa: PLR2004 - name and three places
        else:
            raise _outside(f"policy line {number}", "is neither a rule nor a membership")
    return tuple(rules), members


def _sides(rules: Iterable[tuple[str, ...]], wide: int) -> tuple[int, int]:
    """Return the masks of the rules that allow and of those that deny; without eft they allow."""
    sides = {"allow": 0, "deny": 0}
    for bit, rule in enumerate(rules):
        effect = rule[wide] if len(rule) > wide else "allow"
        if effect not in sides:
            raise _outside(f"policy rule {bit + 1}", "must end in allow or deny")
        sides[effect] |= 1 << bit
    return sides["allow"], sides["deny"]


def _conditions(
    parts: configparser.ConfigParser,
    words: tuple[tuple[str, ...], tuple[str, ...]],
    rules: Sequence[tuple[str, ...]],
    members: Mapping[str, _Members],
) -> tuple[_Condition, ...]:
    made, used = [], set()
    for text in _line(parts, "matchers", "m").split(" && "):
        found = CONDITION.fullmatch(text)
        if found is None:
            raise _outside("matchers", "only equalities and memberships, joined with &&")
        column = found["as"] or found["of"]
        if column in used:
            raise _outside("matchers", f"p.{column} stands here twice")
        used.add(column)
        made.append(_condition(found, words, rules, members))
    if used != set(words[1]):
        raise _outside("matchers", "must name every value of the policy")
    return tuple(made)


def _condition(
    found: re.Match[str],
    words: tuple[tuple[str, ...], tuple[str, ...]],
    rules: Sequence[tuple[str, ...]],
    members: Mapping[str, _Members],
) -> _Condition:
    request, columns = words
    value, column, within = (
        found["same"] or found["member"],
        found["as"] or found["of"],
        found["within"],
    )
    if value not in request or column not in columns or (within and within not in request):
        raise _outside("matchers", "names a value that is not defined")
    place = request.index(within) if within else None
    named: defaultdict[str, int] = defaultdict(int)
    for bit, rule in enumerate(rules):
        named[rule[columns.index(column)]] |= 1 << bit
    if found["g"] is None:
        return _Condition(request.index(value), None, dict(named), {})
    membership = members.get(found["g"])
    if membership is None or membership.places != (3 if within else 2):
        raise _outside("matchers", f"{found['g']} is not defined with that many places")
    return _Condition(request.index(value), place, dict(named), membership.closed(found["g"]))
