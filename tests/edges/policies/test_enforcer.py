"""The table and casbin say the same; what casbin would take silently is refused."""

import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import casbin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import PolicyError
from gateway.domain.identifiers import FieldName, PurposeCode, RoleId
from gateway.domain.purposes import Cell, Matrix
from policies.catalogue import Catalogue, load
from policies.compiler import compile_policy
from policies.enforcer import CheckReport, Enforcer, check, load_policy, verify
from tests.worlds.oracle import NEVER_TO_A_THIRD_PARTY

MODEL = load().model
RULE = "p, teacher, P01_school, P01-teacher, allow"
NAME = "g, name, P01-teacher"
GRADE = "g, grade, P01-teacher"


def test_the_table_is_casbin_in_every_cell(
    matrix: Matrix, enforcer: Enforcer, catalogue: Catalogue
) -> None:
    """For every role, purpose and field the table answers as casbin does."""
    assert verify(matrix, enforcer, catalogue, every=True) == 19 * 12 * 161


@given(cells=st.data())
def test_the_engines_of_roles_answer_as_one_over_all_rules(cells: st.DataObject) -> None:
    """Splitting the rules by role changes no answer of casbin."""
    role = cells.draw(st.sampled_from(sorted(SHIPPED.roles)))
    purpose = cells.draw(st.sampled_from(sorted(SHIPPED.purposes)))
    field = cells.draw(st.sampled_from([spec.name for spec in SHIPPED.fields]))
    assert SPLIT.allows(role, purpose, field) == WHOLE.enforce(role, purpose, field)


def _plain(catalogue: Catalogue) -> casbin.Enforcer:
    """Build casbin as anyone would, over all lines at once."""
    plain = casbin.Enforcer(casbin.Enforcer.new_model(text=catalogue.model))
    rows = [line.split(", ") for line in compile_policy(catalogue)]
    plain.add_policies([row[1:] for row in rows if row[0] == "p"])
    plain.add_grouping_policies([row[1:] for row in rows if row[0] == "g"])
    return plain


SHIPPED = load()
SPLIT = Enforcer(SHIPPED.model, compile_policy(SHIPPED))
WHOLE = _plain(SHIPPED)


@pytest.mark.parametrize("field", sorted(NEVER_TO_A_THIRD_PARTY))
def test_casbin_denies_the_thirteen_to_every_third_party(
    field: str, enforcer: Enforcer, catalogue: Catalogue
) -> None:
    """None of the thirteen leaves to anyone but the person, for any purpose a rule names."""
    asked = {
        (rule.role, rule.purpose)
        for purpose in catalogue.purposes.values()
        for rule in purpose.rules
        if rule.role != "betrokkene"
    }
    assert not any(enforcer.allows(role, purpose, field) for role, purpose in asked)


def test_a_deny_wins_over_a_rule_that_slipped_through(catalogue: Catalogue) -> None:
    """Were a rule to name a barred field, the explicit deny would still refuse it."""
    slipped = (*compile_policy(catalogue), "g, religie, P05-werkgever")
    enforcer = Enforcer(catalogue.model, slipped)
    assert not enforcer.allows("werkgever", "P05_arbeidsbemiddeling_voorstellen", "religie")
    assert enforcer.allows("werkgever", "P05_arbeidsbemiddeling_voorstellen", "roepnaam")


def test_a_table_that_differs_is_refused(
    matrix: Matrix, enforcer: Enforcer, catalogue: Catalogue
) -> None:
    """One bit too many in one cell is found, with field, role and purpose."""
    role, purpose = RoleId("werkgever"), PurposeCode("P07_bsn_administratie")
    cell = matrix.cell(role, purpose)
    assert cell is not None
    ((rule, mask),) = cell.rules
    wider = mask | catalogue.fields[FieldName("bsn")].bit
    forged = _Forged(matrix, (role, purpose), Cell(((rule, wider),), cell.denied))
    with pytest.raises(PolicyError) as refused:
        verify(forged, enforcer, catalogue, every=False)
    assert str(refused.value) == (
        f"policy.csv: bsn: table and casbin differ for {role} and {purpose}"
    )


