"""Asks casbin, the reviewed engine, and proves the table of bit masks equal to its answers.

casbin stays out of the hot path and inside a fragment where its answer is a finite function: the
matcher joins equalities and one membership (``g``) with ``&&``, and a deny wins. No adapter, no
``eval``, no filtered policy, no FastEnforcer; an enforcer is built once and never changed. What
casbin would take silently (an effect ``Deny``, a short row, no rows at all) is refused here.
"""

import configparser
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import product
from threading import Lock
from typing import Final

import casbin

from gateway.domain.errors import PolicyError
from gateway.domain.identifiers import PurposeCode, RoleId
from gateway.domain.purposes import Matrix
from policies.catalogue import Catalogue, load
from policies.compiler import POLICY_FILE, committed_policy, compile_matrix
from policies.tables import Table

DENY_WINS: Final = "some(where (p.eft == allow)) && !some(where (p.eft == deny))"
SAME_ROLE: Final = "r.role == p.role"
CONDITION: Final = re.compile(r"r\.\w+ == p\.\w+|g\(r\.\w+, p\.\w+\)")
WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
SHAPES: Final = {"p": 5, "g": 3}
EFFECTS: Final = frozenset({"allow", "deny"})

# enforce() calls ast.parse, which CPython 3.11 can fail when threads call it at the same time
# (SystemError: AST constructor recursion depth mismatch); so one question at a time.
_ONE_AT_A_TIME: Final = Lock()


class Enforcer:
    """casbin over the lines of ``policy.csv`` below its header; answers whether a role, for a purpose, has a field."""

    def __init__(self, model: str, lines: Iterable[str]) -> None:
        """Build it in memory; raises ``PolicyError`` for a model or line outside the fragment."""
        _check_model(model)
        rows = tuple(_rows(lines))
        _check_sets(rows)
        self._fields = frozenset(row[1] for row in rows if row[0] == "g")
        self._engines = {role: _engine(model, role, rows) for role in _roles(rows)}

    def allows(self, role: str, purpose: str, field: str) -> bool:
        """Tell whether the lines allow it; a name that is no field of any set is never allowed.

        casbin holds every name to be a member of itself, so the name of a set would pass as field.
        """
        engine = self._engines.get(role)
        if engine is None or field not in self._fields:
            return False
        with _ONE_AT_A_TIME:
            return bool(engine.enforce(role, purpose, field))


