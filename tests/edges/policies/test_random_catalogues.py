"""Whatever the catalogue, table and casbin both say what its rules say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.domain.errors import PolicyError
from gateway.domain.fields import FieldDictionary, FieldSpec, Sensitivity
from gateway.domain.identifiers import FieldName, PurposeCode, RoleId, RuleId
from gateway.domain.partners import PartnerKind
from gateway.domain.purposes import ConsentNeed, Matrix, Purpose, RelationTest, Rule, Stage
from policies.catalogue import Catalogue, load
from policies.compiler import compile_matrix, compile_policy
from policies.enforcer import Enforcer, verify
from policies.vocabulary import Role

SHIPPED = load()
NAMES = [FieldName(name) for name in ("naam", "bsn", "religie", "opvanglocatie_gemeente_code")]
ROLES = [RoleId(name) for name in ("betrokkene", "klantmanager", "matcher")]
CODES = [PurposeCode(name) for name in ("P01_wonen", "P02_werken", "P03_leren")]
KINDS = dict(
    zip(ROLES, (PartnerKind.BETROKKENE, PartnerKind.GEMEENTE, PartnerKind.WERKGEVER), strict=True)
)


def _rule(number: int, purpose: PurposeCode, role: RoleId, fields: frozenset[FieldName]) -> Rule:
    return Rule(
        RuleId(f"{purpose[:3]}-{role}-{number}"),
        purpose,
        role,
        RelationTest.SELF,
        Stage.NONE,
        "law",
        ConsentNeed.NO,
        fields,
        "a day",
    )


def _catalogue(stored: Mapping[FieldName, bool], rules: list[Rule]) -> Catalogue:
    """Put together a catalogue that no reader checked: a rule may name what it must not."""
    fields = FieldDictionary(
        FieldSpec(number, name, "", "", "string", "", Sensitivity.S1, kept, "")
        for number, (name, kept) in enumerate(stored.items())
    )
    purposes = {
        code: Purpose(
            code, "", "", date(2022, 1, 1), None, tuple(r for r in rules if r.purpose == code)
        )
        for code in CODES
    }
    roles = {role: Role(role, "", "", frozenset({kind})) for role, kind in KINDS.items()}
    return replace(SHIPPED, fields=fields, roles=roles, purposes=purposes)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Draw up to six rules over four fields, each of which may be blocked."""
    stored = {name: draw(st.booleans()) for name in NAMES}
    parts = st.tuples(
        st.sampled_from(CODES),
        st.sampled_from(ROLES),
        st.frozensets(st.sampled_from(NAMES), min_size=1),
    )
    drawn = draw(st.lists(parts, min_size=1, max_size=6))
    return _catalogue(stored, [_rule(number, *part) for number, part in enumerate(drawn)])


def _allowed(catalogue: Catalogue, role: RoleId, purpose: PurposeCode, spec: FieldSpec) -> bool:
    """Say it in plain words: a rule names it, and it is not kept from third parties."""
    named = any(
        rule.role == role and spec.name in rule.fields for rule in catalogue.purposes[purpose].rules
    )
    kept_back = not spec.stored or spec.name == "opvanglocatie_gemeente_code"
    return named and (role == "betrokkene" or not kept_back)


@given(catalogues())
def test_table_and_casbin_agree_on_any_catalogue(catalogue: Catalogue) -> None:
    """In every cell the table answers as casbin does."""
    enforcer = Enforcer(catalogue.model, compile_policy(catalogue))
    assert verify(compile_matrix(catalogue), enforcer, catalogue, every=True) == 3 * 3 * 4


@given(catalogues())
def test_casbin_says_what_the_rules_say(catalogue: Catalogue) -> None:
    """The compiled lines allow what a rule names, but to third parties never what is barred."""
    enforcer = Enforcer(catalogue.model, compile_policy(catalogue))
    for role in ROLES:
        for purpose in CODES:
            for spec in catalogue.fields:
                wanted = _allowed(catalogue, role, purpose, spec)
                assert enforcer.allows(role, purpose, spec.name) is wanted


@given(catalogues(), st.data())
def test_one_more_field_is_always_found(catalogue: Catalogue, data: st.DataObject) -> None:
    """A table made from a rule with one field more than the lines hold is refused."""
    rules = [rule for purpose in catalogue.purposes.values() for rule in purpose.rules]
    rule = data.draw(st.sampled_from(rules))
    missing = [
        spec for spec in catalogue.fields if not _in_cell(compile_matrix(catalogue), rule, spec)
    ]
    candidates = [spec for spec in missing if _free(rule.role, spec)]
    assume(candidates)
    more = replace(rule, fields=rule.fields | {candidates[0].name})
    forged = _catalogue(
        {spec.name: spec.stored for spec in catalogue.fields},
        [more if other is rule else other for other in rules],
    )
    enforcer = Enforcer(catalogue.model, compile_policy(catalogue))
    with pytest.raises(PolicyError, match=f"{candidates[0].name}: table and casbin differ"):
        verify(compile_matrix(forged), enforcer, catalogue, every=False)


def _in_cell(matrix: Matrix, rule: Rule, spec: FieldSpec) -> bool:
    cell = matrix.cell(rule.role, rule.purpose)
    return cell is not None and any(mask & spec.bit for _, mask in cell.rules)


def _free(role: RoleId, spec: FieldSpec) -> bool:
    return role == "betrokkene" or (spec.stored and spec.name != "opvanglocatie_gemeente_code")


def test_a_pair_outside_the_catalogue_is_compared_when_every_cell_is_asked() -> None:
    """A line for a pair that no rule names is found by the full comparison only."""
    rule = _rule(0, CODES[0], ROLES[1], frozenset({NAMES[0]}))
    catalogue = _catalogue(dict.fromkeys(NAMES, True), [rule])
    lines = (*compile_policy(catalogue), f"p, matcher, {CODES[1]}, {rule.rule_id}, allow")
    enforcer = Enforcer(catalogue.model, lines)
    assert verify(compile_matrix(catalogue), enforcer, catalogue, every=False) == 4
    with pytest.raises(PolicyError, match="naam: table and casbin differ for matcher and P02"):
        verify(compile_matrix(catalogue), enforcer, catalogue, every=True)