class _Forged(Matrix):
    """A matrix in which one cell was changed."""

    def __init__(self, real: Matrix, pair: tuple[RoleId, PurposeCode], cell: Cell) -> None:
        self._real, self._pair, self._cell = real, pair, cell

    def cell(self, role: RoleId, purpose: PurposeCode) -> Cell | None:
        """Answer with the forged cell for its pair."""
        return self._cell if (role, purpose) == self._pair else self._real.cell(role, purpose)


def test_load_policy_builds_new_each_time(catalogue: Catalogue, matrix: Matrix) -> None:
    """Loading gives a new table with the same digest, so the holder can swap one reference."""
    loaded, table = load_policy()
    assert table is not matrix
    assert (loaded.digest, table.digest) == (catalogue.digest, matrix.digest)


def test_load_policy_refuses_a_stale_policy(folder: Path) -> None:
    """What was reviewed in policy.csv is what runs, or nothing runs."""
    with (folder / "policy.csv").open("a", encoding="utf-8") as file:
        file.write("g, bsn, P05-werkgever\n")
    with pytest.raises(PolicyError, match=r"policy\.csv:709: line: differs"):
        load_policy(folder)


def test_check_reports_what_it_found(matrix: Matrix) -> None:
    """The report counts rules, purposes, partners and the cells compared with casbin."""
    assert check() == CheckReport(28, 12, 8, 25 * 161, matrix.digest)


def test_only_the_live_distribution_is_installed() -> None:
    """The old distribution casbin writes over the module of pycasbin, so it must be absent."""
    names = {dist.name.casefold() for dist in metadata.distributions()}
    assert "pycasbin" in names
    assert "casbin" not in names


# The defects that were found by running casbin, one test each.


def test_enforcers_are_right_in_threads(enforcer: Enforcer, catalogue: Catalogue) -> None:
    """Four threads that switch all the time get the answers one thread gets."""
    purpose = "P02_warme_overdracht_brede_intake"
    asked = [("gemeente_klantmanager", purpose, spec.name) for spec in catalogue.fields]
    alone = [enforcer.allows(*cell) for cell in asked]
    with _frequent_switches(), ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda cell: enforcer.allows(*cell), asked * 4))
    assert together == alone * 4


class _frequent_switches:  # noqa: N801 - reads as a verb in a with statement
    """Let threads take turns a thousand times as often as usual."""

    def __enter__(self) -> None:
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(0.000005)

    def __exit__(self, *_: object) -> None:
        sys.setswitchinterval(self._before)


def test_an_enforcer_cannot_be_reloaded_or_switched_off() -> None:
    """Reloading in place and enable_enforce are out of reach: the only question is allows."""
    assert [name for name in dir(Enforcer) if not name.startswith("_")] == ["allows"]


def test_no_rules_at_all_are_refused() -> None:
    """No rows make casbin run the matcher on empty values; so no rows are refused."""
    with pytest.raises(PolicyError, match="there are no rules"):
        Enforcer(MODEL, [])