def _roles(rows: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(row[1] for row in rows if row[0] == "p")


def _engine(model: str, role: str, rows: tuple[tuple[str, ...], ...]) -> casbin.Enforcer:
    """Make casbin with the rules of one role: it visits every rule at each question.

    The answer is that of all rules together, since the matcher asks ``r.role == p.role``.
    """
    rules = [list(row[1:]) for row in rows if row[0] == "p" and row[1] == role]
    named = {rule[2] for rule in rules}
    engine = casbin.Enforcer(casbin.Enforcer.new_model(text=model))
    engine.add_policies(rules)
    engine.add_grouping_policies(
        [list(row[1:]) for row in rows if row[0] == "g" and row[2] in named]
    )
    return engine


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of the policies found in order; ``cells`` were compared with casbin."""

    rules: int
    purposes: int
    partners: int
    cells: int
    digest: str


def verify(matrix: Matrix, enforcer: Enforcer, catalogue: Catalogue, *, every: bool) -> int:
    """Compare the table with casbin, cell by cell; return how many cells were compared.

    ``every`` takes all roles, purposes and fields; without it only the pairs some rule names, as
    the equalities of the matcher close all others. Raises ``PolicyError`` listing differences.
    """
    wrong: list[str] = []
    pairs = _pairs(catalogue, every=every)
    for role, purpose in pairs:
        allowed = _allowed(matrix, role, purpose)
        wrong += [
            f"{POLICY_FILE}: {spec.name}: table and casbin differ for {role} and {purpose}"
            for spec in catalogue.fields
            if enforcer.allows(role, purpose, spec.name) != bool(allowed & spec.bit)
        ]
    if wrong:
        raise PolicyError("\n".join(wrong))
    return len(pairs) * len(catalogue.fields)


def prove(table: Table, model: str, policy: str, requests: Iterable[tuple[str, ...]]) -> int:
    """Ask casbin each of these requests too; return how many. Raises ``PolicyError`` on a difference."""
    engine = casbin.Enforcer(casbin.Enforcer.new_model(text=model))
    rows = [line.split(", ") for line in policy.splitlines()]
    engine.add_policies([row[1:] for row in rows if row[0] == "p"])
    for name in sorted({row[0] for row in rows} - {"p"}):
        engine.add_named_grouping_policies(name, [row[1:] for row in rows if row[0] == name])
    asked = 0
    for request in requests:
        with _ONE_AT_A_TIME:
            said = bool(engine.enforce(*request))
        if said != table.allows(*request):
            raise PolicyError(f"set: table and casbin differ for {', '.join(request)}")
        asked += 1
    return asked


def load_policy(folder: Traversable | None = None) -> tuple[Catalogue, Matrix]:
    """Build catalogue and table anew and verify them; the caller then swaps one reference.

    Raises ``PolicyError`` when a file does not hold, ``policy.csv`` is stale, or casbin disagrees.
    """
    catalogue, matrix, _ = _verified(folder, every=False)
    return catalogue, matrix


def check(folder: Traversable | None = None, *, every: bool = False) -> CheckReport:
    """Check all policy files as ``load_policy`` does and report; raises ``PolicyError``."""
    catalogue, matrix, cells = _verified(folder, every=every)
    return CheckReport(
        rules=sum(len(purpose.rules) for purpose in catalogue.purposes.values()),
        purposes=len(catalogue.purposes),
        partners=len(catalogue.partners),
        cells=cells,
        digest=matrix.digest,
    )


def _verified(folder: Traversable | None, *, every: bool) -> tuple[Catalogue, Matrix, int]:
    catalogue = load(folder)
    enforcer = Enforcer(catalogue.model, committed_policy(catalogue, folder))
    matrix = compile_matrix(catalogue)
    return catalogue, matrix, verify(matrix, enforcer, catalogue, every=every)


def _pairs(catalogue: Catalogue, *, every: bool) -> list[tuple[RoleId, PurposeCode]]:
    if every:
        return list(product(catalogue.roles, catalogue.purposes))
    purposes = catalogue.purposes.values()
    return sorted({(rule.role, rule.purpose) for purpose in purposes for rule in purpose.rules})


def _allowed(matrix: Matrix, role: RoleId, purpose: PurposeCode) -> int:
    cell = matrix.cell(role, purpose)
    if cell is None:
        return 0
    mask = 0
    for _, fields in cell.rules:
        mask |= fields
    return mask & ~cell.denied


def _check_model(model: str) -> None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(model)
        effect, matcher = parser["policy_effect"]["e"], parser["matchers"]["m"]
    except (configparser.Error, KeyError):
        raise PolicyError("model.conf:1: model: cannot be read") from None
    if effect != DENY_WINS:
        raise PolicyError("model.conf:1: policy_effect: a deny must win over every allow")
    conditions = matcher.split(" && ")
    if SAME_ROLE not in conditions or not all(map(CONDITION.fullmatch, conditions)):
        raise PolicyError("model.conf:1: matchers: only equalities and g(), joined with &&")


def _rows(lines: Iterable[str]) -> Iterator[tuple[str, ...]]:
    seen: set[str] = set()
    for number, line in enumerate(lines, start=2):
        row = tuple(line.split(", "))
        reason = _fault(row)
        if reason is None and line in seen:
            reason = "stands here twice"
        if reason is not None:
            raise PolicyError(f"{POLICY_FILE}:{number}: line: {reason}")
        seen.add(line)
        yield row


def _fault(row: tuple[str, ...]) -> str | None:
    if row[0] not in SHAPES:
        return "must begin with p or g"
    if len(row) != SHAPES[row[0]]:
        return f"has {len(row)} values, not {SHAPES[row[0]]}"
    if not all(WORD.fullmatch(value) for value in row):
        return "holds a value that is not a plain name"
    if row[0] == "p" and row[-1] not in EFFECTS:
        return "must end in allow or deny"
    return None


def _check_sets(rows: tuple[tuple[str, ...], ...]) -> None:
    used = {row[3] for row in rows if row[0] == "p"}
    filled = {row[2] for row in rows if row[0] == "g"}
    members = {row[1] for row in rows if row[0] == "g"}
    if not used:
        raise PolicyError(f"{POLICY_FILE}:1: line: there are no rules")
    if used != filled:
        names = ", ".join(sorted(used ^ filled))
        raise PolicyError(f"{POLICY_FILE}:1: line: {names} is not both a rule and a set of fields")
    if members & filled:
        names = ", ".join(sorted(members & filled))
        raise PolicyError(f"{POLICY_FILE}:1: line: {names} is both a field and a set")