@pytest.mark.parametrize("effect", ["Deny", "Allow", "DENY", "denied", "permit"])
def test_a_misspelt_effect_is_refused(effect: str) -> None:
    """An effect that casbin does not know is passed over there; here the line is refused."""
    with pytest.raises(PolicyError, match=r"policy\.csv:3: line: must end in allow or deny"):
        Enforcer(MODEL, [RULE, f"p, teacher, P01_school, P01-teacher, {effect}", NAME])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("p, teacher, P01_school, P01-teacher", "has 4 values, not 5"),
        ("p, teacher, P01_school, P01-teacher, allow, deny", "has 6 values, not 5"),
        ("g, name", "has 2 values, not 3"),
        ("g2, name, P01-teacher", "must begin with p or g"),
        ("", "must begin with p or g"),
        ("# a remark", "must begin with p or g"),
        ("p, teacher , P01_school, P01-teacher, allow", "not a plain name"),
        ("p,  teacher, P01_school, P01-teacher, allow", "not a plain name"),
        ("p, , P01_school, P01-teacher, allow", "not a plain name"),
        ("p, 1==1, P01_school, P01-teacher, allow", "not a plain name"),
        ("p, wow!x, P01_school, P01-teacher, allow", "not a plain name"),
        ("p, a&&b, P01_school, P01-teacher, allow", "not a plain name"),
        ('p, "teacher", P01_school, P01-teacher, allow', "not a plain name"),
        (RULE, "stands here twice"),
        ("g, name, P02-teacher", "P02-teacher is not both a rule and a set"),
        ("p, teacher, P01_school, P02-teacher, allow", "P02-teacher is not both a rule and a set"),
        ("g, P01-teacher, P01-teacher", "P01-teacher is both a field and a set"),
    ],
)
def test_an_odd_line_is_refused(line: str, reason: str) -> None:
    """Short, long, spaced, quoted, repeated, dangling and chained lines never reach casbin."""
    with pytest.raises(PolicyError, match=reason):
        Enforcer(MODEL, [RULE, NAME, line])


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("r.role == p.role", "eval(p.rule)", "only equalities"),
        ("r.role == p.role", 'r.role == "root"', "only equalities"),
        ("r.role == p.role && ", "", "only equalities"),
        ("r.role == p.role &&", 'r.role == p.role || r.role == "root" &&', "only equalities"),
        ("g(r.field, p.rule)", "keyMatch(r.field, p.rule)", "only equalities"),
        (" && !some(where (p.eft == deny))", "", "a deny must win"),
        ("[matchers]", "[matcher]", "cannot be read"),
        ("[matchers]", "matchers", "cannot be read"),
    ],
)
def test_a_model_outside_the_fragment_is_refused(old: str, new: str, reason: str) -> None:
    """No eval, no disjunction, no pattern, no other effect: only what can be tabled."""
    assert old in MODEL
    with pytest.raises(PolicyError, match=reason):
        Enforcer(MODEL.replace(old, new), [RULE, NAME])


@pytest.mark.parametrize(
    "asked",
    [
        ("Teacher", "P01_school", "name"),
        ("teacher ", "P01_school", "name"),
        ("teacher", "P01_School", "name"),
        ("teacher", "P01_school", "Name"),
        ("teacher", "P01_school", "grade "),
        ("teacher", "P01_school", "P01-teacher"),
        ("teacher", "P02_play", "name"),
        ("", "", ""),
    ],
)
def test_a_name_that_is_not_exactly_right_gets_nothing(asked: tuple[str, str, str]) -> None:
    """Case and spaces count, the name of a set is no field, and empty names match nothing."""
    enforcer = Enforcer(MODEL, [RULE, NAME, GRADE])
    assert enforcer.allows("teacher", "P01_school", "name")
    assert not enforcer.allows(*asked)


def test_casbin_would_take_the_name_of_a_set_for_a_field() -> None:
    """The guard is needed: casbin itself holds every name to be a member of itself."""
    purpose = PurposeCode("P07_bsn_administratie")
    assert WHOLE.enforce("werkgever", purpose, "P07-werkgever")
    assert not SPLIT.allows("werkgever", purpose, "P07-werkgever")


def test_sets_are_one_step_deep(catalogue: Catalogue) -> None:
    """A chain is cut by casbin at depth ten without a word; ours have depth one."""
    rows = [line.split(", ") for line in compile_policy(catalogue)]
    fields = {row[1] for row in rows if row[0] == "g"}
    sets = {row[2] for row in rows if row[0] == "g"}
    assert fields == {spec.name for spec in catalogue.fields}
    assert not fields & sets
